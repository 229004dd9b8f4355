package discount

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// maxRuleSeries bounds the rules that have a series of their own; a strategy may
// have many thousands.
const maxRuleSeries = 200

// otherRules is the series of all further rules.
const otherRules = "_other"

// hitCollector shows how often rules applied and what was given. A rule keeps its
// count from one edition to the next, and its series for as long as a strategy in
// service has a rule of the name. Currencies stay: there are no more of them than
// ISO 4217 has.
type hitCollector struct {
	most int

	mu      sync.Mutex
	serving map[*live]*tally
	retired []*tally          // replaced since the last fold: requests may still add to them
	totals  map[string]uint64 // of the rules that have a series of their own
	other   uint64
	given   map[string]uint64 // by currency
}

var (
	hitsDesc = prometheus.NewDesc("caddy_discount_rule_hits_total",
		"Orders that a rule took something off, by rule; the first 200 in service have a name, the others are "+otherRules+".",
		[]string{"rule"}, nil)
	amountsDesc = prometheus.NewDesc("caddy_discount_amount_minor_units_total",
		"Discounts on orders that were passed on, on goods and shipping, in minor units.",
		[]string{"currency"}, nil)
)

func newHitCollector(most int) *hitCollector {
	return &hitCollector{
		most:    most,
		serving: make(map[*live]*tally),
		totals:  make(map[string]uint64),
		given:   make(map[string]uint64),
	}
}

// serve notes what a strategy that is open counts with from now on. Which edition
// that is is asked with the lock held, so that an older one never comes last.
func (c *hitCollector) serve(l *live) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := l.opened.Load().Live().Value.tally
	if c.serving[l] == now {
		return
	}
	c.retire(l)
	c.serving[l] = now
	c.name()
}

// leave ends what serve began.
func (c *hitCollector) leave(l *live) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retire(l)
	c.name()
}

func (c *hitCollector) retire(l *live) {
	c.fold()
	if was, served := c.serving[l]; served {
		c.retired = append(c.retired, was)
		delete(c.serving, l)
	}
}

// name gives series to the rules in service, and takes those of others away.
func (c *hitCollector) name() {
	gone := make(map[string]bool, len(c.totals))
	for rule := range c.totals {
		gone[rule] = true
	}
	for _, t := range c.serving {
		for _, rule := range t.rules {
			delete(gone, rule)
		}
	}
	for rule := range gone {
		delete(c.totals, rule)
	}
	for _, t := range c.serving {
		for _, rule := range t.rules {
			if len(c.totals) == c.most {
				return
			}
			if rule != otherRules {
				c.totals[rule] += 0
			}
		}
	}
}

// fold takes over what was counted. What was retired is looked at once more the
// time after, when no request uses it any longer.
func (c *hitCollector) fold() {
	for _, t := range c.retired {
		c.take(t)
	}
	c.retired = c.retired[:0]
	for _, t := range c.serving {
		c.take(t)
	}
}

func (c *hitCollector) take(t *tally) {
	c.given[t.currency] += t.takeGiven()
	t.takeHits(func(rule string, n uint64) {
		if _, named := c.totals[rule]; named {
			c.totals[rule] += n
		} else {
			c.other += n
		}
	})
}

// Describe implements prometheus.Collector.
func (c *hitCollector) Describe(to chan<- *prometheus.Desc) {
	to <- hitsDesc
	to <- amountsDesc
}

// Collect implements prometheus.Collector.
func (c *hitCollector) Collect(to chan<- prometheus.Metric) {
	c.mu.Lock()
	c.fold()
	all := make([]prometheus.Metric, 0, len(c.totals)+1+len(c.given))
	for rule, n := range c.totals {
		all = append(all, prometheus.MustNewConstMetric(hitsDesc, prometheus.CounterValue, float64(n), rule))
	}
	all = append(all, prometheus.MustNewConstMetric(hitsDesc, prometheus.CounterValue, float64(c.other), otherRules))
	for currency, n := range c.given {
		all = append(all, prometheus.MustNewConstMetric(amountsDesc, prometheus.CounterValue, float64(n), currency))
	}
	c.mu.Unlock()
	for _, m := range all {
		to <- m
	}
}
