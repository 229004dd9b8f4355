package strategy

import "slices"

// find finds the rules that the cart can touch.
func (s *Strategy) find(e *evaluation) {
	if e.trace.all() {
		e.addAll(s.ruleCount)
	} else {
		s.index.find(e)
		e.addAsked()
		s.addGroupLeaders(e)
	}
	s.sortGroups(e)
}

// evaluate applies the rules as arithmetic.select says.
func (s *Strategy) evaluate(q *Quote) {
	switch s.arithmetic.selection {
	case selectBest:
		s.applyBest(q)
	case selectBestPerLine:
		s.applyBestPerLine(q)
	case selectBestCombination:
		s.applyBestCombination(q)
	default:
		s.applyAll(q)
	}
	s.roundPayable(q)
}

// applyAll applies the rules that are not exclusive in their order. If there are exclusive rules,
// it then applies one of those instead where that is worth more.
func (s *Strategy) applyAll(q *Quote) {
	s.applyTogether(q, noExclusive)
	if s.exclusive {
		s.letExclusiveCompete(q)
	}
}

// applyTogether applies the rules that are not exclusive in their order. If exclusive is a rule
// and not noExclusive, that rule replaces the rules of goods.
func (s *Strategy) applyTogether(q *Quote, exclusive int) {
	e := &q.work
	for n, i := range e.lookup.candidates {
		r := &s.rules[i]
		if n == 0 || r.stage != s.rules[e.lookup.candidates[n-1]].stage {
			e.beginStage()
		}
		if r.exclusive != exclusiveNot && int(i) != exclusive {
			continue
		}
		if applied := s.applyNext(q, int(i), exclusive); applied >= 0 && s.rules[applied].stop == stopCart {
			return
		}
	}
}

// applyNext applies a rule, or the best rule of the group that it leads, and returns the rule
// that gave something; -1 for none. If exclusive is a rule, only that rule and rules of
// shipping apply.
func (s *Strategy) applyNext(q *Quote, i, exclusive int) int {
	switch r := &s.rules[i]; {
	case r.group != "":
		if s.leaderOf(&q.work, r) != int32(i) {
			return -1 // its group applies at the place of its leader
		}
		of := anyRule
		if exclusive >= 0 {
			of = (*compiledRule).ofShipping
		}
		i, _ = s.bestOf(q, s.groupOf(&q.work, r.groupLeader), of)
	case exclusive >= 0 && exclusive != i && !r.ofShipping():
		return -1
	}
	if i < 0 || !s.apply(q, i) {
		return -1
	}
	return i
}

// apply applies one rule if its conditions are met, and reports whether it gave anything.
func (s *Strategy) apply(q *Quote, i int) bool {
	t, met := s.try(q, i)
	if !met {
		return false
	}
	before := len(q.Applied)
	q.commit(i, &s.rules[i], t)
	return len(q.Applied) > before
}

// try computes what a rule would take off after the rules applied so far, and reports whether
// its conditions are met.
func (s *Strategy) try(q *Quote, i int) (*target, bool) {
	e := &q.work
	if e.trace != nil {
		e.trace.target = i
	}
	if s.quotas != nil {
		return s.tryWithin(q, i)
	}
	return e.try(&s.rules[i])
}

// addAsked makes the rule that the trace asks about a candidate, so that its progress is noted.
func (e *evaluation) addAsked() {
	if e.trace == nil || e.trace.only == noRule {
		return
	}
	asked := int32(e.trace.only - 1)
	if at, found := slices.BinarySearch(e.lookup.candidates, asked); !found {
		e.lookup.candidates = slices.Insert(e.lookup.candidates, at, asked)
	}
}

// addAll makes every rule a candidate, so that each gets a reason.
func (e *evaluation) addAll(rules int) {
	for i := range rules {
		e.lookup.candidates = append(e.lookup.candidates, int32(i))
	}
}

// anyRule is true for all rules.
func anyRule(*compiledRule) bool { return true }

// bestOf finds the rule, among those for which of is true, that would be worth most if it alone
// were applied next; of equal ones the earlier. best is -1 if none gives anything. most is in
// minor units.
func (s *Strategy) bestOf(q *Quote, rules []int32, of func(*compiledRule) bool) (best int, most int64) {
	e := &q.work
	best = -1
	for _, i := range rules {
		r := &s.rules[i]
		if !of(r) {
			continue
		}
		if t, met := s.try(q, int(i)); met {
			if worth := t.off(); worth > most || best < 0 && e.gift.SKU != "" {
				best, most = int(i), worth
			}
		}
	}
	return best, most
}

// applyBest applies only the rule that is worth most.
func (s *Strategy) applyBest(q *Quote) {
	if best, _ := s.bestOf(q, q.work.lookup.candidates, anyRule); best >= 0 {
		s.apply(q, best)
	}
}

// beginStage keeps the values of all items at the beginning of a stage, if rates or thresholds are
// based on them.
func (e *evaluation) beginStage() {
	if e.arith.base != baseStage && e.arith.thresholdBase != baseStage {
		return
	}
	for i := range e.items {
		e.items[i].stage = e.items[i].left
	}
	for i := range e.runs {
		e.runs[i].stage = e.runs[i].left
	}
}

// restart undoes everything the rules did.
func (s *Strategy) restart(q *Quote) {
	e := &q.work
	q.Discount, q.ShippingDiscount = 0, 0
	q.Applied, q.shares, q.Gifts = q.Applied[:0], q.shares[:0], q.Gifts[:0]
	for i := range q.Lines {
		q.Lines[i].Discount = 0
	}
	for i := range q.Charges {
		q.Charges[i].Discount = 0
	}
	for i := range e.items {
		l := &e.items[i]
		l.left, l.stage, l.runs = l.original, l.original, 0
		l.used, l.discounted, l.stopped = false, false, false
		l.reduced = l.from != nil && l.from.Reduced
	}
	e.runs, e.freeRun = e.runs[:0], 0
	if e.trace != nil {
		e.trace.stops = nil
	}
	e.budget = s.limits.budget(q.Subtotal)
}
