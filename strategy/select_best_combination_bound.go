package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/money"
)

// bound is how to compute, on the untouched cart, the most that a rule takes off after any other
// rules. A bound that is too high costs time; one that is too low would miss the best
// combination.
type bound struct {
	// steady rules never take more than alone.
	steady bool
	// rule takes on the untouched cart without floors, apart from slack, no less than the
	// bounded rule takes in any combination. It is nil if no such rule is known.
	rule *compiledRule
	// units is how many units are picked. Each may be dearer by a part of a minor unit,
	// because the odd minor units are on the first units.
	units int64
}

// boundsOf finds the bounds of all rules; nil if select does not need them.
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

// boundOf is the bound of a rule for a quote. A rule that quotas may lower has none: its limits
// are not those that the bounds were made for.
func (s *Strategy) boundOf(q *Quote, rule int) bound {
	if s.quotas != nil && s.mayLower(q, rule) {
		return bound{}
	}
	return s.bounds[rule]
}

// steady reports whether a rule never takes more after other rules than on the untouched cart.
// Less value, fewer lines and less headroom have to lower its reward or leave it as it is. A rule
// is not steady in these cases:
//
//   - It picks units: if other rules use some, it may pick dearer ones.
//   - It reduces goods and shipping: shipping may get what limits keep off the goods.
//   - A bound lowers it in rounding steps: the steps may lower it more than the bound.
//   - Its selector gains lines that are reduced.
//   - It looks at lines: an odd minor unit of an article may move to another line.
func (s *Strategy) steady(r *compiledRule) bool {
	inSteps := s.arithmetic.unit > 1 && (r.maxDiscount > 0 || s.limits != (limits{}))
	return r.targeting.appliesTo != toAll && r.targeting.maxUnits == 0 && !r.byLine && !inSteps && !r.lines.gains() && steady(r.reward)
}

// gains reports whether a line may begin to match when a rule reduces it: an exclude matched it
// only while it was not reduced.
func (m *matcher) gains() bool {
	f := m.extra
	return f != nil && (f.exclude != nil && f.exclude.asksForReduced() || slices.ContainsFunc(f.any, func(a matcher) bool { return a.gains() }))
}

// asksForReduced reports whether a matcher has skip_reduced at any depth.
func (m *matcher) asksForReduced() bool {
	f := m.extra
	return f != nil && (f.skipReduced || f.exclude != nil && f.exclude.asksForReduced() ||
		slices.ContainsFunc(f.any, func(a matcher) bool { return a.asksForReduced() }))
}

// outdone returns a rule like r that takes the dearest units, or all units of which r takes some,
// and how many units r picks. The rule is nil if none is known.
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

// most is the most that a rule could take off in any combination. The cart has to be untouched.
func (s *Strategy) most(q *Quote, one *combined) sides {
	e, r, by := &q.work, &s.rules[one.rule], s.boundOf(q, int(one.rule))
	if by.steady {
		return one.alone
	}
	most := sides{money.Max, money.Max}
	if by.rule != nil {
		most = s.unbounded(e, &by)
	}
	if r.targeting.appliesTo == toAll { // goods and shipping share the amount
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

// unbounded is what the rule of a bound takes off without floors and limits, plus slack.
func (s *Strategy) unbounded(e *evaluation, by *bound) sides {
	c, budget := e.choice.combining, e.budget
	c.items = append(c.items[:0], e.items...) // the search has kept none yet
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
