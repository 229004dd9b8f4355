package strategy

import (
	"fmt"
	"math/rand/v2"
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

// benchmarkSpread is the strategy of a shop whose rules share amounts over the whole cart.
const benchmarkSpread = `
version   = "bench"
discounts = [{ threshold = 100, amount = 15 }, { threshold = 200, amount = 40 }]

[rule.three]
priority      = 50
min_quantity  = 3
discount_rate = 0.15
categories    = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"]

[rule.ten]
priority      = 49
min_quantity  = 10
discount_rate = 0.05

[rule.cold]
categories    = ["c1", "c2"]
discount_rate = 0.11

[rule.large]
min_subtotal    = 80
discount_amount = 5

[rule.free-shipping]
applies_to    = "shipping"
discount_rate = 1
`

// benchmarkLimit is reached by the first of these rules.
const benchmarkLimit = "limits = { max_rate = 0.6, max_amount = 30 }"

// benchmarkCatalogue are as many products as a cart has lines, in the cart's categories.
func benchmarkCatalogue(lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "[[products]]\nsku = \"sku-%d\"\ncategory = \"c%d\"\nsubgroup = \"s%d\"\n", i, i%10, i%3)
	}
	return b.String()
}

// benchmarkPrices are carts with shipping in which hardly any line costs as much as another.
// There are several: a processor learns how to sort a short list that it sees again and again.
func benchmarkPrices(lines int, quantity int64) []*cart.Cart {
	carts, prices := make([]*cart.Cart, 64), rand.New(rand.NewPCG(1, 2))
	for n := range carts {
		c := benchmarkCart(lines)
		c.Shipping = []cart.Charge{{Method: "courier", Amount: 600}}
		for i := range c.Lines {
			l := &c.Lines[i]
			l.Quantity, l.UnitPrice = quantity, 900+prices.Int64N(2_100)
			l.Subtotal = l.Quantity * l.UnitPrice
		}
		carts[n] = c
	}
	return carts
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
			s := benchmarkStrategy(b, benchmarkRules(c.rules, c.other))
			if c.scan {
				s = linear(s)
			}
			benchmarkQuote(b, s, 3, benchmarkCart(c.lines))
		})
	}
	for _, c := range []struct {
		name     string
		limit    string
		products string
		lines    int
		quantity int64
		applied  int
	}{
		{"rules over the cart, 3 lines", benchmarkLimit, "", 3, 10, 2},
		{"rules over the cart, 50 lines", benchmarkLimit, "", 50, 2, 2},
		{"rules over the cart, 500 lines", benchmarkLimit, "", 500, 2, 2},
		{"rules over the cart, 3 lines, no limit", "", "", 3, 10, 6},
		{"rules over the cart, 50 lines, no limit", "", "", 50, 2, 6},
		{"rules over the cart, 50 lines, catalogue", benchmarkLimit, benchmarkCatalogue(50), 50, 2, 2},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchmarkQuote(b, benchmarkStrategy(b, c.limit+benchmarkSpread+c.products), c.applied, benchmarkPrices(c.lines, c.quantity)...)
		})
	}
}

func benchmarkStrategy(b *testing.B, text string) *Strategy {
	b.Helper()
	s, err := Load("", Source{Name: "bench.toml", Data: []byte(text)})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// benchmarkQuote measures quotes of carts, one after the other, to each of which so many
// rules apply.
func benchmarkQuote(b *testing.B, s *Strategy, applied int, carts ...*cart.Cart) {
	b.Helper()
	now := time.Date(2026, 11, 11, 12, 30, 0, 0, time.UTC)
	var q Quote
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if err := s.QuoteInto(&q, carts[n%len(carts)], now); err != nil || len(q.Applied) != applied {
			b.Fatalf("%d rules applied, %v", len(q.Applied), err)
		}
	}
}
