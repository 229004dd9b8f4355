package discount

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

const forGold = `version = "v1"
[rule.gold]
customer = { tiers = ["gold"] }
discount_rate = 0.5
[rule.staff]
customer = { segments = ["staff"] }
discount_rate = 0.2
[rule.first]
customer = { nth_order = 1 }
discount_rate = 0.1
`

// asCustomer is tenYuan with a customer in the body.
func asCustomer(customer string) string {
	return `{"items":[{"quantity":1,"unit_price":1000}],"customer":` + customer + `}`
}

// With customer headers the customer is who the headers say, wherever the cart is.
func TestTheCustomerIsReadWhereTheOptionSays(t *testing.T) {
	site := func(option string) string {
		return "discount STRATEGY {\n\t" + option + "\n}\nreverse_proxy UPSTREAM"
	}
	for option, cases := range map[string][]struct{ name, cart, headers, amount, reason string }{
		"lines on": { // the default
			{name: "the body's tier", cart: asCustomer(`{"tier":"gold"}`), amount: "500"},
			{name: "a tier in a header", cart: tenYuan, headers: "X-Cart-Tier: gold", amount: "0"},
		},
		"customer body": {
			{name: "the body's tier", cart: asCustomer(`{"tier":"gold"}`), headers: "X-Cart-Tier: silver", amount: "500"},
		},
		"customer headers": {
			{name: "the body's tier", cart: asCustomer(`{"tier":"gold","segments":["staff"],"completed_orders":0}`), amount: "0"},
			{name: "a tier in a header", cart: tenYuan, headers: "X-Cart-Tier: gold", amount: "500"},
			{name: "a header against the body", cart: asCustomer(`{"tier":"silver"}`), headers: "X-Cart-Tier: gold", amount: "500"},
			{name: "another header against the body", cart: asCustomer(`{"tier":"gold"}`), headers: "X-Cart-Tier: silver", amount: "0"},
			{name: "segments", cart: asCustomer(`{"segments":["gold"]}`), headers: "X-Cart-Segments: vip, staff", amount: "200"},
			{name: "no orders before", cart: asCustomer(`{"completed_orders":3}`), headers: "X-Cart-Completed-Orders: 0", amount: "100"},
			{name: "one order before", cart: asCustomer(`{"completed_orders":0}`), headers: "X-Cart-Completed-Orders: 1", amount: "0"},
			{name: "a customer in the body that cannot be read", cart: asCustomer(`{"tier":[],"segments":7,"completed_orders":"x"}`), headers: "X-Cart-Tier: gold", amount: "500"},
			{name: "in another case in the body", cart: `{"items":[{"quantity":1,"unit_price":1000}],"Customer":{"Tier":"gold"}}`, amount: "0"},
			{name: "two tiers", cart: tenYuan, headers: "X-Cart-Tier: gold\r\nX-Cart-Tier: silver", reason: `"X-Cart-Tier: `},
			{name: "a tier that cannot be read", cart: tenYuan, headers: `X-Cart-Tier: "gold`, reason: `"X-Cart-Tier: `},
			{name: "orders that cannot be counted", cart: tenYuan, headers: "X-Cart-Completed-Orders: some", reason: `"X-Cart-Completed-Orders: is \"some\", want `},
			{name: "too long", cart: tenYuan, headers: "X-Cart-Segments: " + strings.Repeat("a, ", 30_000), reason: `"X-Cart-Segments: makes the cart's headers longer`},
			{name: "an empty tier", cart: tenYuan, headers: "X-Cart-Tier: ", amount: "0"},
			{name: "under an alias", cart: tenYuan, headers: "X_Cart_Tier: gold", amount: "0"},
			{name: "a body that holds no cart", cart: `{"note":1}`, headers: "X-Cart-Tier: gold", reason: `"no items at items"`},
		},
	} {
		t.Run(option, func(t *testing.T) {
			s := openWith(t, roomy, forGold, site(option))
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) {
					got := s.order(c.cart, strings.TrimPrefix(c.headers+"\r\nX-Nothing: 1", "\r\n"))
					if amount, reason := got.Get("X-Discount-Amount"), got.Get("X-Discount-Reason"); amount != c.amount || !strings.HasPrefix(reason, c.reason) || (reason == "") != (c.reason == "") {
						t.Errorf("the amount is %q, want %q; the reason is %s, want %s", amount, c.amount, reason, c.reason)
					}
					if got.body != c.cart {
						t.Errorf("the body became %s", got.body)
					}
				})
			}
		})
	}
}

// A cart in headers has its customer there in either case.
func TestACartInHeadersHasItsCustomerThere(t *testing.T) {
	for _, option := range []string{"customer body", "customer headers"} {
		s := open(t, forGold, "discount STRATEGY {\n\t"+option+"\n}\nreverse_proxy UPSTREAM")
		for header, want := range map[string]string{"X-Cart-Tier: gold": "500", "X-Cart-Completed-Orders: 0": "100", "X-Cart-Completed-Orders: 2": "0"} {
			s.send("GET /orders HTTP/1.1\r\nHost: shop\r\nX-Cart-Subtotal: 1000\r\n" + header + "\r\n\r\n")
			if got := s.upstream.last(t).Get("X-Discount-Amount"); got != want {
				t.Errorf("%s, %s: the amount is %s, want %s", option, header, got, want)
			}
		}
	}
}

func TestAQuoteIsForTheCustomerOfTheHeaders(t *testing.T) {
	s := open(t, forGold, "discount_quote STRATEGY {\n\tcustomer headers\n}")
	for header, want := range map[string]string{"X-Nothing: 1": `"discount":0,`, "X-Cart-Tier: gold": `"discount":500,`} {
		if a := s.send(jsonRequest(asCustomer(`{"tier":"gold"}`), header)); !strings.Contains(a.body, want) {
			t.Errorf("%s: no %s in %s", header, want, a.body)
		}
	}
}

// The example of docs/security.md: who the customer is says a service that forward_auth
// asks, and nothing that the client sends.
func TestForwardAuthSaysWhoTheCustomerIs(t *testing.T) {
	auth := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.Header.Get("Cookie") {
		case "session=gold":
			w.Header().Set("X-Cart-Customer", "u1")
			w.Header().Set("X-Cart-Tier", "gold")
		case "session=broken":
			w.WriteHeader(http.StatusForbidden)
		} // a guest has no header
	}))
	s := open(t, forGold, documentedForwardAuth(t, auth))
	if text := s.logged(); strings.Contains(text, besideAtStart) {
		t.Errorf("the log warns of a proxy:\n%s", text)
	}
	gold := asCustomer(`{"tier":"gold"}`)
	for _, c := range []struct {
		name    string
		headers []string
		want    string
	}{
		{name: "a guest who says gold in the body", want: "0"},
		{name: "a guest who says gold in a header", headers: []string{"X-Cart-Tier: gold"}, want: "0"},
		{name: "in lower case", headers: []string{"x-cart-tier: gold"}, want: "0"},
		{name: "under an alias", headers: []string{"X_Cart_Tier: gold", "X.Cart.Tier: gold"}, want: "0"},
		{name: "a guest who says staff", headers: []string{"X-Cart-Segments: staff"}, want: "0"},
		{name: "a guest who says new", headers: []string{"X-Cart-Completed-Orders: 0"}, want: "0"},
		{name: "a gold customer", headers: []string{"Cookie: session=gold"}, want: "500"},
		{name: "a gold customer who says silver", headers: []string{"Cookie: session=gold", "X-Cart-Tier: silver"}, want: "500"},
		{name: "a gold customer who has it dropped", headers: []string{"Cookie: session=gold", "Connection: close, X-Cart-Tier"}, want: "500"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.order(gold, c.headers...)
			if amount := got.Get("X-Discount-Amount"); amount != c.want {
				t.Errorf("the amount is %s, want %s", amount, c.want)
			}
			if c.want == "0" && (got.Get("X-Cart-Tier") != "" || got.Get("X-Cart-Segments") != "") {
				t.Errorf("there arrives %v", got.Header)
			}
		})
	}
	if a := s.send(jsonRequest(gold, "Cookie: session=broken")); a.StatusCode != http.StatusForbidden {
		t.Errorf("status %d, want 403", a.StatusCode)
	}
}

// documentedForwardAuth is the site in docs/security.md, with an account service.
func documentedForwardAuth(t *testing.T, auth string) string {
	t.Helper()
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, site, found := strings.Cut(string(page), "shop.example.com {\n\tforward_auth ")
	if site, _, _ = strings.Cut(site, "\n}\n"); !found {
		t.Fatal("docs/security.md has no site with forward_auth")
	}
	return "forward_auth " + strings.NewReplacer(
		"accounts:9000", auth, "order-service:9000", "UPSTREAM", "config/discount.toml", "STRATEGY").Replace(site)
}
