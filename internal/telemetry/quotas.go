package telemetry

import (
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// This file reports what happens to the quotas of a strategy in the log, the metrics and Caddy's
// events.

// The events of Caddy's events app that are about quotas and ledgers.
const (
	eventExhausted  = "discount_quota_exhausted"
	eventOver       = "discount_quota_over"
	eventLedgerDown = "discount_ledger_down"
	eventLedgerUp   = "discount_ledger_up"

	eventLedgerForgot = "discount_ledger_forgot"
)

// A QuotaReading is what was read of the counts of a quota.
type QuotaReading struct {
	// Left is what is left of a quota that all customers share.
	Left int64

	// PerCustomer says that each customer has a count, so that Left means nothing.
	PerCustomer bool

	// Unresolved is how many orders with an unknown outcome take from it.
	Unresolved int64
}

// OnQuotas reports what was read of the quotas of a compiled strategy, by their index.
func (s *Strategy) OnQuotas(counters *QuotaCounters, read []QuotaReading) {
	for i := range read {
		counters.gauges[i].unresolved.Store(read[i].Unresolved)
		if !read[i].PerCustomer && counters.setLeft(i, read[i].Left) {
			s.tellExhausted(&counters.quotas[i])
		}
	}
	for i, label := range counters.labels {
		if by := counters.series[i].Load().untold.Swap(0); by > 0 {
			s.tellOver(label, counters.limit(i), by)
		}
	}
}

// OnLedger reports that the ledger of a strategy is down, with the reason, or up again.
func (s *Strategy) OnLedger(down error) {
	if s.ledgerDown.Swap(down != nil) == (down != nil) {
		return // several handlers have the same ledger
	}
	if down != nil {
		fields := failure(down)
		s.log().Error("ledger down", append(fields, zap.String("effect", "rules with a quota follow on_outage"))...)
		s.events.queue(caddyEvent{eventLedgerDown, eventData(s.key, fields)})
		return
	}
	s.log().Info("ledger up")
	s.events.queue(caddyEvent{eventLedgerUp, eventData(s.key, nil)})
}

// OnForgot reports that the ledger of a strategy may have forgotten something, and was sent again what
// is known of it. The ledger has logged that.
func (s *Strategy) OnForgot(n quota.Notice) {
	s.events.queue(caddyEvent{eventLedgerForgot, eventData(s.key, []zap.Field{zap.Int("orders", n.Sent), zap.Int("unknown", n.Unknown)})})
}

func (s *Strategy) tellExhausted(q *strategy.Quota) {
	fields := []zap.Field{zap.String("quota", counts.Label(q)), zap.Int64("limit", q.Limit)}
	if q.Per != strategy.PerEver {
		fields = append(fields, zap.Stringer("per", q.Per))
	}
	s.log().Info("quota exhausted", fields...)
	s.events.queue(caddyEvent{eventExhausted, eventData(s.key, fields)})
}

func (s *Strategy) tellOver(label string, limit, by int64) {
	fields := []zap.Field{zap.String("quota", label), zap.Int64("limit", limit), zap.Int64("by", by)}
	s.log().Warn("quota taken beyond its limit", fields...)
	s.events.queue(caddyEvent{eventOver, eventData(s.key, fields)})
}
