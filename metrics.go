package discount

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// The collectors are made once and registered anew with every configuration,
// whose registry is its own; the series go on through configuration reloads.
var (
	decisions = newDecisionCounters()

	spoofedHeaders = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "caddy_discount_spoofed_headers_total",
		Help: "Headers, trailers and Connection tokens that clients sent under the names of discount headers.",
	})
)

// decisionCounters count outcomes, each through a counter found beforehand.
type decisionCounters struct {
	*prometheus.CounterVec
	by map[status]prometheus.Counter
}

func newDecisionCounters() decisionCounters {
	d := decisionCounters{
		CounterVec: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "caddy_discount_decisions_total",
			Help: "Requests by the status of their discount.",
		}, []string{"status"}),
		by: make(map[status]prometheus.Counter),
	}
	for _, s := range []status{statusApplied, statusNone, statusBypass, statusInvalid, statusOversize, statusUnavailable} {
		d.by[s] = d.WithLabelValues(string(s))
	}
	return d
}

func (d decisionCounters) count(s status) { d.by[s].Inc() }

// registerMetrics makes the collectors known to a configuration's registry. A
// second handler in the same configuration finds them there.
func registerMetrics(registry prometheus.Registerer) error {
	for _, c := range []prometheus.Collector{decisions.CounterVec, spoofedHeaders} {
		var already prometheus.AlreadyRegisteredError
		if err := registry.Register(c); err != nil && !errors.As(err, &already) {
			return err
		}
	}
	return nil
}
