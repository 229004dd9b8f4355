// Package pace lets work that takes long give way to orders of the usual size: a Pacer
// yields while a strategy is built, and a BodyLimiter bounds how many large bodies and long
// quotes are worked on at once.
package pace

import (
	"runtime"
	"sync/atomic"
	"time"
)

// A Pacer lets the building of a strategy give way to the orders that come meanwhile.
// Building a large one takes tens of milliseconds of one processor; without a pause, orders
// wait for it wherever there are few processors. It costs an order one load of a value that
// hardly ever changes, and costs the building nothing while there are no orders.
//
// The zero value is ready. One building runs at a time.
type Pacer struct {
	building atomic.Bool
	_        [cacheLinePad]byte
	orders   atomic.Int32 // since the builder last looked, while building
	_        [cacheLinePad]byte

	// The builder's alone.
	worker Worker
	seen   time.Time // when it last saw that orders had come
}

// cacheLinePad is how far two counters have to be from each other for two processors to
// write them at once without waiting: two lines of a cache, which some fetch in pairs.
const cacheLinePad = 128

const (
	// beforeFirstPause lets a strategy of a hundred rules through without a pause,
	// which would take longer than the building does.
	beforeFirstPause = 3 * time.Millisecond

	// beforePause bounds how much of its time a building gives away, however many
	// orders there are.
	beforePause = 500 * time.Microsecond

	// pauseFor is as long as an order or two take. Go may make it a millisecond.
	pauseFor = 200 * time.Microsecond

	// stillComing is how long orders count as coming after one was seen. It outlasts
	// their wait for a processor, which the building itself may keep from them.
	stillComing = 20 * time.Millisecond
)

// Run builds something that calls [Pacer.Yield] often.
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

// Yield pauses the building if orders are coming. Only what is built by [Pacer.Run] calls it.
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

// startWorker begins work whose first pause is due after so long.
func startWorker(first time.Duration) Worker { return Worker{next: time.Now().Add(first)} }

// Yield pauses the work, if a pause is due. Otherwise it only lets goroutines go first that
// wait for the same processor.
func (w *Worker) Yield() {
	if time.Now().Before(w.next) {
		runtime.Gosched()
		return
	}
	time.Sleep(pauseFor)
	w.next = time.Now().Add(beforePause)
}
