package telemetry

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// maxRuleSeries bounds the rules that have a series of their own; a strategy may
// have many thousands.
const maxRuleSeries = 200

// otherRules is the label of the series that counts all other rules.
const otherRules = "_other"

// ruleCollector exports how often rules applied and the sum of their discounts. A rule keeps
// its count from one revision to the next. It keeps its series as long as a strategy in service
// has a rule of that name. Series of currencies are never removed: there are at most as many
// as in ISO 4217.
type ruleCollector struct {
	most int

	mu      sync.Mutex
	serving map[*Strategy]*RuleCounters
	retired []*RuleCounters   // replaced since the last fold: requests may still add to them
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

func newRuleCollector(most int) *ruleCollector {
	return &ruleCollector{
		most:    most,
		serving: make(map[*Strategy]*RuleCounters),
		totals:  make(map[string]uint64),
		given:   make(map[string]uint64),
	}
}

// serve sets the counters of a strategy from now on. It is called in the order of the swaps.
func (c *ruleCollector) serve(s *Strategy, now *RuleCounters) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retire(s)
	c.serving[s] = now
	c.name()
}

// leave removes the counters that serve added.
func (c *ruleCollector) leave(s *Strategy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retire(s)
	c.name()
}

func (c *ruleCollector) retire(s *Strategy) {
	c.fold()
	if was, served := c.serving[s]; served {
		c.retired = append(c.retired, was)
		delete(c.serving, s)
	}
}

// name adds series for the rules in service and removes the series of other rules.
func (c *ruleCollector) name() {
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

// fold adds up the counters. It reads retired counters once more at the next fold, when no
// request uses them any more.
func (c *ruleCollector) fold() {
	for _, t := range c.retired {
		c.drain(t)
	}
	c.retired = c.retired[:0]
	for _, t := range c.serving {
		c.drain(t)
	}
}

func (c *ruleCollector) drain(t *RuleCounters) {
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
func (c *ruleCollector) Describe(to chan<- *prometheus.Desc) {
	to <- hitsDesc
	to <- amountsDesc
}

// Collect implements prometheus.Collector.
func (c *ruleCollector) Collect(to chan<- prometheus.Metric) {
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
