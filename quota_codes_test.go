package discount

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// A code of a set is accepted once, for the order that comes first.
func TestCodesAreUsedUp(t *testing.T) {
	const text = "version = \"v1\"\n[codes.welcome]\nsigned = true\nuses = 1\n[rule.welcome]\ncodes = \"welcome\"\ndiscount_amount = 2\n"
	secret := strings.Repeat("s", 32)
	keys, err := strategy.NewCodeKeys(map[string][]byte{"welcome": []byte(secret)})
	if err != nil {
		t.Fatal(err)
	}
	code := func(serial uint32) string {
		text, err := keys.Sign("welcome", serial, 16)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	withCodes := func(codes ...string) string {
		list, err := json.Marshal(codes)
		if err != nil {
			t.Fatal(err)
		}
		return `{"items":[{"quantity":1,"unit_price":1000}],"coupons":` + string(list) + `}`
	}
	s, ledger := openLimited(t, text, "discount STRATEGY {\n\tLEDGER\n\tcode_key welcome "+secret+"\n}\nreverse_proxy UPSTREAM")
	for _, c := range []struct{ name, cart, rules string }{
		{name: "a code", cart: withCodes(code(1)), rules: `"welcome";amount=200;code="` + code(1) + `"`},
		{name: "the same code again", cart: withCodes(code(1)), rules: ""},
		{name: "the same code in small letters", cart: withCodes(strings.ToLower(code(1))), rules: ""},
		{name: "a used code and another", cart: withCodes(code(1), code(2)), rules: `"welcome";amount=200;code="` + code(2) + `"`},
		{name: "a code that nobody made", cart: withCodes("0000000000000000"), rules: ""},
	} {
		h := s.order(c.cart)
		if got := h.Get("X-Discount-Rules"); got != c.rules {
			t.Errorf("%s: rules are %s, want %s", c.name, got, c.rules)
		}
		if got := h.Get("X-Discount-Reservation"); (got != "") != (c.rules != "") {
			t.Errorf("%s: the reservation is %q, of the rules %s", c.name, got, c.rules)
		}
	}
	ledger.down.Store(true)
	if got := s.order(withCodes(code(3), code(4))).Get("X-Discount-Amount"); got != "0" {
		t.Errorf("without the ledger the amount is %s, want 0: whether the code was used is not known", got)
	}
	ledger.down.Store(false)
	if got := s.order(withCodes(code(3))).Get("X-Discount-Amount"); got != "200" {
		t.Errorf("with the ledger again the amount is %s, want 200", got)
	}
}

// The retry of an order that holds the last units has its discount, although nothing is left for others.
func TestARetryOfTheLastUnits(t *testing.T) {
	s, ledger := openLimited(t, limited, "discount STRATEGY {\n\tLEDGER\n\torder_key {http.request.header.Order-Key}\n}\nreverse_proxy UPSTREAM")
	cart := func(units string) string { return `{"items":[{"quantity":` + units + `,"unit_price":1000}]}` }
	for _, c := range []struct{ name, units, key, amount string }{
		{name: "all units", units: "5", key: "first", amount: "2500"},
		{name: "another order", units: "1", key: "second", amount: "0"},
		{name: "the first again", units: "5", key: "first", amount: "2500"},
		{name: "an order without a key", units: "1", amount: "0"},
	} {
		if got := s.order(cart(c.units), "Order-Key: "+c.key).Get("X-Discount-Amount"); got != c.amount {
			t.Errorf("%s: amount is %s, want %s", c.name, got, c.amount)
		}
	}
	eventually(t, "all is settled", func() bool {
		count := ledger.count(t, quota.Units, "flash")
		return count.Held == 0 && count.Committed == 5
	})
}
