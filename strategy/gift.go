package strategy

import (
	"github.com/promogate/caddy-discount/strategy/document"
)

// gift is the reward gift: goods to announce to the order service, which adds
// them to the order. It takes nothing off.
//
//	gift = { sku = "sticker-pack", quantity = 1 }
type gift struct {
	sku      string
	quantity int64
}

func decodeGift(s *section, n *document.Node) reward {
	g := &gift{quantity: 1}
	sub := s.table(n, "gift", `{ sku = "sticker-pack" }`)
	if sub == nil {
		return g
	}
	sub.required("sku")
	g.sku = sub.text("sku")
	if quantity, ok := sub.integer("quantity", 1, maxGiftUnits); ok {
		g.quantity = quantity
	}
	sub.done()
	return g
}

const maxGiftUnits = 1_000_000

func (g *gift) encode(o *object) {
	o.key("gift")
	o.object(func(o *object) {
		if g.quantity != 1 {
			o.key("quantity")
			o.integer(g.quantity)
		}
		o.key("sku")
		o.text(g.sku)
	})
}

func (g *gift) give(e *evaluation, _ *compiledRule, _ *target) {
	e.gift = Gift{SKU: g.sku, Quantity: g.quantity}
}
