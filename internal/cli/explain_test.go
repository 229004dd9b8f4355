package cli

import (
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
)

func TestHowAnExplanationNamesALine(t *testing.T) {
	t.Parallel()
	s, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(`version = "v"
[[products]]
sku = "mug"
price = 59
[rule.a]
discount_rate = 0.1
`)})
	if err != nil {
		t.Fatal(err)
	}
	half := cart.Decimal{Digits: 5, Places: 1}
	for name, c := range map[string]struct {
		line cart.Line
		want string
	}{
		"units at a price":              {line: cart.Line{SKU: "box", Quantity: 3, UnitPrice: 400, Subtotal: 1200}, want: "3 × box at 4.00 CNY"},
		"units for a total":             {line: cart.Line{SKU: "box", Quantity: 3, UnitPrice: cart.NoPrice, HasTotal: true, Subtotal: 1000}, want: "3 × box, 10.00 CNY together"},
		"units at a price, for a total": {line: cart.Line{SKU: "box", Quantity: 3, UnitPrice: 333, HasTotal: true, Subtotal: 1000}, want: "3 × box at 3.33 CNY, 10.00 CNY together"},
		"a weight":                      {line: cart.Line{SKU: "cheese", Quantity: 1, Weight: half, UnitPrice: 2000, Subtotal: 1000}, want: "0.5 × cheese at 20.00 CNY"},
		"a weight for a total":          {line: cart.Line{SKU: "cheese", Quantity: 1, Weight: half, UnitPrice: cart.NoPrice, HasTotal: true, Subtotal: 999}, want: "0.5 × cheese, 9.99 CNY together"},
		"no units":                      {line: cart.Line{SKU: "box", UnitPrice: 400}, want: "box, cancelled"},
		"no units of what is known":     {line: cart.Line{SKU: "mug", UnitPrice: 400}, want: "mug, cancelled"},
		"a price that is overruled":     {line: cart.Line{SKU: "mug", Quantity: 2, UnitPrice: 400, Subtotal: 800}, want: "2 × mug at 59.00 CNY (the catalogue's price; the cart says 4.00 CNY)"},
		"a total that is overruled":     {line: cart.Line{SKU: "mug", Quantity: 2, UnitPrice: cart.NoPrice, HasTotal: true, Subtotal: 801}, want: "2 × mug at 59.00 CNY (the catalogue's price; the cart says 8.01 CNY together)"},
		"both that are overruled":       {line: cart.Line{SKU: "mug", Quantity: 2, UnitPrice: 400, HasTotal: true, Subtotal: 801}, want: "2 × mug at 59.00 CNY (the catalogue's price; the cart says 4.00 CNY, 8.01 CNY together)"},
		"a total that is right":         {line: cart.Line{SKU: "mug", Quantity: 2, UnitPrice: cart.NoPrice, HasTotal: true, Subtotal: 11800}, want: "2 × mug at 59.00 CNY"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bought := &cart.Cart{Lines: []cart.Line{c.line}}
			x, err := s.Explain(bought, time.Unix(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			e := explained{Strategy: s, cart: bought, x: x}
			e.currency, _ = money.ParseCurrency("CNY")
			if got := e.lineText(0); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
