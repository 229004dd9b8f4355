package telemetry

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/promogate/caddy-discount/reload"
)

func newActivations() *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "caddy_discount_strategy_activation_duration_seconds",
		Help:    "How long a strategy took from the save to being in service, by phase and kind of save.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 2, 18),
	}, []string{"phase", "kind"})
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

// phases are the parts of an activation between its timestamps. Only a save has a "notice"
// phase. The time for which a strategy is staged belongs to no phase.
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
	return slices.DeleteFunc(all, func(p phase) bool { return p.end.Before(p.begin) }) // a writer can set the modification time freely
}
