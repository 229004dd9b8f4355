package strategy

import "github.com/promogate/caddy-discount/strategy/document"

// exclusive is what a rule competes with instead of applying beside it. The customer
// gets the better.
//
//	exclusive = "goods"   # with the other rules of goods; those of shipping apply beside either
//	exclusive = true      # with all others together; "all" is the same
type exclusive uint8

const (
	exclusiveNot exclusive = iota
	exclusiveGoods
	exclusiveAll
)

var exclusiveWords = []string{"goods", "all"}

func decodeExclusive(s *section) exclusive {
	n := s.Get("exclusive")
	switch {
	case n == nil, n.Kind == document.Bool && n.Text != "true":
		return exclusiveNot
	case n.Kind == document.Bool, n.Kind == document.String && n.Text == "all":
		return exclusiveAll
	case n.Kind == document.String && n.Text == "goods":
		return exclusiveGoods
	}
	s.Wrong(n, "exclusive", n.Unlike(`true, false, "goods" or "all"`), document.DidYouMean(n.Text, exclusiveWords))
	return exclusiveNot
}

func (x exclusive) encode(o *object) {
	switch x {
	case exclusiveGoods:
		o.key("exclusive")
		o.text("goods")
	case exclusiveAll:
		o.key("exclusive")
		o.raw("true")
	}
}

// checkExclusive refuses "goods" of a rule that takes nothing off goods.
func (r *rule) checkExclusive(s *section) {
	if r.stacking.exclusive == exclusiveGoods && r.targeting.appliesTo == toShipping {
		s.Wrong(s.Node.Get("exclusive"), "exclusive", `"goods" competes with rules of goods, and this one reduces shipping`,
			`write exclusive = "all", or leave it out`)
	}
}

// ofShipping reports whether a rule takes something off shipping alone.
func (r *compiledRule) ofShipping() bool { return r.targeting.appliesTo == toShipping }

// The kinds of rules that compete.
func isExclusiveGoods(r *compiledRule) bool { return r.exclusive == exclusiveGoods }
func isExclusiveAll(r *compiledRule) bool   { return r.exclusive == exclusiveAll }

// conflictsWith reports whether one of two rules is exclusive towards the other.
func (r *compiledRule) conflictsWith(other *compiledRule) bool {
	return r.exclusive == exclusiveAll || other.exclusive == exclusiveAll ||
		r.exclusive == exclusiveGoods && !other.ofShipping() || other.exclusive == exclusiveGoods && !r.ofShipping()
}

// noExclusive stands for the exclusive rule where there is none.
const noExclusive = -1

// letExclusiveCompete lets the exclusive rules replace what the others did, where that is
// worth more. Of the kinds the one worth most on the untouched cart competes; of equals
// the others go first, and then the one that leaves the rules of shipping.
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

// off is what all rules took off, of goods and of shipping.
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

// outdone says that an exclusive rule, or the others together, kept a rule out; the zero
// shortfall if they did not.
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

// offByRules is what the rules took off together, without the reserved one.
func (s *Strategy) offByRules(q *Quote) int64 {
	sum := int64(0)
	for _, a := range s.byRules(q) {
		sum += a.Amount
	}
	return sum
}

// rivalWorth is what an exclusive rule would have taken off, with the rules of shipping
// where it competed beside them.
func (t *trace) rivalWorth(rule int, found tried) Value {
	if rule == t.rival && t.withShipping > found.lowered.amount {
		return minorValue(t.withShipping, sayBesideShipping)
	}
	return wouldTake(found)
}
