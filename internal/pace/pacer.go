// Package pace makes long work yield to orders of the usual size. A Pacer yields while a
// strategy is built. A BodyLimiter bounds how many large bodies and long quotes are processed
// at once.
package pace

import (
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/cpu"
)

// A Pacer makes the building of a strategy yield to the orders that come meanwhile. Building a
// large one takes tens of milliseconds of one processor. Without a pause, orders wait for it
// if there are few processors. A Pacer costs an order one load of a value that hardly ever
// changes. It costs the building nothing while there are no orders.
//
// The zero value is ready. Only one strategy is built at a time.
type Pacer struct {
	building atomic.Bool
	_        [2]cpu.CacheLinePad // two, since some processors fetch lines in pairs
	orders   atomic.Int32        // since Yield last looked, while building
	_        [2]cpu.CacheLinePad

	// Used only by the goroutine that builds.
	worker Worker
	seen   time.Time // when Yield last saw that orders had come
}

const (
	// beforeFirstPause lets a strategy of a hundred rules be built without a pause, which
	// would take longer than the building.
	beforeFirstPause = 3 * time.Millisecond

	// beforePause is the least time between two pauses. It bounds the share of pauses in a
	// building, for any number of orders.
	beforePause = 750 * time.Microsecond

	// longestSpan is the longest time between two pauses. Go lets any goroutine run as long.
	longestSpan = 10 * time.Millisecond

	// pauseFor is about as long as one or two orders take. A system without a precise rest, or a
	// busy one, extends it to a millisecond and more.
	pauseFor = 200 * time.Microsecond

	// stillComing is how long orders count as coming after one was seen. It is longer than
	// their wait for a processor, which the building itself may cause.
	stillComing = 20 * time.Millisecond
)

// Run calls build, which calls [Pacer.Yield] often.
func (p *Pacer) Run(build func()) {
	p.building.Store(true)
	defer p.building.Store(false)
	p.worker, p.seen = startWorker(beforeFirstPause), time.Time{}
	build()
}

// OnRequest counts an order. It may be called from any goroutine.
func (p *Pacer) OnRequest() {
	if p.building.Load() {
		p.orders.Add(1)
	}
}

// Yield pauses the building if orders are coming. Only code that [Pacer.Run] runs calls it.
func (p *Pacer) Yield() {
	if p.orders.Load() > 0 {
		p.orders.Store(0)
		p.seen = time.Now()
	}
	if !p.seen.IsZero() && time.Since(p.seen) < stillComing {
		p.worker.Yield()
	}
}

// A Worker is long work that yields the processor periodically. It belongs to one goroutine.
type Worker struct {
	next time.Time // when it may pause
}

// NewWorker begins work whose first pause is due after 3 ms.
func NewWorker() Worker { return startWorker(beforeFirstPause) }

// startWorker begins work whose first pause is due after first.
func startWorker(first time.Duration) Worker { return Worker{next: time.Now().Add(first)} }

// Yield lets other goroutines run that wait for the same processor, and pauses the work if a pause
// is due.
func (w *Worker) Yield() {
	began := time.Now()
	runtime.Gosched() // a rest may keep the processor for some microseconds
	if began.Before(w.next) {
		return
	}
	rest(pauseFor)
	ended := time.Now()
	w.next = ended.Add(spanAfter(ended.Sub(began)))
}

// spanAfter returns how long work goes on after a pause that really took so long: as long again,
// within bounds. So on a machine that wakes up late, or that orders keep busy, the work has about
// half of the time, and the orders have the other half.
func spanAfter(paused time.Duration) time.Duration {
	return min(max(beforePause, paused), longestSpan)
}
