package discount

import (
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// maxRuleSeries bounds the rules that have a series of their own; a strategy may
// have many thousands.
const maxRuleSeries = 200

// otherRules is the series of all further rules.
const otherRules = "_other"

// tally counts for one edition, by index of rule. Orders add to it, which costs
// no lookup; the collector takes it away when it is asked.
type tally struct {
	rules []string
	hits  []atomic.Uint64
}

func newTally(rules []string) *tally {
	return &tally{rules: rules, hits: make([]atomic.Uint64, len(rules))}
}

// hitCollector shows how often rules applied. A rule keeps its count from one
// edition to the next, and its series for as long as a strategy in service has a
// rule of the name.
type hitCollector struct {
	desc *prometheus.Desc
	most int

	mu      sync.Mutex
	serving map[*live]*tally
	retired []*tally          // replaced since the last fold: requests may still add to them
	totals  map[string]uint64 // of the rules that have a series of their own
	other   uint64
}

func newHitCollector(most int) *hitCollector {
	return &hitCollector{
		desc: prometheus.NewDesc("caddy_discount_rule_hits_total",
			"Orders that a rule took something off, by rule; the first 200 in service have a name, the others are "+otherRules+".",
			[]string{"rule"}, nil),
		most:    most,
		serving: make(map[*live]*tally),
		totals:  make(map[string]uint64),
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
	for i := range t.hits {
		if t.hits[i].Load() == 0 {
			continue
		}
		n := t.hits[i].Swap(0)
		if _, named := c.totals[t.rules[i]]; named {
			c.totals[t.rules[i]] += n
		} else {
			c.other += n
		}
	}
}

// Describe implements prometheus.Collector.
func (c *hitCollector) Describe(to chan<- *prometheus.Desc) { to <- c.desc }

// Collect implements prometheus.Collector.
func (c *hitCollector) Collect(to chan<- prometheus.Metric) {
	c.mu.Lock()
	c.fold()
	all := make([]prometheus.Metric, 0, len(c.totals)+1)
	for rule, n := range c.totals {
		all = append(all, prometheus.MustNewConstMetric(c.desc, prometheus.CounterValue, float64(n), rule))
	}
	all = append(all, prometheus.MustNewConstMetric(c.desc, prometheus.CounterValue, float64(c.other), otherRules))
	c.mu.Unlock()
	for _, m := range all {
		to <- m
	}
}
