package strategy

import (
	"fmt"

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
	if hint := s.guessGift(g.sku); hint != "" {
		sub.caution(sub.node.Get("sku"), "sku", fmt.Sprintf("the catalogue does not know %q", g.sku), hint)
	}
	if quantity, ok := sub.integer("quantity", 1, maxGiftUnits); ok {
		g.quantity = quantity
	}
	sub.done()
	return g
}

// guessGift is the hint for a gift that the catalogue has by another name. What it
// does not have at all may be no goods that are sold.
func (s *section) guessGift(sku string) string {
	if sku == "" || len(s.known.skus.known) == 0 || s.known.skus.known[s.spelling.skus.of(sku)] {
		return ""
	}
	return s.guess(sku, &s.known.skus)
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
