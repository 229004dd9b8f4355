package discount

import (
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// recognitionPeriod is how long carts are looked for before it is said that there were
// none.
const recognitionPeriod = time.Minute

// recognition warns where requests come that may hold a cart and no cart is read from
// any: mostly a map that does not fit what the shop sends.
//
// A period begins with the first such request after the last period. When it ends, a
// timer says what came, whether or not there are further requests; with a cart read in
// it there is nothing to say. So there is one timer at most, and none where all is well.
type recognition struct {
	log    *zap.Logger
	period atomic.Uint32
	missed [len(bypassNames)]atomic.Uint64 // in this period, by reason

	mu     sync.Mutex
	timer  *time.Timer // nil for none
	closed bool
}

// What recognition.period is.
const (
	noPeriod uint32 = iota
	periodWithoutCart
	periodWithCart
)

// newRecognition logs with the strategy and the places where items are looked for.
func newRecognition(log *zap.Logger, key liveKey, items string) *recognition {
	fields := []zap.Field{zap.String("strategy", key.path)}
	if key.env != "" {
		fields = append(fields, zap.String("env", key.env))
	}
	return &recognition{log: log.With(append(fields, zap.String("items", items))...)}
}

// note takes the outcome of a request. Of one whose cart was read it costs a load.
func (r *recognition) note(o *decision) {
	switch {
	case o.edition != nil:
		if r.period.Load() == periodWithoutCart {
			r.period.CompareAndSwap(periodWithoutCart, periodWithCart)
		}
	case o.missed:
		r.missed[o.bypass].Add(1)
		if r.period.Load() == noPeriod {
			r.begin()
		}
	}
}

func (r *recognition) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || !r.period.CompareAndSwap(noPeriod, periodWithoutCart) {
		return
	}
	r.timer = time.AfterFunc(recognitionPeriod, r.end)
}

// end ends the period and says what came in it.
func (r *recognition) end() {
	if missed, warn := r.take(); warn {
		r.warn(missed)
	}
}

// take is what was counted in the period, and whether it is to be said.
func (r *recognition) take() (missed [len(bypassNames)]uint64, warn bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	without := r.period.Swap(noPeriod) == periodWithoutCart
	for i := range missed {
		missed[i] = r.missed[i].Swap(0)
		warn = warn || missed[i] > 0
	}
	return missed, warn && without && !r.closed
}

func (r *recognition) warn(missed [len(bypassNames)]uint64) {
	var all uint64
	fields := make([]zap.Field, 0, len(missed)+2)
	for i, n := range missed {
		all += n
		if n > 0 {
			fields = append(fields, zap.Uint64(bypassReason(i).String(), n))
		}
	}
	fields = append(fields, zap.Uint64("requests", all), zap.Duration("within", recognitionPeriod))
	r.log.Warn("no cart read from requests that may hold one", fields...)
}

// close ends the period without a word.
func (r *recognition) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.timer != nil {
		r.timer.Stop()
	}
}
