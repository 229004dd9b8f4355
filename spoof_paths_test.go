package discount

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// pathSpellings are request targets of orders and of what servers behind a proxy may take for
// orders: Java servers cut what follows a semicolon, Windows has \ for /, some servers
// decode twice, join the path of the proxy to another, or ignore case.
var pathSpellings = []string{
	"/orders", "/orders/", "/orders?x=1", "/orders;x=1", "/orders%3bx", "/orders%2f", "/orders%00", "/orders%20", "/orders.json",
	"/ORDERS", "/Orders", "/%6frders", "/o%72ders", "/%6F%72%64%65%72%73", "/%256frders",
	"//orders", "///orders", "/./orders", "/x/../orders", "/x/%2e%2e/orders", "/x/..%2forders", "/%2e/orders", "/%2forders", "/%2Forders",
	"/;a/orders", "/;/orders", "/x/..;/orders", "/..;/orders", "/.;/orders", "/orders/..;/orders",
	`/\orders`, `\orders`, "/%5corders", `/x\..\orders`,
	"/%00orders", "/%20orders", "/%09orders", "/%0aorders", "/%0d%0aorders",
	"/api/orders", "/v1/orders", "/API/ORDERS", "/shop/orders?next=/orders", "/index.php/orders", "/index.php?r=/orders",
	"/%c0%aforders", "/%ef%bc%8forders", "/%e2%80%8borders", "/orde%ef%bd%92s", "/%u002forders",
	"/", "/?/orders", "/x?/orders", "/*/orders", "*", "http://shop/orders", "http://shop/api/orders", "http://other/;a/orders",
	"/static/site.css", "/.well-known/x",
}

// What a client forges arrives by no path, whatever the matcher of discount sees in it, and
// neither does what the order service sends come back.
func TestNothingForgedArrivesByAnyPath(t *testing.T) {
	for name, site := range map[string]string{
		"the first example":       proxied,
		"in handle":               "handle {\n\tdiscount /orders* STRATEGY\n\treverse_proxy UPSTREAM\n}",
		"in route":                "route {\n\tdiscount /orders* STRATEGY\n\treverse_proxy UPSTREAM\n}",
		"by a named matcher":      "@orders {\n\tpath /orders*\n\tmethod POST\n}\ndiscount @orders STRATEGY\nreverse_proxy UPSTREAM",
		"strip beside handle":     "handle /orders* {\n\tdiscount STRATEGY\n\treverse_proxy UPSTREAM\n}\nhandle {\n\tdiscount_strip\n\treverse_proxy UPSTREAM\n}",
		"strip for the site":      "discount_strip\nhandle /orders* {\n\tdiscount STRATEGY\n\treverse_proxy UPSTREAM\n}\nreverse_proxy UPSTREAM",
		"two directives":          "discount /orders* STRATEGY\ndiscount /api* STRATEGY\nreverse_proxy UPSTREAM",
		"two, the last does more": "discount /nothing STRATEGY\ndiscount /orders* STRATEGY\nreverse_proxy UPSTREAM",
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, site)
			s.upstream.answers = http.Header{"X-Discount-Amount": {forged}, "X-Discount-Other": {forged}}
			for _, target := range pathSpellings {
				for _, method := range []string{http.MethodPost, http.MethodGet} {
					request := method + " " + target + jsonRequest(tenYuan, "X-Discount-Amount: "+forged, "X-Discount-Rules: "+forged,
						"Connection: close, X-Discount-Status")[len("POST /orders"):]
					before := spoofed(t)
					a := s.send(request)
					if text := owned(a.Header); strings.Contains(text, forged) {
						t.Errorf("%s %s: there comes back %s", method, target, text)
					}
					got := s.upstream.take()
					if got == nil {
						continue // the server takes no such target
					}
					for field, values := range got.Header {
						if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, forged) }) {
							t.Errorf("%s %s: there arrives %s: %s", method, target, field, values)
						}
					}
					if spoofed(t) != before+3 {
						t.Errorf("%s %s: %v attempts are counted, want 3", method, target, spoofed(t)-before)
					}
				}
			}
		})
	}
}

// A path that the matcher does not see has no status: it is not priced.
func TestWhatTheMatcherLeavesOutIsNotPriced(t *testing.T) {
	s := open(t, half, proxied)
	applied := func() float64 { return gathered(t)["decisions_total{status=applied}"] }
	before := applied()
	for target, want := range map[string]string{"/orders": "applied", "/orders/7": "applied", "/api/orders": "", "/": ""} {
		s.send("POST " + target + jsonRequest(tenYuan)[len("POST /orders"):])
		got := s.upstream.last(t)
		if status := got.Get("X-Discount-Status"); status != want || got.body != tenYuan {
			t.Errorf("%s: the status is %q, want %q", target, status, want)
		}
	}
	if n := applied() - before; n != 2 {
		t.Errorf("%v orders are counted, want 2", n)
	}
}
