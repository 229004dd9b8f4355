package telemetry

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// ledgerCall is a call of a ledger.
type ledgerCall uint8

const (
	callReserve ledgerCall = iota
	callSettle
	callRead
	callFind
	callUnresolved
	callAdjust
	ledgerCalls = iota
)

var ledgerCallWords = [ledgerCalls]string{"reserve", "settle", "read", "find", "unresolved", "adjust"}

var ledgerUpDesc = prometheus.NewDesc("caddy_discount_ledger_up",
	"Whether the ledger answers: 0 after three calls that failed one after another, until one succeeds; absent without a ledger.", nil, nil)

// ledgerCollector exports the ledgers in use. Where there is none, there are no series.
type ledgerCollector struct {
	durations *prometheus.HistogramVec
	took      [ledgerCalls]prometheus.Observer

	mu     sync.Mutex
	open   map[*Ledger]bool
	number int // of the last one
}

func newLedgerCollector() *ledgerCollector {
	c := &ledgerCollector{open: make(map[*Ledger]bool), durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "caddy_discount_ledger_duration_seconds",
		Help:    "How long calls of the ledger took.",
		Buckets: prometheus.ExponentialBuckets(0.00005, 2, 16), // to 1.6 s
	}, []string{"call"})}
	for i, call := range ledgerCallWords {
		c.took[i] = c.durations.WithLabelValues(call)
	}
	return c
}

func (c *ledgerCollector) join(l *Ledger) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.number++
	l.number, c.open[l] = c.number, true
}

// isFirst reports whether a ledger is the first of those in use that measure the same one.
func (c *ledgerCollector) isFirst(l *Ledger) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for other := range c.open {
		if other.Ledger == l.Ledger && other.number < l.number {
			return false
		}
	}
	return true
}

func (c *ledgerCollector) leave(l *Ledger) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, l)
}

// Describe implements prometheus.Collector.
func (c *ledgerCollector) Describe(to chan<- *prometheus.Desc) {
	to <- ledgerUpDesc
	c.durations.Describe(to)
}

// Collect implements prometheus.Collector. Of several ledgers, one that is down is shown.
func (c *ledgerCollector) Collect(to chan<- prometheus.Metric) {
	c.mu.Lock()
	used, up := len(c.open) > 0, true
	for l := range c.open {
		up = up && l.Up()
	}
	c.mu.Unlock()
	if used {
		to <- prometheus.MustNewConstMetric(ledgerUpDesc, prometheus.GaugeValue, oneIf(up))
		c.durations.Collect(to)
	}
}
