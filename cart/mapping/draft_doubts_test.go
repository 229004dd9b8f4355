package mapping

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart/preset"
)

// What a person has to look at is said under the proposal, and what is right is not.
func TestDoubts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body    string
		options string   // what the proposal has to have in it, if anything
		says    []string // doubts, in order; each in part
	}{
		"a SKU of 20 digits at its default": {
			body: `{"currency": "EUR", "lines": [{"sku": 12345678901234567890, "quantity": 1, "unit_price": "9.90"}]}`,
			says: []string{`sku is not read: it has integers of 2^53 and more, such as 12345678901234567890, which JavaScript rounds; "exact_ids on" reads their digits`},
		},
		"a SKU of 18 digits at a path": {
			body: `{"currency": "EUR", "lines": [{"product_id": 812345678901234567, "quantity": 1, "unit_price": "9.90"}]}`,
			says: []string{`product_id is not read: it has integers of 2^53 and more, such as 812345678901234567, which JavaScript rounds; "exact_ids on" with "sku product_id" reads their digits`},
		},
		"a SKU of 18 digits beside a code": {
			body:    `{"currency": "EUR", "lines": [{"sku": 812345678901234567, "product_code": "A", "quantity": 1, "unit_price": "9.90"}]}`,
			options: "sku   product_code", says: []string{`sku is not read: it has integers`},
		},
		"line ids of 18 digits at their default": {
			body: `{"currency": "EUR", "lines": [{"id": 812345678901234567, "sku": "A", "quantity": 1, "unit_price": "9.90"}]}`,
			says: []string{`id is not read: it has integers of 2^53 and more, such as 812345678901234567, which JavaScript rounds; "exact_ids on" reads their digits`},
		},
		"line ids of 18 digits in one of two lines": {
			body: `{"currency": "EUR", "lines": [{"id": 4, "sku": "A", "quantity": 1, "unit_price": "9.90"},
				{"id": 812345678901234567, "sku": "A", "quantity": 1, "unit_price": "9.90"}]}`,
			says: []string{`id is not read: it has integers of 2^53 and more, such as 812345678901234567`},
		},
		"line ids of 18 digits at a path": {
			body: `{"currency": "EUR", "lines": [{"line_id": 812345678901234567, "sku": "A", "quantity": 1, "unit_price": "9.90"}]}`,
			says: []string{`line_id is not read: it has integers of 2^53 and more, such as 812345678901234567, which JavaScript rounds; "exact_ids on" with "id line_id" reads their digits`},
		},
		"a customer of 18 digits": {
			body: `{"currency": "EUR", "user_id": 812345678901234567, "lines": [{"sku": "A", "quantity": 1, "unit_price": "9.90"}]}`,
			says: []string{`user_id is not read: it has integers of 2^53 and more`},
		},
		"an id of 2^53 - 1": {
			body: `{"currency": "EUR", "lines": [{"id": 9007199254740991, "sku": "A", "quantity": 1, "unit_price": "9.90"}]}`,
		},
		"flags that are texts": {
			body:    `{"currency": "EUR", "lines": [{"sku": "A", "quantity": 1, "unit_price": "9.90", "on_sale": "true"}]}`,
			options: "text_flags on",
			says:    []string{`on_sale is a text, such as "true": "text_flags on" is right only where the order service compares the texts; to JavaScript, Python and Ruby the text "false" is true, and to PHP "0" is false`},
		},
		"flags that are no texts": {
			body:    `{"currency": "EUR", "lines": [{"sku": "A", "quantity": 1, "unit_price": "9.90", "on_sale": true}]}`,
			options: "on_sale",
		},
		"the code of a coupon of a kind": {
			body:    `{"currency": "EUR", "lines": [{"sku": "A", "quantity": 1, "unit_price": "9.90"}], "discountCoupon": {"code": "TEN"}}`,
			options: "discountCoupon.code",
		},
		"the code of a coupon of another kind": {
			body:    `{"currency": "EUR", "lines": [{"sku": "A", "quantity": 1, "unit_price": "9.90"}], "promotionCoupon": {"code": "XMAS"}}`,
			options: "promotionCoupon.code",
		},
		"the number of a coupon": {
			body:    `{"currency": "EUR", "lines": [{"sku": "A", "quantity": 1, "unit_price": "9.90"}], "couponId": "12"}`,
			options: "couponId", says: []string{`couponId names coupons by numbers or references`},
		},
		"codes of coupons that are numbers": {
			body:    `{"currency": "EUR", "lines": [{"sku": "A", "quantity": 1, "unit_price": "9.90"}], "discountCoupon": {"code": 12}}`,
			options: "discountCoupon.code", says: []string{`discountCoupon.code names coupons by numbers or references`},
		},
		"the id of a line as the only name of an article": {
			body:    `{"currency": "EUR", "lines": [{"id": "li_1", "quantity": 1, "unit_price": "9.90"}]}`,
			options: "sku   id", says: []string{`id is taken for the SKU, and may be the id of the line and not of an article`},
		},
		"an article beside the price of it": {
			body: `{"currency": "eur", "amount_subtotal": 3050, "line_items": {"data": [{"id": "li_1", "amount_subtotal": 3050,
				"price": {"id": "price_1", "product": "prod_1", "unit_amount": 1525}, "quantity": 2}]}}`,
			options: "sku        price.product", says: []string{`are taken for minor units`},
		},
		"an article that is an object beside the price of it": {
			body: `{"currency": "eur", "line_items": {"data": [{"id": "li_1",
				"price": {"id": "price_1", "product": {"id": "prod_1"}, "unit_amount": 15.25}, "quantity": 2}]}}`,
			options: "sku        price.product.id",
		},
		"the id of a price": {
			body: `{"currency": "eur", "line_items": {"data": [{"id": "li_1",
				"price": {"id": "price_1", "unit_amount": 15.25}, "quantity": 2}]}}`,
			options: "sku        price.id",
		},
		"what an order comes to before discounts": {
			body: `{"currency": "eur", "amount_subtotal": 30.50, "amount_total": 30.50, "line_items": {"data": [{"sku": "A",
				"price": {"unit_amount": 15.25}, "quantity": 2}]}}`,
			options: "subtotal   amount_subtotal",
		},
		"a name with a dot on the way to the lines": {
			body:    `{"a.b": {"currency": "EUR", "lines": [{"sku": "A", "quantity": 1, "unit_price": "9.90"}]}}`,
			options: "*.lines", says: []string{`in "currency *.currency"`, `"*" in "items *.lines" reads all members there, since the name "a.b" cannot be written in a path`},
		},
		"a name with a dot on the way to the customer": {
			body: `{"currency": "EUR", "lines": [{"sku": "A", "quantity": 1, "unit_price": "9.90"}],
				"meta": {"shop.v1": {"customer_id": "7"}}}`,
			options: "meta.*.customer_id", says: []string{`"*" in "customer_id meta.*.customer_id" reads all members there`},
		},
		"keys on the way to the lines": {
			body:    `{"currency": "EUR", "lines": {"17": {"sku": "A", "quantity": 1, "unit_price": "9.90"}}}`,
			options: "items lines.*",
		},
		"line ids of 18 digits in the orders of a preset": {
			body: `{"id": 7, "currency": "USD", "total_line_items_price": "9.90", "line_items": [{"id": 866550311766439020, "sku": "A", "quantity": 1,
				"price": "9.90"}], "customer": {"id": 207119551}, "discount_codes": [{"code": "TEN"}], "shipping_lines": [{"code": "a", "price": "1.00"}],
				"shipping_address": {"country_code": "US"}, "source_name": "web"}`,
			options: "map shopify-order", says: []string{`id is not read: it has integers of 2^53 and more, such as 866550311766439020`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Search{Currency: currency(t, "EUR"), Presets: preset.All()}.Find([][]byte{[]byte(c.body)})
			if err != nil {
				t.Fatal(err)
			}
			fits := len(p.Doubts) == len(c.says)
			for i := 0; fits && i < len(c.says); i++ {
				fits = strings.Contains(p.Doubts[i], c.says[i])
			}
			if !fits {
				t.Errorf("doubts are\n%s\nwant\n%s", strings.Join(p.Doubts, "\n"), strings.Join(c.says, "\n"))
			}
			if got := p.Caddyfile(); !strings.Contains(got, c.options) || strings.Contains(got, "exact_ids") {
				t.Errorf("proposed\n%s\nwant %s", got, c.options)
			}
		})
	}
}
