package strategy

import "slices"

// evaluate applies the rules as arithmetic.select says.
func (s *Strategy) evaluate(q *Quote) {
	if q.work.trace != nil {
		q.work.lookAtAll(len(s.rules))
	} else {
		s.index.find(&q.work)
		s.addTurns(&q.work)
	}
	switch s.arithmetic.selection {
	case selectBest:
		s.applyBest(q)
	case selectBestPerLine:
		s.applyBestPerLine(q)
	default:
		s.applyAll(q)
	}
}

// applyAll applies every rule that may, in their order, and then sees whether
// an exclusive one is worth more than all of them.
func (s *Strategy) applyAll(q *Quote) {
	s.applyTogether(q)
	if !s.exclusive {
		return
	}
	together := q.Discount + q.ShippingDiscount
	if q.work.trace != nil {
		q.work.trace.together = together
	}
	s.restart(q)
	best, most := s.bestOf(q, func(r *compiledRule) bool { return r.exclusive })
	if best >= 0 && most > together {
		s.apply(q, best)
		return
	}
	s.applyTogether(q)
}

// applyTogether applies the rules that are not exclusive.
func (s *Strategy) applyTogether(q *Quote) {
	e := &q.work
	for n, i := range e.candidates {
		r := &s.rules[i]
		if n == 0 || r.stage != s.rules[e.candidates[n-1]].stage {
			e.beginStage()
		}
		if r.exclusive {
			continue
		}
		if applied := s.takeTurn(q, int(i)); applied >= 0 && s.rules[applied].stop == stopCart {
			return
		}
	}
}

// takeTurn applies the rule whose turn it is, or for the first of a group the
// best of it, and says which rule gave something; -1 for none.
func (s *Strategy) takeTurn(q *Quote, i int) int {
	e := &q.work
	if group := s.rules[i].group; group != "" {
		if slices.Contains(e.groups, group) {
			return -1
		}
		e.groups = append(e.groups, group)
		i, _ = s.bestOf(q, func(r *compiledRule) bool { return r.group == group })
	}
	if i < 0 || !s.apply(q, i) {
		return -1
	}
	return i
}

// apply applies one rule if its conditions hold and reports whether it gave
// anything.
func (s *Strategy) apply(q *Quote, i int) bool {
	t, holds := s.try(q, i)
	if !holds {
		return false
	}
	before := len(q.Applied)
	q.commit(i, &s.rules[i], t)
	if len(q.Applied) == before {
		return false
	}
	if r, ok := s.rules[i].reward.(interface{ settle(*evaluation, *target) }); ok {
		r.settle(&q.work, t)
	}
	return true
}

// try works out what a rule would take off as things stand.
func (s *Strategy) try(q *Quote, i int) (*target, bool) {
	e := &q.work
	if e.trace != nil {
		e.trace.target = i
	}
	return e.try(&s.rules[i])
}

// addTurns adds the first rule of every group that a candidate is of: the group
// has its turn with it, whether or not the cart can touch that very rule.
func (s *Strategy) addTurns(e *evaluation) {
	if !s.grouped {
		return
	}
	for _, i := range e.candidates {
		if r := &s.rules[i]; r.group != "" {
			e.candidates = append(e.candidates, r.groupTurn)
		}
	}
	slices.Sort(e.candidates)
	e.candidates = slices.Compact(e.candidates)
}

// lookAtAll makes every rule a candidate, so that each has a reason.
func (e *evaluation) lookAtAll(rules int) {
	for i := range rules {
		e.candidates = append(e.candidates, int32(i))
	}
}

// bestOf finds the rule, among those of a kind, that alone would be worth most
// as things stand; of equals the earlier. It is -1 if none gives anything.
func (s *Strategy) bestOf(q *Quote, of func(*compiledRule) bool) (best int, most int64) {
	e := &q.work
	best = -1
	for _, i := range e.candidates {
		r := &s.rules[i]
		if !of(r) {
			continue
		}
		if t, holds := s.try(q, int(i)); holds {
			if worth := t.off(); worth > most || best < 0 && e.gift.SKU != "" {
				best, most = int(i), worth
			}
		}
	}
	return best, most
}

// applyBest applies only the rule that is worth most.
func (s *Strategy) applyBest(q *Quote) {
	if best, _ := s.bestOf(q, func(*compiledRule) bool { return true }); best >= 0 {
		s.apply(q, best)
	}
}

// winner is the rule that is worth most on an item.
type winner struct {
	rule int32
	off  int64
}

// applyBestPerLine applies, on each item, only the rule that is worth most
// there; of equals the earlier. Gifts are given by every rule that gives one.
func (s *Strategy) applyBestPerLine(q *Quote) {
	e := &q.work
	for range e.items {
		e.winners = append(e.winners, winner{rule: -1})
	}
	for _, i := range e.candidates {
		t, holds := s.try(q, int(i))
		if !holds {
			continue
		}
		for j := range t.portions {
			p := &t.portions[j]
			if w := &e.winners[p.item]; p.off > w.off {
				*w = winner{rule: i, off: p.off}
			}
		}
		if e.gift.SKU != "" {
			q.commit(int(i), &s.rules[i], t)
		}
	}
	for i := e.nextWinner(-1); i >= 0; i = e.nextWinner(i) {
		s.applyWon(q, i)
	}
}

// nextWinner is the next rule after one that won an item; -1 if there is none.
func (e *evaluation) nextWinner(after int) int {
	next := -1
	for _, w := range e.winners {
		if i := int(w.rule); i > after && (next < 0 || i < next) {
			next = i
		}
	}
	return next
}

// applyWon applies a rule on the items it won, as it would have alone.
func (s *Strategy) applyWon(q *Quote, i int) {
	e := &q.work
	e.gift = Gift{}
	t := &e.target
	t.portions = t.portions[:0]
	for item, w := range e.winners {
		if w.rule == int32(i) {
			t.portions = append(t.portions, portion{item: int32(item), off: w.off})
		}
	}
	e.capWon(i, &s.rules[i], t)
	q.commit(i, &s.rules[i], t)
}

// beginStage keeps the values of all items as a new stage finds them.
func (e *evaluation) beginStage() {
	for i := range e.items {
		e.items[i].stage = e.items[i].left
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
		l.left, l.stage, l.used, l.usedOff, l.stopped = l.original, l.original, 0, 0, false
		l.reduced = l.from != nil && l.from.Reduced
	}
	e.groups = e.groups[:0]
	e.budget = s.limits.budget(q.Subtotal)
}
