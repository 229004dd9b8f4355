package reservations

import (
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// This file counts reservations by their quota.

// countResult counts what a ledger answered: a denied order has taken nothing of the other quotas.
func (w *Workspace) countResult(p Pricing, denials []quota.Denial, joined bool) {
	result := telemetry.QuotaGranted
	if joined {
		result = telemetry.QuotaJoined
	}
	if len(denials) == 0 {
		for _, d := range w.demands {
			count(p, d, result)
		}
	}
	for _, denial := range denials {
		count(p, w.demands[denial.Take], telemetry.QuotaDenied)
	}
}

// countOutage counts an order that gets no answer.
func (w *Workspace) countOutage(o *Order, p Pricing) {
	if !o.takes(p.Cart) {
		return
	}
	for _, d := range w.demands {
		if d.Quota >= 0 && p.Strategy.Quotas()[d.Quota].OnOutage == strategy.OutageAllow {
			count(p, d, telemetry.QuotaAllowed)
		} else {
			count(p, d, telemetry.QuotaSkipped)
		}
	}
}

// count counts one quota, or one code of a set.
func count(p Pricing, d strategy.Demand, r telemetry.QuotaResult) {
	if d.Quota == strategy.CodeDemand {
		p.Counters.ReservedCode(d.Code.Set, r)
		return
	}
	p.Counters.Reserved(d.Quota, r)
}
