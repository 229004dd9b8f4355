package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// addition is goods that are added to a cart on trial.
type addition struct {
	need
	like  item  // the item of the cart that the goods resemble
	worth int64 // of a unit, in minor units
}

// maxArticles is how many different articles may be missing for a goal.
const maxArticles = 100

// additions turns what is missing for a goal into goods that can be added; false if there are
// no such goods. With each = "line" the goods are units of the line, because goods for an
// amount would be a line of their own.
func (q *Quote) additions(g *goal, c *cart.Cart, by each) bool {
	for i := range g.needs {
		a := addition{need: g.needs[i]}
		switch {
		case !a.some():
			continue
		case a.item == unknownGoods:
			a.line, a.worth = -1, a.known.price
			a.inUnits()
		case !a.become(q, c):
			return false
		case by == eachLine:
			a.inUnits()
		}
		g.adds = append(g.adds, a)
	}
	return true
}

// become copies the item that the goods resemble from the quote. It is false if that item is
// itself an addition, or if too many articles are missing.
func (a *addition) become(q *Quote, c *cart.Cart) bool {
	if int(a.item) >= q.work.goods || int(a.line) >= len(c.Lines) {
		return false
	}
	a.like = q.work.items[a.item]
	a.worth = a.like.original / a.like.quantity
	return a.articles <= maxArticles
}

// inUnits converts an amount into the number of units that are worth it, rounded up.
func (a *addition) inUnits() {
	if a.amount > 0 && a.worth > 0 {
		a.units, a.amount = a.units+ceil(a.amount, a.worth), 0
	}
}

// further adds what is still missing after all earlier additions; false if that is unknown.
func (g *goal) further(q *Quote, now *progress, c *cart.Cart) bool {
	if now.reason == "" || now.missing() == 0 {
		return false
	}
	for i := range now.needs {
		n := &now.needs[i]
		if !n.some() {
			continue
		}
		at := slices.IndexFunc(g.adds, func(a addition) bool { return a.of == n.of && (a.articles > 0) == (n.articles > 0) })
		if at >= 0 {
			if !g.adds[at].more(n) {
				return false
			}
			continue
		}
		a := addition{need: *n}
		if n.item == unknownGoods || !a.become(q, c) {
			return false
		}
		g.adds = append(g.adds, a)
	}
	return true
}

// more enlarges an addition. If both units and an amount are missing, both become units.
func (a *addition) more(n *need) bool {
	a.articles += n.articles
	switch {
	case n.amount > 0 && a.units == 0:
		a.amount += n.amount
	case n.amount > 0 && a.worth == 0 || a.articles > maxArticles:
		return false
	case n.amount > 0:
		a.units += ceil(n.amount, a.worth)
	case a.amount > 0: // counted as one unit so far
		a.units, a.amount = n.units+1, 0
	default:
		a.units += n.units
	}
	return true
}

// public converts an addition into the form that an explanation returns.
func (a *addition) public(c *cart.Cart) Addition {
	public := Addition{Line: int(a.line), Units: a.units, Articles: a.articles, Amount: a.amount}
	if a.known != nil {
		public.SKU = a.known.sku
	} else {
		public.SKU = c.Lines[a.line].SKU
	}
	return public
}

// filled is a cart with additions. Units of goods in the cart enlarge their line, and units of
// the catalogue are a new line. The other additions are extra items, which the cart does not
// contain: an amount is one unit at that price, whatever the catalogue says, and a further
// article has the price of the item that it resembles.
func filled(c *cart.Cart, adds []addition) (*cart.Cart, []item, bool) {
	if len(adds) == 0 {
		return c, nil, true
	}
	fuller := *c
	fuller.Lines = slices.Clone(c.Lines)
	var extras []item
	for i := range adds {
		switch a := &adds[i]; {
		case a.known != nil:
			fuller.Lines = append(fuller.Lines, cart.Line{SKU: a.known.sku, Quantity: a.units, UnitPrice: cart.NoPrice})
		case a.units > 0 && !a.like.weighed:
			if !enlarged(&fuller.Lines[a.line], a.units) {
				return nil, nil, false
			}
		default:
			extras = append(extras, a.items()...)
		}
	}
	return &fuller, extras, true
}

// enlarged adds units to a line, each worth as much as one of its units, rounded down.
func enlarged(l *cart.Line, units int64) bool {
	quantity, fits := money.Add(l.Quantity, units)
	subtotal, also := money.Add(l.Subtotal, times(l.Subtotal/l.Quantity, units))
	l.Quantity, l.Subtotal = quantity, subtotal
	return fits && also
}

// items are goods for an amount, goods by weight, or different articles.
func (a *addition) items() []item {
	x := a.like
	x.quantity = 1
	value := a.amount
	switch {
	case a.units > 0:
		x.quantity, value = a.units, times(a.worth, a.units)
	case a.articles > 0:
		value = a.worth
	case !x.weighed:
		x.unitPrice, x.priceOver = a.amount, false
	}
	x.largest, x.original, x.stage, x.left = x.quantity, value, value, value
	x.floor, x.runs = times(x.unitFloor, x.quantity), 0
	x.used, x.discounted, x.stopped, x.uncounted = false, false, false, false
	x.again = a.articles == 0
	x.reduced = x.from != nil && x.from.Reduced
	return slices.Repeat([]item{x}, int(max(1, a.articles)))
}
