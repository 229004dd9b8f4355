package strategy

import (
	"maps"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// Explanation is a quote with the rules that did not apply, and those that a little more
// would bring.
type Explanation struct {
	Quote
	// Rejected are the rules that did not apply, in their order. Disabled rules are last.
	Rejected []Rejected
	// Lowered are the rules whose discount was less than their rewards, in the order of
	// Applied.
	Lowered []Lowered
	// Next are the rules that a little more in the cart would bring, the best first. They
	// are those of the sixteen rules closest to applying that save something or bring a
	// gift.
	Next []Next
}

// Explain is [Strategy.Quote] with the reasons. It looks at every rule and computes up to
// 96 more quotes for Next, or fewer if many rules look at many lines. So it is for people
// who ask, and not for every order. The error is a *[LineError] or [ErrTooManySteps].
func (s *Strategy) Explain(c *cart.Cart, now time.Time) (*Explanation, error) {
	return s.ExplainWithin(c, now, nil)
}

// ExplainWithin is [Strategy.Explain] with a restriction, which may be nil.
func (s *Strategy) ExplainWithin(c *cart.Cart, now time.Time, within *Restriction) (*Explanation, error) {
	x, trace, err := s.traced(c, now, within)
	if err != nil {
		return nil, err
	}
	x.Rejected, x.Lowered = s.rejected(&x.Quote, trace), s.lowered(&x.Quote, trace)
	s.lostTo(x, c, now, trace)
	x.Next = s.next(&x.Quote, c, now, trace)
	return x, nil
}

// ExplainNext is [Strategy.Explain] without Rejected and Lowered. So it does not list rules
// that are disabled, not open, or for other customers. The error is a *[LineError] or
// [ErrTooManySteps].
func (s *Strategy) ExplainNext(c *cart.Cart, now time.Time) (*Explanation, error) {
	return s.ExplainNextWithin(c, now, nil)
}

// ExplainNextWithin is [Strategy.ExplainNext] with a restriction, which may be nil.
func (s *Strategy) ExplainNextWithin(c *cart.Cart, now time.Time, within *Restriction) (*Explanation, error) {
	x, trace, err := s.traced(c, now, within)
	if err != nil {
		return nil, err
	}
	x.Next = s.next(&x.Quote, c, now, trace)
	return x, nil
}

// traced computes a quote and examines every rule.
func (s *Strategy) traced(c *cart.Cart, now time.Time, within *Restriction) (*Explanation, *trace, error) {
	x, trace := &Explanation{}, &trace{within: within}
	x.work.trace = trace
	if err := s.QuoteInto(&x.Quote, c, now); err != nil {
		return nil, nil, err
	}
	return x, trace, nil
}

// trace records what an evaluation finds out about each rule.
type trace struct {
	tried        map[int]tried
	target       int           // index of the rule that is tried
	only         int           // the rule to trace, from one on; 0 for all, or noRule
	without      int           // the rule that is left out, from one on; 0 for none
	within       *Restriction  // nil for none
	stops        map[int32]int // by item, the rule that excluded some units from later rules
	together     int64         // discount of the rules that are not exclusive, in minor units
	rival        int           // the exclusive rule of goods that competed; -1 for none
	withShipping int64         // discount of the rival and the shipping rules, in minor units
}

// noRule is the value of trace.only that traces no rule.
const noRule = -1

// tried is the result of the last try of a rule.
type tried struct {
	shortfall                // what failed; without a reason when nothing failed
	progress  []progress     // progress of the rule, or of each part of its target
	part      int32          // the first line of the part that is tried
	gave      []contribution // contributions of the steps, if the reward has steps
	lowered   lowering
	spent     bool // the limits allow no further discount on the goods
}

// all reports whether every rule is traced.
func (t *trace) all() bool { return t != nil && t.only == 0 }

// follows reports whether a rule is traced.
func (t *trace) follows(rule int) bool { return t.all() || t != nil && t.only == rule+1 }

// forget removes the results of some rules.
func (t *trace) forget(some func(rule int) bool) {
	maps.DeleteFunc(t.tried, func(rule int, _ tried) bool { return some(rule) })
}

func (t *trace) note(found tried) {
	if t.tried == nil {
		t.tried = make(map[int]tried)
	}
	t.tried[t.target] = found
}

// tracedTry is try for an evaluation that is traced.
func (e *evaluation) tracedTry(r *compiledRule) (*target, bool) {
	found := tried{}
	defer func() { e.trace.note(found) }()
	if found.shortfall = e.closed(r); found.reason != "" {
		return nil, false
	}
	for _, c := range r.conditions {
		if !c.met(e, nil) {
			found.reason = e.unmet(c)
			found.seen, found.needed = c.explain(e, nil)
			found.keep(e, e.progressOf(c, r))
			return nil, false
		}
	}
	if r.each != eachNone {
		return e.tracedEach(r, &found)
	}
	t := e.computeTarget(r)
	if !t.anything(r) {
		found.shortfall = e.missed(r, t)
		return nil, false
	}
	if !e.passes(r, t, &found) {
		return nil, false
	}
	reached := e.progressOf(r.reward, r)
	floorless := e.floorless(r)
	t = e.computeTarget(r)
	e.gift = Gift{}
	r.reward.give(e, r, t)
	found.gave = e.contributionsOf(r.reward, t)
	gave := t.off()
	e.traceCap(r, t, floorless, &found)
	if reached.gave = gave > 0 || e.gift.SKU != ""; !reached.gave {
		found.shortfall = e.gaveNothing(r, floorless, &reached)
	}
	found.keep(e, reached)
	return t, true
}

// unmet is the reason of a condition that the cart does not satisfy.
func (e *evaluation) unmet(c condition) string {
	if of, is := c.(reasoned); is {
		return of.reason(e)
	}
	return c.key()
}

// took is the discount of a rule in minor units and the quantity of its gift.
func (q *Quote) took(rule int) (amount, gifts int64, applied bool) {
	for _, g := range q.Gifts {
		if g.Rule == rule {
			gifts += g.Quantity
		}
	}
	for _, a := range q.Applied {
		if a.Rule == rule {
			return a.Amount, gifts, true
		}
	}
	return 0, 0, false
}

// traceCap lowers the discount of a rule to its limits and records the result.
func (e *evaluation) traceCap(r *compiledRule, t *target, floorless int64, found *tried) {
	found.lowered, found.spent = e.tracedCap(r, t), e.budget < e.arith.unit
	if floorless > found.lowered.from {
		found.lowered.from, found.lowered.byFloor = floorless, true
	}
}

// tracedEach is tracedTry for a rule that looks at parts, after its conditions are
// satisfied.
func (e *evaluation) tracedEach(r *compiledRule, found *tried) (*target, bool) {
	floorless := e.floorless(r)
	t, reached := e.tryEach(r, found)
	if !reached {
		if found.reason == "" {
			found.shortfall = e.missed(r, e.computeTarget(r))
		}
		return nil, false
	}
	gave := t.off()
	e.traceCap(r, t, floorless, found)
	if gave > 0 || e.gift.SKU != "" {
		found.shortfall = shortfall{}
	} else if floorless > 0 {
		found.shortfall = e.gaveNothing(r, floorless, &progress{})
	}
	return t, true
}

// add records the discount and the progress of a part.
func (found *tried) add(e *evaluation, r *compiledRule, t *target, reached progress) {
	found.gave = append(found.gave, e.contributionsOf(r.reward, t)...)
	if reached.gave = t.off() > 0 || e.gift.SKU != ""; !reached.gave && found.reason == "" {
		found.shortfall = e.gaveNothing(r, 0, &reached)
	}
	found.keep(e, reached)
}
