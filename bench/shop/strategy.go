package shop

import (
	"bytes"
	"fmt"
	"strings"
)

// LinesOf100k is the number of rules that make about 100,000 lines.
const LinesOf100k = 20_000

// Rule is one of StrategyOf: so many percent off the lines of a SKU, from so many
// units on.
type Rule struct {
	SKU         string `json:"sku"`
	MinQuantity int    `json:"min_quantity"`
	Percent     int    `json:"percent"`
}

// RulesOf are the rules of a strategy.
func RulesOf(n int) []Rule {
	rules := make([]Rule, n)
	for i := range rules {
		rules[i] = Rule{fmt.Sprintf("sku-%d", i), 1 + i%3, 1 + i%50}
	}
	return rules
}

// StrategyOf is a strategy of five lines a rule whose version is v and a number.
func StrategyOf(rules, version int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "version = \"v%d\"\ncurrency = \"CNY\"\n", version)
	for i, r := range RulesOf(rules) {
		fmt.Fprintf(&b, "\n[rule.\"r%d\"]\nskus = [%q]\nmin_quantity = %d\ndiscount_rate = 0.%02d\n", i, r.SKU, r.MinQuantity, r.Percent)
	}
	return append(b.Bytes(), assorted...)
}

// assorted are rules for AssortedCartOf: the first is shared by all its lines and
// takes what the limits leave, so that the others have nothing to add.
const assorted = `
[limits]
max_rate = 0.5

[rule.assorted-half]
categories    = ["assorted"]
discount_rate = 0.5
priority      = 3

[rule.assorted-amount]
categories      = ["assorted"]
discount_amount = 20
priority        = 2

[rule.assorted-rate]
categories    = ["assorted"]
discount_rate = 0.15
priority      = 1
`

// AssortedCartOf is an order of so many lines of one category, whose amounts leave
// remainders.
func AssortedCartOf(lines int) []byte {
	items := make([]string, lines)
	for i := range items {
		items[i] = fmt.Sprintf(`{"id":"l%d","sku":"tea-%d","category":"assorted","quantity":%d,"unit_price":%d}`, i, i, i%3+1, 1201+7*i)
	}
	return []byte(`{"currency":"CNY","items":[` + strings.Join(items, ",") + `]}`)
}

// CartOf is an order of so many lines, each of another article.
func CartOf(lines int) []byte {
	items := make([]string, lines)
	for i := range items {
		items[i] = fmt.Sprintf(`{"id":"l%d","sku":"sku-%d","quantity":%d,"unit_price":%d}`, i, i, i%3+1, 1200+i)
	}
	return []byte(`{"currency":"CNY","items":[` + strings.Join(items, ",") + `]}`)
}
