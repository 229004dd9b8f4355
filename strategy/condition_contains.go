package strategy

import (
	"strconv"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// contains is the conditions requires and forbids: goods, by selector, that the cart must
// contain or must not contain.
//
//	requires = [{ skus = ["espresso-machine"] }, { categories = ["咖啡豆"], min_quantity = 2 }]
//	forbids  = [{ categories = ["gift-card"] }]
//
// Each element counts the whole cart. It needs at least min_quantity units (default 1) and,
// if given, a value of min_subtotal. The cart must contain all elements of requires and
// none of forbids.
type contains struct{ requires, forbids []holding }

// holding is a least quantity and value of some goods in the cart.
type holding struct {
	lines    selector
	quantity int64
	subtotal int64 // minor units; 0 when absent
}

func decodeContains(s *section) conditionSpec {
	requires, forbids := decodeHoldings(s, "requires"), decodeHoldings(s, "forbids")
	if len(requires)+len(forbids) == 0 {
		return nil
	}
	return &contains{requires: requires, forbids: forbids}
}

func decodeHoldings(s *section, key string) []holding {
	nodes := s.Tables(key, `{ skus = ["latte"] }`)
	holdings := make([]holding, 0, len(nodes))
	for i, node := range nodes {
		sub := s.element(node, key, i)
		h := holding{lines: decodeSelector(sub), quantity: 1}
		if quantity, ok := sub.Integer("min_quantity", 1, money.Max); ok {
			h.quantity = quantity
		}
		h.subtotal, _ = sub.amount("min_subtotal", 1)
		sub.Done()
		holdings = append(holdings, h)
	}
	return holdings
}

func (c *contains) encode(o *object) {
	encodeList(o, "requires", c.requires, (*holding).encode)
	encodeList(o, "forbids", c.forbids, (*holding).encode)
}

func (h *holding) encode(o *object) {
	h.lines.encode(o)
	if h.quantity != 1 {
		o.key("min_quantity")
		o.integer(h.quantity)
	}
	o.optionalAmount("min_subtotal", h.subtotal)
}

func (c *contains) compile(to *compiler, list []condition) []condition {
	for i := range c.requires {
		h := &c.requires[i]
		list = append(list, &held{name: "requires", lines: to.matcher(&h.lines), quantity: h.quantity, subtotal: h.subtotal, wanted: true})
	}
	for i := range c.forbids {
		h := &c.forbids[i]
		list = append(list, &held{name: "forbids", lines: to.matcher(&h.lines), quantity: h.quantity, subtotal: h.subtotal})
	}
	return list
}

// held is a compiled holding.
type held struct {
	name               string
	lines              matcher
	quantity, subtotal int64
	wanted             bool
}

func (h *held) key() string { return h.name }

func (h *held) met(e *evaluation, _ *target) bool {
	sum := e.count(&h.lines)
	return (sum.present >= h.quantity && sum.value >= h.subtotal) == h.wanted
}

func (h *held) explain(e *evaluation, _ *target) (seen, needed Value) {
	sum := e.count(&h.lines)
	if h.wanted && sum.present >= h.quantity {
		return minorValue(sum.value, sayPlain), minorValue(h.subtotal, sayAtLeastRequired)
	}
	if h.wanted {
		return unitsValue(sum.present, sayPlain), unitsValue(h.quantity, sayAtLeastRequired)
	}
	return unitsValue(sum.present, sayPlain), unitsValue(0, sayNoneForbidden)
}

func (h *held) progress(e *evaluation, _ *target) progress {
	if !h.wanted {
		return progress{}
	}
	c, sum := progress{reason: h.name, full: failing}, e.count(&h.lines)
	c.needs[0] = need{of: &h.lines, anywhere: true}
	if sum.present < h.quantity {
		c.seen, c.units, c.needs[0].units = sum.present, true, h.quantity-sum.present
	} else {
		c.seen, c.needs[0].amount = sum.value, h.subtotal-sum.value
	}
	return c
}

// moreGoodsHelp reports whether the cart must contain the goods.
func (h *held) moreGoodsHelp() bool { return h.wanted }

func (h *held) looks() int64 { return 1 }

// requiredLines are lines with the goods that the cart must contain.
func (c *contains) requiredLines() []cart.Line {
	list := make([]cart.Line, 0, len(c.requires))
	for i := range c.requires {
		h := &c.requires[i]
		line := lineOf(firstWord(h.lines.skus), firstWord(h.lines.categories), firstWord(h.lines.subgroups), max(anyPrice, h.subtotal), []selector{h.lines})
		line.Quantity = h.quantity
		line.Subtotal = times(line.UnitPrice, line.Quantity)
		line.ID = strconv.Itoa(i)
		list = append(list, line)
	}
	return list
}

// Interface guards.
var (
	_ requiring        = (*contains)(nil)
	_ progressReporter = (*held)(nil)
	_ growing          = (*held)(nil)
	_ looker           = (*held)(nil)
)
