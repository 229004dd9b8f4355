package ruletest

import (
	"fmt"
	"strconv"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// gifts expects exactly these free goods.
//
//	gifts = { "tote" = 1 }
//	gifts = {}              # none
type gifts struct {
	member
	goods []giftGoods
}

type giftGoods struct {
	member
	sku      string
	quantity int64
}

func decodeGifts(s *document.Section, n *document.Node, name string, _ int) expectation {
	if n.Kind != document.Table {
		s.Want(n, name, `a table of quantities by SKU, such as { "tote" = 1 }`)
		return nil
	}
	e := &gifts{member: expected(name, n)}
	in := s.Member(n, name)
	for i := range n.Fields {
		f := &n.Fields[i]
		if f.Value.Kind != document.Integer {
			in.Want(f.Value, f.Key, "a whole number")
			continue
		}
		quantity, err := document.ParseInteger(f.Value.Text)
		if err != nil || quantity < 1 || quantity > money.Max {
			in.Wrong(f.Value, f.Key, f.Value.Text+" is no quantity", "leave the gift out to say that it is not given")
		}
		e.goods = append(e.goods, giftGoods{member: e.below(f), sku: f.Key, quantity: quantity})
	}
	return e
}

// why returns why the rules that give the article did not apply, if there are too few units of it.
func (g *giftGoods) why(o *outcome, got int64) string {
	if got > g.quantity {
		return ""
	}
	gives := func(rule int) bool { return o.GiftOf(rule) == g.sku }
	known := false
	for rule := range o.Rules() {
		known = known || gives(rule)
	}
	return o.whyNot(!known, gives)
}

func (e *gifts) check(o *outcome) {
	given := make(map[string]int64)
	for _, g := range o.quote.Gifts {
		given[g.SKU] += g.Quantity
	}
	for _, g := range e.goods {
		if got := given[g.sku]; got != g.quantity {
			o.fail(g.member, strconv.FormatInt(got, 10), strconv.FormatInt(g.quantity, 10), g.why(o, got))
		}
		given[g.sku] = 0
	}
	for _, g := range o.quote.Gifts {
		if more := given[g.SKU]; more > 0 {
			o.fail(e.member, fmt.Sprintf("%d of %q", more, g.SKU), "no gift but those listed", "")
			given[g.SKU] = 0
		}
	}
}
