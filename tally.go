package discount

import (
	"sync/atomic"
	"unsafe"

	"github.com/promogate/caddy-discount/strategy"
)

// tally counts for one edition: how often each rule applied, and what was given.
// Orders add to it, which costs no lookup; the collector takes it away when it is
// asked.
type tally struct {
	currency string
	rules    []string
	lanes    []tallyLane
}

// tallyLane is what the orders of some processors count, as [lane] is.
type tallyLane struct {
	given atomic.Uint64
	hits  []atomic.Uint64 // by index of rule
	_     [apart]byte
}

// mostTallyLanes bounds what a strategy of many thousands of rules takes for it.
const mostTallyLanes = 8

func newTally(currency string, rules []string) *tally {
	t := &tally{currency: currency, rules: rules, lanes: make([]tallyLane, min(laneCount, mostTallyLanes))}
	for i := range t.lanes {
		room := make([]atomic.Uint64, len(rules)+apart/int(unsafe.Sizeof(atomic.Uint64{})))
		t.lanes[i].hits = room[:len(rules)]
	}
	return t
}

// count counts an order's quote in a lane of that number.
func (t *tally) count(number int, q *strategy.Quote) {
	l := &t.lanes[number%len(t.lanes)]
	for i := range q.Applied {
		l.hits[q.Applied[i].Rule].Add(1)
	}
	if q.Reason == "" {
		l.given.Add(uint64(q.Discount + q.ShippingDiscount))
	}
}

// takeGiven takes away what was given, in minor units.
func (t *tally) takeGiven() (n uint64) {
	for i := range t.lanes {
		n += t.lanes[i].given.Swap(0)
	}
	return n
}

// takeHits takes away the hits of each rule that has any.
func (t *tally) takeHits(each func(rule string, n uint64)) {
	for i := range t.lanes {
		hits := t.lanes[i].hits
		for rule := range hits {
			if hits[rule].Load() > 0 {
				each(t.rules[rule], hits[rule].Swap(0))
			}
		}
	}
}
