package strategy

import "slices"

// TryingAll is the strategy as if it tried the rules to which the limits leave nothing, too.
func (s *Strategy) TryingAll() *Strategy {
	all := *s
	all.rules = slices.Clone(s.rules)
	for i := range all.rules {
		all.rules[i].onlyGoods = false
	}
	return &all
}

// Denied lists the rules that a restriction or a quota denied.
func (s *Strategy) Denied(q *Quote) []string {
	var list []string
	for _, cause := range q.work.quota.causes {
		list = append(list, s.ids[cause.rule])
	}
	return list
}

// LeftOf is what a restriction says is left of a quota, or else its limit.
func (r *Restriction) LeftOf(quota int, limit int64) int64 {
	for _, of := range r.left {
		if of.quota == int32(quota) {
			return of.left
		}
	}
	return limit
}

// CustomerAlone is a restriction that says no more than whether the order names a customer.
func (r *Restriction) CustomerAlone() *Restriction { return &Restriction{customer: r.customer} }
