package reservations

import (
	"context"
	"time"

	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// Left is how much is left of a count of a rule, for the customer who looks at a price.
type Left struct {
	Rule  string `json:"rule"`
	Quota string `json:"quota"` // the name of the count
	Kind  string `json:"kind"`  // "uses", "units", or "budget" in minor units
	// Limit and Left are those of the count that all share. They are absent if there is none, and Left
	// if the ledger gave no answer.
	Limit *int64 `json:"limit,omitempty"`
	Left  *int64 `json:"left,omitempty"`
	// CustomerLeft is what is left for the customer. It is absent if each may have any number, or if
	// no customer is known.
	CustomerLeft *int64    `json:"customer_left,omitempty"`
	AsOf         time.Time `json:"as_of"`
}

// Left reads what is left of the counts of the rules that applied to a completed quote, and of those
// that had too little left for it. It is empty for a quote that such rules are not about.
func (r *Reserver) Left(ctx context.Context, o *Order, p Pricing) []Left {
	rules := p.Strategy.Exhausted(nil, p.Quote)
	for i := range p.Quote.Applied {
		if rule := p.Quote.Applied[i].Rule; p.Strategy.IsCounted(rule) {
			rules = append(rules, rule)
		}
	}
	if len(rules) == 0 {
		return nil
	}
	var quotas []int32
	for _, rule := range rules {
		quotas = append(quotas, p.Strategy.QuotasOf(rule)...)
	}
	states := r.states(ctx, o, p, quotas)
	var all []Left
	for _, rule := range rules {
		first, n := len(all), len(p.Strategy.QuotasOf(rule))
		for i := range states[:n] {
			all = addLeft(all, first, p, rule, &states[i])
		}
		states = states[n:]
	}
	return all
}

// states are what the ledger has counted of quotas; without counts if it gave no answer.
func (r *Reserver) states(ctx context.Context, o *Order, p Pricing, of []int32) []counts.State {
	unread := make([]counts.State, len(of))
	for i, index := range of {
		unread[i].Quota = &p.Strategy.Quotas()[index]
	}
	l := r.counting(ctx)
	if l == nil {
		return unread
	}
	var customer quota.Digest
	if id := o.customer(p.Cart); id != "" {
		customer = l.Digester.Customer(id)
	}
	ctx, cancel := l.outgoing(ctx)
	defer cancel()
	states, err := counts.ReadOf(ctx, l.Ledger, p.Strategy, of, p.At, customer)
	if err != nil {
		return unread
	}
	return states
}

// addLeft adds a count of a rule to those from first on. The count of all and that of the customer are
// one element.
func addLeft(all []Left, first int, p Pricing, rule int, s *counts.State) []Left {
	name, kind := s.Quota.Name, s.Quota.Kind.String()
	at := first
	for at < len(all) && (all[at].Quota != name || all[at].Kind != kind) {
		at++
	}
	if at == len(all) {
		all = append(all, Left{Rule: p.Strategy.Rules()[rule], Quota: name, Kind: kind, AsOf: p.At.In(p.Strategy.Location())})
	}
	of := &all[at]
	if !s.Quota.PerCustomer {
		of.Limit = new(s.Quota.Limit)
	}
	switch {
	case !s.Counted():
	case s.Quota.PerCustomer:
		of.CustomerLeft = new(s.Left())
	default:
		of.Left = new(s.Left())
	}
	return all
}

// Within is what the order that the workspace was used for last may not use of the strategy.
func (w *Workspace) Within() *strategy.Restriction { return &w.within }
