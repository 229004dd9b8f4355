package discount

import (
	"sync/atomic"
	"time"
)

// yielder lets the building of a strategy give way to the orders that come
// meanwhile. A large one takes tens of milliseconds of one processor; without a
// rest, orders wait for it wherever there are few processors. It costs an order
// one load of a value that hardly ever changes, and the building nothing while
// there are no orders.
type yielder struct {
	building atomic.Bool
	orders   atomic.Int32 // since the last rest, while building
	rested   time.Time    // the end of the last one; the builder's alone
}

const (
	// workBeforeRest bounds how much of its time a building gives away, however
	// many orders there are.
	workBeforeRest = 500 * time.Microsecond

	// rest is as long as an order or two take. Go may make it a millisecond.
	rest = 200 * time.Microsecond
)

// during builds with rests.
func (y *yielder) during(build func()) {
	y.building.Store(true)
	defer y.building.Store(false)
	y.rested = time.Now()
	build()
}

// met counts an order.
func (y *yielder) met() {
	if y.building.Load() {
		y.orders.Add(1)
	}
}

// pause is called often by what is being built.
func (y *yielder) pause() {
	if y.orders.Load() == 0 || time.Since(y.rested) < workBeforeRest {
		return
	}
	time.Sleep(rest)
	y.orders.Store(0)
	y.rested = time.Now()
}
