package ruletest_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

const catalogue = `
version  = "shop"
timezone = "Asia/Shanghai"

[[products]]
sku      = "latte"
price    = 18.00

[[products]]
sku = "mocha"

[rule.half]
discount_rate = 0.5
`

// warned are the warnings of all tests, one a line.
func warned(r ruletest.Report) string {
	var lines []string
	for _, result := range r.Results {
		for _, w := range result.Warnings {
			lines = append(lines, w.Place.String()+": "+w.String())
		}
	}
	return strings.Join(lines, "\n")
}

// What the catalogue does not know of a cart, or knows otherwise, is warned of at its place,
// and fails no test.
func TestWarningsOfTheCatalogue(t *testing.T) {
	const counts = "which counts, and not "
	for name, c := range map[string]struct {
		rules, items, expect, want string
		fails                      bool
	}{
		"a SKU it does not know":      {items: `{ sku = "late", quantity = 1, unit_price = 18 }`, want: `t.toml:4:27: cart.items[0].sku: the catalogue does not know the article "late" (did you mean "latte"?)`},
		"the second SKU":              {items: `{ sku = "latte", quantity = 1 }, { sku = "tea", quantity = 1, unit_price = 18 }`, want: `t.toml:4:60: cart.items[1].sku: the catalogue does not know the article "tea"`},
		"no SKU":                      {items: `{ quantity = 1, unit_price = 18 }`},
		"a price it overrides":        {items: `{ sku = "latte", quantity = 2, unit_price = 20.5 }`, want: "t.toml:4:63: cart.items[0].unit_price: the catalogue has it at 18.00 CNY, " + counts + "20.50 CNY"},
		"the price it has":            {items: `{ sku = "latte", quantity = 2, unit_price = 18 }`},
		"no price":                    {items: `{ sku = "latte", quantity = 2 }`},
		"a price where it has none":   {items: `{ sku = "mocha", quantity = 2, unit_price = 18 }`},
		"a total it overrides":        {items: `{ sku = "latte", quantity = 2, line_total = 35 }`, want: "t.toml:4:63: cart.items[0].line_total: at the price of the catalogue, which counts, it is 36.00 CNY, and not 35.00 CNY"},
		"the total it has":            {items: `{ sku = "latte", quantity = 2, line_total = 36 }`},
		"a subtotal that is expected": {items: `{ sku = "latte", quantity = 2, unit_price = 20.5 }`, expect: "{ subtotal = 36 }"},
		"a subtotal, and a SKU":       {items: `{ sku = "late", quantity = 2, unit_price = 18 }`, expect: "{ subtotal = 36 }", want: `t.toml:4:27: cart.items[0].sku: the catalogue does not know the article "late" (did you mean "latte"?)`},
		"another subtotal":            {items: `{ sku = "latte", quantity = 2, unit_price = 20.5 }`, expect: "{ subtotal = 41 }", fails: true, want: "t.toml:4:63: cart.items[0].unit_price: the catalogue has it at 18.00 CNY, " + counts + "20.50 CNY"},
		"a cancelled line":            {items: `{ sku = "late", quantity = 0 }`},
		"no catalogue":                {rules: "version = \"v\"\n[rule.half]\nskus = [\"latte\"]\ndiscount_rate = 0.5\n", items: `{ sku = "late", quantity = 1, unit_price = 18 }`},
		"SKUs in any case":            {rules: "sku_compare = \"fold\"" + catalogue, items: `{ sku = "LATTE", quantity = 1 }`},
	} {
		t.Run(name, func(t *testing.T) {
			if c.rules == "" {
				c.rules = catalogue
			}
			report := parse(t, of("{ items = ["+c.items+"] }", cmp.Or(c.expect, "{ shipping_discount = 0 }"))).Run(load(t, "", c.rules), "")
			if got := warned(report); got != c.want {
				t.Errorf("warned is\n%s\nwant\n%s", got, c.want)
			}
			if err := report.Err(); (err != nil) != c.fails {
				t.Error(err)
			}
		})
	}
}

func TestWarningsOfABody(t *testing.T) {
	text := bodied(`"order.json"`, "{ shipping_discount = 0 }")
	order := `{"order": {"lines": [{"sku": "late", "qty": "1", "price": "18.00"}, {"sku": "latte", "qty": "2", "price": "20.00"}]}}`
	for name, c := range map[string]struct {
		readings []ruletest.Reading
		want     string
	}{
		"one reading": {
			readings: []ruletest.Reading{reading(t, "shop", shopShape)},
			want: `t.toml:4:8: body: order.json: /order/lines/0: the catalogue does not know the article "late" (did you mean "latte"?)` + "\n" +
				"t.toml:4:8: body: order.json: /order/lines/1/price: the catalogue has it at 18.00 CNY, which counts, and not 20.00 CNY",
		},
		"two, of which one reads it": {
			readings: []ruletest.Reading{reading(t, "shop", shopShape), reading(t, "usual", cart.Options{})},
			want: `t.toml:4:8: body: order.json by shop: /order/lines/0: the catalogue does not know the article "late" (did you mean "latte"?)` + "\n" +
				"t.toml:4:8: body: order.json by shop: /order/lines/1/price: the catalogue has it at 18.00 CNY, which counts, and not 20.00 CNY",
		},
	} {
		t.Run(name, func(t *testing.T) {
			suite, err := parse(t, text).With(ruletest.Orders{Files: bodies("order.json", order), Readings: c.readings})
			if err != nil {
				t.Fatal(err)
			}
			report := suite.Run(load(t, "", catalogue), "")
			if got := warned(report); got != c.want || report.Err() != nil {
				t.Errorf("warned is\n%s\nwant\n%s\nfailed is %v", got, c.want, report.Err())
			}
		})
	}
}

// Many unknown articles are warned of, and the first of them guessed.
func TestWarningsOfManyArticles(t *testing.T) {
	var tests strings.Builder
	for i := range 120 {
		fmt.Fprintf(&tests, "[[test]]\nname = \"%d\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [{ sku = \"latte%d\", quantity = 1, unit_price = 1 }] }\nexpect = { shipping_discount = 0 }\n", i, i%60)
	}
	got := warned(parse(t, tests.String()).Run(load(t, "", catalogue), ""))
	if strings.Count(got, "does not know") != 120 || strings.Count(got, "did you mean") != 100 {
		t.Errorf("%d are warned of, %d guessed", strings.Count(got, "does not know"), strings.Count(got, "did you mean"))
	}
}
