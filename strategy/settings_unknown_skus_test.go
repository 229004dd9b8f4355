package strategy

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

func TestUnknownSKUs(t *testing.T) {
	t.Parallel()
	const text = "version = \"v\"\nproducts = [{ sku = \"latte\", price = 10 }]\n[rule.a]\ndiscount_rate = 0.5\n"
	cancelled := units("none", 0, 1000)
	for name, c := range map[string]struct {
		head  string
		cart  cart.Cart
		want  *LineError
		taken int64
	}{
		"pass, an unknown article": {cart: cart.Cart{Lines: []cart.Line{units("none", 1, 1000)}}, taken: 500},
		"pass, written out":        {head: "unknown_skus = \"pass\"\n", cart: cart.Cart{Lines: []cart.Line{units("none", 1, 1000)}}, taken: 500},
		"known articles":           {head: "unknown_skus = \"reject\"\n", cart: cart.Cart{Lines: []cart.Line{units("latte", 1, 1000)}}, taken: 500},
		"an unknown article": {head: "unknown_skus = \"reject\"\n", cart: cart.Cart{Lines: []cart.Line{units("latte", 1, 1000), units("late", 1, 1000)}},
			want: &LineError{Line: 1, Field: FieldSKU, Reason: `the catalogue does not know the article "late"`}},
		"in capitals": {head: "unknown_skus = \"reject\"\n", cart: cart.Cart{Lines: []cart.Line{units("Latte", 1, 1000)}},
			want: &LineError{Field: FieldSKU, Reason: `the catalogue does not know the article "Latte"`}},
		"in capitals, which are folded": {head: "unknown_skus = \"reject\"\nsku_compare = \"fold\"\n", cart: cart.Cart{Lines: []cart.Line{units("Latte", 1, 1000)}}, taken: 500},
		"without a SKU": {head: "unknown_skus = \"reject\"\n", cart: cart.Cart{Lines: []cart.Line{units("", 1, 1000)}},
			want: &LineError{Field: FieldSKU, Reason: "the line has no SKU, and the strategy wants articles that its catalogue knows"}},
		"of sums alone": {head: "unknown_skus = \"reject\"\n", cart: cart.Cart{Sums: true, Lines: []cart.Line{{Quantity: 2, UnitPrice: cart.NoPrice, Subtotal: 1000}}},
			want: &LineError{Field: FieldSums, Reason: "the cart has sums alone, and the strategy wants articles that its catalogue knows"}},
		"a cancelled line": {head: "unknown_skus = \"reject\"\n", cart: cart.Cart{Lines: []cart.Line{units("latte", 1, 1000), cancelled}}, taken: 500},
		"no lines":         {head: "unknown_skus = \"reject\"\n"},
		"another currency": {head: "unknown_skus = \"reject\"\n", cart: cart.Cart{Currency: "USD", Lines: []cart.Line{units("none", 1, 1000)}},
			want: &LineError{Field: FieldSKU, Reason: `the catalogue does not know the article "none"`}},
		"a long SKU that cannot be printed": {head: "unknown_skus = \"reject\"\n", cart: cart.Cart{Lines: []cart.Line{units(strings.Repeat("\n", 39)+"茶叶", 1, 1000)}},
			want: &LineError{Field: FieldSKU, Reason: `the catalogue does not know the article "` + strings.Repeat(`\n`, 39) + `…"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := loaded(t, c.head+text)
			q, err := s.Quote(&c.cart, time.Unix(0, 0))
			var got *LineError
			switch {
			case errors.As(err, &got) && c.want != nil:
				if *got != *c.want {
					t.Errorf("the error is %+v, want %+v", *got, *c.want)
				}
			case err != nil || c.want != nil:
				t.Errorf("the error is %v, want %v", err, c.want)
			case q.Discount != c.taken:
				t.Errorf("%d off, want %d", q.Discount, c.taken)
			}
		})
	}
}

func TestMessagesOfUnknownSKUs(t *testing.T) {
	t.Parallel()
	const none = `t.toml:2:16: unknown_skus: there is no catalogue, so every cart would be invalid (add [[products]], or leave the key out)`
	for name, c := range map[string]struct{ text, want string }{
		"no catalogue":       {text: "unknown_skus = \"reject\"\n", want: none},
		"an empty catalogue": {text: "unknown_skus = \"reject\"\nproducts = []\n", want: none},
		"a catalogue with an error": {text: "unknown_skus = \"reject\"\nproducts = [{ price = 1 }]\n",
			want: `t.toml:3:15: products[0]: the product has neither sku nor name`},
		"another word": {text: "unknown_skus = \"ignore\"\n", want: `t.toml:2:16: unknown_skus: this is a string ("ignore"), want one of pass, reject`},
		"another name": {text: "unknown_products = \"reject\"\n", want: `t.toml:2:1: unknown_products: unknown key "unknown_products" (did you mean unknown_skus?)`},
		"of beverages": {text: "unknown_skus = \"reject\"\nbeverages = [{ name = \"latte\" }]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "version = \"v\"\n" + c.text + "[rule.a]\ndiscount_rate = 0.1\n"
			if c.want == "" {
				loaded(t, text)
				return
			}
			if got := refusal(t, text); got != c.want {
				t.Errorf("the message is\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}
