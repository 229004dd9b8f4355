package pace

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Pacer lets the building of a strategy give way to the orders that come
// meanwhile. A large one takes tens of milliseconds of one processor; without a
// rest, orders wait for it wherever there are few processors. It costs an order
// one load of a value that hardly ever changes, and the building nothing while
// there are no orders.
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
	// workBeforeFirst lets a strategy of a hundred rules through without a rest,
	// which would take longer than it does.
	workBeforeFirst = 3 * time.Millisecond

	// workBeforeRest bounds how much of its time a building gives away, however
	// many orders there are.
	workBeforeRest = 500 * time.Microsecond

	// restFor is as long as an order or two take. Go may make it a millisecond.
	restFor = 200 * time.Microsecond

	// stillComing is how long orders are taken to be coming after one was seen. It
	// outlasts their wait for a processor, which the building itself may keep from
	// them.
	stillComing = 20 * time.Millisecond
)

// during builds with rests.
func (y *Pacer) Run(build func()) {
	y.building.Store(true)
	defer y.building.Store(false)
	y.worker, y.seen = startWorker(workBeforeFirst), time.Time{}
	build()
}

// order counts one.
func (y *Pacer) OnRequest() {
	if y.building.Load() {
		y.orders.Add(1)
	}
}

// pause is called often by what is being built.
func (y *Pacer) Yield() {
	if y.orders.Load() > 0 {
		y.orders.Store(0)
		y.seen = time.Now()
	}
	if !y.seen.IsZero() && time.Since(y.seen) < stillComing {
		y.worker.Yield()
	}
}

// worker is long work that rests now and then.
type Worker struct {
	next time.Time // when it may rest
}

// NewWorker begins work that runs for workBeforeFirst before it yields.
func NewWorker() Worker { return startWorker(workBeforeFirst) }

// startWorker begins work, of which the first rest is due after so long.
func startWorker(first time.Duration) Worker { return Worker{next: time.Now().Add(first)} }

// rest has it rest, if it has worked for long enough. Otherwise it only lets those
// go first who wait for the same processor.
func (w *Worker) Yield() {
	if time.Now().Before(w.next) {
		runtime.Gosched()
		return
	}
	time.Sleep(restFor)
	w.next = time.Now().Add(workBeforeRest)
}
