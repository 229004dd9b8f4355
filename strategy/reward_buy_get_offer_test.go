package strategy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// given is a strategy, a cart, and what comes of them.
type given struct {
	strategy string
	lines    []cart.Line
	discount int64
	offs     []int64 // of the lines; nil to say nothing
	gifts    string
	rejected string // of the first rule that gave nothing
}

func (g given) run(t *testing.T) {
	t.Helper()
	s, now := mustLoad(t, "", g.strategy), at(t, "2024-06-01T12:00:00Z")
	c := goods(t, g.lines...)
	x, err := s.Explain(c, now)
	if err != nil {
		t.Fatal(err)
	}
	q, err := s.Quote(c, now)
	if err != nil {
		t.Fatal(err)
	}
	if q.Discount != g.discount || x.Discount != q.Discount {
		t.Errorf("discount %d, explained %d, want %d", q.Discount, x.Discount, g.discount)
	}
	for i, want := range g.offs {
		if got := q.Lines[i].Discount; got != want {
			t.Errorf("line %d: %d off, want %d", i, got, want)
		}
	}
	var gifts []string
	for _, gift := range q.Gifts {
		gifts = append(gifts, fmt.Sprintf("%d %s", gift.Quantity, gift.SKU))
	}
	if got := strings.Join(gifts, ", "); got != g.gifts {
		t.Errorf("gifts %q, want %q", got, g.gifts)
	}
	rejected := ""
	for _, r := range x.Rejected[:min(1, len(x.Rejected))] {
		rejected = strings.TrimSuffix(fmt.Sprintf("%s: %s: %s, needed %s", r.Rule, r.Reason, r.Seen, r.Needed), ": , needed ")
	}
	if rejected != g.rejected {
		t.Errorf("rejected %q, want %q", rejected, g.rejected)
	}
}

// What is got costs an amount less, or has a price.
func TestWhatIsGotForAnAmountOrAPrice(t *testing.T) {
	const snack = "buy = { categories = [\"drink\"], quantity = 1 }\nget = { categories = [\"snack\"], %s }"
	offering := func(offer string, before ...string) string { return ruleOf(fmt.Sprintf(snack, offer), before...) }
	selling := func(category, sku string, quantity, price int64) cart.Line {
		return cart.Line{SKU: sku, Category: category, Quantity: quantity, UnitPrice: price}
	}
	drinks := func(n int64) cart.Line { return selling("drink", "latte", n, 1800) }
	cookie, scone, pie := selling("snack", "cookie", 1, 600), selling("snack", "scone", 1, 800), selling("snack", "pie", 1, 1200)
	const floor = "[[products]]\nsku = \"cookie\"\ncategory = \"snack\"\nfloor_price = 4"
	const cheapOne = "[rule.first]\npriority = 1\ncategories = [\"snack\"]\nmax_units = 1\nunit_price = 0.50"
	for name, g := range map[string]given{
		"an amount off one for each bought": {
			strategy: ruleOf("buy = { skus = [\"x\"], quantity = 1 }\nget = { skus = [\"y\"], amount = 5 }"),
			lines:    []cart.Line{selling("", "x", 2, 1000), selling("", "y", 3, 2000)}, discount: 1000, offs: []int64{0, 1000},
		},
		"an amount above the price of a unit": {
			strategy: offering("amount = 7"), lines: []cart.Line{drinks(2), cookie, scone}, discount: 600 + 700, offs: []int64{0, 600, 700},
		},
		"an amount down to the floor": {
			strategy: offering("amount = 5", floor), lines: []cart.Line{drinks(2), cookie, scone}, discount: 200 + 500, offs: []int64{0, 200, 500},
		},
		"an amount in whole yuan": {
			strategy: offering("amount = 2.50", "arithmetic = { rounding_unit = 1 }"), lines: []cart.Line{drinks(1), cookie}, discount: 300,
		},
		"an amount off two for each bought, of which one is there": {
			strategy: offering("quantity = 2, amount = 1"), lines: []cart.Line{drinks(2), cookie, scone, pie}, discount: 300, offs: []int64{0, 100, 100, 100},
		},
		"a price for the cheapest": {
			strategy: offering("unit_price = 1"), lines: []cart.Line{drinks(2), cookie, scone, pie}, discount: 500 + 700, offs: []int64{0, 500, 700, 0},
		},
		"a price for the dearest": {
			strategy: offering("unit_price = 1") + "pick = \"dearest\"\n", lines: []cart.Line{drinks(1), cookie, pie}, discount: 1100, offs: []int64{0, 0, 1100},
		},
		"a price once": {
			strategy: offering("unit_price = 1") + "repeat = 1\n", lines: []cart.Line{drinks(3), cookie, pie}, discount: 500,
		},
		"a price of nothing": {
			strategy: offering("unit_price = 0"), lines: []cart.Line{drinks(1), cookie}, discount: 600,
		},
		"a price that is no whole yuan": {
			strategy: offering("unit_price = 1.50", "arithmetic = { rounding_unit = 1 }"), lines: []cart.Line{drinks(1), cookie}, discount: 450,
		},
		"a price above that of a unit": {
			strategy: offering("unit_price = 7"), lines: []cart.Line{drinks(2), cookie, scone}, discount: 100, offs: []int64{0, 0, 100},
		},
		"a price above that of every unit": {
			strategy: offering("unit_price = 20"), lines: []cart.Line{drinks(1), cookie}, rejected: "a: nothing",
		},
		"a price below the floor": {
			strategy: offering("unit_price = 1", floor), lines: []cart.Line{drinks(1), cookie}, discount: 200,
		},
		"a price for units of which one costs less already": {
			strategy: offering("unit_price = 1", cheapOne), lines: []cart.Line{drinks(2), selling("snack", "cookie", 2, 600)}, discount: 550 + 500,
		},
		"a price for two units of 3.34 and 3.33": {
			strategy: offering("unit_price = 1"), lines: []cart.Line{drinks(2), together("snack", 3, 1000)}, discount: 234 + 233,
		},
		"an article in two lines": {
			strategy: offering("unit_price = 1"), lines: []cart.Line{drinks(1), selling("snack", "cookie", 2, 600), drinks(1), selling("snack", "cookie", 1, 600)},
			discount: 1000, offs: []int64{0, 1000, 0, 0},
		},
		"a used unit is not got again": {
			strategy: offering("amount = 1") + "[rule.b]\n" + fmt.Sprintf(snack, "amount = 2"), lines: []cart.Line{drinks(2), cookie},
			discount: 100, rejected: "b: get: 1 unit, needed at least 2 units",
		},
		"a most": {
			strategy: offering("unit_price = 1") + "max_discount = 6\n", lines: []cart.Line{drinks(2), cookie, scone}, discount: 600, offs: []int64{0, 250, 350},
		},
	} {
		t.Run(name, g.run)
	}
}
