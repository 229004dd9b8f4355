package telemetry

import "github.com/prometheus/client_golang/prometheus"

// The metrics of quotas. The label is as [counts.Label] writes it.
var (
	quotaLeftDesc = prometheus.NewDesc("caddy_discount_quota_left",
		"What was left when the count was read last, in orders, units or minor units; absent for limits of each customer.", []string{"quota"}, nil)
	quotaReservationsDesc = prometheus.NewDesc("caddy_discount_quota_reservations_total",
		"Reservations by quota and by what became of them; the first 200 quotas and sets of codes in service have a name, the others are "+otherQuotas+".", []string{"quota", "result"}, nil)
	quotaSettlementsDesc = prometheus.NewDesc("caddy_discount_quota_settlements_total",
		"What became of orders, by the quotas that they take from.", []string{"quota", "outcome"}, nil)
	quotaOverDesc = prometheus.NewDesc("caddy_discount_quota_over_total",
		"What was taken beyond the limit, in orders, units or minor units.", []string{"quota"}, nil)
	quotaUnresolvedDesc = prometheus.NewDesc("caddy_discount_quota_unresolved",
		"Orders with an unknown outcome, and those held beyond their deadline, when the ledger was read last.", []string{"quota"}, nil)
)

// Describe implements prometheus.Collector.
func (c *quotaCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{quotaLeftDesc, quotaReservationsDesc, quotaSettlementsDesc, quotaOverDesc, quotaUnresolvedDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector. Where no strategy has a quota, there are no series.
func (c *quotaCollector) Collect(to chan<- prometheus.Metric) {
	var all []prometheus.Metric
	c.mu.Lock()
	for label, s := range c.named {
		all = s.collect(all, label)
	}
	if len(c.serving) > 0 {
		all = c.other.collect(all, otherQuotas)
	}
	left, unresolved := c.gauges()
	c.mu.Unlock()
	for label, n := range left {
		all = append(all, prometheus.MustNewConstMetric(quotaLeftDesc, prometheus.GaugeValue, float64(n), label))
	}
	for label, n := range unresolved {
		all = append(all, prometheus.MustNewConstMetric(quotaUnresolvedDesc, prometheus.GaugeValue, float64(n), label))
	}
	for _, m := range all {
		to <- m
	}
}

// gauges are the gauges by label. If strategies have quotas with the same label, the one with the
// least left is shown, and the one with the most unresolved orders.
func (c *quotaCollector) gauges() (left, unresolved map[string]int64) {
	left, unresolved = make(map[string]int64), make(map[string]int64)
	for _, n := range c.serving {
		for i := range n.gauges {
			label := n.labels[i]
			if c.named[label] == nil {
				label = otherQuotas
			}
			if now := n.gauges[i].left.Load(); now != unknownLeft {
				if known, has := left[label]; !has || now < known {
					left[label] = now
				}
			}
			unresolved[label] = max(unresolved[label], n.gauges[i].unresolved.Load())
		}
	}
	return left, unresolved
}

func (s *quotaSeries) collect(all []prometheus.Metric, label string) []prometheus.Metric {
	for i, word := range quotaResultWords {
		all = append(all, prometheus.MustNewConstMetric(quotaReservationsDesc, prometheus.CounterValue, float64(s.reservations[i].Load()), label, word))
	}
	for _, o := range quotaOutcomes {
		all = append(all, prometheus.MustNewConstMetric(quotaSettlementsDesc, prometheus.CounterValue, float64(s.settlements[o].Load()), label, o.String()))
	}
	return append(all, prometheus.MustNewConstMetric(quotaOverDesc, prometheus.CounterValue, float64(s.over.Load()), label))
}
