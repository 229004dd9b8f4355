package reservations

import (
	"time"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// view is one strategy as the ledger counts it.
type view struct {
	strategy *strategy.Strategy
	counters []quota.Counter // by quota: without window and customer
	named    bool            // a quota is per customer
	marks    marks
}

func newView(s *strategy.Strategy) *view {
	v := &view{strategy: s}
	all := s.Quotas()
	for i := range all {
		v.counters = append(v.counters, quota.Counter{Kind: kinds[all[i].Kind], Name: all[i].Name, Round: all[i].Round})
		v.named = v.named || all[i].PerCustomer
	}
	return v
}

// kinds are the kinds of counts by what a quota counts.
var kinds = [...]quota.Kind{strategy.QuotaUses: quota.Uses, strategy.QuotaUnits: quota.Units, strategy.QuotaBudget: quota.Budget}

// key is the key of the count of a quota: in a window, and of a customer if it is per customer.
func (v *view) key(of int, w strategy.Window, customer quota.Digest) quota.Key {
	c := v.counters[of]
	q := &v.strategy.Quotas()[of]
	if !w.Start.IsZero() {
		c.Window = q.Per.String() + " " + w.Start.Format(time.DateOnly)
	}
	if q.PerCustomer {
		c.Customer = customer
	}
	return c.Key()
}

// take is a demand as the ledger has it.
func (v *view) take(d strategy.Demand, customer quota.Digest) quota.Take {
	t := quota.Take{Key: v.key(d.Quota, d.Window, customer), Amount: d.Amount, Limit: v.strategy.Quotas()[d.Quota].Limit}
	if !d.Window.End.IsZero() {
		t.WindowEnd = d.Window.End.UnixMilli()
	}
	return t
}
