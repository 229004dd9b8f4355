package ruletest_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// Whatever the gateway can read of a cart can be written in a test.
func TestEveryFieldOfACart(t *testing.T) {
	line := func(member string) string { return "{ items = [{ quantity = 1, unit_price = 1, " + member + " }] }" }
	customer := func(member string) string { return "{ items = [], customer = { " + member + " } }" }
	shipping := func(member string) string { return "{ items = [], shipping = [{ amount = 1, " + member + " }] }" }
	carts := map[string]string{
		"currency":          `{ items = [], currency = "CNY" }`,
		"items":             `{ items = [] }`,
		"id":                line(`id = "l1"`),
		"sku":               line(`sku = "tea"`),
		"category":          line(`category = "tea"`),
		"subgroup":          line(`subgroup = "tea"`),
		"quantity":          `{ items = [{ quantity = 1, unit_price = 1 }] }`,
		"unit_price":        `{ items = [{ quantity = 1, unit_price = 1 }] }`,
		"line_total":        `{ items = [{ quantity = 3, line_total = 10.00 }] }`,
		"reduced":           line(`reduced = true`),
		"attributes":        line(`attributes = { roast = "dark" }`),
		"customer_id":       customer(`id = "u1"`),
		"customer_tier":     customer(`tier = "gold"`),
		"customer_segments": customer(`segments = ["student"]`),
		"completed_orders":  customer(`completed_orders = 0`),
		"coupons":           `{ items = [], coupons = ["SPRING"] }`,
		"channel":           `{ items = [], channel = "app" }`,
		"region":            `{ items = [], region = "sh" }`,
		"shipping":          `{ items = [], shipping = [] }`,
		"shipping_id":       shipping(`id = "s1"`),
		"shipping_method":   shipping(`method = "standard"`),
		"shipping_amount":   `{ items = [], shipping = [{ amount = 1 }] }`,
	}
	st := load(t, "", shop)
	fields := reflect.TypeFor[cart.Mapping]()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		switch name {
		case "subtotal", "decimals":
			continue // a body is checked by them; what a test expects says more
		case "order_id", "expected_payable":
			continue // they decide no price
		}
		text, ok := carts[name]
		if !ok {
			t.Errorf("no cart of the test has the field %s", name)
			continue
		}
		if err := parse(t, of(text, "{ discount = 0 }")).Run(st, "").Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
