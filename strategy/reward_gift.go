package strategy

import (
	"fmt"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// gift is the reward gift: free goods that the order service adds to the order. It takes nothing
// off.
//
//	gift = { sku = "sticker-pack", quantity = 1 }
//	gift = { sku = "sticker-pack", per = { units = 10 }, max_times = 3 }
//	gift = { sku = "sticker-pack", per = { threshold = 100 } }
//
// With per, the quantity is given for each full number of units of the target, or for each full
// threshold of its value.
type gift struct {
	sku      string
	quantity int64
	per      multiple
}

var giftKind = rewardKind{
	key: ReasonGift, decode: decodeGift, repeats: "max_times within gift", unitLimit: giftLimit,
	unreached: "there is too little for a gift",
}

// giftLimit is the hint of unitLimit. It depends on whether the gift has per.
func giftLimit(s *section) string {
	gift := s.Node.Get("gift")
	if gift != nil && gift.Kind == document.Table && gift.Get("per") != nil {
		return "did you mean max_times within gift?"
	}
	return "a gift without per is given once an order"
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
		sub.warn(sub.Node.Get("sku"), "sku", fmt.Sprintf("the catalogue does not know %q", g.sku), hint)
	}
	if quantity, ok := sub.Integer("quantity", 1, maxGiftUnits); ok {
		g.quantity = quantity
	}
	g.per = decodeGiftPer(sub)
	sub.Done()
	return g
}

func decodeGiftPer(s *section) multiple {
	var m multiple
	m.most, _ = s.Integer("max_times", 1, money.Max)
	n := s.Get("per")
	if n == nil {
		if s.Has("max_times") {
			s.Wrong(s.Node.Get("max_times"), "max_times", "there is no per for it", "a gift without per is given once an order")
		}
		return m
	}
	sub := s.table(n, "per", "{ units = 10 }, or { threshold = 100 }")
	if sub == nil {
		return m
	}
	m.units, _ = sub.Integer("units", 1, money.Max)
	m.threshold, _ = sub.amount("threshold", 1)
	const hint = "write one of them, such as units = 10, or threshold = 100"
	switch units, threshold := sub.Has("units"), sub.Has("threshold"); {
	case units && threshold:
		sub.Add(n.Pos, sub.Path(), "units and threshold are both here", hint)
	case !units && !threshold && !sub.mistyped("units") && !sub.mistyped("threshold"):
		sub.Add(n.Pos, sub.Path(), "there is neither units nor threshold", hint)
	}
	sub.Done()
	return m
}

// guessGift is the hint for a gift that the catalogue has under a similar SKU. There is no hint
// without a similar SKU: a gift need not be sold.
func (s *section) guessGift(sku string) string {
	if sku == "" || len(s.known.skus.known) == 0 || s.known.skus.known[s.spelling.skus.of(sku)] {
		return ""
	}
	return s.guess(sku, &s.known.skus)
}

// maxGiftUnits is the maximum number of units of a gift that a rule gives.
const maxGiftUnits = 1_000_000

// countsUnits reports whether the target is counted in units.
func (g *gift) countsUnits() bool { return g.per.units > 0 }

func (g *gift) encode(o *object) {
	o.key("gift")
	o.object(func(o *object) {
		g.encodePer(o)
		if g.quantity != 1 {
			o.key("quantity")
			o.integer(g.quantity)
		}
		o.key("sku")
		o.text(g.sku)
	})
}

func (g *gift) encodePer(o *object) {
	g.per.encodeMost(o)
	if g.per.given() {
		o.key("per")
		o.object(g.per.encode)
	}
}

func (g *gift) give(e *evaluation, _ *compiledRule, t *target) {
	if n, _, _ := g.per.times(e, t); n > 0 {
		e.gift = Gift{SKU: g.sku, Quantity: min(maxGiftUnits, times(g.quantity, n))}
	}
}

func (g *gift) progress(e *evaluation, t *target) progress { return g.per.progress(ReasonGift, e, t) }

func (g *gift) key() string { return "gift" }

func (g *gift) giftSKU() string { return g.sku }

func (g *gift) isSteady() bool { return true }

func (g *gift) fewestUnits() int64 { return g.per.units }

// Interface guards.
var (
	_ unitCounter      = (*gift)(nil)
	_ giftGiver        = (*gift)(nil)
	_ progressReporter = (*gift)(nil)
	_ steadyReward     = (*gift)(nil)
	_ unitThreshold    = (*gift)(nil)
)
