package ruletest_test

import (
	"fmt"
	"strings"
	"testing"
)

// A sum that falls short says why each rule that may have been meant did not apply.
func TestWhyASumFallsShort(t *testing.T) {
	const rules = `
version  = "v"
timezone = "Asia/Shanghai"
limits   = { max_amount = 30 }

[rule.coffee]
skus          = ["latte"]
min_quantity  = 3
discount_rate = 0.1

[rule.tea]
categories    = ["tea"]
discount_rate = 0.2

[rule.member]
customer        = { tiers = ["gold"] }
discount_amount = 5

[rule.delivery]
applies_to    = "shipping"
min_subtotal  = 60
discount_rate = 1

[rule.mug]
min_subtotal = 100
gift         = { sku = "mug" }

[rule.old]
valid_until     = 2020-01-01T00:00:00
discount_amount = 1

[rule.off]
enabled         = false
discount_amount = 1
`
	const coffee = "coffee: min_quantity (seen 2 units, needed at least 3 units)"
	const member = "member: customer (seen no tier, needed tier gold)"
	const old = "old: valid_until (seen 2026-11-11T09:30:00+08:00, needed until 2020-01-01T00:00:00+08:00)"
	const tea = "tea: target (seen nothing of it in the cart, needed goods or shipping the rule is about)"
	const off = "off: enabled (seen false, needed true)"
	const delivery = "delivery: min_subtotal (seen 36.00 CNY, needed at least 60.00 CNY)"
	const two = `{ items = [{ sku = "latte", quantity = 2, unit_price = 18 }], shipping = [{ amount = 8 }] }`
	const gold = `{ items = [{ sku = "latte", quantity = 2, unit_price = 18 }], customer = { tier = "gold" } }`
	for name, c := range map[string]struct{ cart, expect, want string }{
		"discount":                  {cart: two, expect: "{ discount = 5 }", want: "expect.discount: got 0.00 CNY, want 5.00 CNY (" + strings.Join([]string{coffee, member, old, tea, off}, "; ") + ")"},
		"shipping_discount":         {cart: two, expect: "{ shipping_discount = 8 }", want: "expect.shipping_discount: got 0.00 CNY, want 8.00 CNY (" + delivery + "; " + off + ")"},
		"payable":                   {cart: two, expect: "{ payable = 36 }", want: "expect.payable: got 44.00 CNY, want 36.00 CNY (" + strings.Join([]string{coffee, delivery, member, old, tea}, "; ") + "; and 1 more rule did not apply)"},
		"more than was expected":    {cart: gold, expect: "{ discount = 4 }", want: "expect.discount: got 5.00 CNY, want 4.00 CNY"},
		"payable, less":             {cart: gold, expect: "{ payable = 32 }", want: "expect.payable: got 31.00 CNY, want 32.00 CNY"},
		"subtotal":                  {cart: two, expect: "{ subtotal = 35 }", want: "expect.subtotal: got 36.00 CNY, want 35.00 CNY"},
		"those that are named":      {cart: two, expect: `{ discount = 5, applied = { member = 5 } }`, want: "expect.discount: got 0.00 CNY, want 5.00 CNY (" + member + ")\nexpect.applied.member: got not applied: customer (seen no tier, needed tier gold), want applied with 5"},
		"not those that are not":    {cart: two, expect: `{ discount = 5, not_applied = ["coffee", "old", "tea"], rejected = { off = "enabled" } }`, want: "expect.discount: got 0.00 CNY, want 5.00 CNY (" + member + ")"},
		"nothing that is meant":     {cart: gold, expect: `{ discount = 6, applied = ["member"] }`, want: "expect.discount: got 5.00 CNY, want 6.00 CNY"},
		"held to the limits":        {cart: `{ items = [{ sku = "tea", category = "tea", quantity = 1, unit_price = 300 }] }`, expect: `{ discount = 60, applied = ["mug", "tea"] }`, want: "expect.discount: got 30.00 CNY, want 60.00 CNY (tea lowered from 60.00 CNY by limits.max_amount)"},
		"another currency":          {cart: `{ currency = "USD", items = [{ sku = "latte", quantity = 3, unit_price = 18 }] }`, expect: "{ discount = 5.4 }", want: "expect.discount: got 0.00 USD, want 5.40 USD (currency: the cart is in USD, the strategy in CNY)"},
		"a gift":                    {cart: two, expect: "{ gifts = { mug = 1 } }", want: "expect.gifts.mug: got 0, want 1 (mug: min_subtotal (seen 36.00 CNY, needed at least 100.00 CNY))"},
		"a gift that no rule gives": {cart: two, expect: "{ gifts = { tote = 1 } }", want: "expect.gifts.tote: got 0, want 1 (" + off + ")"},
	} {
		t.Run(name, func(t *testing.T) {
			got := failures(parse(t, of(c.cart, c.expect)).Run(load(t, "", rules), ""))
			var lines []string
			for line := range strings.SplitSeq(got, "\n") {
				if _, after, ok := strings.Cut(line, ": "); ok {
					lines = append(lines, after)
				}
			}
			if got := strings.Join(lines, "\n"); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// Of many rules the first reasons are enough.
func TestWhyNotOfManyRules(t *testing.T) {
	var rules strings.Builder
	rules.WriteString("version = \"v\"\n")
	for i := range 300 {
		fmt.Fprintf(&rules, "[rule.r%03d]\nmin_quantity = 2\ndiscount_rate = 0.1\n", i)
	}
	got := failures(parse(t, of(`{ items = [{ sku = "latte", quantity = 1, unit_price = 18 }] }`, "{ discount = 1.80 }")).Run(load(t, "", rules.String()), ""))
	if strings.Count(got, "min_quantity") != 5 || !strings.HasSuffix(got, "; and 295 more rules did not apply)") {
		t.Errorf("said is %s", got)
	}
}
