package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/money"
)

// bound is how the most that a rule takes off, whatever other rules left, is found on
// the untouched cart. A bound that is too high costs time, one that is too low would
// miss the best combination.
type bound struct {
	// steady rules never take more than alone.
	steady bool
	// rule is one that takes, on the untouched cart without floors, no less than the
	// rule in any combination, but for slack. It is nil where none is known.
	rule *compiledRule
	// units are how many are picked, of which each may be dearer by a part of a minor
	// unit: the odd ones are on the first units.
	units int64
}

// boundsOf finds the bounds of all rules, where they are needed.
func (s *Strategy) boundsOf() []bound {
	if s.arithmetic.selection != selectBestCombination {
		return nil
	}
	bounds := make([]bound, len(s.rules))
	for i := range s.rules {
		r := &s.rules[i]
		bounds[i] = bound{steady: s.steady(r)}
		if !bounds[i].steady {
			bounds[i].rule, bounds[i].units = r.outdone()
		}
	}
	return bounds
}

// steady reports whether a rule never takes more off what other rules left than off
// the untouched cart. It holds where less value, fewer lines and less headroom can only
// lower the reward. It does not where the rule picks units: those that others took
// away make room for dearer ones. Nor does it where goods and shipping share an
// amount: what limits keep off the goods, shipping may take. What is lowered to a
// bound in steps may lose more by the steps than by the bound. And an odd minor unit
// of an article may come to be that of another line.
func (s *Strategy) steady(r *compiledRule) bool {
	inSteps := s.arithmetic.unit > 1 && (r.maxDiscount > 0 || s.limits != (limits{}))
	return r.targeting.appliesTo != toAll && r.targeting.maxUnits == 0 && !r.byLine && !inSteps && !r.lines.gains() && steady(r.reward)
}

// gains reports whether a line may come to match when a rule reduces it: it was left
// out for not being reduced.
func (m *matcher) gains() bool {
	f := m.extra
	return f != nil && (f.exclude != nil && f.exclude.asksForReduced() || slices.ContainsFunc(f.any, func(a matcher) bool { return a.gains() }))
}

// asksForReduced reports whether it matters to a matcher, at any depth, that a line is
// reduced.
func (m *matcher) asksForReduced() bool {
	f := m.extra
	return f != nil && (f.skipReduced || f.exclude != nil && f.exclude.asksForReduced() ||
		slices.ContainsFunc(f.any, func(a matcher) bool { return a.asksForReduced() }))
}

// outdone is a rule like r that takes the dearest units, or all that r takes some
// of, and how many units r picks.
func (r *compiledRule) outdone() (*compiledRule, int64) {
	like := *r
	like.maxDiscount, like.targeting.pick, like.thresholds = 0, dearest, nil
	if like.lines.gains() {
		further := *like.lines.extra
		further.exclude = nil
		like.lines.extra = &further
		if like.lines.gains() {
			return nil, 0
		}
	}
	units := r.targeting.maxUnits
	switch by, is := r.reward.(boundedReward); {
	case is:
		units = by.boundBy(&like, units)
	case !steady(r.reward):
		return nil, 0
	}
	if r.byLine || r.each != eachNone {
		units = money.Max
	}
	return &like, units
}

// most is the most that a rule could take off in any combination, given that the
// cart is untouched.
func (s *Strategy) most(q *Quote, one *combined) sides {
	e, r, by := &q.work, &s.rules[one.rule], &s.bounds[one.rule]
	if by.steady {
		return one.alone
	}
	most := sides{money.Max, money.Max}
	if by.rule != nil {
		most = s.unbounded(e, by)
	}
	if r.targeting.appliesTo == toAll { // what is not taken off one side may be taken off the other
		most = sides{most.sum(), most.sum()}
	}
	if r.maxDiscount > 0 {
		most = most.least(sides{r.maxDiscount, r.maxDiscount})
	}
	switch r.targeting.appliesTo {
	case toItems:
		most.shipping = 0
	case toShipping:
		most.goods = 0
	}
	return most
}

// unbounded is what the rule of a bound takes off with slack, without floors and
// limits.
func (s *Strategy) unbounded(e *evaluation, by *bound) sides {
	c, budget := e.choice.combining, e.budget
	c.items = append(c.items[:0], e.items...) // of which none is kept yet
	for i := range e.items {
		e.items[i].floor, e.items[i].unitFloor = 0, 0
	}
	e.budget = money.Max
	most := sides{money.Max, money.Max}
	if t, met := e.try(by.rule); met {
		slack := times(min(by.units, e.unitsInAll()), 1+s.arithmetic.unit) + s.arithmetic.unit*int64(len(t.portions)+1)
		most = e.sidesOf(t).plus(sides{slack, slack})
	}
	e.budget = budget
	copy(e.items, c.items)
	c.items = c.items[:0]
	return most
}

// unitsInAll is how many units the cart has.
func (e *evaluation) unitsInAll() int64 {
	units := int64(0)
	for i := range e.items[:e.goods] {
		units = min(money.Max, units+e.items[i].quantity)
	}
	return units
}
