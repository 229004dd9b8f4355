package strategy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// The bounds of the search for prices that the limits raise: the rules that are examined, and
// the products of each that are priced.
const (
	maxPricesTried = 200
	maxPricesOf    = 4
)

// checkPrices warns of a rule whose price the limits raise. It prices the dearest goods of the
// catalogue that the rule is about, in the smallest cart to which the rule applies.
func (l *linter) checkPrices(m *Model, now time.Time) {
	if m.limits == (limits{}) {
		return
	}
	o := &ordering{model: m, linter: l, now: now}
	tried := 0
	for _, r := range m.rules {
		key, sets := r.setsPrice()
		if !sets || !r.enabled || r.valid.compile().until <= now.UnixNano() {
			continue
		}
		if tried++; tried > maxPricesTried {
			return
		}
		if reason, taken := o.takesBack(r); taken {
			l.report(r, reason, "set a price that the limits let be reached, or raise the limits", key)
		}
	}
}

// setsPrice is the key by which a rule sets a price, if it does.
func (r *rule) setsPrice() (key string, sets bool) {
	of, is := r.reward.(priceSetter)
	if !is || !of.setsPrice() || r.targeting.appliesTo != toItems {
		return "", false
	}
	return r.reward.key(), true
}

// bought is a number of units of a product.
type bought struct {
	product
	units int64
}

// takesBack finds a cart of catalogue goods that the limits make dearer than the rule's price.
func (o *ordering) takesBack(r *rule) (reason string, taken bool) {
	least, _ := o.sizes(r, r, 1)
	units, of, beside := least[0], []selector{r.lines}, []bought(nil)
	if by, is := r.reward.(pairedReward); is {
		buy, get := by.pair()
		units, of = get.units, []selector{r.lines, *get.lines}
		found := o.productsOf([]selector{r.lines, *buy.lines})
		if len(found) == 0 {
			return "", false
		}
		beside = []bought{{*found[0], buy.units}}
	}
	if units > maxUnitsTried {
		return "", false
	}
	dearest := o.productsOf(of)
	slices.SortStableFunc(dearest, func(a, b *product) int { return cmp.Compare(b.price, a.price) })
	for _, p := range dearest[:min(len(dearest), maxPricesOf)] {
		for _, at := range o.instants(r, r) {
			if reason, taken = o.lowers(r, append([]bought{{*p, units}}, beside...), at); taken {
				return reason, true
			}
		}
	}
	return "", false
}

// productsOf lists products with a price that the words of all selectors match. It searches the
// SKUs of the first selector that names any, or else the catalogue, up to maxProducts.
func (o *ordering) productsOf(lines []selector) []*product {
	var list []*product
	consider := func(p *product) {
		if p != nil && p.price > 0 && !slices.ContainsFunc(lines, func(sel selector) bool { return !sel.mayName(p, o.model.spelling.skus) }) {
			list = append(list, p)
		}
	}
	for i := range lines {
		if skus := lines[i].skus; len(skus) > 0 {
			for _, sku := range skus[:min(len(skus), maxProducts)] {
				consider(o.linter.product(o.model, sku))
			}
			return list
		}
	}
	for i := range o.model.products[:min(len(o.model.products), maxProducts)] {
		consider(&o.model.products[i])
	}
	return list
}

// mayName reports whether the words of a selector match a product.
func (sel *selector) mayName(p *product, by wordForm) bool {
	in := func(words []string) bool {
		return slices.Contains(words, p.category) || slices.ContainsFunc(p.moreCategories, func(c string) bool { return slices.Contains(words, c) })
	}
	return (len(sel.skus) == 0 || slices.Contains(sel.skus, by.of(p.sku))) &&
		(len(sel.categories) == 0 || in(sel.categories)) &&
		(len(sel.subgroups) == 0 || slices.Contains(sel.subgroups, p.subgroup)) &&
		(sel.exclude == nil || !slices.Contains(sel.exclude.skus, by.of(p.sku)) && !in(sel.exclude.categories))
}

// lowers prices a cart of goods with a rule alone, and says whether the limits lowered the
// discount, and to what.
func (o *ordering) lowers(r *rule, goods []bought, at time.Time) (reason string, lowered bool) {
	c, major := r.cart(), func(minor int64) string { return majorText(o.model.currency, minor) }
	var named []string
	var products []product
	for i := range goods {
		g := &goods[i]
		line := cart.Line{SKU: g.sku, Quantity: g.units, UnitPrice: g.price, Subtotal: times(g.price, g.units)}
		c.Lines, named = append(c.Lines, line), append(named, goodsText(o.model.currency, &line))
		if i == 0 || g.sku != goods[0].sku {
			products = append(products, g.product)
		}
	}
	x, err := o.compileWith(products, r).Explain(&c, at)
	if err != nil || len(x.Lowered) != 1 {
		return "", false
	}
	low := &x.Lowered[0]
	if len(low.By) != 1 || !strings.HasPrefix(low.By[0], "limits.") {
		return "", false // a floor or a max_discount is set on purpose
	}
	return fmt.Sprintf("%s makes %s come to %s and not to %s", low.By[0], strings.Join(named, " and "),
		major(x.Subtotal-low.Amount), major(x.Subtotal-low.From)), true
}
