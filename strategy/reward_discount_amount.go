package strategy

import (
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// amountOff is the reward discount_amount: an amount off the target as a
// whole, shared out over its lines by value, or off each line or unit.
//
//	discount_amount = 5.00
//	per             = "cart"     # or "line", "unit"
type amountOff struct {
	amount int64 // minor units
	per    per
}

type per uint8

const (
	perCart per = iota
	perLine
	perUnit
)

var perCartWords = []string{"cart", "line", "unit"}

func decodeAmountOff(s *section, _ *document.Node) reward {
	amount, _ := s.amount("discount_amount", 1)
	return s.amounts.one(amountOff{amount: amount, per: per(s.word("per", 0, perCartWords))})
}

func (a *amountOff) looksAtUnits() bool { return a.per == perUnit }

func (a *amountOff) looksAtLines() bool { return a.per == perLine }

func (a *amountOff) encode(o *object) {
	o.key("discount_amount")
	o.amount(a.amount)
	o.choice("per", int(a.per), 0, perCartWords)
}

func (a *amountOff) give(e *evaluation, _ *compiledRule, t *target) {
	switch a.per {
	case perCart:
		e.shareOut(a.amount, t)
	case perLine:
		e.eachLine(t, func(int64) int64 { return e.arith.round(a.amount) })
	case perUnit:
		t.each(func(p *portion) int64 { return times(e.arith.round(a.amount), p.units) })
	}
}

// times multiplies an amount by a number of units; what would be too large is
// as much as there can be.
func times(amount, units int64) int64 {
	if product, ok := money.Mul(amount, units); ok {
		return product
	}
	return money.Max
}
