package strategy

import (
	"cmp"

	"github.com/promogate/caddy-discount/cart"
)

// catalogueSearch finds goods in the catalogue that a cart does not have.
type catalogueSearch struct {
	strategy *Strategy
	left     int // number of further rules that may be searched for
	work     evaluation
	last     int // the rule that was searched for last, counted from 1
}

// price finds catalogue goods for what the rule misses and the cart does not have, and adds
// their price to the worth of the progress; false if there are none.
func (f *catalogueSearch) price(c *progress, rule int) bool {
	for i := range c.needs {
		n := &c.needs[i]
		if !n.some() || n.item != unknownGoods {
			continue
		}
		if n.known = f.cheapest(n, rule); n.known == nil {
			return false
		}
		units := n.units
		if n.amount > 0 {
			units = ceil(n.amount, n.known.price)
			c.worth -= n.amount
		}
		c.worth = min(maxWorth, c.worth+times(n.known.price, units))
	}
	return true
}

// cheapest is the cheapest article that a rule needs; of equal ones, the one with the first
// SKU. It is nil if no such article has a price.
func (f *catalogueSearch) cheapest(n *need, rule int) *product {
	if f.last != rule+1 {
		if f.left == 0 {
			return nil
		}
		f.last, f.left = rule+1, f.left-1
	}
	var best *product
	all := f.strategy.catalogue
	for _, sku := range n.of.skus {
		if int(sku) < len(all) {
			best = f.cheaper(best, all[sku], n, rule)
		}
	}
	if len(n.of.skus) > 0 {
		return best
	}
	for _, p := range all {
		best = f.cheaper(best, p, n, rule)
	}
	return best
}

// cheaper is the cheaper of two articles. The second is considered only if it satisfies the
// need.
func (f *catalogueSearch) cheaper(best, p *product, n *need, rule int) *product {
	if p == nil || p.price <= 0 {
		return best
	}
	if best != nil && cmp.Or(cmp.Compare(p.price, best.price), cmp.Compare(p.sku, best.sku)) >= 0 {
		return best
	}
	s, e := f.strategy, &f.work
	line := cart.Line{SKU: p.sku, Quantity: 1, UnitPrice: cart.NoPrice}
	e.reset()
	e.skuForm = s.spelling.skus
	var l item
	s.recognize(e, &line, &l)
	l.unitPrice = p.price
	if l.product != p || !n.of.matches(&l) || !n.anywhere && !s.rules[rule].lines.matches(&l) {
		return best
	}
	return p
}
