package strategy

import (
	"maps"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// Explanation is a quote with what did not happen, and what is close.
type Explanation struct {
	Quote
	// Rejected are the rules that did not apply, in their order, those that are
	// switched off last.
	Rejected []Rejected
	// Lowered are the rules that gave less than their rewards came to, in the
	// order of Applied.
	Lowered []Lowered
	// Next are the rules that a little more in the cart would bring, the best
	// first: of the sixteen for which the least is missing, those that save
	// something.
	Next []Next
}

// Explain is [Strategy.Quote] with the reasons. It looks at every rule and
// quotes once more for each thing that is close, so it is for people who ask,
// not for every order. The error is a *[LineError].
func (s *Strategy) Explain(c *cart.Cart, now time.Time) (*Explanation, error) {
	x := &Explanation{}
	trace := &trace{}
	x.work.trace = trace
	if err := s.QuoteInto(&x.Quote, c, now); err != nil {
		return nil, err
	}
	x.Rejected, x.Lowered = s.rejected(&x.Quote, trace), s.lowered(&x.Quote, trace)
	s.lostTo(x, c, now, trace)
	if x.Reason == "" {
		x.Next = s.next(&x.Quote, c, now, trace)
	}
	return x, nil
}

// trace notes what an evaluation finds out about each rule.
type trace struct {
	tried    map[int]tried
	target   int   // the rule at hand
	only     int   // the one that is asked about, from one on; 0 for all
	together int64 // what the rules that are not exclusive take off
	rival    int   // the exclusive rule of goods that competed; -1 for none
	beside   int64 // what it and the rules of shipping take off
}

// tried is how far a rule came when its turn was last.
type tried struct {
	shortfall // what failed; of no reason when nothing did
	goals     []goal
	gave      []stepOn // where the reward is a ladder
	lowered   lowering
	spent     bool // the limits let nothing more be taken off the goods
}

// all reports whether every rule is asked about.
func (t *trace) all() bool { return t != nil && t.only == 0 }

// follows reports whether a rule is asked about.
func (t *trace) follows(rule int) bool { return t.all() || t != nil && t.only == rule+1 }

// forget leaves out what was found of some rules.
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
		if !c.holds(e, nil) {
			found.reason = c.key()
			found.seen, found.needed = c.explain(e, nil)
			return nil, false
		}
	}
	if r.each != eachNone {
		return e.tracedEach(r, &found)
	}
	t := e.aim(r)
	if !t.anything(r) {
		found.shortfall = missed(r, t)
		return nil, false
	}
	if !e.passes(r, t, &found) {
		return nil, false
	}
	floorless := e.floorless(r)
	t = e.aim(r)
	e.gift = Gift{}
	r.reward.give(e, r, t)
	found.gave = e.givenBy(r.reward, t)
	gave := t.off()
	e.traceCap(r, t, floorless, &found)
	if gave == 0 && e.gift.SKU == "" {
		found.shortfall = e.gaveNothing(r, t, floorless)
	}
	found.goals = e.goalsOf(r, t)
	return t, true
}

// took is what a rule took off, and whether it applied: a gift takes nothing.
func (q *Quote) took(rule int) (amount int64, applied bool) {
	for _, a := range q.Applied {
		if a.Rule == rule {
			return a.Amount, true
		}
	}
	return 0, false
}

// traceCap holds a rule to what it is held to and notes what that did.
func (e *evaluation) traceCap(r *compiledRule, t *target, floorless int64, found *tried) {
	found.lowered, found.spent = e.tracedCap(r, t), e.budget < e.arith.unit
	if floorless > found.lowered.from {
		found.lowered.from, found.lowered.byFloor = floorless, true
	}
}

// tracedEach is tracedTry for a rule that looks at parts, once its conditions hold.
func (e *evaluation) tracedEach(r *compiledRule, found *tried) (*target, bool) {
	floorless := e.floorless(r)
	t, reached := e.tryEach(r, found)
	if !reached {
		if found.reason == "" {
			found.shortfall = missed(r, &target{})
		}
		return nil, false
	}
	gave := t.off()
	e.traceCap(r, t, floorless, found)
	if gave > 0 || e.gift.SKU != "" {
		found.shortfall = shortfall{}
	} else if floorless > 0 {
		found.shortfall = e.gaveNothing(r, t, floorless)
	}
	return t, true
}

// add notes what a part gave, and what more of it would bring.
func (found *tried) add(e *evaluation, r *compiledRule, t *target) {
	found.gave = append(found.gave, e.givenBy(r.reward, t)...)
	if t.off() == 0 && e.gift.SKU == "" && found.reason == "" {
		found.shortfall = e.gaveNothing(r, t, 0)
	}
	found.goals = append(found.goals, e.goalsOf(r, t)...)
}

// goalsOf is what a reward would give more for, with the target as it is: asking may aim
// elsewhere.
func (e *evaluation) goalsOf(r *compiledRule, t *target) []goal {
	offs := slices.Clone(t.portions)
	goals := e.goals(r.reward, t)
	t.portions = append(t.portions[:0], offs...)
	return goals
}
