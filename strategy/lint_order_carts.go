package strategy

import (
	"cmp"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// instants lists instants at which two rules may both be open.
func (o *ordering) instants(a, b *rule) []time.Time {
	from := o.now
	for _, r := range []*rule{a, b} {
		if r.valid.hasFrom && from.Before(r.valid.from) {
			from = r.valid.from
		}
	}
	var list []time.Time
	for _, r := range []*rule{a, b} {
		if at, open := o.model.firstOpen(r.windows, &r.valid, from); open && !slices.ContainsFunc(list, at.Equal) {
			list = append(list, at)
		}
	}
	return list
}

// goods is a line that two rules may both be about: a product of the catalogue with a price, or
// else a made-up line.
func (o *ordering) goods(a, b selector) (cart.Line, *product) {
	lines := []selector{a, b}
	sku := shared(a.skus, b.skus)
	if p := o.linter.product(o.model, sku); p != nil && sku != "" {
		return lineOf(p.sku, p.category, p.subgroup, p.price, lines), p
	}
	if p := o.pricedProduct(lines); p != nil && sku == "" {
		return lineOf(p.sku, p.category, p.subgroup, p.price, lines), p
	}
	return lineOf(sku, shared(a.categories, b.categories), shared(a.subgroups, b.subgroups), cart.NoPrice, lines), nil
}

// pricedProduct is the first product with a price that the words of all selectors match.
func (o *ordering) pricedProduct(lines []selector) *product {
	if found := o.productsOf(lines); len(found) > 0 {
		return found[0]
	}
	return nil
}

// lineOf is a line of one unit, with the attributes that selectors ask for.
func lineOf(sku, category, subgroup string, price int64, lines []selector) cart.Line {
	line := cart.Line{SKU: sku, Category: category, Subgroup: subgroup, Quantity: 1, UnitPrice: price}
	for i := range lines {
		for _, test := range lines[i].where {
			if value, ok := test.example(); ok {
				line.Attributes = append(line.Attributes, cart.Attribute{Name: test.name, Text: value.text, Kind: value.kind})
			}
		}
		if price == cart.NoPrice {
			line.UnitPrice = max(line.UnitPrice, lines[i].minPrice)
		}
	}
	return line
}

// example is a value that passes the test.
func (t *attributeTest) example() (attributeValue, bool) {
	switch {
	case len(t.in) > 0:
		return t.in[0], true
	case t.min != nil:
		return *t.min, true
	case t.max != nil:
		return *t.max, true
	}
	return attributeValue{}, false
}

// carts lists carts with goods that two rules are about, at and above their thresholds.
func (o *ordering) carts(a, b *rule, line cart.Line, one, other targetedGoods) []cart.Cart {
	units, amounts := o.sizes(a, b, max(one.units, other.units, 1))
	c := bothCarts(a.cart(), b.cart())
	if a.targeting.appliesTo != toItems || b.targeting.appliesTo != toItems {
		c.Shipping = append(c.Shipping, cart.Charge{Amount: anyPrice})
	}
	for i := range c.Shipping {
		c.Shipping[i].Amount = anyPrice
	}
	further := append(requiredBy(a), requiredBy(b)...)
	for _, aimed := range []targetedGoods{one, other} {
		if aimed.companion != nil {
			further = append(further, *aimed.companion)
		}
	}
	var list []cart.Cart
	add := func(units, price int64) {
		if units > maxUnitsTried || len(list) == maxCartsOfPair {
			return
		}
		one := line
		one.Quantity, one.UnitPrice, one.Subtotal = units, price, times(price, units)
		with := c
		with.Lines = append([]cart.Line{one}, further...)
		list = append(list, with)
	}
	for _, n := range units {
		if line.UnitPrice > 0 {
			add(n, line.UnitPrice)
		} else {
			add(n, anyPrice)
		}
		for _, amount := range amounts {
			if line.UnitPrice > 0 {
				add(max(n, ceil(amount, line.UnitPrice)), line.UnitPrice)
			} else {
				add(n, ceil(amount, n))
			}
		}
	}
	return list
}

// sizes are the units of the goods, at least least, and their values in minor units, at which
// two rules may apply.
func (o *ordering) sizes(a, b *rule, least int64) (units, amounts []int64) {
	for _, r := range []*rule{a, b} {
		for _, reach := range r.reaches() {
			least = max(least, reach.units)
			amounts = append(amounts, reach.amount)
		}
		if of, is := r.reward.(trialReward); is {
			amounts = append(amounts, of.trialAmounts()...)
		}
	}
	slices.Sort(amounts)
	amounts = slices.DeleteFunc(slices.Compact(amounts), func(amount int64) bool { return amount <= 0 })
	units = []int64{least, max(2, least)}
	for _, r := range []*rule{a, b} {
		if of, is := r.reward.(trialReward); is {
			units = append(units, of.trialUnits(amounts)...)
		}
	}
	return slices.Compact(units), amounts
}

// bothCarts is a cart that has what either of two carts has.
func bothCarts(a, b cart.Cart) cart.Cart {
	a.Coupons = append(slices.Clone(a.Coupons), b.Coupons...)
	a.Shipping = append(slices.Clone(a.Shipping), b.Shipping...)
	a.Channel, a.Region = cmp.Or(a.Channel, b.Channel), cmp.Or(a.Region, b.Region)
	who, other := &a.Customer, &b.Customer
	if who.ID == anyCustomer && other.ID != "" {
		who.ID = other.ID
	}
	who.ID, who.Tier = cmp.Or(who.ID, other.ID), cmp.Or(who.Tier, other.Tier)
	who.Segments = append(slices.Clone(who.Segments), other.Segments...)
	who.CompletedOrders = max(who.CompletedOrders, other.CompletedOrders)
	return a
}

// requiredBy lists lines with the goods that a rule requires in the cart.
func requiredBy(r *rule) []cart.Line {
	var list []cart.Line
	for _, spec := range r.conditions {
		if of, is := spec.(requiring); is {
			list = append(list, of.requiredLines()...)
		}
	}
	return list
}
