package strategy

import (
	"fmt"
	"math/bits"
)

// This file implements select = "best_combination": of the rules that give something alone, it
// applies those that are worth most together.
//
// Each rule is first tried alone on the untouched cart. A combination is valid if these discounts
// together are at most the value of the goods, and likewise of shipping. It has at most one rule
// of a group. An exclusive rule is alone in it, or with rules of shipping if it is exclusive
// towards goods. The worth of a combination is what its rules take off when only they are
// applied, in their order and with their stop. Of combinations of equal worth the one with more
// gifts is better, then the one with fewer rules, then the one with the earlier rules.

// maxCombined is the maximum number of rules, so that there are at most 2^16 combinations.
const maxCombined = 16

// checkCombined refuses more than maxCombined enabled rules. The [[discounts]] ladder counts as
// one.
func (m *Model) checkCombined(top *section) {
	if m.arithmetic.selection != selectBestCombination {
		return
	}
	enabled, ladder := 0, ""
	for _, r := range m.rules {
		if r.enabled {
			enabled++
		}
	}
	if len(m.steps) > 0 {
		enabled, ladder = enabled+1, ", the [[discounts]] ladder among them"
	}
	if enabled > maxCombined {
		n := top.Node.Get("arithmetic").Get("select")
		top.Add(n.Pos, "arithmetic.select", fmt.Sprintf("best_combination takes %d rules at most, and %d are enabled%s", maxCombined, enabled, ladder),
			`switch some off with enabled = false, or use select = "best"`)
	}
}

// combining is the search for the best combination, by branch and bound: each rule in turn is
// taken or left out, and a branch is pruned when its bound is no better than the best combination
// so far. Its memory is used again.
type combining struct {
	rules []combined // those that give something alone, in their order
	items []item     // the items before each rule that is taken
	runs  []run      // their runs
	at    combination
	alone sides // what the rules of at take off alone
	best  combination
	tries int // how often a rule was applied on trial
}

// combined is a rule that may be part of a combination.
type combined struct {
	rule       int32
	steady     bool  // it never takes more than alone: see [Strategy.steady]
	gift       bool  // it gives a gift
	alone      sides // what it takes off alone
	most       sides // the most that it and the rules after it could take off
	steadyTail bool  // it and the rules after it are steady
	gifts      int   // number of gifts that it and the rules after it could give
}

// sides are amounts off the goods and off shipping, in minor units.
type sides struct{ goods, shipping int64 }

func (a sides) plus(b sides) sides  { return sides{a.goods + b.goods, a.shipping + b.shipping} }
func (a sides) least(b sides) sides { return sides{min(a.goods, b.goods), min(a.shipping, b.shipping)} }
func (a sides) sum() int64          { return a.goods + a.shipping }

// sidesOf is what the target's portions lose.
func (e *evaluation) sidesOf(t *target) sides {
	var off sides
	for i := range t.portions {
		if p := &t.portions[i]; int(p.item) < e.goods {
			off.goods += p.off
		} else {
			off.shipping += p.off
		}
	}
	return off
}

// combination is some of the rules, a bit a rule, and what they are worth together.
type combination struct {
	rules uint32
	worth int64
	gifts int
}

func (c *combination) size() int { return bits.OnesCount32(c.rules) }

// beats reports whether a combination is better than another.
func (c *combination) beats(other *combination) bool {
	switch {
	case c.worth != other.worth:
		return c.worth > other.worth
	case c.gifts != other.gifts:
		return c.gifts > other.gifts
	case c.size() != other.size():
		return c.size() < other.size()
	}
	apart := c.rules ^ other.rules
	return c.rules&(apart&-apart) != 0 // the first rule that is in only one of them
}

// applyBestCombination applies the best combination of rules.
func (s *Strategy) applyBestCombination(q *Quote) {
	e := &q.work
	if e.choice.combining == nil {
		e.choice.combining = &combining{}
	}
	c := e.choice.combining
	*c = combining{rules: c.rules[:0], items: c.items[:0], runs: c.runs[:0]}
	s.tryAlone(q, c)
	traced := e.trace
	e.trace = nil // tries of the search are no part of the explanation
	s.computeBounds(q, c)
	s.combine(q, c, 0)
	s.competeExclusive(c)
	e.trace = traced
	s.restart(q)
	var before *compiledRule
	for n := range c.rules {
		if c.best.rules&(1<<n) != 0 {
			before = s.applyAfter(q, int(c.rules[n].rule), before)
		}
	}
}

// tryAlone tries each rule on the untouched cart.
func (s *Strategy) tryAlone(q *Quote, c *combining) {
	e := &q.work
	for _, i := range e.lookup.candidates {
		t, met := s.try(q, int(i))
		if !met {
			continue
		}
		one := combined{rule: i, steady: s.boundOf(q, int(i)).steady, gift: e.gift.SKU != "", alone: e.sidesOf(t)}
		if one.gift || one.alone.sum() > 0 {
			c.rules = append(c.rules, one)
		}
	}
}

// computeBounds computes the most that each rule and those after it could give.
func (s *Strategy) computeBounds(q *Quote, c *combining) {
	tail := combined{steadyTail: true}
	for n := len(c.rules) - 1; n >= 0; n-- {
		one := &c.rules[n]
		one.most = tail.most.plus(s.most(q, one))
		one.steadyTail, one.gifts = tail.steadyTail && one.steady, tail.gifts
		if one.gift {
			one.gifts++
		}
		tail = *one
	}
}

// combine tries all combinations of the rules taken so far with the rules from the n-th on.
func (s *Strategy) combine(q *Quote, c *combining, n int) {
	for ; n < len(c.rules) && !q.work.tooManySteps() && c.mayBeat(q, n); n++ {
		s.combineWith(q, c, n)
	}
}

// combineWith is combine with the n-th rule taken. It restores the quote afterwards.
func (s *Strategy) combineWith(q *Quote, c *combining, n int) {
	one := &c.rules[n]
	if !s.fits(q, c, one) {
		return
	}
	was, at, faces := q.keep(), c.at, c.alone
	var before *compiledRule
	if c.at.rules != 0 {
		before = &s.rules[c.rules[bits.Len32(c.at.rules)-1].rule]
	}
	c.tries++
	if s.applyAfter(q, int(one.rule), before) != before { // else the rule adds nothing
		c.at = combination{rules: c.at.rules | 1<<n, worth: q.Discount + q.ShippingDiscount, gifts: len(q.Gifts)}
		c.alone = c.alone.plus(one.alone)
		if c.at.beats(&c.best) {
			c.best = c.at
		}
		if s.rules[one.rule].stop != stopCart {
			s.combine(q, c, n+1)
		}
		c.at, c.alone = at, faces
	}
	q.back(was)
}

// fits reports whether a rule may be added to the rules taken so far.
func (s *Strategy) fits(q *Quote, c *combining, one *combined) bool {
	r := &s.rules[one.rule]
	with := c.alone.plus(one.alone)
	if r.exclusive == exclusiveAll || with.goods > q.Subtotal || with.shipping > q.Shipping {
		return false
	}
	if r.group == "" && !s.exclusive {
		return true
	}
	for taken := c.at.rules; taken != 0; taken &= taken - 1 {
		other := &s.rules[c.rules[bits.TrailingZeros32(taken)].rule]
		if r.group != "" && other.group == r.group || r.conflictsWith(other) {
			return false
		}
	}
	return true
}

// mayBeat reports whether the rules taken so far, with rules from the n-th on, could be better
// than the best combination. It uses upper bounds: what these rules could take off, what is left
// to take off, and for steady rules what keeps a combination valid.
func (c *combining) mayBeat(q *Quote, n int) bool {
	from := &c.rules[n]
	most := from.most.least(sides{max(0, q.work.budget), q.Shipping - q.ShippingDiscount})
	if from.steadyTail {
		most = most.least(sides{q.Subtotal - c.alone.goods, q.Shipping - c.alone.shipping})
	}
	worth, gifts := c.at.worth+most.sum(), c.at.gifts+from.gifts
	switch {
	case worth != c.best.worth:
		return worth > c.best.worth
	case gifts != c.best.gifts:
		return gifts > c.best.gifts
	}
	// A combination of the same size that is found later has later rules.
	return c.at.size()+1 < c.best.size()
}

// maxCombinedTries bounds the tries of rules in all quotes of an explanation, approximately: four
// times those of the longest search for one quote.
const maxCombinedTries = 4 << maxCombined

// triesFor is how many further quotes an explanation may take. There are fewer after a long
// search, because each further quote would also take a long search.
func (c *combining) triesFor(most int) int {
	if c == nil || c.tries == 0 {
		return most
	}
	return min(most, maxCombinedTries/c.tries)
}

// tried is how often a rule was applied on trial.
func (c *combining) tried() int {
	if c == nil {
		return 0
	}
	return c.tries
}

// competeExclusive compares each rule that is exclusive towards all, alone, with the best
// combination.
func (s *Strategy) competeExclusive(c *combining) {
	for n := range c.rules {
		one := &c.rules[n]
		if s.rules[one.rule].exclusive != exclusiveAll {
			continue
		}
		alone := combination{rules: 1 << n, worth: one.alone.sum()}
		if one.gift {
			alone.gifts = 1
		}
		if alone.beats(&c.best) {
			c.best = alone
		}
	}
}

// applyAfter applies a rule; before is the last rule that gave something, or nil. It returns the
// last rule that gave something.
func (s *Strategy) applyAfter(q *Quote, i int, before *compiledRule) *compiledRule {
	r := &s.rules[i]
	if before == nil || before.stage != r.stage {
		q.work.beginStage()
	}
	if !s.apply(q, i) {
		return before
	}
	return r
}

// kept is the part of a quote that rules change. Its items and runs are in the memory of the
// search.
type kept struct {
	off                    sides
	budget                 int64
	freeRun                int32
	applied, shares, gifts int
	items, runs            int // where they begin in that memory
}

// keep saves a quote for back. Saved quotes are restored in reverse order.
func (q *Quote) keep() kept {
	e := &q.work
	c := e.choice.combining
	k := kept{
		off: sides{q.Discount, q.ShippingDiscount}, budget: e.budget, freeRun: e.freeRun,
		applied: len(q.Applied), shares: len(q.shares), gifts: len(q.Gifts), items: len(c.items), runs: len(c.runs),
	}
	c.items, c.runs = append(c.items, e.items...), append(c.runs, e.runs...)
	return k
}

// back restores a quote that keep saved.
func (q *Quote) back(to kept) {
	e := &q.work
	c := e.choice.combining
	for _, share := range q.shares[to.shares:] {
		if share.Line >= 0 {
			q.Lines[share.Line].Discount -= share.Amount
		} else {
			q.Charges[share.Charge].Discount -= share.Amount
		}
	}
	q.Discount, q.ShippingDiscount, e.budget, e.freeRun = to.off.goods, to.off.shipping, to.budget, to.freeRun
	q.Applied, q.shares, q.Gifts = q.Applied[:to.applied], q.shares[:to.shares], q.Gifts[:to.gifts]
	copy(e.items, c.items[to.items:])
	e.runs = append(e.runs[:0], c.runs[to.runs:]...)
	c.items, c.runs = c.items[:to.items], c.runs[:to.runs]
}

// leftOut is the reason of a rule that gives something alone but is not in the best combination.
func (s *Strategy) leftOut(q *Quote, found tried) shortfall {
	why := shortfall{reason: ReasonSelect, needed: minorValue(s.offByRules(q), sayBetterCombination)}
	if found.lowered.amount != 0 {
		why.seen = minorValue(found.lowered.amount, sayAlone)
	}
	return why
}
