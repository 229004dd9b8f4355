package telemetry

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// The collectors are made once and registered anew with every configuration,
// whose registry is its own; the series go on through configuration reloads.
var (
	ruleSeries = newRuleCollector(maxRuleSeries)

	strategies = newStrategyCollector()

	activations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "caddy_discount_strategy_activation_duration_seconds",
		Help:    "How long a strategy took from the save to being in service, by phase and kind of save.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 2, 18),
	}, []string{"phase", "kind"})
)

// Register makes the collectors known to a configuration's registry, those of requests
// included. A second handler in the same configuration finds them there.
func Register(registry prometheus.Registerer, requests *Requests) error {
	for _, c := range []prometheus.Collector{requests, ruleSeries, strategies, activations} {
		var already prometheus.AlreadyRegisteredError
		if err := registry.Register(c); err != nil && !errors.As(err, &already) {
			return err
		}
	}
	return nil
}
