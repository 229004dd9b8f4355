package strategy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// benchmarkRules writes a strategy of so many rules of which three match
// benchmarkCart(5): the first three lines each have one.
func benchmarkRules(n int, other func(i int) string) string {
	var b strings.Builder
	b.WriteString("version = \"bench\"\n")
	for i := range 3 {
		fmt.Fprintf(&b, "[rule.\"match-%d\"]\nskus = [\"sku-%d\"]\ndiscount_rate = 0.1\n", i, i)
	}
	for i := 3; i < n; i++ {
		fmt.Fprintf(&b, "[rule.\"other-%06d\"]\n%s\n", i, other(i))
	}
	return b.String()
}

// Ways in which the other rules do not match.
func otherSKU(i int) string    { return fmt.Sprintf("skus = [\"other-%d\"]\ndiscount_rate = 0.1", i) }
func otherCoupon(i int) string { return fmt.Sprintf("coupons = [\"C%d\"]\ndiscount_rate = 0.1", i) }

// notSelective rules name one of ten categories; hours and thresholds decide.
func notSelective(i int) string {
	hour := i % 11
	return fmt.Sprintf("categories = [\"c%d\"]\nmin_subtotal = %d\ntime_window = { start = \"%02d:00\", end = \"%02d:00\" }\ndiscount_rate = 0.1",
		i%10, 20+i%400, hour, hour+1)
}

func benchmarkCart(lines int) *cart.Cart {
	c := &cart.Cart{}
	for i := range lines {
		c.Lines = append(c.Lines, cart.Line{
			SKU: fmt.Sprintf("sku-%d", i), Category: fmt.Sprintf("c%d", i%10),
			Quantity: 2, UnitPrice: 1800, Subtotal: 3600,
		})
	}
	return c
}

// linear makes a strategy look at all its rules, as if there were no index.
func linear(s *Strategy) *Strategy {
	all := *s
	x := index{byCoupon: make([][]int32, len(s.codes)+1), byCustomer: map[string][]int32{}}
	x.bySKU, x.byCategory, x.bySubgroup = make([][]int32, len(s.skus)+1), make([][]int32, len(s.categories)+1), make([][]int32, len(s.subgroups)+1)
	for i := range s.rules {
		x.rules = append(x.rules, int32(i))
	}
	all.index = &x
	return &all
}

func BenchmarkQuote(b *testing.B) {
	for _, c := range []struct {
		name  string
		rules int
		other func(int) string
		lines int
		scan  bool
	}{
		{"10 rules", 10, otherSKU, 5, false},
		{"10000 rules by SKU", 10_000, otherSKU, 5, false},
		{"10000 rules by SKU, linear scan", 10_000, otherSKU, 5, true},
		{"10000 rules by coupon", 10_000, otherCoupon, 5, false},
		{"10000 rules over ten categories", 10_000, notSelective, 5, false},
		{"10000 rules over ten categories, linear scan", 10_000, notSelective, 5, true},
		{"10000 rules by SKU, 50 lines", 10_000, otherSKU, 50, false},
		{"10000 rules by SKU, 500 lines", 10_000, otherSKU, 500, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			s, err := Load("", Source{Name: "bench.toml", Data: []byte(benchmarkRules(c.rules, c.other))})
			if err != nil {
				b.Fatal(err)
			}
			if c.scan {
				s = linear(s)
			}
			bought, now := benchmarkCart(c.lines), time.Date(2026, 11, 11, 12, 30, 0, 0, time.UTC)
			var q Quote
			b.ReportAllocs()
			for b.Loop() {
				if err := s.QuoteInto(&q, bought, now); err != nil || len(q.Applied) != 3 {
					b.Fatalf("%d rules applied, %v", len(q.Applied), err)
				}
			}
		})
	}
}
