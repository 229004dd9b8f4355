package ruletest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// Each case is the whole message.
func TestMistakes(t *testing.T) {
	const cart = `{ items = [{ quantity = 1, unit_price = 1 }] }`
	item := func(members string) string { return of("{ items = [{ "+members+" }] }", "{ discount = 0 }") }
	now := func(text string) string {
		return strings.Replace(of(cart, "{ discount = 0 }"), "2026-11-11T09:30:00+08:00", text, 1)
	}
	for _, c := range []struct{ name, text, want string }{
		{"an empty file", "", "t.toml:1:1: there is no test (write a [[test]])"},
		{"no TOML", "[[test]\n", "t.toml:1:7: expected ']]' to close array table name"},
		{"no test", "test = []\n", "t.toml:1:1: test: there is no test (write a [[test]])"},
		{"another heading", "[[tests]]\nname = \"x\"\n", `t.toml:1:3: tests: unknown key "tests" (a test is written under [[test]])`},
		{"a single table", "[test]\nname = \"x\"\n", "t.toml:1:2: test: this is a table, want a list of tables, each headed [[test]]"},
		{"a test that is no table", "test = [1]\n", "t.toml:1:9: test[0]: a test is a table (write it under [[test]])"},
		{"an empty test", "[[test]]\n", `
t.toml:1:3: test[0]: the test has no name (such as name = "three coffees before ten")
t.toml:1:3: test[0]: the test has no now (such as now = 2026-11-11T09:30:00+08:00)
t.toml:1:3: test[0]: the test has no cart (such as cart = { items = [{ sku = "latte", quantity = 3, unit_price = 18.00 }] })
t.toml:1:3: test[0]: the test has no expect (such as expect = { discount = 6.00 })`},
		{"members of the wrong type", "[[test]]\nname = 1\nenv = 2\nnow = 3\ncart = 4\nexpect = 5\n", `
t.toml:2:8: test[0].name: this is an integer ("1"), want a string
t.toml:3:7: test[0].env: this is an integer ("2"), want the name of an environment, or a list of names
t.toml:4:7: test[0].now: this is an integer ("3"), want a date-time such as 2026-11-11T09:30:00+08:00
t.toml:5:8: test[0].cart: this is an integer ("4"), want a table such as { items = [{ sku = "latte", quantity = 3, unit_price = 18.00 }] }
t.toml:6:10: test[0].expect: this is an integer ("5"), want a table such as { discount = 6.00 }`},
		{"an empty name", "[[test]]\nname = \"\"\nnow = 2026-11-11T09:30:00Z\ncart = " + cart + "\nexpect = { discount = 0 }\n", "t.toml:2:8: test[0].name: the string is empty"},
		{"members by other names", of("{ items = [{ product = \"x\", qty = 1, Price = 1 }], lines = [] }", "{ discount = 0 }"), `
t.toml:4:21: test[0].cart.items[0].product: unknown key "product" (did you mean sku?)
t.toml:4:36: test[0].cart.items[0].qty: unknown key "qty" (did you mean quantity?)
t.toml:4:45: test[0].cart.items[0].Price: unknown key "Price" (did you mean unit_price?)
t.toml:4:59: test[0].cart.lines: unknown key "lines" (did you mean items?)`},
		{"no environments", of(cart, "{ discount = 0 }") + "env = []\n", "t.toml:6:1: test[0].env: the list is empty, so the test would never run (leave the key out to run it in every environment)"},
		{"environments that are none", of(cart, "{ discount = 0 }") + "env = [1, \"a\", \"a\"]\n", `
t.toml:6:8: test[0].env[0]: this is an integer ("1"), want the name of an environment
t.toml:6:16: test[0].env[2]: "a" is listed twice`},
		{"a name twice", of(cart, "{ discount = 0 }") + of(cart, "{ discount = 0 }"), `t.toml:7:8: test[1].name: a second test is called "x", the first is on line 1`},
		{"a mistyped key", of(cart, "{ discount = 0 }") + "expects = 1\n", `t.toml:6:1: test[0].expects: unknown key "expects" (did you mean expect?)`},

		{"a day that does not exist", now("2026-02-30T09:30:00Z"), "t.toml:3:7: test[0].now: 2026-02-30T09:30:00Z: there is no such date-time (February 2026 has 28 days)"},
		{"a day that does not exist, as a string", now(`"2026-02-30T09:30:00Z"`), `t.toml:3:7: test[0].now: "2026-02-30T09:30:00Z" is not a date-time (February 2026 has 28 days)`},
		{"a date alone", now("2026-11-11"), `t.toml:3:7: test[0].now: this is a local date ("2026-11-11"), want a date-time such as 2026-11-11T09:30:00+08:00`},
		{"a time alone", now("09:30:00"), `t.toml:3:7: test[0].now: this is a local time ("09:30:00"), want a date-time such as 2026-11-11T09:30:00+08:00`},
		{"a year of long ago", now("1899-12-31T23:59:59Z"), "t.toml:3:7: test[0].now: the year is outside 1900 to 2200"},

		{"no items", of("{ coupons = [] }", "{ discount = 0 }"), "t.toml:4:10: test[0].cart: the cart has no items"},
		{"items that are a table", of("{ items = { quantity = 1 } }", "{ discount = 0 }"), "t.toml:4:20: test[0].cart.items: is a table, want a list"},
		{"an item that is a number", of("{ items = [1] }", "{ discount = 0 }"), "t.toml:4:19: test[0].cart.items[0]: is 1, want a table"},
		{"no quantity", item("unit_price = 1"), `t.toml:4:21: test[0].cart.items[0]: has no "quantity", want a number from 0 to 999999999999999`},
		{"a quantity below none", item("quantity = -1"), "t.toml:4:32: test[0].cart.items[0].quantity: is -1, want a number from 0 to 999999999999999 without sign"},
		{"a quantity with an exponent", item("quantity = 5e-1"), "t.toml:4:32: test[0].cart.items[0].quantity: is 5e-1, want a number from 0 to 999999999999999 without exponent"},
		{"a weight that is a word", item(`quantity = "half"`), `t.toml:4:32: test[0].cart.items[0].quantity: is "half", want a number from 0 to 999999999999999`},
		{"a total that the price does not make", item("quantity = 3, unit_price = 3.33, line_total = 10.02"),
			"t.toml:4:21: test[0].cart.items[0]: has a total of 1002 minor units, want 3 × 333, give or take half a minor unit a unit"},
		{"a total below nothing", item("quantity = 3, line_total = -1"),
			"t.toml:4:48: test[0].cart.items[0].line_total: is -1, want an amount such as 18.50 without sign"},
		{"a line's total by another name", item("quantity = 3, total = 10.00"), `t.toml:4:35: test[0].cart.items[0].total: unknown key "total" (did you mean line_total?)`},
		{"a category that is a table", item("quantity = 1, category = { a = 1 }"), "t.toml:4:48: test[0].cart.items[0].category: is a table, want a string or an integer"},
		{"a tier that is a list", of(`{ items = [], customer = { tier = ["gold"] } }`, "{ discount = 0 }"), "t.toml:4:35: test[0].cart.customer.tier: is a list, want a string, or an integer below 2^53 without sign, fraction and exponent"},
		{"a price with five decimals", item("quantity = 1, unit_price = 1.23456"),
			"t.toml:4:48: test[0].cart.items[0].unit_price: is 1.23456, want an amount of CNY such as 18.50, from 0 to 9999999999999.99, with at most 2 decimals"},
		{"a price below nothing", item("quantity = 1, unit_price = -1"),
			"t.toml:4:48: test[0].cart.items[0].unit_price: is -1, want an amount such as 18.50 without sign"},
		{"a price without end", item("quantity = 1, unit_price = inf"), "t.toml:4:48: test[0].cart.items[0].unit_price: inf is not a number that a cart can have"},
		{"a mistyped key of a line", item("quantity = 1, unit_prize = 1, categories = 2"), `
t.toml:4:35: test[0].cart.items[0].unit_prize: unknown key "unit_prize" (did you mean unit_price?)
t.toml:4:51: test[0].cart.items[0].categories: unknown key "categories" (did you mean category?)`},
		{"a sum, which a line does not have", item("quantity = 1, subtotal = 1"), `t.toml:4:35: test[0].cart.items[0].subtotal: unknown key "subtotal" (did you mean line_total?)`},
		{"a mistyped key of the cart", of(`{ item = [] }`, "{ discount = 0 }"), `t.toml:4:10: test[0].cart.item: unknown key "item" (did you mean items, such as items = [{ sku = "latte", quantity = 3, unit_price = 18.00 }]?)`},
		{"mistyped keys of customer and shipping", of(`{ items = [], customer = { tiers = "x" }, shipping = [{ price = 1 }] }`, "{ discount = 0 }"), `
t.toml:4:35: test[0].cart.customer.tiers: unknown key "tiers" (did you mean tier?)
t.toml:4:64: test[0].cart.shipping[0].price: unknown key "price" (did you mean amount?)`},
		{"a SKU that is a table", item("sku = { a = 1 }, quantity = 1"), "t.toml:4:29: test[0].cart.items[0].sku: is a table, want a string, or an integer below 2^53 without sign, fraction and exponent"},
		{"a list of lists", of(`{ items = [], coupons = [["a", ["b"]]] }`, "{ discount = 0 }"), "t.toml:4:33: test[0].cart.coupons[0]: is a list, want a string, or an integer below 2^53 without sign, fraction and exponent"},
		{"an attribute that is a table", item("quantity = 1, attributes = { a = { b = 1 } }"),
			"t.toml:4:56: test[0].cart.items[0].attributes.a: this is a table, want a string, a number, true or false"},
		{"an attribute that is a date", item("quantity = 1, attributes = { a = 2026-11-11 }"),
			"t.toml:4:54: test[0].cart.items[0].attributes.a: this is a local date, which a cart does not have (write it as a string)"},
		{"attributes that differ only in case", item(`quantity = 1, attributes = { "a/b" = 1, "A/B" = 1 }`),
			`t.toml:4:69: test[0].cart.items[0].attributes."A/B": differs only in case from another member of its object`},
		{"a currency that is none", of(`{ currency = "RMB", items = [] }`, "{ discount = 0 }"), `t.toml:4:21: test[0].cart.currency: is "RMB", want an ISO 4217 currency code, such as CNY`},

		{"a body that is no name", bodied("1", "{ discount = 0 }"), `t.toml:4:8: test[0].body: this is an integer ("1"), want a string`},
		{"a body without a name", bodied(`""`, "{ discount = 0 }"), "t.toml:4:8: test[0].body: the string is empty"},
		{"a body elsewhere", bodied(`"../order.json"`, "{ discount = 0 }"), `t.toml:4:8: test[0].body: "../order.json" is not the name of a file beside the test that ends in .json (such as "order.json")`},
		{"a body elsewhere, as Windows has it", bodied(`"..\\order.json"`, "{ discount = 0 }"), `t.toml:4:8: test[0].body: "..\\order.json" is not the name of a file beside the test that ends in .json (such as "order.json")`},
		{"a body that is hidden", bodied(`".json"`, "{ discount = 0 }"), `t.toml:4:8: test[0].body: ".json" is not the name of a file beside the test that ends in .json (such as "order.json")`},
		{"a body that is a strategy", bodied(`"shop.toml"`, "{ discount = 0 }"), `t.toml:4:8: test[0].body: "shop.toml" is not the name of a file beside the test that ends in .json (such as "order.json")`},
		{"a body and a cart", of(cart, "{ discount = 0 }") + "body = \"order.json\"\n", "t.toml:6:8: test[0].body: the test has a cart, too (leave one of them out)"},

		{"nothing expected", of(cart, "{}"), "t.toml:5:1: test[0].expect: nothing is expected, so the test could not fail (such as discount = 6.00)"},
		{"a mistyped expectation", of(cart, "{ discout = 1 }"), `t.toml:5:12: test[0].expect.discout: unknown key "discout" (did you mean discount?)`},
		{"amounts that are none", of(cart, `{ discount = true, subtotal = -1, payable = "1.", shipping_discount = 1e2, lines = [nan] }`), `
t.toml:5:23: test[0].expect.discount: this is a boolean, want an amount such as 6 or "6.00"
t.toml:5:40: test[0].expect.subtotal: -1 is negative, and no amount of a quote is
t.toml:5:54: test[0].expect.payable: "1." is not a plain decimal number (such as 6 or 6.00)
t.toml:5:80: test[0].expect.shipping_discount: "1e2" is not a plain decimal number (such as 6 or 6.00)
t.toml:5:94: test[0].expect.lines[0]: "nan" is not a plain decimal number (such as 6 or 6.00)`},
		{"lines that are no list", of(cart, "{ lines = 1 }"), `t.toml:5:20: test[0].expect.lines: this is an integer ("1"), want a list of amounts, one for each line of the cart`},
		{"more lines than the cart has", of(cart, "{ lines = [0, 0] }"), "t.toml:5:12: test[0].expect.lines: the list has 2 amounts, the cart has 1 line"},
		{"applied that is a word", of(cart, `{ applied = "a" }`), `t.toml:5:22: test[0].expect.applied: this is a string ("a"), want a list of rule ids, or a table of amounts by rule id`},
		{"rule ids that are none", of(cart, `{ applied = [1, "", "a", "a"] }`), `
t.toml:5:23: test[0].expect.applied[0]: this is an integer, want the id of a rule
t.toml:5:26: test[0].expect.applied[1]: the string is empty
t.toml:5:35: test[0].expect.applied[3]: "a" is listed twice`},
		{"an amount of a rule that is none", of(cart, `{ applied = { a = "x" } }`), `t.toml:5:28: test[0].expect.applied.a: "x" is not a plain decimal number (such as 6 or 6.00)`},
		{"an amount of a rule below zero", of(cart, `{ applied = { a = -1, rounding = -0.01 } }`), `t.toml:5:28: test[0].expect.applied.a: -1 is negative, and no rule but rounding takes less than nothing off`},
		{"not_applied that is a word", of(cart, `{ not_applied = "a" }`), `t.toml:5:26: test[0].expect.not_applied: this is a string ("a"), want a list of rule ids`},
		{"nothing not applied", of(cart, `{ not_applied = [] }`), "t.toml:5:12: test[0].expect.not_applied: the list is empty, so nothing is checked (to say that no rule applies, write applied = [])"},
		{"a rejected rule by an id with a dot", of(cart, `{ rejected = { a.b = "group" } }`), `t.toml:5:25: test[0].expect.rejected.a: this is a table, since a dot that is not in quotes parts two keys (an id with a dot in it is written in quotes: "a.b")`},
		{"an applied rule by an id with a dot", of(cart, `{ applied = { a.b = 1.00 } }`), `t.toml:5:24: test[0].expect.applied.a: this is a table, since a dot that is not in quotes parts two keys (an id with a dot in it is written in quotes: "a.b")`},
		{"behind a byte order mark", "\ufeff" + of(cart, "{ discount = 0 }") + "expects = 1\n", `t.toml:6:1: test[0].expects: unknown key "expects" (did you mean expect?)`},
		{"a merge conflict", of(cart, "{ discount = 0 }") + "<<<<<<< a\n=======\n>>>>>>> b\n",
			"t.toml:6:1: a merge conflict is left here, up to line 8 (keep one of the versions, and take out the lines that begin with <<<<<<<, |||||||, ======= or >>>>>>>)"},
		{"the end of a day", now("2026-06-30T24:00:00Z"), "t.toml:3:7: test[0].now: 2026-06-30T24:00:00Z: there is no such date-time (the last second of the day is 2026-06-30T23:59:59Z, and the one after it 2026-07-01T00:00:00Z)"},
		{"rejected that is a list", of(cart, `{ rejected = ["a"] }`), `t.toml:5:12: test[0].expect.rejected: this is a list, want a table of reasons by rule id, such as { "late-night" = "time_window" }`},
		{"nothing rejected", of(cart, `{ rejected = {} }`), "t.toml:5:12: test[0].expect.rejected: the table is empty, so nothing is checked (to say that no rule applies, write applied = [])"},
		{"a mistyped reason", of(cart, `{ rejected = { a = "time_windw" } }`), `t.toml:5:29: test[0].expect.rejected.a: "time_windw" is no reason why a rule does not apply (did you mean "time_window"?)`},
		{"an unknown reason", of(cart, `{ rejected = { a = "weather" } }`), `t.toml:5:29: test[0].expect.rejected.a: "weather" is no reason why a rule does not apply (the key that does not hold, such as min_quantity, or a word such as target, group or stopped)`},
		{"a reason that is none", of(cart, `{ rejected = { a = 1, b = "" } }`), `
t.toml:5:29: test[0].expect.rejected.a: this is an integer ("1"), want a string
t.toml:5:36: test[0].expect.rejected.b: the string is empty`},
		{"gifts that are a list", of(cart, `{ gifts = ["a"] }`), `t.toml:5:12: test[0].expect.gifts: this is a list, want a table of quantities by SKU, such as { "tote" = 1 }`},
		{"quantities that are none", of(cart, `{ gifts = { a = 0, b = 1.5 } }`), `
t.toml:5:26: test[0].expect.gifts.a: 0 is no quantity (leave the gift out to say that it is not given)
t.toml:5:33: test[0].expect.gifts.b: this is a decimal number ("1.5"), want a whole number`},
	} {
		t.Run(c.name, func(t *testing.T) {
			suite, err := ruletest.Parse(strategy.Source{Name: "t.toml", Data: []byte(c.text)})
			var problems *document.Diagnostics
			if !errors.As(err, &problems) || suite != nil {
				t.Fatalf("gave %v and %v", suite, err)
			}
			if got, want := err.Error(), strings.TrimPrefix(c.want, "\n"); got != want {
				t.Errorf("said\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestSeveralFiles(t *testing.T) {
	first := strategy.Source{Name: "a.test.toml", Data: []byte(one(`{ discount = 5 }`))}
	second := strategy.Source{Name: "b.test.toml", Data: []byte(strings.Replace("# b\n"+one(`{ discount = 5 }`), `"x"`, `"y"`, 1))}
	suite, err := ruletest.Parse(first, second)
	if err != nil {
		t.Fatal(err)
	}
	r := suite.Run(load(t, "", shop), "")
	const want = "a.test.toml:5:23: expect.discount: got 6.00 CNY, want 5.00 CNY\nb.test.toml:6:23: expect.discount: got 6.00 CNY, want 5.00 CNY"
	if got := failures(r); got != want {
		t.Errorf("said\n%s\nwant\n%s", got, want)
	}
	second.Data = first.Data
	if _, err := ruletest.Parse(first, second); err == nil || err.Error() != `b.test.toml:2:8: test[1].name: a second test is called "x", the first is in a.test.toml, line 1` {
		t.Errorf("said %v", err)
	}
}
