package discount

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart/preset"
)

// pricedOrder is what becomes of a preset's sample under some rules.
type pricedOrder struct {
	currency string // of the strategy; that of the order, where it states one
	rules    string
	want     string // the headers that reach the order service
}

// pricedOrders are by the presets' names. Their rules ask for what the preset reads, so
// that a part which is not read takes the discount away.
var pricedOrders = map[string]pricedOrder{
	"shopify-order": {
		currency: "CAD",
		rules: `
[rule.ten]
where         = { Engraving = "Ida" }
coupons       = ["MAPLE10"]
customer      = { ids = ["7120034455761"], segments = ["wholesale"] }
channels      = ["web"]
regions       = ["CA"]
discount_rate = 0.1

[rule.post]
applies_to       = "shipping"
shipping_methods = ["Ground"]
discount_rate    = 0.5`,
		want: `
X-Discount-Amount: 770
X-Discount-Currency: CAD
X-Discount-Lines: (0 770)
X-Discount-Payable: 12305
X-Discount-Rules: "post";amount=475, "ten";amount=770
X-Discount-Shipping: 475
X-Discount-Status: applied
X-Discount-Subtotal: 12600`,
	},
	"shopify-cart": {
		currency: "CAD",
		rules: `
[rule.ten]
categories    = ["Hats"]
coupons       = ["MAPLE10"]
discount_rate = 0.1`,
		want: `
X-Discount-Amount: 540
X-Discount-Currency: CAD
X-Discount-Lines: (540 0)
X-Discount-Payable: 12560
X-Discount-Rules: "ten";amount=540
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 13100`,
	},
	"woocommerce-order": {
		currency: "EUR",
		rules: `
[rule.ten]
skus          = ["SEED-BOX"]
coupons       = ["garden5"]
customer      = { ids = ["57"] }
channels      = ["checkout"]
regions       = ["DE"]
discount_rate = 0.1

[rule.post]
applies_to       = "shipping"
shipping_methods = ["flat_rate"]
discount_rate    = 0.5`,
		want: `
X-Discount-Amount: 378
X-Discount-Currency: EUR
X-Discount-Lines: (378 0)
X-Discount-Payable: 4031
X-Discount-Rules: "post";amount=206, "ten";amount=378
X-Discount-Shipping: 206
X-Discount-Status: applied
X-Discount-Subtotal: 4203`,
	},
	"woocommerce-store": {
		currency: "EUR",
		rules: `
[rule.ten]
where         = { Colour = "Green" }
coupons       = ["garden5"]
regions       = ["DE"]
discount_rate = 0.1

[rule.post]
applies_to    = "shipping"
discount_rate = 0.5`,
		want: `
X-Discount-Amount: 50
X-Discount-Currency: EUR
X-Discount-Lines: (0 50)
X-Discount-Payable: 5157
X-Discount-Rules: "post";amount=206, "ten";amount=50
X-Discount-Shipping: 206
X-Discount-Status: applied
X-Discount-Subtotal: 5001`,
	},
	"magento-quote": {
		currency: "EUR",
		rules: `
[rule.ten]
skus          = ["BULB-E14"]
coupons       = ["LIGHT"]
customer      = { ids = ["812"], tiers = ["3"] }
channels      = ["1"]
discount_rate = 0.1`,
		want: `
X-Discount-Amount: 195
X-Discount-Currency: EUR
X-Discount-Lines: (0 195)
X-Discount-Payable: 14655
X-Discount-Rules: "ten";amount=195
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 14850`,
	},
	"magento-order": { // of ten units two are those of the line that is worth nothing
		currency: "EUR",
		rules: `
[rule.nine]
min_unit_price = 0.01
min_quantity   = 9
discount_rate  = 0.5

[rule.ten]
min_unit_price = 0.01
min_quantity   = 8
coupons        = ["LIGHT"]
customer       = { ids = ["812"], tiers = ["3"] }
channels       = ["1"]
discount_rate  = 0.1

[rule.post]
applies_to    = "shipping"
discount_rate = 0.5`,
		want: `
X-Discount-Amount: 1486
X-Discount-Currency: EUR
X-Discount-Lines: (1290 0 196)
X-Discount-Payable: 13868
X-Discount-Rules: "post";amount=495, "ten";amount=1486
X-Discount-Shipping: 495
X-Discount-Status: applied
X-Discount-Subtotal: 14859`,
	},
	"commercetools-cart": {
		currency: "EUR",
		rules: `
[rule.ten]
where         = { size = "39", waterproof = true }
coupons       = ["RAIN"]
customer      = { ids = ["b0a3de44-2a11-4a1e-8d64-5f2c1b9a7e10"], tiers = ["club"] }
channels      = ["fi-web"]
regions       = ["FI"]
discount_rate = 0.1

[rule.post]
applies_to       = "shipping"
shipping_methods = ["Posti"]
discount_rate    = 0.5`,
		want: `
X-Discount-Amount: 1798
X-Discount-Currency: EUR
X-Discount-Lines: (1798 0)
X-Discount-Payable: 17727
X-Discount-Rules: "post";amount=295, "ten";amount=1798
X-Discount-Shipping: 295
X-Discount-Status: applied
X-Discount-Subtotal: 19230`,
	},
	"bigcommerce-cart": {
		currency: "USD",
		rules: `
[rule.ten]
skus          = ["JUG-2", "EBOOK", "GRIND"]
coupons       = ["ROAST"]
customer      = { ids = ["31"] }
channels      = ["1"]
discount_rate = 0.1

[rule.sand]
where           = { Colour = "Sand" }
discount_amount = 1`,
		want: `
X-Discount-Amount: 1065
X-Discount-Currency: USD
X-Discount-Lines: (789 100 176)
X-Discount-Payable: 8680
X-Discount-Rules: "sand";amount=100, "ten";amount=965
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 9745`,
	},
	"medusa-cart": {
		currency: "EUR",
		rules: `
[rule.ten]
categories    = ["pcat_summer"]
coupons       = ["LINEN10"]
customer      = { ids = ["cus_01JCD8"], segments = ["cusgroup_mail"] }
channels      = ["sc_01JCD8VZ0000000000000000WEB"]
regions       = ["reg_01JCD8VZ7Q5S4X8R1T2Y3U4W5Z"]
discount_rate = 0.1

[rule.post]
applies_to       = "shipping"
shipping_methods = ["Standard"]
discount_rate    = 0.5`,
		want: `
X-Discount-Amount: 400
X-Discount-Currency: EUR
X-Discount-Lines: (400 0)
X-Discount-Payable: 6023
X-Discount-Rules: "post";amount=425, "ten";amount=400
X-Discount-Shipping: 425
X-Discount-Status: applied
X-Discount-Subtotal: 5998`,
	},
	"saleor-order": {
		currency: "PLN",
		rules: `
[rule.ten]
skus          = ["KET-RED"]
channels      = ["pl"]
regions       = ["PL"]
discount_rate = 0.1

[rule.post]
applies_to    = "shipping"
discount_rate = 0.5`,
		want: `
X-Discount-Amount: 1500
X-Discount-Currency: PLN
X-Discount-Lines: (1500 0)
X-Discount-Payable: 21150
X-Discount-Rules: "post";amount=750, "ten";amount=1500
X-Discount-Shipping: 750
X-Discount-Status: applied
X-Discount-Subtotal: 21900`,
	},
	"vendure-order": {
		currency: "GBP",
		rules: `
[rule.ten]
categories    = ["gifts", "paper"]
coupons       = ["WELCOME"]
customer      = { ids = ["36"], segments = ["schools"] }
regions       = ["GB"]
discount_rate = 0.1

[rule.post]
applies_to       = "shipping"
shipping_methods = ["standard"]
discount_rate    = 0.5`,
		want: `
X-Discount-Amount: 1898
X-Discount-Currency: GBP
X-Discount-Lines: (1898 0 0)
X-Discount-Payable: 18461
X-Discount-Rules: "post";amount=300, "ten";amount=1898
X-Discount-Shipping: 300
X-Discount-Status: applied
X-Discount-Subtotal: 20059`,
	},
	"odoo-order": {
		currency: "GBP",
		rules: `
[rule.ten]
skus          = ["33"]
customer      = { ids = ["118"] }
min_quantity  = 10
discount_rate = 0.1`,
		want: `
X-Discount-Amount: 12050
X-Discount-Currency: GBP
X-Discount-Lines: (12050 0)
X-Discount-Payable: 123950
X-Discount-Rules: "ten";amount=12050
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 136000`,
	},
	"square-order": {
		currency: "AUD",
		rules: `
[rule.ten]
skus          = ["M5Q2JX7KBWT4NPVZ8RC3YHD6"]
where         = { cup = "own" }
customer      = { ids = ["6VJ3R9Q1T5XNKC0W2M8D4PZB7H"] }
channels      = ["Kiosk"]
discount_rate = 0.1`,
		want: `
X-Discount-Amount: 104
X-Discount-Currency: AUD
X-Discount-Lines: (104 0)
X-Discount-Payable: 1336
X-Discount-Rules: "ten";amount=104
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 1440`,
	},
	"paypal-order": {
		currency: "USD",
		rules: `
[rule.ten]
categories    = ["PHYSICAL_GOODS"]
customer      = { ids = ["QX7LK2M9ZT4WB"] }
regions       = ["US"]
discount_rate = 0.1

[rule.post]
applies_to    = "shipping"
discount_rate = 0.5`,
		want: `
X-Discount-Amount: 800
X-Discount-Currency: USD
X-Discount-Lines: (800 0)
X-Discount-Payable: 8725
X-Discount-Rules: "post";amount=325, "ten";amount=800
X-Discount-Shipping: 325
X-Discount-Status: applied
X-Discount-Subtotal: 9200`,
	},
	"meituan-order": {
		currency: "CNY",
		rules: `
[rule.ten]
skus          = ["BZ-07"]
min_quantity  = 3
discount_rate = 0.1

[rule.post]
applies_to    = "shipping"
discount_rate = 0.5`,
		want: `
X-Discount-Amount: 90
X-Discount-Currency: CNY
X-Discount-Lines: (0 90)
X-Discount-Payable: 2935
X-Discount-Rules: "post";amount=225, "ten";amount=90
X-Discount-Shipping: 225
X-Discount-Status: applied
X-Discount-Subtotal: 2800`,
	},
	"litemall-order": {
		currency: "CNY",
		rules: `
[rule.ten]
skus          = ["7730245"]
discount_rate = 0.1

[rule.post]
applies_to    = "shipping"
discount_rate = 0.5`,
		want: `
X-Discount-Amount: 395
X-Discount-Currency: CNY
X-Discount-Lines: (0 395)
X-Discount-Payable: 19755
X-Discount-Rules: "post";amount=400, "ten";amount=395
X-Discount-Shipping: 400
X-Discount-Status: applied
X-Discount-Subtotal: 19750`,
	},
}

func TestTheSampleOfEachPresetIsPriced(t *testing.T) {
	for _, p := range preset.All() {
		name := p.Name
		t.Run(name, func(t *testing.T) {
			order, ok := pricedOrders[name]
			if !ok {
				t.Fatal("it is not known what becomes of the sample")
			}
			body, err := os.ReadFile(filepath.Join("cart", "preset", "testdata", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			s := open(t,
				fmt.Sprintf("version = \"v1\"\ncurrency = %q\n%s\n", order.currency, order.rules),
				"discount /orders* STRATEGY {\n\tmap "+name+"\n}\nreverse_proxy UPSTREAM")
			got := s.order(string(body))
			got.expect(t, order.want)
			if got.body != string(body) {
				t.Error("the body arrived as another")
			}
		})
	}
}

var caddyfileBlocks = regexp.MustCompile("(?s)```caddyfile\n(.*?)```")

// Every configuration of the page on carts is one that Caddy starts with.
func TestTheConfigurationsOfTheDocumentationOfCartsAreTaken(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("docs", "carts.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := caddyfileBlocks.FindAllStringSubmatch(string(page), -1)
	if len(blocks) < 5 {
		t.Fatalf("only %d configurations found", len(blocks))
	}
	for i, block := range blocks {
		site := strings.Replace(block[1], "config/discount.toml", "STRATEGY", 1)
		if !strings.HasPrefix(site, "discount ") {
			site = "discount /orders* STRATEGY {\n" + site + "}\n"
		}
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			s := open(t, half, site+"reverse_proxy UPSTREAM")
			if got := s.order(`{}`); got.Get("X-Discount-Status") != "bypass" {
				t.Errorf("%s", owned(got.Header))
			}
		})
	}
}
