package strategy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// The bounds of the search for rules whose order only their ids decide: so many pairs
// are looked at, so many of them are priced, each with a few carts, and so many are
// reported.
const (
	maxPairs       = 20_000
	maxPairsPriced = 300
	maxCartsOfPair = 16
	maxOrdersTold  = 10
)

// checkOrder warns of two rules of one stage and priority that take something off the same
// goods, where the order in which they do, which only their ids decide, changes what is
// paid: a rate and an amount, a threshold that holds only before the other rule, a floor.
// Whether it does is found by pricing carts that both apply to, once in either order.
func (l *linted) checkOrder(m *Model, now time.Time) {
	if m.arithmetic.selection != selectAll {
		return
	}
	o := &ordering{model: m, linted: l, now: now, pairs: maxPairs, priced: maxPairsPriced}
	rules := o.contenders()
	for from := 0; from < len(rules); {
		to := from + 1
		for to < len(rules) && sameTurn(rules[from], rules[to]) {
			to++
		}
		o.check(rules[from:to])
		from = to
	}
}

// sameTurn reports whether only their ids say which of two rules is first.
func sameTurn(a, b *rule) bool {
	return a.stacking.stage == b.stacking.stage && a.stacking.priority == b.stacking.priority
}

// ordering prices carts with two rules in either order.
type ordering struct {
	model         *Model
	linted        *linted
	now           time.Time
	pairs, priced int // that are left to look at, and to price
	told          int // that were reported
	quote         Quote
}

// contenders are the rules that are applied one after the other, in their order. The
// ladder of [[discounts]], of which the priority cannot be set, is none of them.
func (o *ordering) contenders() []*rule {
	var rules []*rule
	for _, r := range o.model.rules {
		if _, is := r.reward.(*gift); !is && r.competes() && r.stacking.group == "" && r.valid.compile().until > o.now.UnixNano() {
			rules = append(rules, r)
		}
	}
	slices.SortFunc(rules, inTurn)
	return rules
}

// check looks at the rules of one stage and priority, each with those before it, and
// reports each once.
func (o *ordering) check(rules []*rule) {
	for i, later := range rules {
		for _, earlier := range rules[:i] {
			if o.pairs--; o.pairs < 0 || o.priced == 0 || o.told == maxOrdersTold {
				return
			}
			if earlier.stacking.stop == stopCart && earlier.always() || !mayMeet(earlier, later) {
				continue
			}
			o.priced--
			if reason, matters := o.matters(earlier, later); matters {
				o.told++
				o.linted.note(later, reason, "set priority in one of them: the rule with the higher one is first", "priority")
				break
			}
		}
	}
}

// mayMeet reports whether two rules may take something off the same goods, or off the same
// shipping. It may say yes where that is hard to tell.
func mayMeet(a, b *rule) bool {
	return maySeeOneCart(a, b) && (a.scope.appliesTo == toShipping) == (b.scope.appliesTo == toShipping)
}

// maySeeOneCart reports whether one cart may have goods for two rules at one time. It may
// say yes where that is hard to tell.
func maySeeOneCart(a, b *rule) bool {
	one, other := a.valid.compile(), b.valid.compile()
	return max(one.from, other.from) < min(one.until, other.until) &&
		mayShare(a.lines.skus, b.lines.skus) && mayShare(a.lines.categories, b.lines.categories) && mayShare(a.lines.subgroups, b.lines.subgroups)
}

// mayShare reports whether lists of words have one in common, where an empty list has all.
func mayShare(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || shared(a, b) != ""
}

// shared is a word that two lists have in common; of an empty list it is the first of the
// other one, and "" if there is none.
func shared(a, b []string) string {
	if len(a) > len(b) {
		a, b = b, a
	}
	switch {
	case len(b) == 0:
		return ""
	case len(a) == 0:
		return b[0]
	case len(b) > scanned:
		has := setOf(b)
		for _, word := range a {
			if has[word] {
				return word
			}
		}
		return ""
	}
	for _, word := range a {
		if slices.Contains(b, word) {
			return word
		}
	}
	return ""
}

// matters finds a cart that costs something else with two rules in the other order, and
// says so.
func (o *ordering) matters(earlier, later *rule) (reason string, matters bool) {
	line, product := o.goods(earlier, later)
	asIs, turned := o.compile(product, earlier, later), o.compile(product, later, earlier)
	alone := []*Strategy{o.compile(product, earlier), o.compile(product, later)}
	for _, at := range o.instants(earlier, later) {
		for _, c := range o.carts(earlier, later, line) {
			if !o.applies(alone[0], &c, at) || !o.applies(alone[1], &c, at) {
				continue
			}
			first, ok := o.payable(asIs, &c, at)
			second, also := o.payable(turned, &c, at)
			if ok && also && o.differ(first, second) {
				return o.text(earlier, later, &c, first, second), true
			}
		}
	}
	return "", false
}

// differ reports whether two sums are further apart than what rounding in another order
// makes of a line.
func (o *ordering) differ(a, b int64) bool {
	return max(a, b)-min(a, b) > 2*o.model.arithmetic.unit
}

// text says what a cart comes to in either order.
func (o *ordering) text(earlier, later *rule, c *cart.Cart, first, second int64) string {
	line, major := &c.Lines[0], func(minor int64) string { return majorText(o.model.currency, minor) }
	goods := fmt.Sprintf("%d × %s at %s come to", line.Quantity, cmp.Or(line.SKU, "goods"), major(line.UnitPrice))
	if len(c.Lines) > 1 || len(c.Shipping) > 0 {
		goods = fmt.Sprintf("a cart with %d × %s at %s comes to", line.Quantity, cmp.Or(line.SKU, "goods"), major(line.UnitPrice))
	}
	return fmt.Sprintf("only their ids decide that %s is before %s: %s %s so, and %s the other way round",
		rulePath(earlier.id), rulePath(later.id), goods, major(first), major(second))
}

// compile makes a strategy of some rules alone, in the order given.
func (o *ordering) compile(of *product, rules ...*rule) *Strategy {
	m := *o.model
	m.rules, m.steps, m.ladder, m.products, m.linted, m.pause = nil, nil, nil, nil, nil, nil
	if of != nil {
		m.products = []product{*of}
	}
	for i, r := range rules {
		ordered := *r
		ordered.stacking.priority = int64(-i)
		m.rules = append(m.rules, &ordered)
	}
	return Compile(&m)
}

func (o *ordering) payable(s *Strategy, c *cart.Cart, at time.Time) (payable int64, ok bool) {
	err := s.QuoteInto(&o.quote, c, at)
	return o.quote.Payable, err == nil
}

// applies reports whether a rule takes something off a cart.
func (o *ordering) applies(alone *Strategy, c *cart.Cart, at time.Time) bool {
	_, ok := o.payable(alone, c, at)
	return ok && len(o.quote.Applied) > 0
}

// instants are some at which two rules may both be open.
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

// goods is a line that two rules may both be about: of the catalogue, if it has one with a
// price, and else made up.
func (o *ordering) goods(a, b *rule) (cart.Line, *product) {
	lines := []selector{a.lines, b.lines}
	sku := shared(a.lines.skus, b.lines.skus)
	if p := o.linted.product(o.model, sku); p != nil && sku != "" {
		return lineOf(p.sku, p.category, p.subgroup, p.price, lines), p
	}
	if p := o.pricedProduct(lines); p != nil && sku == "" {
		return lineOf(p.sku, p.category, p.subgroup, p.price, lines), p
	}
	return lineOf(sku, shared(a.lines.categories, b.lines.categories), shared(a.lines.subgroups, b.lines.subgroups), cart.NoPrice, lines), nil
}

// pricedProduct is the first of the products with a price that selectors by words all match.
func (o *ordering) pricedProduct(lines []selector) *product {
	for i := range o.model.products[:min(len(o.model.products), maxProducts)] {
		p := &o.model.products[i]
		matches := func(sel *selector) bool {
			return (len(sel.categories) == 0 || slices.Contains(sel.categories, p.category)) &&
				(len(sel.subgroups) == 0 || slices.Contains(sel.subgroups, p.subgroup)) &&
				(sel.exclude == nil || !slices.Contains(sel.exclude.skus, p.sku) && !slices.Contains(sel.exclude.categories, p.category))
		}
		if p.price > 0 && !slices.ContainsFunc(lines, func(sel selector) bool { return !matches(&sel) }) {
			return p
		}
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

// carts are some with goods that two rules are about, at and above their thresholds.
func (o *ordering) carts(a, b *rule, line cart.Line) []cart.Cart {
	units, amounts := o.sizes(a, b)
	c := bothCarts(a.cart(), b.cart())
	if a.scope.appliesTo != toItems || b.scope.appliesTo != toItems {
		c.Shipping = append(c.Shipping, cart.Charge{Amount: anyPrice})
	}
	for i := range c.Shipping {
		c.Shipping[i].Amount = anyPrice
	}
	further := append(requiredBy(a), requiredBy(b)...)
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

// sizes are how many units of the goods, and how much of them, bring two rules.
func (o *ordering) sizes(a, b *rule) (units, amounts []int64) {
	least := int64(1)
	for _, r := range []*rule{a, b} {
		for _, reach := range r.reaches() {
			least = max(least, reach.units)
			amounts = append(amounts, reach.amount)
		}
		if off, is := r.reward.(*amountOff); is {
			amounts = append(amounts, times(off.amount, 4))
		}
	}
	slices.Sort(amounts)
	amounts = slices.DeleteFunc(slices.Compact(amounts), func(amount int64) bool { return amount <= 0 })
	return slices.Compact([]int64{least, max(2, least)}), amounts
}

// bothCarts is a cart that has what either of two has.
func bothCarts(a, b cart.Cart) cart.Cart {
	a.Coupons = append(slices.Clone(a.Coupons), b.Coupons...)
	a.Shipping = append(slices.Clone(a.Shipping), b.Shipping...)
	a.Channel, a.Region = cmp.Or(a.Channel, b.Channel), cmp.Or(a.Region, b.Region)
	who, other := &a.Customer, &b.Customer
	who.ID, who.Tier = cmp.Or(who.ID, other.ID), cmp.Or(who.Tier, other.Tier)
	who.Segments = append(slices.Clone(who.Segments), other.Segments...)
	who.CompletedOrders = max(who.CompletedOrders, other.CompletedOrders)
	return a
}

// requiredBy are lines with what a rule wants the cart to hold beside.
func requiredBy(r *rule) []cart.Line {
	var list []cart.Line
	for _, room := range r.conditions {
		given, is := room.(*contains)
		if !is {
			continue
		}
		for i := range given.requires {
			h := &given.requires[i]
			line := lineOf(firstWord(h.lines.skus), firstWord(h.lines.categories), firstWord(h.lines.subgroups), max(anyPrice, h.subtotal), []selector{h.lines})
			line.Quantity = h.quantity
			line.Subtotal = times(line.UnitPrice, line.Quantity)
			line.ID = strconv.Itoa(len(list))
			list = append(list, line)
		}
	}
	return list
}
