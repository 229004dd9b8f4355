package telemetry

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

const (
	// maxQuotaSeries bounds the quotas that have series of their own.
	maxQuotaSeries = 200

	// otherQuotas is the label of the series of all other quotas.
	otherQuotas = "_other"
)

// QuotaResult is what became of a reservation, for one of the quotas that it takes from.
type QuotaResult uint8

// The results of reservations.
const (
	QuotaGranted QuotaResult = iota // held for the order
	QuotaJoined                     // the order had it from an earlier attempt
	QuotaDenied                     // not enough was left
	QuotaSkipped                    // the ledger gave no answer: the rule did not apply
	QuotaAllowed                    // the ledger gave no answer: the rule applied nevertheless
	quotaResults = iota
)

var quotaResultWords = [quotaResults]string{"granted", "joined", "denied", "skipped", "allowed"}

// quotaOutcomes are the outcomes of orders, as the label of a metric.
var quotaOutcomes = [...]quota.Outcome{quota.Unknown, quota.Commit, quota.Release, quota.Hold, quota.Return}

// quotaSeries are the counters of the quotas with one label. Any number of requests may use them at
// once.
type quotaSeries struct {
	reservations [quotaResults]atomic.Uint64
	settlements  [len(quotaOutcomes)]atomic.Uint64
	over         atomic.Uint64
	untold       atomic.Int64 // part of over that no event has told
}

// add adds the counters of another series.
func (s *quotaSeries) add(other *quotaSeries) {
	for i := range s.reservations {
		s.reservations[i].Add(other.reservations[i].Load())
	}
	for i := range s.settlements {
		s.settlements[i].Add(other.settlements[i].Load())
	}
	s.over.Add(other.over.Load())
	s.untold.Add(other.untold.Swap(0))
}

// unknownLeft is the gauge of a quota whose count was not read yet, or that each customer has.
const unknownLeft = math.MinInt64

// quotaGauges are what was read last of a count.
type quotaGauges struct {
	left       atomic.Int64 // unknownLeft if it was not read
	unresolved atomic.Int64
}

// QuotaCounters count what orders take of the quotas of one compiled strategy, and the codes that they
// use of its sets. The series of a quota or set go on from one revision to the next.
type QuotaCounters struct {
	quotas []strategy.Quota
	sets   []strategy.CodeSet
	owner  atomic.Pointer[Strategy] // once it is in service
	labels []string                 // of the quotas, and then of the sets
	series []atomic.Pointer[quotaSeries]
	gauges []quotaGauges // of the quotas
}

// NewQuotaCounters returns the counters of the quotas of a strategy, which are identified by their
// index, and of its sets of codes; nil if there are none. A nil QuotaCounters counts nothing.
func NewQuotaCounters(quotas []strategy.Quota, sets []strategy.CodeSet) *QuotaCounters {
	return quotaMetrics.newCounters(quotas, sets)
}

// Reserved counts what became of a reservation. It costs one atomic load and one atomic addition.
func (c *QuotaCounters) Reserved(quota int, r QuotaResult) {
	if c == nil {
		return
	}
	c.series[quota].Load().reservations[r].Add(1)
}

// ReservedCode counts what became of a reservation of a code of a set.
func (c *QuotaCounters) ReservedCode(set string, r QuotaResult) {
	if c == nil {
		return
	}
	for i := range c.sets {
		if c.sets[i].Name == set {
			c.series[len(c.quotas)+i].Load().reservations[r].Add(1)
			return
		}
	}
}

// UsedUp reports that nothing is left of a quota that all customers share, as soon as an order is
// denied. While that is known it costs one atomic exchange.
func (c *QuotaCounters) UsedUp(quota int) {
	if c == nil || !c.setLeft(quota, 0) {
		return
	}
	if s := c.owner.Load(); s != nil {
		s.tellExhausted(&c.quotas[quota])
	}
}

// Settled counts what became of an order, by what it takes. Counts that the strategy does not have any
// more are left out.
func (c *QuotaCounters) Settled(o quota.Outcome, takes []quota.Take) {
	for i := range takes {
		if s := c.of(takes[i].Key); s != nil {
			s.settlements[o].Add(1)
		}
	}
}

// of is the series of a count; nil if the strategy has no such quota.
func (c *QuotaCounters) of(key quota.Key) *quotaSeries {
	if c == nil {
		return nil
	}
	if i := c.index(key); i >= 0 {
		return c.series[i].Load()
	}
	return nil
}

// index is the quota of a count; -1 if the strategy has no such quota.
func (c *QuotaCounters) index(key quota.Key) int {
	counter, err := key.Counter()
	if err != nil {
		return -1
	}
	return slices.Index(c.labels, counts.LabelOf(&counter))
}

// limit is that of the quota or set with an index.
func (c *QuotaCounters) limit(i int) int64 {
	if i < len(c.quotas) {
		return c.quotas[i].Limit
	}
	return c.sets[i-len(c.quotas)].Uses
}

// setLeft sets what is left of a quota that all customers share, and reports whether that is
// nothing while there was something, or it was not known.
func (c *QuotaCounters) setLeft(quota int, left int64) (exhausted bool) {
	return c.gauges[quota].left.Swap(left) != 0 && left == 0
}

// goOn takes over the gauges of an earlier revision.
func (c *QuotaCounters) goOn(was *QuotaCounters) {
	for i := range c.gauges {
		for j := range was.gauges {
			if was.labels[j] == c.labels[i] {
				c.gauges[i].left.CompareAndSwap(unknownLeft, was.gauges[j].left.Load())
				c.gauges[i].unresolved.Store(was.gauges[j].unresolved.Load())
			}
		}
	}
}

// quotaCollector exports what is left of quotas and what became of orders. A quota keeps its
// series as long as a strategy in service has a quota with its label.
type quotaCollector struct {
	most int

	mu      sync.Mutex
	serving map[*Strategy]*QuotaCounters
	named   map[string]*quotaSeries // by label
	other   quotaSeries
}

func newQuotaCollector(most int) *quotaCollector {
	return &quotaCollector{most: most, serving: make(map[*Strategy]*QuotaCounters), named: make(map[string]*quotaSeries)}
}

func (c *quotaCollector) newCounters(quotas []strategy.Quota, sets []strategy.CodeSet) *QuotaCounters {
	most := len(quotas) + len(sets)
	if most == 0 {
		return nil
	}
	n := &QuotaCounters{
		quotas: quotas, sets: sets,
		labels: make([]string, 0, most), series: make([]atomic.Pointer[quotaSeries], most), gauges: make([]quotaGauges, len(quotas)),
	}
	for i := range quotas {
		n.labels = append(n.labels, counts.Label(&quotas[i]))
		n.gauges[i].left.Store(unknownLeft)
	}
	for i := range sets {
		n.labels = append(n.labels, counts.LabelOf(&quota.Counter{Kind: quota.Code, Name: sets[i].Name}))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range n.labels {
		known := c.named[n.labels[i]]
		if known == nil {
			known = new(quotaSeries) // it is named when the strategy is in service
		}
		n.series[i].Store(known)
	}
	return n
}

// serve sets the counters of a strategy from now on; nil for a strategy without quotas. It is called
// in the order of the swaps.
func (c *quotaCollector) serve(s *Strategy, now *QuotaCounters) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.serving[s]
	delete(c.serving, s)
	if now != nil {
		c.serving[s] = now
		now.owner.Store(s)
		if was != nil {
			now.goOn(was)
		}
	}
	c.name()
}

// leave removes the counters that serve added.
func (c *quotaCollector) leave(s *Strategy) { c.serve(s, nil) }

// name adds series for the quotas in service and removes the others.
func (c *quotaCollector) name() {
	gone := make(map[string]bool, len(c.named))
	for label := range c.named {
		gone[label] = true
	}
	for _, n := range c.serving {
		for _, label := range n.labels {
			delete(gone, label)
		}
	}
	for label := range gone {
		delete(c.named, label)
	}
	for _, n := range c.serving {
		for i, label := range n.labels {
			c.join(&n.series[i], label)
		}
	}
}

// join makes a quota count in the series of its label.
func (c *quotaCollector) join(counts *atomic.Pointer[quotaSeries], label string) {
	own, all := counts.Load(), c.named[label]
	switch {
	case all == own:
	case all != nil:
		counts.Store(all)
		if own != &c.other {
			all.add(own)
		}
	case len(c.named) < c.most:
		if own == &c.other {
			own = new(quotaSeries)
			counts.Store(own)
		}
		c.named[label] = own
	case own != &c.other:
		counts.Store(&c.other)
		c.other.add(own)
	}
}

// addSettled counts what became of an order.
func (c *quotaCollector) addSettled(o quota.Outcome, takes []quota.Take) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range takes {
		if s := c.seriesOf(takes[i].Key); s != nil {
			s.settlements[o].Add(1)
		}
	}
}

// addOver counts what was taken beyond limits.
func (c *quotaCollector) addOver(over []quota.Over) {
	if len(over) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range over {
		if s := c.seriesOf(o.Key); s != nil {
			s.over.Add(uint64(o.By))
			s.untold.Add(o.By)
		}
	}
}

// seriesOf is the series of a count, which others share if it is in no strategy in service; nil for
// what is no count.
func (c *quotaCollector) seriesOf(key quota.Key) *quotaSeries {
	counter, err := key.Counter()
	if err != nil {
		return nil
	}
	if s := c.named[counts.LabelOf(&counter)]; s != nil {
		return s
	}
	return &c.other
}
