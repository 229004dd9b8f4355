package discount

import (
	"net/http"
	"testing"
)

// ownGoods knows one article, and no other cart than of it.
const ownGoods = "version = \"v\"\nunknown_skus = \"reject\"\nproducts = [{ sku = \"latte\", price = 18 }]\n[rule.half]\ndiscount_rate = 0.5\n"

// A cart with an article that the catalogue does not know is an invalid cart like others,
// and the answer names the line and the article.
func TestACartWithAnUnknownArticleIsInvalid(t *testing.T) {
	const (
		late     = `the catalogue does not know the article "late"`
		noSKU    = "the line has no SKU, and the strategy wants articles that its catalogue knows"
		onlySums = "the cart has sums alone, and the strategy wants articles that its catalogue knows"
	)
	headers := func(lines string) string { return "GET /orders HTTP/1.1\r\nHost: shop\r\n" + lines + "\r\n" }
	invalid := map[string]struct{ request, pointer, reason, shown string }{
		"an unknown article": {
			request: jsonRequest(`{"order":{"lines":[{"sku":"latte","quantity":1},{"sku":"late","quantity":1,"unit_price":1}]}}`),
			pointer: "/order/lines/1", reason: late, shown: `/order/lines/1: the catalogue does not know the article \"late\"`},
		"no SKU": {
			request: jsonRequest(`{"order":{"lines":[{"quantity":1,"unit_price":1}]}}`),
			pointer: "/order/lines/0", reason: noSKU, shown: "/order/lines/0: " + noSKU},
		"in headers": {
			request: headers("X-Cart-Items: \"latte\";q=2, \"late\";q=1;p=1\r\n"),
			pointer: "X-Cart-Items", reason: "position 2: " + late, shown: `X-Cart-Items: position 2: the catalogue does not know the article \"late\"`},
		"sums": {
			request: headers("X-Cart-Subtotal: 3500\r\nX-Cart-Quantity: 3\r\n"),
			pointer: "X-Cart-Subtotal", reason: onlySums, shown: "X-Cart-Subtotal: " + onlySums},
	}
	const mapped = "map {\n\t\titems order.lines\n\t}\n}\nreverse_proxy UPSTREAM"
	t.Run("passed on", func(t *testing.T) {
		s := open(t, ownGoods, "discount STRATEGY {\n\t"+mapped)
		for name, c := range invalid {
			t.Run(name, func(t *testing.T) {
				if a := s.send(c.request); a.StatusCode != http.StatusOK {
					t.Errorf("the answer is %d", a.StatusCode)
				}
				s.upstream.last(t).expect(t, "\nX-Discount-Reason: \""+c.shown+"\"\nX-Discount-Status: invalid")
			})
		}
		known := jsonRequest(`{"order":{"lines":[{"sku":"latte","quantity":2}]}}`)
		if got := s.send(known); got.StatusCode != http.StatusOK || s.upstream.last(t).Header.Get("X-Discount-Amount") != "1800" {
			t.Errorf("a cart of known articles is answered %d and has %q off", got.StatusCode, s.upstream.last(t).Header.Get("X-Discount-Amount"))
		}
	})
	for kind, site := range map[string]string{"rejected": "discount STRATEGY {\n\ton_invalid reject\n\t", "quoted": "discount_quote STRATEGY {\n\t"} {
		t.Run(kind, func(t *testing.T) {
			s := open(t, ownGoods, site+mapped)
			for name, c := range invalid {
				a := s.send(c.request)
				p := decode(t, a.body)
				if a.StatusCode != http.StatusBadRequest || p["title"] != "Invalid cart" || p["pointer"] != c.pointer || p["detail"] != c.reason {
					t.Errorf("%s is answered %d with %v", name, a.StatusCode, p)
				}
			}
			if n := s.upstream.count(); n > 0 {
				t.Errorf("%d reached the order service", n)
			}
		})
	}
}
