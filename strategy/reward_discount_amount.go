package strategy

import (
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// amountOff is the reward discount_amount: an amount off the target as a whole, shared over its
// lines by value, or off each line or each unit.
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

var amountOffKind = rewardKind{key: "discount_amount", decode: decodeAmountOff, companions: []string{"per"}}

func decodeAmountOff(s *section, _ *document.Node) reward {
	amount, _ := s.amount("discount_amount", 1)
	return s.amounts.Put(amountOff{amount: amount, per: per(s.word("per", 0, perCartWords))})
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

// times multiplies an amount by a number of units; a product that is too large becomes
// money.Max.
func times(amount, units int64) int64 {
	if product, ok := money.Mul(amount, units); ok {
		return product
	}
	return money.Max
}

func (a *amountOff) key() string { return "discount_amount" }

func (a *amountOff) isSteady() bool { return true }

// boundBy drops max_units if the amount is off each line.
func (a *amountOff) boundBy(like *compiledRule, units int64) int64 {
	if a.per == perLine {
		like.targeting.maxUnits = 0
	}
	return units
}

func (a *amountOff) alwaysGives() bool { return true }

func (a *amountOff) fixedOffs() []fixedOff { return []fixedOff{{amount: a.amount, step: wholeReward}} }

func (a *amountOff) takes(other reward) (as, more bool) {
	o, same := other.(*amountOff)
	if !same || a.per != o.per {
		return false, false
	}
	return a.amount >= o.amount, a.amount > o.amount
}

func (a *amountOff) lineWarning(r *rule) (warning lineWarning, looks bool) {
	return lineWarning{key: "per", what: `per = "line" gives the amount on each line: `, hint: r.bySKU("per")}, a.per == perLine
}

// trialAmounts is a value of goods well above the amount.
func (a *amountOff) trialAmounts() []int64 { return []int64{times(a.amount, 4)} }

func (a *amountOff) trialUnits([]int64) []int64 { return nil }

// Interface guards.
var (
	_ unitReader       = (*amountOff)(nil)
	_ lineReader       = (*amountOff)(nil)
	_ steadyReward     = (*amountOff)(nil)
	_ boundedReward    = (*amountOff)(nil)
	_ certainReward    = (*amountOff)(nil)
	_ fixedReward      = (*amountOff)(nil)
	_ comparableReward = (*amountOff)(nil)
	_ lineWarner       = (*amountOff)(nil)
	_ trialReward      = (*amountOff)(nil)
)
