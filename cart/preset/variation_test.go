package preset

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// variation is another body of the kind of a preset's sample.
type variation struct {
	preset  string
	replace []string            // texts of the sample and those in their place
	options func(*cart.Options) // beside the preset; nil for none
	change  func(*reading)      // what is read instead
	invalid string              // in place of change: what the reason contains
}

func TestOtherOrdersOfTheKindAreReadAsTheyAreMeant(t *testing.T) {
	t.Parallel()
	for name, v := range variations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := read(t, v.preset, replaced(t, sample(t, v.preset), v.replace...), v.options)
			if v.invalid != "" {
				if err == nil || !strings.Contains(err.Error(), v.invalid) {
					t.Fatalf("got %v, want it invalid with %s", err, v.invalid)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := wanted(t, v.preset)
			v.change(want)
			if got, want := got.text(t), want.text(t); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestEveryPresetHasVariations(t *testing.T) {
	t.Parallel()
	count := make(map[string]int)
	for _, v := range variations {
		count[v.preset]++
	}
	for _, name := range names() {
		if count[name] < 2 {
			t.Errorf("%s has %d", name, count[name])
		}
	}
}

func ptr(amount int64) *int64 { return &amount }

// cancelled is what a line is without units: it keeps its place and its price.
func cancelled(l *lineRead) { l.Quantity, l.Subtotal = 0, 0 }

var variations = map[string]variation{
	"shopify-order: an id that not every parser keeps is absent": {
		preset:  "shopify-order",
		replace: []string{`"id": 14902217834577, "admin`, `"id": 812345678901234567, "admin`},
		change:  func(r *reading) { r.Lines[0].ID = "" },
	},
	"shopify-order: with exact_ids such an id is its digits": {
		preset:  "shopify-order",
		replace: []string{`"id": 14902217834577, "admin`, `"id": 812345678901234567, "admin`},
		options: func(o *cart.Options) { o.ExactIDs = true },
		change:  func(r *reading) { r.Lines[0].ID = "812345678901234567" },
	},
	"shopify-order: a guest at the till takes the goods along": {
		preset: "shopify-order",
		replace: []string{
			`"customer": {`, `"customer": null, "was": {`, `"shipping_address": {`, `"shipping_address": null, "from": {`,
			`"shipping_lines": [{`, `"shipping_lines": [], "were": [{`, `"source_name": "web"`, `"source_name": "pos"`,
		},
		change: func(r *reading) {
			r.Customer, r.Region, r.Shipping, r.Channel = customerRead{}, "", nil, "pos"
		},
	},
	"shopify-order: no codes, and a line of no units": {
		preset: "shopify-order",
		replace: []string{
			`[{"code": "MAPLE10", "amount": "12.60", "type": "percentage"}]`, `[]`,
			`{"name": "Colour", "value": "blue"}], "quantity": 1`, `{"name": "Colour", "value": "blue"}], "quantity": 0`,
		},
		change: func(r *reading) { r.Coupons = nil; cancelled(&r.Lines[1]) },
	},
	"shopify-order: two codes, two shipping lines, no tags": {
		preset: "shopify-order",
		replace: []string{
			`[{"code": "MAPLE10", "amount"`, `[{"code": "FREESHIP", "amount": "9.50", "type": "shipping"}, {"code": "MAPLE10", "amount"`,
			`"shipping_lines": [`, `"shipping_lines": [{"id": 1, "code": null, "price": "0.00"}, `, `"vip, wholesale"`, `""`,
		},
		change: func(r *reading) {
			r.Coupons = []string{"FREESHIP", "MAPLE10"}
			r.Shipping = append([]shippingRead{{ID: "1"}}, r.Shipping...)
			r.Customer.Segments = nil
		},
	},
	"shopify-order: a property given twice": {
		preset:  "shopify-order",
		replace: []string{`{"name": "Colour", "value": "blue"}`, `{"name": "Engraving", "value": "blue"}`},
		invalid: "/line_items/1/properties/1",
	},

	"shopify-cart: properties that are not there, null and an empty list": {
		preset: "shopify-cart",
		replace: []string{
			`"properties": {}, `, `"properties": null, `, `"properties": {"Engraving": "Ida", "_batch": "7"}`, `"properties": []`,
		},
		change: func(r *reading) { r.Lines[1].Attributes = nil },
	},
	"shopify-cart: an answer without discount codes, and goods without SKU": {
		preset:  "shopify-cart",
		replace: []string{`"discount_codes": [`, `"codes": [`, `"sku": "MUG-12"`, `"sku": null`},
		change:  func(r *reading) { r.Coupons, r.Lines[1].SKU = nil, "" },
	},
	"shopify-cart: a line that was left out": {
		preset:  "shopify-cart",
		replace: []string{`"original_total_price": 13100`, `"original_total_price": 20000`},
		invalid: "/original_total_price",
	},

	"woocommerce-order: a guest is the customer 0": {
		preset:  "woocommerce-order",
		replace: []string{`"customer_id": 57`, `"customer_id": 0`},
		change:  func(r *reading) { r.Customer.ID = "0" },
	},
	"woocommerce-order: goods to download without coupon and shipping": {
		preset: "woocommerce-order",
		replace: []string{
			`"coupon_lines": [{`, `"coupon_lines": [], "were": [{`, `"shipping_lines": [{`, `"shipping_lines": [], "was": [{`,
			`"country": "DE", "phone": ""}`, `"country": "", "phone": ""}`,
		},
		change: func(r *reading) { r.Coupons, r.Shipping, r.Region = nil, nil, "" },
	},
	"woocommerce-order: two coupons, two parcels, and a line that is cancelled": {
		preset: "woocommerce-order",
		replace: []string{
			`"coupon_lines": [`, `"coupon_lines": [{"id": 4409, "code": "spring", "discount": "0"}, `,
			`"shipping_lines": [`, `"shipping_lines": [{"id": 4408, "method_id": "local_pickup", "total": "0.00"}, `,
			`"quantity": 1, "tax_class": "", "subtotal": "4.21"`, `"quantity": 0, "tax_class": "", "subtotal": "0.00"`,
		},
		change: func(r *reading) {
			r.Coupons = []string{"spring", "garden5"}
			r.Shipping = append([]shippingRead{{ID: "4408", Method: "local_pickup"}}, r.Shipping...)
			r.Lines[1].LineTotal = ptr(0)
			cancelled(&r.Lines[1])
		},
	},
	"woocommerce-order: an address that PHP writes as an empty list": {
		preset: "woocommerce-order",
		replace: []string{
			`"shipping": {"first_name"`, `"shipping": [], "was": {"first_name"`, `"sku": "SEED-BOX"`, `"sku": null`,
		},
		change: func(r *reading) { r.Region, r.Lines[0].SKU = "", "" },
	},
	"woocommerce-order: a line without a subtotal has no price": {
		preset:  "woocommerce-order",
		replace: []string{`"subtotal": "4.21", "subtotal_tax"`, `"subtotal_tax"`},
		change:  func(r *reading) { r.Lines[1].LineTotal, r.Lines[1].Subtotal = nil, 0 },
	},

	"woocommerce-store: shipping that is not calculated yet": {
		preset: "woocommerce-store",
		replace: []string{
			`"total_shipping": "412"`, `"total_shipping": null`, `"shipping_rates": [
    {
      "package_id"`, `"shipping_rates": [], "were": [
    {
      "package_id"`, `"country": "DE", "phone": ""}`, `"country": "", "phone": ""}`,
		},
		change: func(r *reading) { r.Shipping, r.Region = nil, "" },
	},
	"woocommerce-store: no coupons, and free shipping": {
		preset:  "woocommerce-store",
		replace: []string{`"coupons": [{`, `"coupons": [], "were": [{`, `"total_shipping": "412"`, `"total_shipping": "0"`},
		change:  func(r *reading) { r.Coupons, r.Shipping[0].Amount = nil, 0 },
	},
	"woocommerce-store: a shop that shows euros without cents": {
		preset:  "woocommerce-store",
		replace: []string{`"rate": "19%"}], "currency_code": "EUR", "currency_symbol": "€", "currency_minor_unit": 2`, `"rate": "19%"}], "currency_code": "EUR", "currency_symbol": "€", "currency_minor_unit": 0`},
		invalid: "/totals/currency_minor_unit",
	},

	"magento-quote: a guest without a coupon": {
		preset: "magento-quote",
		replace: []string{
			`"id": 812, "group_id": 3, "default_billing"`, `"id": null, "group_id": 0, "default_billing"`,
			`"coupon_code": "LIGHT",`, ``,
		},
		change: func(r *reading) { r.Customer, r.Coupons = customerRead{Tier: "0"}, nil },
	},
	"magento-quote: goods by weight need fractional": {
		preset: "magento-quote",
		replace: []string{`"sku": "BULB-E14", "qty": 6, "name": "Bulb E14", "price": 3.25, "product_type": "simple", "quote_id": "4418"}
  ],`, `"sku": "BULB-E14", "qty": 2.5, "name": "Bulb E14", "price": 3.25, "product_type": "simple", "quote_id": "4418"}
  ],`},
		invalid: "fractional",
	},
	"magento-quote: goods by weight with fractional": {
		preset: "magento-quote",
		replace: []string{`"sku": "BULB-E14", "qty": 6, "name": "Bulb E14", "price": 3.25, "product_type": "simple", "quote_id": "4418"}
  ],`, `"sku": "BULB-E14", "qty": 2.5, "name": "Bulb E14", "price": 3.25, "product_type": "simple", "quote_id": "4418"}
  ],`},
		options: func(o *cart.Options) { o.Fractional = true },
		change: func(r *reading) {
			r.Lines[1].Quantity, r.Lines[1].Weight, r.Lines[1].Subtotal = 1, "25 and 1", 813
		},
	},

	"magento-order: a guest, nothing to ship and no coupon": {
		preset: "magento-order",
		replace: []string{
			`"customer_id": 812,`, `"customer_id": null,`, `"customer_group_id": 3`, `"customer_group_id": 0`,
			`  "shipping_amount": 9.9,`, `  "shipping_amount": 0,`, `"coupon_code": "LIGHT",`, ``,
		},
		change: func(r *reading) {
			r.Customer, r.Shipping[0].Amount, r.Coupons = customerRead{Tier: "0"}, 0, nil
		},
	},
	"magento-order: the parts of a bundle have prices of their own": {
		preset:  "magento-order",
		replace: []string{`"row_invoiced": 0, "row_total": 0,`, `"row_invoiced": 0, "row_total": 129,`},
		invalid: "/subtotal",
	},

	"commercetools-cart: an anonymous buyer without code and shipping": {
		preset: "commercetools-cart",
		replace: []string{
			`"customerId": "b0a3de44-2a11-4a1e-8d64-5f2c1b9a7e10"`, `"anonymousId": "b0a3de44-2a11-4a1e-8d64-5f2c1b9a7e10"`,
			`"customerGroup": {`, `"group": {`, `"discountCodes": [{`, `"discountCodes": [], "were": [{`, `"shippingInfo": {`, `"was": {`,
			`"country": "FI",
`, ``, `"store": {`, `"shop": {`,
		},
		change: func(r *reading) { *r = reading{Currency: r.Currency, Lines: r.Lines} },
	},
	"commercetools-cart: codes that are not expanded, and several shippings": {
		preset: "commercetools-cart",
		replace: []string{
			`, "obj": {"id": "dc1", "version": 1, "code": "RAIN", "isActive": true}`, ``, `"shippingInfo": {`, `"was": {`, `"shipping": []`,
			`"shipping": [{"shippingKey": "a", "shippingInfo": {"shippingMethodName": "Posti", "price": {"centAmount": 590}}}, {"shippingKey": "b", "shippingInfo": {"shippingMethodName": "Bike", "price": {"centAmount": 990}}}]`,
		},
		change: func(r *reading) {
			r.Coupons, r.Shipping = nil, []shippingRead{{Method: "Posti", Amount: 590}, {Method: "Bike", Amount: 990}}
		},
	},
	"commercetools-cart: a currency of other decimals than it has": {
		preset:  "commercetools-cart",
		replace: []string{`"centAmount": 17820, "fractionDigits": 2`, `"centAmount": 17820, "fractionDigits": 3`},
		invalid: "/totalPrice/fractionDigits",
	},

	"bigcommerce-cart: a guest with goods to download alone": {
		preset: "bigcommerce-cart",
		replace: []string{
			`"customer_id": 31`, `"customer_id": 0`, `"physical_items": [`, `"physical_items": [], "were": [`, `"custom_items": [`, `"custom_items": [], "had": [`,
			`"coupons": [{"id": 4, "code": "ROAST"`, `"coupons": [], "tried": [{"id": 4, "code": "ROAST"`,
		},
		change: func(r *reading) { r.Customer.ID, r.Lines, r.Coupons = "0", r.Lines[1:2], nil },
	},
	"bigcommerce-cart: lists in another order are read in that of the map": {
		preset:  "bigcommerce-cart",
		replace: []string{`"physical_items": [`, `"custom_items": [{"id": "first", "sku": "BAG", "quantity": 1, "list_price": 0.1}], "physical_items": [`, `"custom_items": [{"id": "e3`, `"had": [{"id": "e3`},
		change: func(r *reading) {
			r.Lines[2] = lineRead{ID: "first", SKU: "BAG", Quantity: 1, UnitPrice: ptr(10), Subtotal: 10}
		},
	},
	"bigcommerce-cart: two coupons, and no options": {
		preset: "bigcommerce-cart",
		replace: []string{
			`"coupons": [{"id": 4`, `"coupons": [{"id": 3, "code": "BREW"}, {"id": 4`,
			`"options": [`, `"options": [], "were": [`,
		},
		change: func(r *reading) { r.Coupons, r.Lines[0].Attributes = []string{"BREW", "ROAST"}, nil },
	},

	"medusa-cart: a cart that was just made": {
		preset: "medusa-cart",
		replace: []string{
			`"promotions": [{`, `"promotions": [], "were": [{`, `"shipping_methods": [{`, `"shipping_methods": [], "had": [{`,
			`"customer": {`, `"customer": null, "was": {`,
		},
		change: func(r *reading) { r.Coupons, r.Shipping, r.Customer = nil, nil, customerRead{} },
	},
	"medusa-cart: a shipping method without its name, and promotions without a code": {
		preset:  "medusa-cart",
		replace: []string{`"name": "Standard", `, ``, `"code": "LINEN10", "is_automatic": false`, `"code": null, "is_automatic": true`},
		change:  func(r *reading) { r.Shipping[0].Method, r.Coupons = "", nil },
	},
	"medusa-cart: goods without a variant": {
		preset:  "medusa-cart",
		replace: []string{`"variant_sku": "CAP"`, `"variant_sku": null`, `"product": {"id": "prod_01JB", "collection_id": null, "type_id": null, "categories": [], "tags": []}`, `"product": null`},
		change:  func(r *reading) { r.Lines[1].SKU = "" },
	},

	"saleor-order: goods that are collected": {
		preset:  "saleor-order",
		replace: []string{`"shipping_address": {`, `"shipping_address": null, "was": {`, `"shipping_price_gross_amount": "15.00"`, `"shipping_price_gross_amount": "0.00"`},
		change:  func(r *reading) { r.Region, r.Shipping[0].Amount = "", 0 },
	},
	"saleor-order: a line without units": {
		preset:  "saleor-order",
		replace: []string{`"product_sku": "TEA-100", "quantity": 3`, `"product_sku": "TEA-100", "quantity": 0`},
		change:  func(r *reading) { cancelled(&r.Lines[1]) },
	},
	"saleor-order: two orders in one body": {
		preset:  "saleor-order",
		replace: []string{"  }\n]\n", "  },\n  {\"lines\": []}\n]\n"},
		invalid: "/1",
	},
	"saleor-order: the price after discounts, as older versions send alone": {
		preset: "saleor-order",
		options: func(o *cart.Options) {
			o.Map.UnitPrice = cart.Paths{"unit_price_gross_amount"}
		},
		change: func(r *reading) {
			r.Lines[0].UnitPrice, r.Lines[0].Subtotal = ptr(14000), 14000
		},
	},

	"vendure-order: a guest at the start": {
		preset: "vendure-order",
		replace: []string{
			`"customer": {`, `"customer": null, "was": {`, `"couponCodes": ["INK", "WELCOME"]`, `"couponCodes": []`,
			`"shippingAddress": {`, `"shippingAddress": null, "from": {`, `"shippingLines": [{`, `"shippingLines": [], "were": [{`,
		},
		change: func(r *reading) { r.Customer, r.Coupons, r.Region, r.Shipping = customerRead{}, nil, "", nil },
	},
	"vendure-order: a query that asks for less": {
		preset: "vendure-order",
		replace: []string{
			`"price": 15816, "currencyCode": "GBP", "priceWithTax": 18979, "product": {`, `"was": {`,
			`"groups": [{`, `"were": [{`,
		},
		change: func(r *reading) { r.Lines[0].Categories, r.Customer.Segments = nil, nil },
	},

	"odoo-order: a line without units": {
		preset:  "odoo-order",
		replace: []string{`"product_uom_qty": 4.0`, `"product_uom_qty": 0.0`},
		change:  func(r *reading) { cancelled(&r.Lines[1]) },
	},
	"odoo-order: a note between the lines has no article": {
		preset:  "odoo-order",
		replace: []string{`"product_id": [35, "[WAX-1] Wax"]`, `"product_id": false`},
		invalid: "/order_line/1/product_id",
	},
	"odoo-order: references as the web client reads them": {
		preset: "odoo-order",
		replace: []string{
			`"product_id": [33, "[BEAM-3] Oak beam 3 m"]`, `"product_id": {"id": 33, "display_name": "[BEAM-3] Oak beam 3 m"}`,
			`"product_id": [35, "[WAX-1] Wax"]`, `"product_id": {"id": 35, "display_name": "[WAX-1] Wax"}`,
			`"partner_id": [118, "Brook Joinery"]`, `"partner_id": {"id": 118, "display_name": "Brook Joinery"}`,
			`"pricelist_id": [2, "Public (GBP)"],
  "currency_id": [143, "GBP"]`, `"currency_id": {"id": 143, "display_name": "GBP"}`,
		},
		options: func(o *cart.Options) {
			o.Map.Currency, o.Map.SKU, o.Map.CustomerID = cart.Paths{"currency_id.display_name"}, cart.Paths{"product_id.id"}, cart.Paths{"partner_id.id"}
		},
		change: func(*reading) {},
	},
	"odoo-order: a reward line takes something off": {
		preset:  "odoo-order",
		replace: []string{`"price_unit": 38.75`, `"price_unit": -38.75`},
		invalid: "/order_line/1/price_unit",
	},

	"square-order: a request has no total and so no currency": {
		preset: "square-order",
		replace: []string{`    "total_money": {"amount": 1296, "currency": "AUD"},
    "total_tax_money"`, `    "total_tax_money"`},
		change: func(r *reading) { r.Currency = "" },
	},
	"square-order: goods from the catalogue without a price, and a guest": {
		preset: "square-order",
		replace: []string{
			`"base_price_money": {"amount": 520, "currency": "AUD"}, `, ``, `"customer_id": "6VJ3R9Q1T5XNKC0W2M8D4PZB7H",`, ``,
			`"source": {"name": "Kiosk"},`, ``,
		},
		change: func(r *reading) {
			r.Lines[0].UnitPrice, r.Lines[0].Subtotal, r.Customer, r.Channel = nil, 0, customerRead{}, ""
		},
	},
	"square-order: goods by weight with fractional": {
		preset:  "square-order",
		replace: []string{`"quantity": "1"`, `"quantity": "0.25"`},
		options: func(o *cart.Options) { o.Fractional = true },
		change:  func(r *reading) { r.Lines[1].Weight, r.Lines[1].Subtotal = "25 and 2", 100 },
	},
	"square-order: totals of the answer in place of the prices": {
		preset:  "square-order",
		replace: []string{`"gross_sales_money": {"amount": 1040, "currency": "AUD"}`, `"gross_sales_money": {"amount": 1140, "currency": "AUD"}`},
		options: func(o *cart.Options) {
			o.Map.UnitPrice, o.Map.LineTotal = cart.Paths{cart.Unread}, cart.Paths{"gross_sales_money.amount"}
		},
		change: func(r *reading) {
			r.Lines[0].UnitPrice, r.Lines[0].LineTotal, r.Lines[0].Subtotal = nil, ptr(1140), 1140
			r.Lines[1].UnitPrice, r.Lines[1].LineTotal = nil, ptr(400)
		},
	},

	"paypal-order: a request has no payer yet, and nothing is shipped": {
		preset: "paypal-order",
		replace: []string{
			`"payer": {`, `"was": {`, `"shipping": {"name"`, `"from": {"name"`, `"shipping": {"currency_code": "USD", "value": "6.50"}, `, ``,
		},
		change: func(r *reading) { r.Customer, r.Region, r.Shipping = customerRead{}, "", nil },
	},
	"paypal-order: the sum of the goods is off by a cent": {
		preset:  "paypal-order",
		replace: []string{`"value": "92.00"`, `"value": "92.01"`},
		invalid: "/purchase_units/0/amount/breakdown/item_total/value",
	},
	"paypal-order: a second purchase unit": {
		preset:  "paypal-order",
		replace: []string{"    }\n  ],\n  \"payer\"", "    },\n    {\"amount\": {\"currency_code\": \"USD\", \"value\": \"5.00\"}}\n  ],\n  \"payer\""},
		invalid: "/purchase_units/1",
	},

	"meituan-order: goods that are fetched": {
		preset:  "meituan-order",
		replace: []string{`"shipping_fee": 4.5`, `"shipping_fee": 0`},
		change:  func(r *reading) { r.Shipping[0].Amount = 0 },
	},
	"meituan-order: the code of the variant in place of that of the dish": {
		preset:  "meituan-order",
		options: func(o *cart.Options) { o.Map.SKU = cart.Paths{"sku_id"} },
		change:  func(r *reading) { r.Lines[0].SKU = "YT-01-L" },
	},
	"meituan-order: a price of less than a fen": {
		preset:  "meituan-order",
		replace: []string{`\"price\": 9.5`, `\"price\": 9.505`},
		invalid: "/detail",
	},

	"litemall-order: the checkout without its envelope": {
		preset:  "litemall-order",
		replace: []string{"{\n  \"errno\": 0,\n  \"data\": {", "{", "    ]\n  },\n  \"errmsg\": \"成功\"\n}", "    ]\n}"},
		change:  func(*reading) {},
	},
	"litemall-order: an order as its page shows it": {
		preset: "litemall-order",
		replace: []string{
			`"data": {`, `"data": {"orderInfo": {"id": 9, "orderSn": "20261111", "goodsPrice": 197.50, "couponPrice": 0.00, "freightPrice": 8.00, "actualPrice": 205.50, "orderStatusText": "未付款"},`,
			`    "freightPrice": 8.00,
`, ``, `"checkedGoodsList"`, `"orderGoods"`,
		},
		change: func(*reading) {},
	},
	"litemall-order: free delivery": {
		preset:  "litemall-order",
		replace: []string{`"freightPrice": 8.00`, `"freightPrice": 0.00`},
		change:  func(r *reading) { r.Shipping[0].Amount = 0 },
	},
}
