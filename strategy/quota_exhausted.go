package strategy

import "slices"

// Exhausted appends the rules that a quota denied in a completed quote and that the cart has goods
// for, rising, as indexes into [Strategy.Rules]: too little is left of the quota. A rule that is for
// named customers alone, and the rules of [Restriction.Deny], are not among them.
func (s *Strategy) Exhausted(dst []int, q *Quote) []int {
	if s.quotas == nil {
		return dst
	}
	first := len(dst)
	for _, rule := range q.work.quota.missed {
		if d := q.work.denialOf(int(rule)); d != nil && d.quota != noQuota {
			dst = append(dst, int(rule))
		}
	}
	slices.Sort(dst[first:])
	return append(dst[:first], slices.Compact(dst[first:])...)
}
