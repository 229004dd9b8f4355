package telemetry

import (
	"sync/atomic"
	"unsafe"

	"github.com/promogate/caddy-discount/strategy"
)

// RuleCounters count, for one compiled strategy, how often each rule applied and the sum of the
// discounts. An order adds to them without a lookup. A scrape takes the counts out.
type RuleCounters struct {
	currency string
	rules    []string
	shards   []counterShard
}

// counterShard has the counts of some processors.
type counterShard struct {
	given atomic.Uint64
	hits  []atomic.Uint64 // by index of rule
	_     padding
}

// maxCounterShards bounds the memory for the counters of a strategy with thousands of rules.
const maxCounterShards = 8

// NewRuleCounters returns the counters of a strategy. Rules are counted by their index in rules.
func NewRuleCounters(currency string, rules []string) *RuleCounters {
	t := &RuleCounters{currency: currency, rules: rules, shards: make([]counterShard, min(shardCount, maxCounterShards))}
	for i := range t.shards {
		hits := make([]atomic.Uint64, len(rules)+int(unsafe.Sizeof(padding{})/unsafe.Sizeof(atomic.Uint64{})))
		t.shards[i].hits = hits[:len(rules)]
	}
	return t
}

// Count counts the quote of an order. s is the shard that counts the order's request.
func (t *RuleCounters) Count(s *Shard, q *strategy.Quote) {
	l := &t.shards[s.number%len(t.shards)]
	for i := range q.Applied {
		l.hits[q.Applied[i].Rule].Add(1)
	}
	if q.Reason == "" {
		l.given.Add(uint64(q.Discount + q.ShippingDiscount))
	}
}

// takeGiven returns the sum of the discounts in minor units and resets it.
func (t *RuleCounters) takeGiven() (n uint64) {
	for i := range t.shards {
		n += t.shards[i].given.Swap(0)
	}
	return n
}

// takeHits calls each for every rule with hits and resets them.
func (t *RuleCounters) takeHits(each func(rule string, n uint64)) {
	for i := range t.shards {
		hits := t.shards[i].hits
		for rule := range hits {
			if hits[rule].Load() > 0 {
				each(t.rules[rule], hits[rule].Swap(0))
			}
		}
	}
}
