package strategy

// ofShipping reports whether a rule reduces shipping only.
func (r *compiledRule) ofShipping() bool { return r.targeting.appliesTo == toShipping }

// The two kinds of exclusive rules.
func isExclusiveGoods(r *compiledRule) bool { return r.exclusive == exclusiveGoods }
func isExclusiveAll(r *compiledRule) bool   { return r.exclusive == exclusiveAll }

// conflictsWith reports whether one of two rules is exclusive towards the other.
func (r *compiledRule) conflictsWith(other *compiledRule) bool {
	return r.exclusive == exclusiveAll || other.exclusive == exclusiveAll ||
		r.exclusive == exclusiveGoods && !other.ofShipping() || other.exclusive == exclusiveGoods && !r.ofShipping()
}

// noExclusive is the index for no exclusive rule.
const noExclusive = -1

// letExclusiveCompete replaces the other rules by an exclusive one where that is worth more. Of
// each kind, the rule worth most on the untouched cart competes. Of equal results the other
// rules come first, and then the rule that is exclusive towards goods.
func (s *Strategy) letExclusiveCompete(q *Quote) {
	e := &q.work
	together := q.off()
	s.restart(q)
	alone, most := s.bestOf(q, e.lookup.candidates, isExclusiveAll)
	if most <= together {
		alone, most = noExclusive, together
	}
	goods, _ := s.bestOf(q, e.lookup.candidates, isExclusiveGoods)
	if e.trace != nil {
		e.trace.together, e.trace.rival = together, goods
	}
	if goods >= 0 {
		s.applyWithShipping(q, goods)
		_, _, applied := q.took(goods)
		if worth := q.off(); applied && worth > together && worth >= most {
			return
		}
		s.restart(q)
	}
	if alone >= 0 {
		s.apply(q, alone)
		return
	}
	s.applyTogether(q, noExclusive)
}

// applyWithShipping applies an exclusive rule of goods and the rules of shipping.
func (s *Strategy) applyWithShipping(q *Quote, exclusive int) {
	t := q.work.trace
	if t != nil {
		t.forget(func(rule int) bool { return s.rules[rule].ofShipping() })
	}
	s.applyTogether(q, exclusive)
	if t != nil {
		t.withShipping = q.off()
	}
}

// off is what all rules took off goods and shipping, in minor units.
func (q *Quote) off() int64 { return q.Discount + q.ShippingDiscount }

// exclusiveWinner is the exclusive rule that applied; nil if none did.
func (s *Strategy) exclusiveWinner(q *Quote) *Applied {
	for i := range s.byRules(q) {
		if s.rules[q.Applied[i].Rule].exclusive != exclusiveNot {
			return &q.Applied[i]
		}
	}
	return nil
}

// outdone says that an exclusive rule, or the other rules together, were worth more than a rule;
// the zero shortfall if that is not why the rule did not apply.
func (s *Strategy) outdone(rule int, q *Quote, t *trace, found tried) shortfall {
	r, won := &s.rules[rule], s.exclusiveWinner(q)
	switch {
	case won == nil && r.exclusive == exclusiveNot, won != nil && !r.conflictsWith(&s.rules[won.Rule]):
		return shortfall{}
	case won == nil:
		return shortfall{ReasonExclusive, t.rivalWorth(rule, found), minorValue(t.together, sayMoreThanTogether)}
	}
	why := shortfall{ReasonExclusive, minorValue(t.together, sayTogether), minorValue(won.Amount, sayMoreThanRule).about(s.ids[won.Rule])}
	if total := s.offByRules(q); total > won.Amount {
		why.needed = minorValue(total, sayMoreThanRuleBeside).about(s.ids[won.Rule])
	}
	if r.exclusive != exclusiveNot {
		why.seen = t.rivalWorth(rule, found)
	}
	return why
}

// offByRules is what the rules took off together, without the reserved rule, in minor units.
func (s *Strategy) offByRules(q *Quote) int64 {
	sum := int64(0)
	for _, a := range s.byRules(q) {
		sum += a.Amount
	}
	return sum
}

// rivalWorth is what an exclusive rule would have taken off, together with the rules of shipping
// if it competed with them.
func (t *trace) rivalWorth(rule int, found tried) Value {
	if rule == t.rival && t.withShipping > found.lowered.amount {
		return minorValue(t.withShipping, sayBesideShipping)
	}
	return wouldTake(found)
}
