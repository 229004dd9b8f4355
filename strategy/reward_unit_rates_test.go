package strategy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// A rate is taken off each unit by its place in its set, dearest first.
func TestRatesByThePlaceOfAUnit(t *testing.T) {
	const halfThenFree = "unit_rates = [0, 0.5, 1]\n"
	latte := func(n int64) cart.Line { return of("latte", n, 1800) }
	a, b, c := of("a", 1, 3000), of("b", 1, 2000), of("c", 1, 1000)
	third := []cart.Line{of("x", 1, 33), of("y", 1, 33), of("z", 1, 33)}
	const floor = "[[products]]\nsku = \"b-1\"\nfloor_price = 16"
	const oneAtTen = "[rule.0-first]\npriority = 1\nmax_units = 1\nunit_price = 10"
	for name, g := range map[string]given{
		"thirty, twenty, ten": {strategy: ruleOf(halfThenFree), lines: []cart.Line{a, b, c}, discount: 2000, offs: []int64{0, 1000, 1000}},
		"in another order":    {strategy: ruleOf(halfThenFree), lines: []cart.Line{c, a, b}, discount: 2000, offs: []int64{1000, 0, 1000}},
		"three that are alike": {
			strategy: ruleOf(halfThenFree), lines: []cart.Line{latte(3)}, discount: 900 + 1800,
		},
		"three that are alike, in two lines": {
			strategy: ruleOf(halfThenFree), lines: []cart.Line{latte(1), latte(2)}, discount: 2700, offs: []int64{0, 2700},
		},
		"two are a set that is not full": {strategy: ruleOf(halfThenFree), lines: []cart.Line{latte(1), of("mocha", 1, 2500)}, discount: 900, offs: []int64{900, 0}},
		"one is at its price":            {strategy: ruleOf(halfThenFree), lines: []cart.Line{latte(1)}, rejected: "a: unit_rates: 1 unit, needed at least 2 units"},
		"a fourth pays in full":          {strategy: ruleOf(halfThenFree), lines: []cart.Line{latte(4)}, discount: 2700},
		"a fifth in a second set":        {strategy: ruleOf(halfThenFree + "max_times = 2"), lines: []cart.Line{latte(5)}, discount: 2700 + 900},
		"two sets":                       {strategy: ruleOf(halfThenFree + "max_times = 2"), lines: []cart.Line{latte(7)}, discount: 5400},
		"sets one after another": {
			strategy: ruleOf("unit_rates = [0, 0.5]\nmax_times = 2"), lines: []cart.Line{of("p", 1, 5000), of("q", 1, 4000), a, b, c},
			discount: 2000 + 1000, offs: []int64{0, 2000, 0, 1000, 0},
		},
		"the cheapest first": {
			strategy: ruleOf(halfThenFree + "pick = \"cheapest\""), lines: []cart.Line{a, b, c}, discount: 3000 + 1000, offs: []int64{3000, 1000, 0},
		},
		"in the order of the cart": {
			strategy: ruleOf(halfThenFree + "pick = \"cart\""), lines: []cart.Line{b, a, c}, discount: 1500 + 1000, offs: []int64{0, 1500, 1000},
		},
		"one rate": {strategy: ruleOf("unit_rates = 0.5"), lines: []cart.Line{a, b}, discount: 1500, offs: []int64{1500, 0}},
		"the last place of a set pays in full": {
			strategy: ruleOf("unit_rates = [0, 1, 0]\nmax_times = 2"), lines: []cart.Line{latte(6)}, discount: 3600,
		},
		"no more units than may be, of the dearest": {strategy: ruleOf(halfThenFree + "max_units = 2"), lines: []cart.Line{c, b, a}, discount: 1000, offs: []int64{0, 1000, 0}},
		"a million units in as many sets": {
			strategy: ruleOf("unit_rates = [0, 1]\nmax_times = 1000000"), lines: []cart.Line{of("pen", 1_000_000, 100)}, discount: 50_000_000,
		},
		"units at 0.00 take no part": {
			strategy: ruleOf(halfThenFree), lines: []cart.Line{latte(1), of("sample", 5, 0)}, rejected: "a: unit_rates: 1 unit, needed at least 2 units",
		},
		"goods by weight take no part": {
			strategy: ruleOf(halfThenFree), lines: []cart.Line{weighing("cheese", 2500, 4000), a, b}, discount: 1000, offs: []int64{0, 0, 1000},
		},
		"one unit costs less already": {
			strategy: ruleOf(halfThenFree, oneAtTen), lines: []cart.Line{latte(3)}, discount: 800 + 900 + 1000,
		},

		"half a fen is rounded once":        {strategy: ruleOf("unit_rates = [0.5, 0.5, 0.5]"), lines: third, discount: 50, offs: []int64{17, 17, 16}},
		"half a fen is rounded in each set": {strategy: ruleOf("unit_rates = [0.5]\nmax_times = 3", `arithmetic = { round_scope = "unit" }`), lines: third, discount: 51},
		"half a fen is rounded on each line": {
			strategy: ruleOf("unit_rates = [0.5]\nmax_times = 3", `arithmetic = { round_scope = "line" }`), lines: third, discount: 51, offs: []int64{17, 17, 17},
		},
		"half a fen on a line of two": {
			strategy: ruleOf("unit_rates = [0.5, 0.5, 0.5]", `arithmetic = { round_scope = "line" }`), lines: []cart.Line{of("x", 2, 33), of("y", 1, 33)},
			discount: 33 + 17, offs: []int64{33, 17},
		},
		// 5.005 and 10.01 are 15.015; 15.02 by 1 to 2 is 5.00666… and 10.01333….
		"shares go by what the rates come to": {
			strategy: ruleOf(halfThenFree), lines: []cart.Line{of("x", 1, 1001), of("y", 1, 1001), of("z", 1, 1001)}, discount: 1502, offs: []int64{0, 501, 1001},
		},
		"in whole yuan": {
			strategy: ruleOf(halfThenFree, "arithmetic = { rounding_unit = 1 }"), lines: []cart.Line{of("x", 1, 3000), of("y", 1, 2500), of("z", 1, 990)},
			discount: 2200, offs: []int64{0, 1300, 900},
		},
		// 10.00 + 10.00, of which b can lose 4.00.
		"what a floor keeps goes to the other": {
			strategy: ruleOf(halfThenFree, floor), lines: []cart.Line{a, b, of("c", 1, 1900)}, discount: 400 + 1900, offs: []int64{0, 400, 1900},
		},
		"a unit that a floor keeps at its price loses no more": {
			strategy: ruleOf("unit_rates = [0, 0.5]", floor), lines: []cart.Line{a, b, c}, discount: 400, offs: []int64{0, 400, 0},
		},
		"a most": {strategy: ruleOf(halfThenFree + "max_discount = 5"), lines: []cart.Line{a, b, c}, discount: 500, offs: []int64{0, 250, 250}},
		// 600,000,000,000,001 × 0.123456789 = 74,074,073,400,000.123456789, and
		// 300,000,000,000,000 × 0.987654321 = 296,296,296,300,000.
		"as much as there can be": {
			strategy: ruleOf("unit_rates = [0.123456789, 0.987654321]"), lines: []cart.Line{of("x", 1, 600_000_000_000_001), of("y", 1, 300_000_000_000_000)},
			discount: 370_370_369_700_000, offs: []int64{74_074_073_400_000, 296_296_296_300_000},
		},
	} {
		t.Run(name, g.run)
	}
}

// Sets are filled with the cheapest units until they are worth the value.
func TestGroupsByValue(t *testing.T) {
	const at149 = "groups_of = { value = 149, rate = 0.1 }"
	const tenth = "[rule.0-tenth]\npriority = 1\ndiscount_rate = 0.1"
	const oneFree = "[rule.0-free]\npriority = 1\nmax_units = 1\nunit_price = 0"
	serum := func(price int64) cart.Line { return of("serum", 1, price) }
	tea := func(n int64) cart.Line { return of("tea", n, 1000) }
	for name, g := range map[string]given{
		// 3 × 8.95 + 3 × 47.95 = 170.70 and 47.95 + 2 × 59.95 = 167.85 are 338.55.
		"two sets of three articles": {
			strategy: ruleOf(at149), lines: []cart.Line{of("a", 4, 5995), of("b", 4, 4795), of("c", 3, 895)}, discount: 3386, offs: []int64{1199, 1918, 269},
		},
		"one unit is a set":           {strategy: ruleOf(at149), lines: []cart.Line{serum(14900)}, discount: 1490},
		"a fen is missing":            {strategy: ruleOf(at149), lines: []cart.Line{serum(14899)}, rejected: "a: groups_of: 148.99 CNY, needed at least 149.00 CNY"},
		"one unit is two sets' worth": {strategy: ruleOf(at149), lines: []cart.Line{serum(30000)}, discount: 3000},
		"the cheapest fill a set, and one is left": {
			strategy: ruleOf(at149), lines: []cart.Line{of("cream", 2, 10000), of("mask", 1, 4900)}, discount: 1490, offs: []int64{1000, 490},
		},
		"an amount off each unit of full sets": {strategy: ruleOf("groups_of = { value = 20, amount = 1 }"), lines: []cart.Line{tea(5)}, discount: 400},
		"three small units and a large one": {
			strategy: ruleOf("groups_of = { value = 5, rate = 0.1 }"), lines: []cart.Line{of("y", 2, 400), of("x", 3, 100)}, discount: 70, offs: []int64{40, 30},
		},
		// 6711 sets of 149 units are 999,939 units.
		"a million units": {strategy: ruleOf(at149), lines: []cart.Line{of("pen", 1_000_000, 100)}, discount: 9_999_390},
		// 3.34 + 3.33 = 6.67, and half of it is 3.335.
		"units of 3.34, 3.33 and 3.33": {
			strategy: ruleOf("groups_of = { value = 6.67, rate = 0.5 }"), lines: []cart.Line{together("box", 3, 1000)}, discount: 334,
		},
		"an article in two lines": {
			strategy: ruleOf("groups_of = { value = 30, rate = 0.1 }"), lines: []cart.Line{tea(2), of("mug", 1, 5000), tea(1)}, discount: 800, offs: []int64{200, 500, 100},
		},
		"units at 0.00 take no part": {
			strategy: ruleOf("groups_of = { value = 20, amount = 1 }"), lines: []cart.Line{of("sample", 9, 0), tea(2)}, discount: 200, offs: []int64{0, 200},
		},
		"goods by weight take no part": {
			strategy: ruleOf("groups_of = { value = 20, rate = 0.1 }"), lines: []cart.Line{weighing("cheese", 2500, 4000), tea(1)},
			rejected: "a: groups_of: 10.00 CNY, needed at least 20.00 CNY",
		},
		"worth what an earlier rule left": {
			strategy: ruleOf("groups_of = { value = 19, rate = 0.1 }", tenth), lines: []cart.Line{tea(2)}, discount: 200,
			rejected: "a: groups_of: 18.00 CNY, needed at least 19.00 CNY",
		},
		"worth what they were": {
			strategy: ruleOf("groups_of = { value = 19, rate = 0.1 }", `arithmetic = { base = "original" }`, tenth), lines: []cart.Line{tea(2)}, discount: 200 + 200,
		},
		"a unit that is free already fills nothing": {
			strategy: ruleOf("groups_of = { value = 20, rate = 0.5 }", oneFree), lines: []cart.Line{tea(3)}, discount: 1000 + 1000,
		},
		"no more units than may be": {
			strategy: ruleOf("max_units = 2\ngroups_of = { value = 20, rate = 0.5 }"), lines: []cart.Line{tea(4)}, discount: 1000,
		},
		"too few for a group by size": {
			strategy: ruleOf("groups_of = { size = 3, rate = 0.1 }"), lines: []cart.Line{tea(2)}, rejected: "a: groups_of: 2 units, needed at least 3 units",
		},
		"in whole yuan": {
			strategy: ruleOf("groups_of = { value = 10, rate = 0.15 }", "arithmetic = { rounding_unit = 1 }"), lines: []cart.Line{tea(3)}, discount: 500,
		},
	} {
		t.Run(name, g.run)
	}
}

// What is missing for the next set is close.
func TestTheNextSetIsClose(t *testing.T) {
	latte := func(n int64) cart.Line { return of("latte", n, 1800) }
	for name, c := range map[string]struct {
		rule  string
		lines []cart.Line
		want  string
	}{
		"the second at half price": {rule: "unit_rates = [0, 0.5, 1]", lines: []cart.Line{latte(1)}, want: "0 or 1 units, saves 900"},
		"the third for nothing":    {rule: "unit_rates = [0, 0.5, 1]", lines: []cart.Line{latte(2)}, want: "0 or 1 units, saves 1800"},
		"no fourth":                {rule: "unit_rates = [0, 0.5, 1]", lines: []cart.Line{latte(3)}},
		"the second of another set": {
			rule: "unit_rates = [0, 0.5]\nmax_times = 2", lines: []cart.Line{latte(2)}, want: "0 or 2 units, saves 900",
		},
		"two more for a group of three": {rule: "groups_of = { size = 3, rate = 0.5 }", lines: []cart.Line{latte(4)}, want: "0 or 2 units, saves 2700"},
		"a set by value":                {rule: "groups_of = { value = 20, rate = 0.5 }", lines: []cart.Line{latte(1)}, want: "200 or 0 units, saves 1000"},
		"another set by value":          {rule: "groups_of = { value = 20, rate = 0.5 }", lines: []cart.Line{latte(2)}, want: "2000 or 0 units, saves 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			x, err := mustLoad(t, "", ruleOf(c.rule)).Explain(goods(t, c.lines...), at(t, "2024-06-01T12:00:00Z"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, n := range x.Next {
				got = append(got, fmt.Sprintf("%d or %d units, saves %d", n.Amount, n.Units, n.Saves))
			}
			if got := strings.Join(got, "; "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A quote that was used before is filled without allocating, however many sets and
// multiples there are.
func TestSetsAndMultiplesAllocateNothing(t *testing.T) {
	for name, rule := range map[string]string{
		"rates of units":           "unit_rates = [0, 0.333333333, 1]\nmax_times = 1000",
		"a set by value":           "groups_of = { value = 149, rate = 0.1 }",
		"an amount of what is got": "buy = { quantity = 2 }\nget = { amount = 1 }",
		"a price of what is got":   "buy = { quantity = 2 }\nget = { unit_price = 1 }",
		"a gift for each ten":      "gift = { sku = \"tote\", per = { units = 10 } }",
		"a gift for each hundred":  "gift = { sku = \"tote\", per = { threshold = 100 } }",
	} {
		t.Run(name, func(t *testing.T) {
			s, now := mustLoad(t, "", ruleOf(rule)), at(t, "2024-06-01T12:00:00Z")
			c := goods(t, of("pen", 1_000_000, 250), of("book", 3, 2999), of("pad", 7, 1250), of("ink", 2, 800))
			var q strategy.Quote
			quote := func() {
				if err := s.QuoteInto(&q, c, now); err != nil {
					t.Fatal(err)
				}
			}
			quote()
			if len(q.Applied) == 0 {
				t.Fatal("the rule gave nothing")
			}
			if n := testing.AllocsPerRun(100, quote); n > 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}
