package reservations

import (
	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// view is one strategy as the ledger counts it.
type view struct {
	strategy *strategy.Strategy
	named    bool // a quota is per customer
	marks    marks
}

func newView(s *strategy.Strategy) *view {
	v := &view{strategy: s}
	all := s.Quotas()
	for i := range all {
		v.named = v.named || all[i].PerCustomer
	}
	return v
}

// key is the key of the count of a quota: in a window, and of a customer if it is per customer.
func (v *view) key(of int, w strategy.Window, customer quota.Digest) quota.Key {
	return counts.Counter(&v.strategy.Quotas()[of], w, customer).Key()
}

// takeOfCode is the demand of a code as the ledger has it.
func takeOfCode(d strategy.Demand, by *quota.Digester) quota.Take {
	c := quota.Counter{Kind: quota.Code, Name: d.Code.Set, Code: by.Code(d.Code.Set, string(d.Code.Digest[:]))}
	return quota.Take{Key: c.Key(), Amount: d.Amount, Limit: d.Code.Uses}
}

// take is a demand of a quota as the ledger has it.
func (v *view) take(d strategy.Demand, customer quota.Digest) quota.Take {
	t := quota.Take{Key: v.key(d.Quota, d.Window, customer), Amount: d.Amount, Limit: v.strategy.Quotas()[d.Quota].Limit}
	if !d.Window.End.IsZero() {
		t.WindowEnd = d.Window.End.UnixMilli()
	}
	return t
}
