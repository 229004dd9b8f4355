package strategy

import "github.com/promogate/caddy-discount/strategy/document"

// unitPrice is the reward unit_price: every unit at this price, never dearer than before. Goods
// by weight keep their price.
//
//	unit_price = 9.90
type unitPrice struct {
	price int64 // minor units
}

var unitPriceKind = rewardKind{key: "unit_price", decode: decodeUnitPrice, perUnit: true}

func decodeUnitPrice(s *section, _ *document.Node) reward {
	price, _ := s.amount("unit_price", 0)
	return &unitPrice{price: price}
}

func (u *unitPrice) looksAtUnits() bool { return true }

func (u *unitPrice) encode(o *object) {
	o.key("unit_price")
	o.amount(u.price)
}

func (u *unitPrice) give(_ *evaluation, _ *compiledRule, t *target) {
	t.each(func(p *portion) int64 { return p.value - times(u.price, p.units) })
}

func (u *unitPrice) key() string { return "unit_price" }

func (u *unitPrice) isSteady() bool { return true }

func (u *unitPrice) setsPrice() bool { return true }

func (u *unitPrice) trialAmounts() []int64 { return nil }

// trialUnits are the numbers of units that reach the given values at this price.
func (u *unitPrice) trialUnits(amounts []int64) []int64 {
	if u.price == 0 {
		return nil
	}
	units := make([]int64, len(amounts))
	for i, amount := range amounts {
		units[i] = ceil(amount, u.price)
	}
	return units
}

// Interface guards.
var (
	_ unitReader   = (*unitPrice)(nil)
	_ steadyReward = (*unitPrice)(nil)
	_ priceSetter  = (*unitPrice)(nil)
	_ trialReward  = (*unitPrice)(nil)
)
