package strategy

import (
	"cmp"

	"github.com/promogate/caddy-discount/cart"
)

// shelf looks for goods in the catalogue that a cart does not have.
type shelf struct {
	strategy *Strategy
	left     int // how many more rules it is looked for
	work     evaluation
	last     int // the rule it was looked for last, from one on
}

// cheapest is the cheapest article that a rule needs, of equal ones that with the first
// SKU; nil for none that has a price.
func (f *shelf) cheapest(n *need, rule int) *product {
	if f.last != rule+1 {
		if f.left == 0 {
			return nil
		}
		f.last, f.left = rule+1, f.left-1
	}
	s := f.strategy
	if len(n.of.skus) > 0 {
		var best *product
		for _, sku := range n.of.skus {
			if int(sku) < len(s.catalogue) {
				best = f.cheaper(best, s.catalogue[sku], n, rule)
			}
		}
		return best
	}
	var best *product
	for _, p := range s.catalogue {
		best = f.cheaper(best, p, n, rule)
	}
	return best
}

// cheaper is the cheaper of two articles, of which the second has to be what is missing.
func (f *shelf) cheaper(best, p *product, n *need, rule int) *product {
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

// fits reports whether a rule can be about as many different articles as a goal needs.
func (f *shelf) fits(g *goal) bool {
	skus := len(f.strategy.rules[g.rule].lines.skus)
	return !g.articles || skus == 0 || g.seen+g.missing() <= int64(skus)
}
