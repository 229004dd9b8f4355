package ruletest_test

import (
	"fmt"
	"strings"
	"testing"
)

// Each case is the steps of ladders that gave nothing to the cart.
func TestStepsCovered(t *testing.T) {
	const (
		byAmount   = "[rule.l]\nladder = [{ threshold = 0, amount = 1 }, { threshold = 100, amount = 20 }, { threshold = 200, rate = 0.05 }]\n"
		byQuantity = "[rule.l]\nladder_by = \"quantity\"\nladder = [{ threshold = 1, amount = 1 }, { threshold = 3, rate = 0.2 }]\n"
		byUnit     = "[rule.l]\nunit_ladder = { first = 1, additional = 2 }\n"
		order      = "[[discounts]]\nthreshold = 20\namount = 3\ncategories = [\"coffee\"]\ntime_window = { start = \"08:00\", end = \"10:00\" }\n" +
			"[[discounts]]\nthreshold = 30\namount = 4\n[[discounts]]\nthreshold = 60\namount = 10\n"
		perLine = "[arithmetic]\nselect = \"best_per_line\"\n"
	)
	item := func(units int, price string) string {
		return fmt.Sprintf(`{ sku = "a", category = "coffee", quantity = %d, unit_price = %s }`, units, price)
	}
	for _, c := range []struct{ name, rules, items, want string }{
		{"no ladder", "[rule.l]\ndiscount_rate = 0.1\n", item(1, "10"), ""},
		{"the lowest step, from nothing", byAmount, item(1, "99.99"), "l 2 (100.00 CNY), l 3 (200.00 CNY)"},
		{"a step just reached", byAmount, item(1, "100"), "l 1 (0.00 CNY), l 3 (200.00 CNY)"},
		{"a step that gives less than the one below it", byAmount, item(1, "200"), "l 1 (0.00 CNY), l 2 (100.00 CNY)"},
		{"nothing to take off", byAmount, item(1, "0"), "l 1 (0.00 CNY), l 2 (100.00 CNY), l 3 (200.00 CNY)"},
		{"by quantity, below", byQuantity, item(2, "10"), "l 2 (3 units)"},
		{"by quantity, reached", byQuantity, item(3, "10"), "l 1 (1 unit)"},
		{"by quantity, of what is free", byQuantity, item(3, "0"), "l 1 (1 unit), l 2 (3 units)"},
		{"a rule switched off", "[rule.l]\nenabled = false\nladder = [{ threshold = 1, amount = 1 }]\n", item(1, "10"), ""},
		{"a ladder that lost to another rule", "[rule.a]\ngroup = \"g\"\ndiscount_amount = 30\n[rule.l]\ngroup = \"g\"\nladder = [{ threshold = 1, amount = 1 }]\n", item(1, "50"), "l 1 (1.00 CNY)"},
		{"a ladder that won", "[rule.a]\ngroup = \"g\"\ndiscount_amount = 1\n[rule.l]\ngroup = \"g\"\nladder = [{ threshold = 1, amount = 2 }]\n", item(1, "50"), ""},
		{"a step that an earlier rule took away", "[rule.a]\npriority = 1\ndiscount_amount = 1\n" + byAmount, item(1, "100"), "l 2 (100.00 CNY), l 3 (200.00 CNY)"},
		{"another step once an exclusive rule has lost", "[rule.a]\npriority = 1\ndiscount_amount = 1\n[rule.x]\nexclusive = true\ndiscount_amount = 1\n" + byAmount, item(1, "100"), "l 2 (100.00 CNY), l 3 (200.00 CNY)"},
		{"an exclusive rule that won", "[rule.x]\nexclusive = true\ndiscount_amount = 50\n" + byAmount, item(1, "100"), "l 1 (0.00 CNY), l 2 (100.00 CNY), l 3 (200.00 CNY)"},
		{"the whole cart counted", "[rule.l]\nskus = [\"a\"]\ncount = \"cart\"\nmin_subtotal = 1\nladder = [{ threshold = 10, amount = 1 }, { threshold = 30, amount = 2 }]\n", item(1, "10") + `, { sku = "b", quantity = 1, unit_price = 20 }`, "l 1 (10.00 CNY)"},
		{"the order ladder, an open step", order, item(1, "20"), "discounts 2 (30.00 CNY), discounts 3 (60.00 CNY)"},
		{"the order ladder, the step worth most", order, item(1, "30"), "discounts 1 (20.00 CNY), discounts 3 (60.00 CNY)"},
		{"the order ladder, on some lines", order, item(1, "20") + `, { sku = "tea", quantity = 1, unit_price = 9 }`, "discounts 2 (30.00 CNY), discounts 3 (60.00 CNY)"},
		{"the order ladder, equal steps", "[[discounts]]\nthreshold = 10\namount = 3\ncategories = [\"coffee\"]\n[[discounts]]\nthreshold = 20\namount = 3\n", item(1, "20"), "discounts 2 (20.00 CNY)"},
		{"the order ladder and a limit", "limits = { max_amount = 2 }\n" + order, item(1, "60"), "discounts 2 (30.00 CNY), discounts 3 (60.00 CNY)"},
		{"one unit of a unit ladder", byUnit, item(1, "10"), "l 2 (2 units)"},
		{"two units of a unit ladder", byUnit, item(2, "10"), ""},
		{"a unit ladder on what costs no more than it takes off", byUnit, item(2, "0.50"), ""},
		{"a unit ladder that begins with nothing", "[rule.l]\nunit_ladder = { first = 0, additional = 2 }\n", item(1, "10"), "l 2 (2 units)"},
		{"a unit ladder of one unit", "[rule.l]\nunit_ladder = { first = 1, additional = 2, max_units = 1 }\n", item(3, "10"), ""},
		{"each line its best, won by the ladder", perLine + byQuantity, item(3, "10"), "l 1 (1 unit)"},
		{"each line its best, one of them won", perLine + byUnit + "[rule.b]\nskus = [\"a\"]\ndiscount_amount = 9\n", item(2, "10") + `, { sku = "b", quantity = 1, unit_price = 10 }`, "l 2 (2 units)"},
		{"on shipping", "[rule.l]\napplies_to = \"shipping\"\nladder = [{ threshold = 10, amount = 2 }, { threshold = 50, amount = 6 }]\n", item(1, "50"), "l 1 (10.00 CNY)"},
		{"another currency", "currency = \"EUR\"\n" + byQuantity, item(3, "10"), "l 1 (1 unit), l 2 (3 units)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := load(t, "", "version = \"v\"\ntimezone = \"Asia/Shanghai\"\n"+c.rules)
			cart := `{ currency = "CNY", shipping = [{ method = "post", amount = 8 }], items = [` + c.items + `] }`
			r := parse(t, of(cart, `{ subtotal = 1 }`)).Run(st, "")
			var got []string
			for _, s := range r.UntouchedSteps(st) {
				got = append(got, fmt.Sprintf("%s %d (%s)", s.Rule, s.Number, s.From))
			}
			if got := strings.Join(got, ", "); got != c.want {
				t.Errorf("never: %s\nwant   %s", got, c.want)
			}
		})
	}
}

// What one test does not see another may, and each environment has its own
// ladder.
func TestStepsCoveredByAllTests(t *testing.T) {
	const strategy = `version = "v"
[rule.l]
ladder = [{ threshold = 10, amount = 1 }, { threshold = 20, amount = 2 }]
[[env]]
name = "sale"
[env.rule.l]
ladder_by = "quantity"
ladder    = [{ threshold = 1, amount = 1 }, { threshold = 2, amount = 2 }, { threshold = 9, amount = 3 }]
`
	test := func(name string, units int) string {
		cart := fmt.Sprintf("{ items = [{ quantity = %d, unit_price = 10 }] }", units)
		return strings.Replace(of(cart, "{ applied = [\"l\"] }"), `"x"`, `"`+name+`"`, 1)
	}
	suite := parse(t, test("one", 1)+test("two", 2)+"env = \"\"\n")
	for env, want := range map[string]string{"": "[]", "sale": "[{l 2 2 units} {l 3 9 units}]"} {
		st := load(t, env, strategy)
		r := suite.Run(st, env)
		if got := fmt.Sprint(r.UntouchedSteps(st)); got != want || r.Err() != nil {
			t.Errorf("in %q never: %s, want %s; %v", env, got, want, r.Err())
		}
	}
}
