package strategy

import (
	"slices"
	"strings"
)

// Lowered says that a rule gave less than its reward came to.
type Lowered struct {
	Rule string
	// From is what the reward came to, or would have come to without the rules of By, in
	// minor units. Amount is what the rule took off, in minor units.
	From, Amount int64
	// By lists what lowered the reward. Other rules come first, each as "rule." and its id, in
	// the order in which they applied. Keys follow: floor_price, limits.max_rate,
	// limits.max_amount, max_discount, quota.
	By []string
}

// ByText is By for a person.
func (l *Lowered) ByText() string { return strings.Join(l.By, " and ") }

// lowering is what a rule's reward came to, and the amount to which it was lowered.
type lowering struct {
	from, amount              int64
	byFloor, byLimits, byMost bool
	byQuota                   bool
}

// tracedCap is cap, and returns what it lowered.
func (e *evaluation) tracedCap(r *compiledRule, t *target) lowering {
	l := lowering{from: t.off()}
	e.capAtLimits(t)
	within := t.off()
	e.capAtMost(r, t)
	l.amount = t.off()
	l.byLimits, l.byMost = within < l.from, l.amount < within
	return l
}

// floorless is what a rule's reward would come to if no product had a floor price; 0 if no
// item of the cart has one. The target has to be computed again afterwards.
func (e *evaluation) floorless(r *compiledRule) int64 {
	if !slices.ContainsFunc(e.items, func(l item) bool { return l.floor > 0 }) {
		return 0
	}
	kept := slices.Clone(e.items)
	for i := range e.items {
		e.items[i].floor, e.items[i].unitFloor = 0, 0
	}
	t, reached := e.reward(r)
	copy(e.items, kept)
	if !reached {
		return 0
	}
	return t.off()
}

// capOnLines is cap for the lines that a rule won, where each line has its own best rule. If
// it lowers nothing, the lowering noted when the rule was tried is kept.
func (e *evaluation) capOnLines(i int, r *compiledRule, t *target) {
	if !e.trace.follows(i) {
		e.cap(r, t)
		return
	}
	if l := e.tracedCap(r, t); l.amount < l.from {
		found := e.trace.tried[i]
		found.lowered = l
		e.trace.tried[i] = found
	}
}

// lowered lists the rules that gave less than their rewards came to, in the
// order in which they applied.
func (s *Strategy) lowered(q *Quote, t *trace) []Lowered {
	var list []Lowered
	for _, a := range q.Applied {
		l := t.tried[a.Rule].lowered
		if l.amount == l.from || l.amount != a.Amount {
			continue // not lowered, or other rules won some of its lines
		}
		one := Lowered{Rule: s.ids[a.Rule], From: l.from, Amount: l.amount}
		if l.byFloor {
			one.By = append(one.By, keyFloor)
		}
		if l.byLimits {
			one.By = append(one.By, s.limits.binding(q.Subtotal))
		}
		if l.byMost {
			one.By = append(one.By, "max_discount")
		}
		if l.byQuota {
			one.By = append(one.By, keyQuota)
		}
		list = append(list, one)
	}
	return list
}
