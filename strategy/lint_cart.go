package strategy

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// The bounds of the search for carts whose payable falls when a unit is added. At most maxTried
// rules are tried, and fewer in a strategy of many rules, but at least leastTried. For each
// rule the search looks at the first maxProducts products and maxThresholds thresholds, in
// carts of up to maxUnitsTried units.
const (
	maxTried      = 200
	leastTried    = 50
	triedOfRules  = 200_000 // rules tried times rules of the strategy
	maxProducts   = 200
	maxThresholds = 4
	maxUnitsTried = 10_000
)

// checkCarts prices carts on both sides of each threshold and warns of those whose payable falls
// with one unit more. If the threshold is an amount, only goods with a price in the catalogue
// are tried. With made-up prices every threshold would be reported: a cart one cent below it
// comes to less when goods for one cent are added.
func (l *linter) checkCarts(m *Model, s *Strategy, now time.Time) {
	t := &trial{model: m, strategy: s, linter: l, indexes: make(map[string]int, len(s.ids))}
	for i, id := range s.ids {
		t.indexes[id] = i
	}
	for i := range m.steps[:min(len(m.steps), maxTried)] {
		st := &m.steps[i]
		r := &rule{id: m.ladder.id, lines: st.lines, windows: st.windows}
		if at, open := m.firstOpen(st.windows, &r.valid, now); open {
			if reason, falls := t.falls(r, []reach{{amount: st.threshold}}, at); falls {
				l.reportElement(l.root.Get("discounts"), "discounts", i, reason, fallHint)
			}
		}
	}
	tried, most := 0, min(maxTried, max(leastTried, triedOfRules/max(1, len(s.rules))))
	for _, r := range m.rules {
		reaches := r.reaches()
		if !r.enabled || len(reaches) == 0 {
			continue
		}
		if tried++; tried > most {
			return
		}
		if at, open := m.firstOpen(r.windows, &r.valid, now); open {
			if reason, falls := t.falls(r, reaches, at); falls {
				l.report(r, reason, fallHint, "min_quantity", "min_line_quantity", "min_subtotal", "ladder", "bundle", "unit_rates", "groups_of", "every")
			}
		}
	}
}

const fallHint = "take less off, or put a smaller step before it"

// reach is a threshold of a rule: units of its goods, or their value in minor units.
type reach struct{ units, amount int64 }

// reaches are the thresholds of a rule.
func (r *rule) reaches() []reach {
	var list []reach
	for _, spec := range r.conditions {
		if of, is := spec.(reacher); is {
			list = append(list, of.reaches()...)
		}
	}
	if of, is := r.reward.(reacher); is {
		list = append(list, of.reaches()...)
	}
	list = slices.DeleteFunc(list, func(r reach) bool { return r == reach{} })
	return list[:min(len(list), maxThresholds)]
}

// trial prices carts with a compiled strategy.
type trial struct {
	model    *Model
	strategy *Strategy
	linter   *linter
	indexes  map[string]int // of the compiled rules
	quote    Quote
}

// falls finds a threshold of a rule at which the payable of a cart falls when a unit is added.
func (t *trial) falls(r *rule, reaches []reach, at time.Time) (reason string, falls bool) {
	c := r.cart()
	line, priced := t.line(r)
	if !priced && !r.sameAtAnyPrice() {
		return "", false
	}
	for _, reach := range reaches {
		units := reach.units
		if units == 0 && priced {
			units = (reach.amount + line.UnitPrice - 1) / line.UnitPrice
		}
		if units < 2 || units > maxUnitsTried {
			continue
		}
		less, _ := t.payable(c, line, units-1, r, at)
		more, applies := t.payable(c, line, units, r, at)
		if applies && more < less {
			line.Quantity = units - 1
			return fmt.Sprintf("%s come to %s, and %d to %s: the payable falls when one is added",
				goodsText(t.model.currency, &line), t.major(less), units, t.major(more)), true
		}
	}
	return "", false
}

// goodsText is a line as a warning names it.
func goodsText(currency money.Currency, line *cart.Line) string {
	return fmt.Sprintf("%d × %s at %s", line.Quantity, cmp.Or(line.SKU, "goods"), majorText(currency, line.UnitPrice))
}

func (t *trial) major(minor int64) string {
	return majorText(t.model.currency, minor)
}

// payable is what a cart with a number of units of a line comes to, in minor units, and whether
// the rule applies to it.
func (t *trial) payable(c cart.Cart, line cart.Line, units int64, r *rule, at time.Time) (payable int64, applies bool) {
	line.Quantity, line.Subtotal = units, times(line.UnitPrice, units)
	c.Lines = []cart.Line{line}
	if err := t.strategy.QuoteInto(&t.quote, &c, at); err != nil {
		return 0, false // the amount is too large
	}
	index, known := t.indexes[r.id]
	_, _, applies = t.quote.took(index)
	return t.quote.Payable, known && applies
}

// anyCustomer is the id of a customer of whom a rule asks only that there is one.
const anyCustomer = "customer"

// cart is a cart that meets the conditions of a rule, except those about goods.
func (r *rule) cart() cart.Cart {
	c := cart.Cart{Customer: cart.Customer{CompletedOrders: -1}}
	for _, spec := range r.conditions {
		if of, is := spec.(satisfiable); is {
			of.satisfy(&c)
		}
	}
	if c.Customer.ID == "" && r.needsCustomer() {
		c.Customer.ID = anyCustomer
	}
	return c
}

// firstWord is the first word of a list; "" where there is none.
func firstWord(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// anyPrice is the price, in minor units, of goods without a price in the catalogue.
const anyPrice = 10_000

// sameAtAnyPrice reports whether a rule takes the same share off goods of any price, so that
// it can be tried without a known price.
func (r *rule) sameAtAnyPrice() bool {
	of, is := r.reward.(proportionalReward)
	return is && of.sameAtAnyPrice()
}

// line is a line of one unit: the cheapest of the rule's goods that has a price in the
// catalogue, or else some goods of the rule at anyPrice. priced reports which of the two it is.
func (t *trial) line(r *rule) (line cart.Line, priced bool) {
	unpriced := ""
	lines := (&compiler{skus: t.strategy.skus, categories: t.strategy.categories, subgroups: t.strategy.subgroups}).matcher(&r.lines)
	words := r.lines.anyLine()
	for i := range t.model.products[:min(len(t.model.products), maxProducts)] {
		p := &t.model.products[i]
		if p.price == 0 || priced && p.price >= line.UnitPrice || p.price == cart.NoPrice && (priced || unpriced != "") {
			continue
		}
		candidate := cart.Line{SKU: p.sku, Quantity: 1, UnitPrice: p.price}
		if p.price == cart.NoPrice {
			candidate.UnitPrice = anyPrice
		}
		var seen item
		t.strategy.recognize(&t.quote.work, &candidate, &seen)
		seen.unitPrice = candidate.UnitPrice
		switch {
		case !lines.matches(&seen):
		case p.price == cart.NoPrice:
			unpriced = p.sku
		default:
			line, priced = candidate, true
		}
	}
	if !priced && t.model.unknown == rejectUnknown {
		return cart.Line{SKU: unpriced, UnitPrice: anyPrice}, false
	}
	if !priced {
		line = cart.Line{UnitPrice: anyPrice}
		for _, word := range []struct {
			to   *string
			from []string
		}{{&line.SKU, words.skus}, {&line.Category, words.categories}, {&line.Subgroup, words.subgroups}} {
			if len(word.from) > 0 {
				*word.to = word.from[0]
			}
		}
	}
	return line, priced
}
