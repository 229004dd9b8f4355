package strategy

import "github.com/promogate/caddy-discount/strategy/document"

// unitPrice is the reward unit_price: every unit at this price, never dearer
// than it was. Goods by weight keep theirs.
//
//	unit_price = 9.90
type unitPrice struct {
	price int64 // minor units
}

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
