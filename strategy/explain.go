package strategy

import (
	"maps"
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
	// something or bring a gift.
	Next []Next
}

// Explain is [Strategy.Quote] with the reasons. It looks at every rule and
// quotes up to 96 times more for what is close, fewer where many rules meet many lines, so it is for people who ask,
// not for every order. The error is a *[LineError].
func (s *Strategy) Explain(c *cart.Cart, now time.Time) (*Explanation, error) {
	x, trace, err := s.traced(c, now)
	if err != nil {
		return nil, err
	}
	x.Rejected, x.Lowered = s.rejected(&x.Quote, trace), s.lowered(&x.Quote, trace)
	s.lostTo(x, c, now, trace)
	x.Next = s.next(&x.Quote, c, now, trace)
	return x, nil
}

// ExplainNext is [Strategy.Explain] without Rejected and Lowered: it does not list rules
// that are switched off, not open, or for other customers.
func (s *Strategy) ExplainNext(c *cart.Cart, now time.Time) (*Explanation, error) {
	x, trace, err := s.traced(c, now)
	if err != nil {
		return nil, err
	}
	x.Next = s.next(&x.Quote, c, now, trace)
	return x, nil
}

// traced is a quote that examines every rule.
func (s *Strategy) traced(c *cart.Cart, now time.Time) (*Explanation, *trace, error) {
	x, trace := &Explanation{}, &trace{}
	x.work.trace = trace
	if err := s.QuoteInto(&x.Quote, c, now); err != nil {
		return nil, nil, err
	}
	return x, trace, nil
}

// trace notes what an evaluation finds out about each rule.
type trace struct {
	tried        map[int]tried
	target       int           // the rule that is tried
	only         int           // the one that is asked about, from one on; 0 for all, or noRule
	without      int           // the one that is left out, from one on; 0 for none
	stops        map[int32]int // the rule that kept later ones from some of an article, by item
	together     int64         // what the rules that are not exclusive take off
	rival        int           // the exclusive rule of goods that competed; -1 for none
	withShipping int64         // what it and the rules of shipping take off
}

// noRule is no rule to ask about.
const noRule = -1

// tried is how far a rule came when it was tried last.
type tried struct {
	shortfall                // what failed; of no reason when nothing did
	progress  []progress     // how far it, or each part of its target, has come
	part      int32          // the first line of the part that is tried
	gave      []contribution // where the reward is in steps
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
		if !c.met(e, nil) {
			found.reason = c.key()
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

// took is what a rule gave: what it took off, and so many units of its gift.
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

// add notes what a part gave, and how far it has come.
func (found *tried) add(e *evaluation, r *compiledRule, t *target, reached progress) {
	found.gave = append(found.gave, e.contributionsOf(r.reward, t)...)
	if reached.gave = t.off() > 0 || e.gift.SKU != ""; !reached.gave && found.reason == "" {
		found.shortfall = e.gaveNothing(r, 0, &reached)
	}
	found.keep(e, reached)
}
