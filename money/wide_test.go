package money_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/money"
)

func TestParts(t *testing.T) {
	for name, c := range map[string]struct {
		rates []string
		want  string
	}{
		"none":                        {rates: nil, want: "[] of 1"},
		"nothing at all":              {rates: []string{"0"}, want: "[0] of 1"},
		"nothing, a half and all":     {rates: []string{"0", "0.5", "1"}, want: "[0 1 2] of 2"},
		"a half and a quarter":        {rates: []string{"0.5", "0.25"}, want: "[2 1] of 4"},
		"three and six tenths":        {rates: []string{"0.3", "0.6"}, want: "[3 6] of 10"},
		"a third, as far as it goes":  {rates: []string{"0.333333333", "1"}, want: "[333333333 1000000000] of 1000000000"},
		"what divides the whole only": {rates: []string{"0.2", "0.4"}, want: "[1 2] of 5"},
	} {
		t.Run(name, func(t *testing.T) {
			var rates []money.Rate
			for _, text := range c.rates {
				r, err := money.ParseRate(text)
				if err != nil {
					t.Fatal(err)
				}
				rates = append(rates, r)
			}
			parts, of := money.Parts(rates)
			if got := fmt.Sprintf("%d of %d", parts, of); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestWideIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w money.Wide
		sum := new(big.Int)
		amount := rapid.Int64Range(0, money.Max)
		for range rapid.IntRange(0, 4).Draw(t, "products") {
			a, b := amount.Draw(t, "a"), rapid.Int64Range(0, 1_000_000_000).Draw(t, "b")
			w = w.AddMul(a, b)
			sum.Add(sum, new(big.Int).Mul(big.NewInt(a), big.NewInt(b)))
		}
		n := w.Excess()
		if short := max(0, sum.BitLen()-63); n != short {
			t.Fatalf("%s is %d bits too long, not %d", sum, short, n)
		}
		if got, want := w.Shift(n), new(big.Int).Rsh(sum, uint(n)); !want.IsInt64() || got != want.Int64() {
			t.Fatalf("%s without %d bits is %s, not %d", sum, n, want, got)
		}
		c := rapid.Int64Range(1_000_000, money.Max).Draw(t, "c")
		down, rest := new(big.Int).DivMod(sum, big.NewInt(c), new(big.Int))
		if got := w.Div(c, money.Down); got != down.Int64() {
			t.Fatalf("%s by %d is %s, not %d", sum, c, down, got)
		}
		if up := down.Int64() + int64(rest.Sign()); w.Div(c, money.Up) != up {
			t.Fatalf("%s by %d is %d up, not %d", sum, c, up, w.Div(c, money.Up))
		}
	})
}
