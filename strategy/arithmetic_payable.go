package strategy

import (
	"github.com/promogate/caddy-discount/money"
)

// payable is how the amount to pay for goods is rounded (抹零) after all rules have been
// applied.
//
//	payable_unit     = 0.05     # it is a multiple of this; any amount when absent
//	payable_rounding = "down"   # or "half_up", "half_even", "half_down", "up"
//
// The reserved rule rounding takes the difference off, shared over the goods in minor
// units. It takes no line below its floor and passes no limit: then the amount to pay is no
// multiple of the unit. Where the amount is rounded up, the difference is below zero: it is
// given back to the goods in proportion to the discounts that rules took off them. It never
// exceeds these discounts.
type payable struct {
	unit     int64 // minor units; 0 when absent
	rounding money.Rounding
}

// RuleRounding is the id of the reserved rule that rounds the amount to pay. Where it
// exists, it is the last of [Strategy.Rules]. Its amount, in minor units, is the only one
// that may be below zero.
const RuleRounding = "rounding"

func decodePayable(s *section) payable {
	var p payable
	if unit, ok := s.amount("payable_unit", 1); ok {
		n := s.Node.Get("payable_unit")
		switch {
		case unit > maxRoundingUnit:
			s.Wrong(n, "payable_unit", "the unit is far too large", "")
		case unit == 1:
			s.warn(n, "payable_unit", "every amount goes in steps of "+majorText(s.currency, 1)+", so nothing is rounded", "leave it out, or take larger steps")
		}
		p.unit = unit
	}
	rounding := s.word("payable_rounding", int(money.Down), roundingWords)
	if s.Has("payable_rounding") && !s.Has("payable_unit") {
		s.Wrong(s.Node.Get("payable_rounding"), "payable_rounding", "there is no payable_unit for it", "such as payable_unit = 0.05")
	}
	if p.unit > 0 {
		p.rounding = money.Rounding(rounding)
	}
	return p
}

func (p *payable) encode(o *object) {
	if p.unit == 0 {
		return
	}
	o.choice("payable_rounding", int(p.rounding), int(money.Down), roundingWords)
	o.key("payable_unit")
	o.amount(p.unit)
}

// off is the amount to take off so that a multiple of the unit is left. It is below zero
// where an amount is to be added.
func (p *payable) off(left int64) int64 {
	return left - money.MulDiv(left, 1, p.unit, p.rounding)*p.unit
}

// addRounding appends the reserved rule, which is applied after the others and not among
// them.
func (s *Strategy) addRounding() {
	s.ruleCount = len(s.rules)
	if s.arithmetic.payable.unit > 0 {
		s.rules, s.ids = append(s.rules, compiledRule{}), append(s.ids, RuleRounding)
	}
}

// roundPayable rounds the amount to pay for the goods.
func (s *Strategy) roundPayable(q *Quote) {
	if s.arithmetic.payable.unit == 0 {
		return
	}
	e, r := &q.work, &s.rules[s.ruleCount]
	for i := range e.items[:e.goods] {
		e.items[i].stopped = false // the rounding applies to all goods
	}
	for i := range e.runs {
		e.runs[i].stopped = false
	}
	e.beginStage()
	t := e.computeTarget(r)
	e.gift = Gift{}
	left := q.Subtotal - q.Discount
	found := e.round(t, left)
	if e.trace.follows(s.ruleCount) {
		e.trace.target = s.ruleCount
		e.trace.note(e.explainRounding(found, q.Discount, left))
	}
	q.commit(s.ruleCount, r, t)
}

// round takes off the target's portions, which are all goods, the amount that makes the
// payable amount a multiple of the unit, as far as limits and floors allow.
func (e *evaluation) round(t *target, left int64) lowering {
	wanted := e.arith.payable.off(left)
	if wanted < 0 {
		e.takeBack(-wanted, t)
		off := t.off()
		return lowering{from: off, amount: off}
	}
	within := min(wanted, max(0, e.budget))
	given := e.shareBy(e.inMinorUnits(), within, t.portions)
	return lowering{from: wanted, amount: given, byLimits: within < wanted, byFloor: given < within}
}

// takeBack takes back an amount of the discounts on the portions, in proportion to these
// discounts.
func (e *evaluation) takeBack(amount int64, t *target) {
	e.reading = cursor{}
	for i := range t.portions {
		p := &t.portions[i]
		units := &targetPart{item: p.item, from: p.from, units: p.units}
		p.headroom = e.valueBy(units, baseOriginal) - e.valueBy(units, baseRunning)
		p.value = p.headroom
	}
	e.shareBy(e.inMinorUnits(), amount, t.portions)
	for i := range t.portions {
		t.portions[i].off = -t.portions[i].off
	}
}

// takeBackFromLines gives the amount that is taken back from a portion of an article to the
// lines of its units. If a line has a smaller discount, the next line gets the remainder.
func (q *Quote) takeBackFromLines(l *item, p *portion, first int) {
	e := &q.work
	e.growShares()
	e.walked = true
	over, at := int64(0), e.lineAt(l, p.from)
	for to := p.from + p.units; at.left > 0 && at.before < to; at = at.next(e) {
		from, until := max(p.from, at.before), min(to, at.before+e.unitsOf(at.line))
		over += evenPart(-p.off, p.units, until-p.from) - evenPart(-p.off, p.units, from-p.from)
		e.distributed = at
		if over -= q.giveBack(at.line, over, first); over > 0 {
			e.fillUp(l, at.line)
		}
	}
	if over > 0 {
		e.spillOver(l, at, over, func(line int32, over int64) int64 { return over - q.giveBack(line, over, first) })
	}
}

// giveBack gives an amount back to a line of an article, at most the discount of the line,
// and reports how much that is.
func (q *Quote) giveBack(line int32, amount int64, first int) (given int64) {
	if given = min(amount, q.Lines[line].Discount); given != 0 {
		q.chargePart(line, -given, first)
	}
	return given
}

// explainRounding explains the result of rounding the amount to pay.
func (e *evaluation) explainRounding(l lowering, discount, left int64) tried {
	found := tried{lowered: l, spent: l.byLimits && l.amount == 0}
	wanted := e.arith.payable.off(left)
	switch {
	case wanted == 0:
		found.shortfall = shortfall{ReasonNothing, minorValue(left, sayToPay), minorValue(e.arith.payable.unit, sayNoMultiple)}
	case wanted < 0 && discount == 0:
		found.shortfall = shortfall{ReasonNothing, minorValue(left, sayToPayNothingOff), minorValue(-wanted, sayDiscountToTake)}
	case l.amount == 0 && l.byFloor:
		found.shortfall = shortfall{ReasonFloorPrice, minorValue(0, sayNothingAboveFloor), minorValue(wanted, sayPlain)}
	}
	return found
}

// byRules are the applied rules without the reserved one.
func (s *Strategy) byRules(q *Quote) []Applied {
	if last := len(q.Applied) - 1; last >= 0 && q.Applied[last].Rule == s.ruleCount {
		return q.Applied[:last]
	}
	return q.Applied
}
