package telemetry

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// The collectors are made once and registered again with every configuration,
// whose registry is its own; the series continue through configuration reloads.
var (
	ruleSeries    = newRuleCollector(maxRuleSeries)
	strategies    = newStrategyCollector()
	activations   = newActivations()
	quotaMetrics  = newQuotaCollector(maxQuotaSeries)
	ledgerMetrics = newLedgerCollector()
)

// Register adds the collectors to the registry of a configuration, with requests. For a second
// handler in the same configuration they are registered already, which is no error.
func Register(registry prometheus.Registerer, requests *Requests) error {
	for _, c := range []prometheus.Collector{requests, ruleSeries, strategies, activations, quotaMetrics, ledgerMetrics} {
		var already prometheus.AlreadyRegisteredError
		if err := registry.Register(c); err != nil && !errors.As(err, &already) {
			return err
		}
	}
	return nil
}
