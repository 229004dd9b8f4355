package strategy_test

import (
	"fmt"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// A gift with per is given for each full number of units, or threshold of value.
func TestAGiftForEachMultiple(t *testing.T) {
	slabs := func(n int64) cart.Line { return cart.Line{SKU: "slab", Quantity: n, UnitPrice: 2000} }
	dress := func(price int64) cart.Line { return of("dress", 1, price) }
	const tenth = "[rule.0-tenth]\npriority = 1\ndiscount_rate = 0.1"
	perTen := func(more string) string {
		return fmt.Sprintf("gift = { sku = \"brush\", per = { units = 10 }%s }", more)
	}
	const perHundred = "gift = { sku = \"tote\", per = { threshold = 100 } }"
	for name, g := range map[string]given{
		"twenty-five are two tens": {strategy: ruleOf(perTen("")), lines: []cart.Line{slabs(25)}, gifts: "2 brush"},
		"ten are one":              {strategy: ruleOf(perTen("")), lines: []cart.Line{slabs(10)}, gifts: "1 brush"},
		"nine are none":            {strategy: ruleOf(perTen("")), lines: []cart.Line{slabs(9)}, rejected: "a: gift: 9 units, needed at least 10 units"},
		"two for each ten":         {strategy: ruleOf(perTen(", quantity = 2")), lines: []cart.Line{slabs(25)}, gifts: "4 brush"},
		"three times at most":      {strategy: ruleOf(perTen(", max_times = 3")), lines: []cart.Line{slabs(45)}, gifts: "3 brush"},
		"fewer than at most":       {strategy: ruleOf(perTen(", max_times = 3")), lines: []cart.Line{slabs(29)}, gifts: "2 brush"},
		"ten in three lines": {
			strategy: ruleOf(perTen("")), lines: []cart.Line{slabs(4), of("brush", 1, 500), slabs(5)}, gifts: "1 brush",
		},
		"of the target alone": {
			strategy: ruleOf("skus = [\"slab\"]\n" + perTen("")), lines: []cart.Line{slabs(9), of("brush", 11, 500)}, rejected: "a: gift: 9 units, needed at least 10 units",
		},
		"of no more units than may be": {strategy: ruleOf("max_units = 10\n" + perTen("")), lines: []cart.Line{slabs(25)}, gifts: "1 brush"},
		"units at 0.00 do not count": {
			strategy: ruleOf(perTen("")), lines: []cart.Line{slabs(9), of("sample", 11, 0)}, rejected: "a: gift: 9 units, needed at least 10 units",
		},
		"units at 0.00 where they count": {
			strategy: ruleOf(perTen(""), `zero_priced = "count"`), lines: []cart.Line{slabs(9), of("sample", 11, 0)}, gifts: "2 brush",
		},
		"units at 0.00 alone": {
			strategy: ruleOf(perTen("")), lines: []cart.Line{of("sample", 11, 0)}, rejected: "a: target: only articles at 0.00, needed articles that have a price",
		},
		"goods by weight do not count as units": {
			strategy: ruleOf(perTen("")), lines: []cart.Line{slabs(9), weighing("cheese", 2500, 4000)}, rejected: "a: gift: 9 units, needed at least 10 units",
		},
		"a million at most": {
			strategy: ruleOf("gift = { sku = \"brush\", quantity = 1000000, per = { units = 1 } }"),
			lines:    []cart.Line{{SKU: "slab", Quantity: 999_999_999_999_999, UnitPrice: 1}}, gifts: "1000000 brush",
		},

		"two hundreds":              {strategy: ruleOf(perHundred), lines: []cart.Line{dress(25000)}, gifts: "2 tote"},
		"a hundred of two lines":    {strategy: ruleOf(perHundred), lines: []cart.Line{dress(5999), of("hat", 1, 4001)}, gifts: "1 tote"},
		"a fen less than a hundred": {strategy: ruleOf(perHundred), lines: []cart.Line{dress(9999)}, rejected: "a: gift: 99.99 CNY, needed at least 100.00 CNY"},
		"goods by weight are worth what they are": {
			strategy: ruleOf(perHundred), lines: []cart.Line{weighing("cheese", 2500, 4000)}, gifts: "1 tote",
		},
		"the hundred is of what earlier rules left": {
			strategy: ruleOf(perHundred, tenth), lines: []cart.Line{dress(20000)}, discount: 2000, gifts: "1 tote",
		},
		"the hundred is of list prices": {
			strategy: ruleOf(perHundred, `arithmetic = { threshold_base = "original" }`, tenth), lines: []cart.Line{dress(20000)}, discount: 2000, gifts: "2 tote",
		},
		"a threshold and a minimum": {
			strategy: ruleOf("min_quantity = 2\n" + perHundred), lines: []cart.Line{dress(25000)}, rejected: "a: min_quantity: 1 unit, needed at least 2 units",
		},
	} {
		t.Run(name, g.run)
	}
}
