package discount

import (
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// apart is how far two counters have to be from each other for two processors to
// count at once without waiting: two lines of a cache, which some fetch in pairs.
const apart = 128

// laneCount is how many copies there are of what every request counts: as many as
// processors, rounded up to a power of two, and no more than help.
var laneCount = 1 << bits.Len(uint(min(runtime.NumCPU(), 32)-1))

// lane is what the requests of about one processor count. Any number of them may
// use one at once: it is the cache that is spared, and not the atomicity.
type lane struct {
	number       int
	decisions    [len(statusNames)]atomic.Uint64
	bypasses     [len(bypassNames)]atomic.Uint64
	spoofed      atomic.Uint64
	tooManySteps atomic.Uint64
	took         [len(evaluationBounds) + 1]atomic.Uint64 // evaluations, by the first bound that holds them
	nanos        atomic.Uint64                            // they took together
	_            [apart]byte
}

// evaluationBounds are those of the histogram.
var evaluationBounds = [...]time.Duration{
	1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
}

// counters count requests, in lanes that are added up when somebody asks. On two
// processors a request is counted in 7 ns so, and in 47 in one lane (go test -bench
// Counting -cpu 2).
type counters struct {
	lanes []lane
	given atomic.Uint32
	near  sync.Pool // of *lane, that of this processor first
}

func newCounters(lanes int) *counters {
	c := &counters{lanes: make([]lane, lanes)}
	for i := range c.lanes {
		c.lanes[i].number = i
	}
	c.near.New = func() any { return &c.lanes[int(c.given.Add(1))%len(c.lanes)] }
	return c
}

// lane is one to count in. It goes back with [counters.back], for the next request
// on the same processor.
func (c *counters) lane() *lane { return c.near.Get().(*lane) }

func (c *counters) back(l *lane) { c.near.Put(l) }

// request counts one with its outcome, and what it sent under owned names.
func (c *counters) request(o *decision, spoofed int) {
	l := c.lane()
	l.decided(o, spoofed)
	c.back(l)
}

// forged counts what came under owned names after the body, or in a request that is not
// priced.
func (c *counters) forged(spoofed int) {
	if spoofed == 0 {
		return
	}
	l := c.lane()
	l.spoofed.Add(uint64(spoofed))
	c.back(l)
}

// decided counts a request and what it sent under owned names.
func (l *lane) decided(o *decision, spoofed int) {
	l.decisions[o.status].Add(1)
	if o.status == statusBypass {
		l.bypasses[o.bypass].Add(1)
	}
	if spoofed > 0 {
		l.spoofed.Add(uint64(spoofed))
	}
}

// evaluated counts an evaluation that took so long.
func (l *lane) evaluated(took time.Duration) {
	i := 0
	for i < len(evaluationBounds) && took > evaluationBounds[i] {
		i++
	}
	l.took[i].Add(1)
	l.nanos.Add(uint64(max(0, took)))
}

var (
	decisionsDesc = prometheus.NewDesc("caddy_discount_decisions_total",
		"Requests by the status of their discount.", []string{"status"}, nil)
	bypassesDesc = prometheus.NewDesc("caddy_discount_bypass_total",
		"Requests with the status bypass, by why no cart was read from them.", []string{"reason"}, nil)
	spoofedDesc = prometheus.NewDesc("caddy_discount_spoofed_headers_total",
		"Headers, trailers and Connection tokens that clients sent under the names of discount headers.", nil, nil)
	tooManyStepsDesc = prometheus.NewDesc("caddy_discount_too_many_steps_total",
		"Carts without a discount because pricing them would take more steps than a quote may.", nil, nil)
	evaluationsDesc = prometheus.NewDesc("caddy_discount_evaluation_duration_seconds",
		"How long it took to read a cart, quote it and write the result, without waiting for the body.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c *counters) Describe(to chan<- *prometheus.Desc) {
	to <- decisionsDesc
	to <- bypassesDesc
	to <- spoofedDesc
	to <- tooManyStepsDesc
	to <- evaluationsDesc
}

// Collect implements prometheus.Collector.
func (c *counters) Collect(to chan<- prometheus.Metric) {
	for i, name := range statusNames {
		n := c.sum(func(l *lane) *atomic.Uint64 { return &l.decisions[i] })
		to <- prometheus.MustNewConstMetric(decisionsDesc, prometheus.CounterValue, float64(n), name)
	}
	for i, name := range bypassNames {
		n := c.sum(func(l *lane) *atomic.Uint64 { return &l.bypasses[i] })
		to <- prometheus.MustNewConstMetric(bypassesDesc, prometheus.CounterValue, float64(n), name)
	}
	to <- prometheus.MustNewConstMetric(spoofedDesc, prometheus.CounterValue, float64(c.spoofed()))
	to <- prometheus.MustNewConstMetric(tooManyStepsDesc, prometheus.CounterValue, float64(c.sum(func(l *lane) *atomic.Uint64 { return &l.tooManySteps })))
	all, upTo := uint64(0), make(map[float64]uint64, len(evaluationBounds))
	for i, bound := range evaluationBounds {
		all += c.sum(func(l *lane) *atomic.Uint64 { return &l.took[i] })
		upTo[bound.Seconds()] = all
	}
	all += c.sum(func(l *lane) *atomic.Uint64 { return &l.took[len(evaluationBounds)] })
	nanos := c.sum(func(l *lane) *atomic.Uint64 { return &l.nanos })
	to <- prometheus.MustNewConstHistogram(evaluationsDesc, all, time.Duration(nanos).Seconds(), upTo)
}

func (c *counters) spoofed() uint64 { return c.sum(func(l *lane) *atomic.Uint64 { return &l.spoofed }) }

func (c *counters) sum(of func(*lane) *atomic.Uint64) (n uint64) {
	for i := range c.lanes {
		n += of(&c.lanes[i]).Load()
	}
	return n
}
