package strategy_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// A rule that is not tried because the limits leave nothing would have given nothing.
func TestLawSpentLimitsChangeNoQuote(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		p.spec.limitAmount = rapid.SampledFrom([]int64{1, 7, 50, 100, 100, 333, 500}).Draw(t, "limit")
		s := mustLoadSpec(t, p.spec)
		quote := func(s *strategy.Strategy) string {
			q, err := s.Quote(p.cart, p.now)
			if err != nil {
				t.Skip(err)
			}
			return engineAnswer(s, q, p.cart).String()
		}
		got, want := quote(s), quote(s.TryingAll())
		if got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		x, err := s.Explain(p.cart, p.now)
		if err != nil {
			t.Fatal(err)
		}
		if explained := engineAnswer(s, &x.Quote, p.cart).String(); explained != want {
			t.Fatalf("explained %s\nwant      %s", explained, want)
		}
	})
}

// Limits that are spent end goods alone, and an amount below a rounding unit is not nothing.
func TestRulesAfterSpentLimits(t *testing.T) {
	one := []cart.Line{{SKU: "a", Quantity: 1, UnitPrice: 1000, Subtotal: 1000}}
	two := []cart.Line{{SKU: "a", Quantity: 1, UnitPrice: 100, Subtotal: 100}, {SKU: "b", Quantity: 1, UnitPrice: 50, Subtotal: 50}}
	for name, tc := range map[string]struct {
		lines                         []cart.Line
		settings, first, second, want string
	}{
		"goods":              {lines: one, settings: `limits = { max_amount = 1 }`, first: `discount_amount = 1`, second: `discount_amount = 1`, want: "100+0 0"},
		"shipping":           {lines: one, settings: `limits = { max_amount = 1 }`, first: `discount_amount = 1`, second: "applies_to = \"shipping\"\ndiscount_amount = 1", want: "100+100 0"},
		"goods and shipping": {lines: one, settings: `limits = { max_amount = 1 }`, first: `discount_amount = 1`, second: "applies_to = \"all\"\ndiscount_amount = 3", want: "100+107 0"},
		"a gift":             {lines: one, settings: `limits = { max_amount = 1 }`, first: `discount_amount = 1`, second: `gift = { sku = "g" }`, want: "100+0 1"},
		"goods in large units": {
			lines: one, settings: "limits = { max_amount = 9 }\narithmetic = { rounding_unit = 5 }",
			first: `discount_amount = 5`, second: `discount_amount = 5`, want: "500+0 0",
		},
		"goods worth less than a unit": {
			lines: two, settings: "limits = { max_amount = 1.5 }\narithmetic = { rounding_unit = 5, rounding = \"up\", round_scope = \"line\" }",
			first: "skus = [\"a\"]\ndiscount_rate = 0.1", second: "skus = [\"b\"]\ndiscount_rate = 0.1", want: "150+0 0",
		},
		"a minor unit is left": {lines: one, settings: `limits = { max_amount = 1.01 }`, first: `discount_amount = 1`, second: `discount_amount = 1`, want: "101+0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustLoad(t, "", fmt.Sprintf("version = \"v\"\n%s\n[rule.a]\n%s\n[rule.b]\n%s\n", tc.settings, tc.first, tc.second))
			c := &cart.Cart{Lines: tc.lines, Shipping: []cart.Charge{{Method: "post", Amount: 500}}}
			q, err := s.Quote(c, at(t, "2026-11-11T12:00:00Z"))
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%d+%d %d", q.Discount, q.ShippingDiscount, len(q.Gifts)); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
