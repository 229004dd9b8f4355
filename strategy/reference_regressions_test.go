package strategy_test

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// Cases the reference evaluator found, each cut down to what shows it.
func TestFoundByTheReference(t *testing.T) {
	const head = "version = \"v\"\n"
	const group = head + `
[rule.a]
priority = 2
group = "g"
discount_amount = 5
%%
[rule.b]
priority = 1
discount_rate = 0.1
[rule.c]
group = "g"
discount_amount = 10
`
	for _, c := range []quoteCase{
		// Three full rounds use nine of the eleven units; the last two are one
		// bought and one got: 7 × 19.99.
		{name: "a unit used once is used", strategy: head + "[rule.a]\nbuy = { quantity = 1 }\nget = { quantity = 2 }",
			cart: []cart.Line{of("x", 11, 1999)}, discount: 13993, applied: "a"},
		// x is set aside with 2 units, then y with 2 of its 3; got is what is
		// dearest of the rest each time: one y, then nothing but z, which no two
		// units are left for. 15% of 0.99 and 0.03 is 0.15.
		{name: "units are dealt until they run out, and not taken back", strategy: head + "[rule.a]\npick = \"dearest\"\nreserve = \"cart\"\nbuy = { quantity = 2 }\nget = { rate = 0.15 }",
			cart: []cart.Line{of("x", 2, 333), of("y", 3, 99), of("z", 1, 3)}, discount: 15, lines: []int64{0, 15, 0}, applied: "a"},
		// Under best_per_line a rule is settled with the units that the rule
		// tried last has dealt, which are fewer.
		{name: "two buy-and-get rules compete line by line", strategy: head + "arithmetic = { select = \"best_per_line\" }\n[rule.a]\nrepeat = 3\nbuy = { quantity = 1 }\nget = {}\n[rule.b]\ncategories = [\"y\"]\nbuy = { quantity = 4 }\nget = { rate = 0.15 }",
			cart: []cart.Line{of("x", 1, 99), of("y", 3, 500)}, discount: 599, lines: []int64{99, 500}, applied: "a"},
		// Two lines of 0.99 cannot take a whole yuan, though together they are
		// worth more than one.
		{name: "of two steps the one that takes nothing off is not the best", strategy: head + "arithmetic = { rounding_unit = 1 }\n[[discounts]]\nthreshold = 1\namount = 1\ncategories = [\"x\"]\n[[discounts]]\nthreshold = 1\namount = 1\ncategories = [\"y\"]",
			cart: []cart.Line{of("x", 1, 99), {SKU: "x-2", Category: "x", Quantity: 1, UnitPrice: 99}, of("y", 1, 500)}, discount: 100, lines: []int64{0, 0, 100}, applied: "discounts"},
		// A group has its turn with its first rule, whichever of that one's
		// conditions fails (with a segment in place of the coupon it does): 10.00,
		// then 10% of 90.00.
		{name: "a group's turn when its first rule lacks a coupon", strategy: strings.ReplaceAll(group, "%%", `coupons = ["SPRING"]`),
			cart: []cart.Line{of("x", 1, 10000)}, discount: 1900, applied: "c b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				if r := recover(); r != nil {
					t.Error("panic:", r)
				}
			}()
			c.run(t)
		})
	}
}
