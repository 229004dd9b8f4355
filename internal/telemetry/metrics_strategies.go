package telemetry

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/promogate/caddy-discount/reload"
)

// results are the outcomes of a save, as the label of a metric.
var results = map[reload.EventKind]string{
	reload.EventActivated: "activated",
	reload.EventRefused:   "refused",
	reload.EventMissing:   "missing",
	reload.EventStaged:    "staged",
	reload.EventUnchanged: "unchanged",
	reload.EventPinned:    "held",
	reload.EventWithdrawn: "withdrawn",
}

// strategySeries are the counters of the strategies with one id. There is one strategy, except
// while a strategy is opened again before it is closed.
type strategySeries struct {
	users     int         // number of strategies, including those that are being opened
	open      []*Strategy // the last one opened is shown
	reloads   map[string]*atomic.Uint64
	succeeded atomic.Int64 // the last success in nanoseconds since 1970; 0 if there was none
}

// count counts an event of a strategy.
func (s *strategySeries) count(e reload.Event) {
	result, counted := results[e.Kind]
	if !counted {
		return
	}
	s.reloads[result].Add(1)
	fromFile := e.Live.Kind != reload.KindRecall && e.Live.Kind != reload.KindRollback
	switch {
	case e.Kind == reload.EventActivated && fromFile, e.Kind == reload.EventStaged, e.Kind == reload.EventUnchanged:
		s.succeeded.Store(e.Time.UnixNano())
	}
}

// strategyCollector exports the strategies in use. A scrape reads their present status, so a
// series ends with the strategy that it is about.
type strategyCollector struct {
	info, successful, timestamp, reloads, staged, state *prometheus.Desc

	mu sync.Mutex
	by map[string]*strategySeries // by id
}

func newStrategyCollector() *strategyCollector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("caddy_discount_strategy_"+name, help, append([]string{"strategy"}, labels...), nil)
	}
	return &strategyCollector{
		by:         make(map[string]*strategySeries),
		info:       desc("info", "The strategy in service; always 1.", "version", "sha256"),
		successful: desc("last_reload_successful", "Whether the file is there and was not refused as it is now."),
		timestamp:  desc("last_reload_success_timestamp_seconds", "When the file was last accepted."),
		reloads:    desc("reloads_total", "Saves of the file by what became of them.", "result"),
		staged:     desc("staged_due_timestamp_seconds", "When the strategy that waits is to be in service; absent if none does."),
		state:      desc("state_written", "Whether what happens to the strategy is remembered on disk; absent if it is not to be."),
	}
}

// join adds a strategy that is about to be opened.
func (c *strategyCollector) join(id string) *strategySeries {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.by[id]
	if s == nil {
		s = &strategySeries{reloads: make(map[string]*atomic.Uint64)}
		for _, result := range results {
			s.reloads[result] = new(atomic.Uint64)
		}
		c.by[id] = s
	}
	s.users++
	return s
}

// show adds a strategy that is open.
func (c *strategyCollector) show(s *Strategy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.series.open = append(s.series.open, s)
}

// leave removes what join added. The series end with the last strategy of the id.
func (c *strategyCollector) leave(s *Strategy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.series.open = slices.DeleteFunc(s.series.open, func(other *Strategy) bool { return other == s })
	if s.series.users--; s.series.users == 0 {
		delete(c.by, s.key.ID)
	}
}

// Describe implements prometheus.Collector.
func (c *strategyCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.info, c.successful, c.timestamp, c.reloads, c.staged, c.state} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c *strategyCollector) Collect(to chan<- prometheus.Metric) {
	c.mu.Lock()
	var all []prometheus.Metric
	for id, s := range c.by {
		if len(s.open) > 0 {
			all = c.collect(all, id, s)
		}
	}
	c.mu.Unlock()
	for _, m := range all {
		to <- m
	}
}

func (c *strategyCollector) collect(all []prometheus.Metric, id string, s *strategySeries) []prometheus.Metric {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		all = append(all, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, append([]string{id}, labels...)...))
	}
	now := s.open[len(s.open)-1].status()
	gauge(c.info, 1, now.Live.Version, now.Live.Fingerprint)
	gauge(c.successful, oneIf(!now.Refusal.Active && now.Missing.IsZero()))
	if at := s.succeeded.Load(); at != 0 {
		gauge(c.timestamp, seconds(time.Unix(0, at)))
	}
	for result, n := range s.reloads {
		all = append(all, prometheus.MustNewConstMetric(c.reloads, prometheus.CounterValue, float64(n.Load()), id, result))
	}
	if !now.Staged.Due.IsZero() {
		gauge(c.staged, seconds(now.Staged.Due))
	}
	if now.State.Dir != "" {
		gauge(c.state, oneIf(now.State.Err == nil))
	}
	return all
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// seconds is a time in seconds since 1970, as Prometheus expects it.
func seconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }
