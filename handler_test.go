package discount

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/dunglas/httpsfv"
)

const drinks = `
version = "v1"
[[products]]
sku = "mug"
category = "周边"
price = 59
floor_price = 49
[rule.three]
categories = ["咖啡", "茶"]
min_quantity = 3
discount_rate = 0.15
[rule.mug-20]
skus = ["mug"]
discount_rate = 0.2
[rule.free-shipping]
applies_to = "shipping"
min_subtotal = 99
discount_rate = 1
[limits]
max_rate = 1
[rule.sticker]
min_subtotal = 99
gift = { sku = "sticker", quantity = 2 }
`

const proxied = "discount /orders* STRATEGY\nreverse_proxy UPSTREAM"

func TestACartComesOutWithItsDiscount(t *testing.T) {
	s := open(t, drinks, proxied)
	for _, c := range []struct{ name, cart, want string }{
		// 2 × 18.00 + 15.00 = 51.00; 15% = 7.65 = 5.40 + 2.25
		{name: "three drinks", cart: `{"items":[{"id":"l1","sku":"a","category":"咖啡","quantity":2,"unit_price":1800},{"id":"l2","sku":"b","category":"茶","quantity":1,"unit_price":1500}]}`, want: `
X-Discount-Amount: 765
X-Discount-Currency: CNY
X-Discount-Lines: (540 225)
X-Discount-Payable: 4335
X-Discount-Rules: "three";amount=765
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 5100`},
		{name: "two drinks", cart: `{"items":[{"category":"咖啡","quantity":2,"unit_price":1800}]}`, want: `
X-Discount-Amount: 0
X-Discount-Currency: CNY
X-Discount-Lines: (0)
X-Discount-Payable: 3600
X-Discount-Shipping: 0
X-Discount-Status: none
X-Discount-Subtotal: 3600`},
		// The catalogue's 59.00 counts, not the cart's 1.00; 20% = 11.80, but the floor is 49.00.
		{name: "a price the catalogue knows better", cart: `{"items":[{"sku":"mug","quantity":1,"unit_price":100}]}`, want: `
X-Discount-Amount: 1000
X-Discount-Currency: CNY
X-Discount-Lines: (1000)
X-Discount-Payable: 4900
X-Discount-Rules: "mug-20";amount=1000
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 5900`},
		{name: "free shipping and a gift", cart: `{"items":[{"sku":"x","quantity":1,"unit_price":9900}],"shipping":[{"method":"standard","amount":600}]}`, want: `
X-Discount-Amount: 0
X-Discount-Currency: CNY
X-Discount-Gifts: "sticker";q=2
X-Discount-Lines: (0)
X-Discount-Payable: 9900
X-Discount-Rules: "free-shipping";amount=600, "sticker";amount=0
X-Discount-Shipping: 600
X-Discount-Status: applied
X-Discount-Subtotal: 9900`},
		{name: "another currency", cart: `{"currency":"USD","items":[{"category":"咖啡","quantity":3,"unit_price":1800}]}`, want: `
X-Discount-Amount: 0
X-Discount-Currency: USD
X-Discount-Lines: (0)
X-Discount-Payable: 5400
X-Discount-Reason: "currency"
X-Discount-Shipping: 0
X-Discount-Status: none
X-Discount-Subtotal: 5400`},
		{name: "nothing in the cart", cart: `{"items":[]}`, want: `
X-Discount-Amount: 0
X-Discount-Currency: CNY
X-Discount-Lines: ()
X-Discount-Payable: 0
X-Discount-Shipping: 0
X-Discount-Status: none
X-Discount-Subtotal: 0`},
		{name: "a line without a known price", cart: `{"items":[{"sku":"a","quantity":1}]}`, want: `
X-Discount-Reason: "/items/0/unit_price: the line has no price and the catalogue knows none"
X-Discount-Status: invalid`},
		{name: "a line that is cancelled", cart: `{"items":[{"sku":"a","quantity":0,"unit_price":1}]}`, want: `
X-Discount-Amount: 0
X-Discount-Currency: CNY
X-Discount-Lines: (0)
X-Discount-Payable: 0
X-Discount-Shipping: 0
X-Discount-Status: none
X-Discount-Subtotal: 0`},
		{name: "behind a byte order mark", cart: "\ufeff" + `{"items":[{"category":"咖啡","quantity":2,"unit_price":1800}]}`, want: `
X-Discount-Amount: 0
X-Discount-Currency: CNY
X-Discount-Lines: (0)
X-Discount-Payable: 3600
X-Discount-Shipping: 0
X-Discount-Status: none
X-Discount-Subtotal: 3600`},
		{name: "behind two byte order marks", cart: "\ufeff\ufeff" + `{"items":[]}`, want: `
X-Discount-Reason: "is not JSON at byte 3: invalid character '\\ufeff' at start of value"
X-Discount-Status: invalid`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.order(c.cart)
			got.expect(t, c.want)
			if got.body != c.cart {
				t.Errorf("the body became %s", got.body)
			}
		})
	}
}

func TestACartInAShapeOfItsOwnInMajorUnits(t *testing.T) {
	s := open(t, drinks, `discount STRATEGY {
	prices major
	map {
		items order.lines
		sku product.code
		category product.kind
		quantity qty
		unit_price price
	}
}
reverse_proxy UPSTREAM`)
	s.order(`{"order":{"lines":[{"product":{"code":"a","kind":"茶"},"qty":3,"price":18.50}]}}`).expect(t, `
X-Discount-Amount: 833
X-Discount-Currency: CNY
X-Discount-Lines: (833)
X-Discount-Payable: 4717
X-Discount-Rules: "three";amount=833
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 5550`)
	got := s.order(`{"order":{"lines":[{"product":{"code":"a"},"qty":"03","price":18.50}]}}`)
	if reason := got.Get("X-Discount-Reason"); !strings.HasPrefix(reason, `"/order/lines/0/qty: `) {
		t.Errorf("reason %s", reason)
	}
}

func TestACartInHeaders(t *testing.T) {
	s := open(t, "version = \"v\"\n[rule.three]\nmin_quantity = 3\ndiscount_rate = 0.15", proxied)
	for _, c := range []struct{ name, headers, want string }{
		{name: "items", headers: "X-Cart-Items: \"a\";q=2;p=1800\r\nX-Cart-Items: \"b\";p=1500\r\n", want: `
X-Discount-Amount: 765
X-Discount-Currency: CNY
X-Discount-Lines: (540 225)
X-Discount-Payable: 4335
X-Discount-Rules: "three";amount=765
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 5100`},
		{name: "sums", headers: "X-Cart-Subtotal: 3500\r\nX-Cart-Quantity: 3\r\n", want: `
X-Discount-Amount: 525
X-Discount-Currency: CNY
X-Discount-Lines: (525)
X-Discount-Payable: 2975
X-Discount-Rules: "three";amount=525
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 3500`},
		{name: "no price", headers: "X-Cart-Items: \"a\";q=2\r\n", want: `
X-Discount-Reason: "X-Cart-Items: position 1: the line has no price and the catalogue knows none"
X-Discount-Status: invalid`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := s.send("GET /orders HTTP/1.1\r\nHost: shop\r\n" + c.headers + "\r\n"); a.StatusCode != http.StatusOK {
				t.Fatalf("status %d", a.StatusCode)
			}
			s.upstream.last(t).expect(t, c.want)
		})
	}
}

func TestWhatIsNoCartPassesAsItIs(t *testing.T) {
	s := open(t, drinks, proxied)
	post := func(headers, body string) string {
		return fmt.Sprintf("POST /orders HTTP/1.1\r\nHost: shop\r\n%sContent-Length: %d\r\n\r\n%s", headers, len(body), body)
	}
	const asJSON = "Content-Type: application/json\r\n"
	for _, c := range []struct{ name, request, body string }{
		{name: "a GET", request: "GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n", body: ""},
		{name: "a form", request: post("Content-Type: application/x-www-form-urlencoded\r\n", "items=1"), body: "items=1"},
		{name: "JSON without items", request: post(asJSON, `{"reason":"late"}`), body: `{"reason":"late"}`},
		{name: "a JSON array", request: post(asJSON, ` [1] `), body: ` [1] `},
		{name: "a compressed body", request: post(asJSON+"Content-Encoding: gzip\r\n", "\x1f\x8b\x00"), body: "\x1f\x8b\x00"},
		{name: "gRPC", request: post("Content-Type: application/grpc+json\r\nX-Cart-Subtotal: 1\r\n", "\x00{}"), body: "\x00{}"},
		{name: "an empty body", request: post(asJSON, ""), body: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := s.send(c.request); a.StatusCode != http.StatusOK {
				t.Fatalf("status %d", a.StatusCode)
			}
			got := s.upstream.last(t)
			if status := got.Get("X-Discount-Status"); status != "bypass" || got.Get("X-Discount-Amount") != "" {
				t.Errorf("%s", owned(got.Header))
			}
			if got.body != c.body {
				t.Errorf("body %q, want %q", got.body, c.body)
			}
		})
	}
}

func TestTwoCartsInOneRequestAreNone(t *testing.T) {
	s := open(t, drinks, proxied)
	s.order(`{"items":[]}`, `X-Cart-Items: "a";p=1`).expect(t, `
X-Discount-Reason: "the body and the headers both have a cart, want one"
X-Discount-Status: invalid`)
}

func TestTextThatIsNotASCIIAndListsAreStructuredFields(t *testing.T) {
	s := open(t, "version = \"春-1\"\n[rule.\"三件\"]\ndiscount_rate = 0.1", proxied)
	got := s.order(`{"items":[{"quantity":1,"unit_price":1000}]}`)
	version, err := httpsfv.UnmarshalItem(got.Values("X-Discount-Strategy"))
	if err != nil || version.Value != httpsfv.DisplayString("春-1") {
		t.Fatalf("%v, %v", version, err)
	}
	if sum, _ := version.Params.Get("sha256"); len(sum.([]byte)) != 32 {
		t.Errorf("fingerprint %v", sum)
	}
	rules, err := httpsfv.UnmarshalList(got.Values("X-Discount-Rules"))
	if err != nil || rules[0].(httpsfv.Item).Value != httpsfv.DisplayString("三件") {
		t.Errorf("%v, %v", rules, err)
	}
	if lines, err := httpsfv.UnmarshalList(got.Values("X-Discount-Lines")); err != nil || lines[0].(httpsfv.InnerList).Items[0].Value != int64(100) {
		t.Errorf("%v, %v", lines, err)
	}
}

func TestTheHeadersStayUnderFourKiB(t *testing.T) {
	var rules strings.Builder
	rules.WriteString("version = \"v\"\n")
	for i := range 200 {
		fmt.Fprintf(&rules, "[rule.\"a-rule-with-a-rather-long-name-%03d\"]\ndiscount_amount = 100000\n", i)
	}
	s := open(t, rules.String(), "discount STRATEGY\nreverse_proxy UPSTREAM")
	line := `{"quantity":999,"unit_price":999999}`
	got := s.order(`{"items":[` + strings.Repeat(line+",", 499) + line + `]}`)
	size := 0
	for name, values := range got.Header {
		if strings.HasPrefix(name, "X-Discount-") {
			size += len(name) + len(": ") + len(values[0]) + len("\r\n")
		}
	}
	if size > 4<<10 || got.Get("X-Discount-Lines") != "?0" || got.Get("X-Discount-Rules") != "?0" || got.Get("X-Discount-Amount") != "2000000000" {
		t.Errorf("%d bytes: %s", size, owned(got.Header))
	}
}

func TestPlaceholdersAndTheAccessLogHaveTheOutcome(t *testing.T) {
	s := open(t, drinks, `log
discount /orders* STRATEGY {
	header_prefix X-Promo-
	lines off
}
request_header X-Never {http.discount.amount}
reverse_proxy UPSTREAM {
	header_up X-Seen "{http.discount.status} {http.discount.amount} {http.discount.payable} {http.discount.rules} {http.discount.version} {http.discount.lines}"
}`)
	got := s.order(`{"items":[{"category":"茶","quantity":3,"unit_price":1800}]}`)
	if seen := got.Get("X-Seen"); seen != `applied 810 4590 "three";amount=810 v1` {
		t.Errorf("placeholders: %q", seen)
	}
	if got.Get("X-Promo-Amount") != "810" || got.Get("X-Discount-Amount") != "" || got.Get("X-Promo-Lines") != "" {
		t.Errorf("%v", got.Header)
	}
	eventually(t, "the access log", func() bool {
		text := s.logged()
		return strings.Contains(text, `"discount_status":"applied","discount_amount":810,"discount_version":"v1"`)
	})
}
