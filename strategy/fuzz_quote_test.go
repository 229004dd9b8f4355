package strategy_test

import (
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
)

// FuzzQuote lets the bytes choose a strategy, two carts and an instant.
func FuzzQuote(f *testing.F) {
	for seed := range uint64(24) {
		c := randomly(seed, 2)
		data := make([]byte, 64+c(512))
		for i := range data {
			data[i] = byte(c(256))
		}
		f.Add(data)
	}
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := bytewise(data)
		p := genPair(c)
		multiply(c, p.cart)
		s := mustLoadSpec(t, p.spec)
		var q strategy.Quote
		for range 2 {
			if err := s.QuoteInto(&q, p.cart, p.now); err == nil {
				if broken := engineAnswer(s, &q, p.cart).broken(p); broken != "" {
					t.Fatalf("%s\n%s", broken, p)
				}
			}
			p.cart = genCart(c, p.spec)
		}
	})
}

// multiply makes some quantities such that counting units one by one would
// never end.
func multiply(c chooser, made *cart.Cart) {
	const times = 1_000_003
	for i := range made.Lines {
		if l := &made.Lines[i]; c.often(20) && l.Weight.IsZero() && l.Subtotal <= money.Max/times {
			l.Quantity *= times
			l.Subtotal *= times
		}
	}
}
