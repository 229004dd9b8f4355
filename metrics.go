package discount

import (
	"errors"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/promogate/caddy-discount/reload"
)

// The collectors are made once and registered anew with every configuration,
// whose registry is its own; the series go on through configuration reloads.
var (
	traffic = newCounters(laneCount)

	hits = newHitCollector(maxRuleSeries)

	strategies = newStrategyCollector()

	activations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "caddy_discount_strategy_activation_duration_seconds",
		Help:    "How long a strategy took from the save to being in service, by phase and kind of save.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 2, 18),
	}, []string{"phase", "kind"})
)

// collectors are all of the module's.
func collectors() []prometheus.Collector {
	return []prometheus.Collector{traffic, hits, strategies, activations}
}

// measure counts how long each phase of an activation took.
func measure(e reload.Event) {
	if e.Kind != reload.EventActivated {
		return
	}
	for _, p := range phases(e.Live) {
		activations.WithLabelValues(p.name, e.Live.Kind.String()).Observe(p.end.Sub(p.begin).Seconds())
	}
}

// phase is a part of an activation.
type phase struct {
	name       string
	begin, end time.Time
}

// phases are the parts of an activation between its stamps. What was not written
// just now was not waited for, and neither is an instant in the future.
func phases(f reload.Info) []phase {
	s := f.Timestamps
	var all []phase
	switch f.Kind {
	case reload.KindRename, reload.KindInPlace, reload.KindPoll:
		all = append(all, phase{"notice", s.Written, s.Noticed})
	}
	ready := s.Ready
	if f.Due.After(ready) {
		ready = f.Due
	}
	all = append(all, phase{"read", s.Noticed, s.Read}, phase{"build", s.Read, s.Ready}, phase{"swap", ready, s.Swapped})
	return slices.DeleteFunc(all, func(p phase) bool { return p.end.Before(p.begin) }) // a writer sets its times freely
}

// registerMetrics makes the collectors known to a configuration's registry. A
// second handler in the same configuration finds them there.
func registerMetrics(registry prometheus.Registerer) error {
	for _, c := range collectors() {
		var already prometheus.AlreadyRegisteredError
		if err := registry.Register(c); err != nil && !errors.As(err, &already) {
			return err
		}
	}
	return nil
}
