// Package recognition notices that no carts are found in the requests of a handler. The cause is mostly
// a map that does not fit the orders of the shop.
package recognition

import (
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// Period is how long no cart may be read before that is logged.
const Period = time.Minute

// Monitor logs a warning if requests arrive that may hold a cart and no cart is read from any.
//
// A period begins with the first such request after the last period. A timer ends it, and logs the
// requests counted in it unless a cart was read in it. There is at most one timer, and none while
// every cart is read. All methods are safe for concurrent use.
type Monitor struct {
	log     *zap.Logger
	reasons []string
	period  atomic.Uint32
	missed  []atomic.Uint64 // in this period, by reason

	mu     sync.Mutex
	timer  *time.Timer // nil for none
	closed bool
}

// The values of Monitor.period.
const (
	noPeriod uint32 = iota
	periodWithoutCart
	periodWithCart
)

// New makes a monitor that logs to log. reasons are the names of the fields that count why no cart was
// read. A monitor must be closed.
func New(log *zap.Logger, reasons []string) *Monitor {
	return &Monitor{log: log, reasons: reasons, missed: make([]atomic.Uint64, len(reasons))}
}

// Read notes that a cart was read from a request. It costs an atomic load.
func (m *Monitor) Read() {
	if m.period.Load() == periodWithoutCart {
		m.period.CompareAndSwap(periodWithoutCart, periodWithCart)
	}
}

// Missed notes that a request may hold a cart and none was read. reason is an index into the reasons.
func (m *Monitor) Missed(reason int) {
	m.missed[reason].Add(1)
	if m.period.Load() == noPeriod {
		m.begin()
	}
}

func (m *Monitor) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || !m.period.CompareAndSwap(noPeriod, periodWithoutCart) {
		return
	}
	m.timer = time.AfterFunc(Period, m.End)
}

// End ends the period and logs what came in it, as the timer does.
func (m *Monitor) End() {
	if missed, warn := m.pop(); warn {
		m.warn(missed)
	}
}

// pop ends the period. It returns what was counted in it, and whether to log that.
func (m *Monitor) pop() (missed []uint64, warn bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	without := m.period.Swap(noPeriod) == periodWithoutCart
	missed = make([]uint64, len(m.missed))
	for i := range missed {
		missed[i] = m.missed[i].Swap(0)
		warn = warn || missed[i] > 0
	}
	return missed, warn && without && !m.closed
}

func (m *Monitor) warn(missed []uint64) {
	var all uint64
	fields := make([]zap.Field, 0, len(missed)+2)
	for i, n := range missed {
		all += n
		if n > 0 {
			fields = append(fields, zap.Uint64(m.reasons[i], n))
		}
	}
	fields = append(fields, zap.Uint64("requests", all), zap.Duration("within", Period))
	m.log.Warn("no cart found in requests", fields...)
}

// Close ends the period and logs nothing.
func (m *Monitor) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.timer != nil {
		m.timer.Stop()
	}
}
