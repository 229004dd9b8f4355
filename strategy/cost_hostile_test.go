package strategy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/cputime"
)

// adversaries are strategies in which every rule touches every line of every cart.
var adversaries = map[string]string{
	"rates":               `discount_rate = 0.01`,
	"shared amounts":      `discount_amount = 3`,
	"amounts per unit":    "discount_amount = 0.01\nper = \"unit\"",
	"flash prices":        `unit_price = 9.99`,
	"bundles":             `bundle = { units = 3, price = 5 }`,
	"bundles once":        `bundle = { units = 7, price = 5, max_times = 1 }`,
	"ladders":             `ladder = [{ threshold = 10, rate = 0.01 }, { threshold = 1000, rate = 0.02 }]`,
	"every":               `every = { threshold = 10, amount = 0.01 }`,
	"unit ladders":        `unit_ladder = { first = 0.1, additional = 0.2, max_units = 100 }`,
	"groups":              `groups_of = { size = 3, rate = 0.1 }`,
	"groups by value":     `groups_of = { value = 1000, rate = 0.1 }`,
	"unit rates":          "unit_rates = [0, 0.5, 1]\nmax_times = 1000",
	"buy and get":         "buy = { quantity = 2 }\nget = { quantity = 1, rate = 0.5 }\nrepeat = 1000",
	"the cheapest units":  "discount_rate = 0.1\nmax_units = 1000\npick = \"cheapest\"",
	"the dearest units":   "discount_rate = 0.1\nmax_units = 3\npick = \"dearest\"\nmax_units_per = \"line\"",
	"what others require": "requires = [{ skus = [\"none\", \"s1\"], min_quantity = 1 }]\nforbids = [{ categories = [\"nowhere\"], min_quantity = 1 }]\ndiscount_rate = 0.01",
	"attributes":          "where = { a63 = { min = 0 } }\ndiscount_rate = 0.01",
	"the best of a group": "group = \"one\"\ndiscount_rate = 0.01",
	"exclusive":           "exclusive = true\ndiscount_rate = 0.01",
}

// hostileStrategy has so many rules of one kind.
func hostileStrategy(t testing.TB, settings, rule string, rules int) *Strategy {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "version = \"v\"\n%s\n", settings)
	for i := range rules {
		fmt.Fprintf(&b, "[rule.\"r%04d\"]\n%s\n", i, rule)
	}
	s, err := Load("", Source{Name: "hostile.toml", Data: []byte(b.String())})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hostileCart has so many lines, of as many units as can be, with as much as a
// line can have.
func hostileCart(lines int) *cart.Cart {
	c := &cart.Cart{Currency: "CNY"}
	for i := range 64 {
		c.Coupons = append(c.Coupons, fmt.Sprintf("guess-%d", i))
	}
	for i := range lines {
		l := cart.Line{ID: fmt.Sprint(i), SKU: fmt.Sprintf("s%d", i), Quantity: int64(1_000_000 + i*7%1000), UnitPrice: int64(1000 + i*31%997)}
		l.Subtotal = l.Quantity * l.UnitPrice
		for a := range 64 {
			l.Attributes = append(l.Attributes, cart.Attribute{Name: fmt.Sprintf("a%d", a), Text: fmt.Sprint(a), Kind: cart.Number})
		}
		c.Lines = append(c.Lines, l)
	}
	return c
}

// timeOf is the least that a quote took in a few tries.
func timeOf(t testing.TB, s *Strategy, c *cart.Cart) time.Duration {
	t.Helper()
	var q Quote
	best := time.Duration(1 << 62)
	for range 7 {
		var err error
		best = min(best, cputime.Of(func() { err = s.QuoteInto(&q, c, begin) }))
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(q.Applied) == 0 {
		t.Fatal("no rule applied")
	}
	return best
}

var begin = time.Date(2026, 11, 11, 12, 0, 0, 0, time.UTC)

// Eight times as many lines, or rules that touch all of them, may cost eight times
// as much, and somewhat more where something is sorted or leaves a cache. The
// square would be sixty-four times.
func TestPricingHostileCartsByHostileStrategiesIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures for seconds")
	}
	// Not fewer lines: a processor learns to sort a short list that it sees again
	// and again.
	const rules, lines = 20, 250
	selections := map[string]string{"": "", ", best": `arithmetic = { select = "best" }`, ", best per line": `arithmetic = { select = "best_per_line" }`}
	for kind, rule := range adversaries {
		for name, settings := range selections {
			if settings != "" && (strings.Contains(rule, "group =") || strings.Contains(rule, "exclusive")) {
				continue
			}
			t.Run(kind+name, func(t *testing.T) {
				few, short := hostileStrategy(t, settings, rule, rules), hostileCart(lines)
				many, long := hostileStrategy(t, settings, rule, rules*asMany), hostileCart(lines*asMany)
				inProportion(t, "lines", func() (base, took time.Duration) { return timeOf(t, few, short), timeOf(t, few, long) })
				inProportion(t, "rules", func() (base, took time.Duration) { return timeOf(t, few, short), timeOf(t, many, short) })
			})
		}
	}
}

// Where each line has a rule of its own, more lines are more rules that touch the
// cart, and still each line costs the same.
func TestPricingARuleForEachLineIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures for seconds")
	}
	const lines = 500
	for _, c := range []struct{ name, settings, rule string }{
		{"by SKU", "", `skus = ["s%[1]d"]`},
		{"by two SKUs", "", `skus = ["s%[1]d", "t%[1]d"]`},
		{"by category", "", `categories = ["c%[1]d"]`},
		{"by subgroup", "", `subgroups = ["g%[1]d"]`},
		{"that requires it", "", "skus = [\"s%[1]d\"]\nrequires = [{ skus = [\"s%[1]d\"] }]"},
		{"that forbids another", "", "skus = [\"s%[1]d\"]\nforbids = [{ categories = [\"d%[1]d\"] }]"},
		{"in a group of its own", "", "skus = [\"s%[1]d\"]\ngroup = \"g%[1]d\""},
		{"in one group", "", "skus = [\"s%[1]d\"]\ngroup = \"g\""},
		{"of which the best applies", `arithmetic = { select = "best" }`, `skus = ["s%[1]d"]`},
		{"that is the best of its line", `arithmetic = { select = "best_per_line" }`, `skus = ["s%[1]d"]`},
		{"that stops its line", "", "skus = [\"s%[1]d\"]\nstop = \"line\""},
		{"that is exclusive", "", "skus = [\"s%[1]d\"]\nexclusive = true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			fmt.Fprintf(&b, "version = \"v\"\n%s\n", c.settings)
			for i := range lines * asMany {
				fmt.Fprintf(&b, "[rule.\"r%04[1]d\"]\n"+c.rule+"\ndiscount_rate = 0.01\n", i)
			}
			s, err := Load("", Source{Name: "hostile.toml", Data: []byte(b.String())})
			if err != nil {
				t.Fatal(err)
			}
			short, long := hostileCart(lines), hostileCart(lines*asMany)
			for i := range long.Lines {
				long.Lines[i].Category, long.Lines[i].Subgroup = fmt.Sprintf("c%d", i), fmt.Sprintf("g%d", i)
				for j := range 8 {
					long.Lines[i].MoreCategories = append(long.Lines[i].MoreCategories, fmt.Sprintf("c%d", i^1<<j))
				}
			}
			copy(short.Lines, long.Lines)
			inProportion(t, "lines", func() (base, took time.Duration) { return timeOf(t, s, short), timeOf(t, s, long) })
		})
	}
}

// What is written of each rule on each line is as much as the two multiplied, and
// takes no longer.
func TestWritingAQuoteIsLinear(t *testing.T) {
	const lines, rules = 500, 5
	s := hostileStrategy(t, "", `discount_rate = 0.01`, rules)
	writing := func(c *cart.Cart) time.Duration {
		q, err := s.Quote(c, begin)
		if err != nil || len(q.Applied) != rules {
			t.Fatalf("%d rules applied, want %d: %v", len(q.Applied), rules, err)
		}
		best, text := time.Duration(1<<62), []byte(nil)
		for range 7 {
			best = min(best, cputime.Of(func() { text = s.AppendQuoteJSON(text[:0], q, c) }))
		}
		return best
	}
	short, long := hostileCart(lines), hostileCart(lines*asMany)
	inProportion(t, "lines", func() (base, took time.Duration) { return writing(short), writing(long) })
}

// Eight times as many rules that the cart is close to take eight times as long to
// explain, and not the square of it.
func TestExplainingIsLinear(t *testing.T) {
	const rules = 250
	explaining := func(rules int) func() time.Duration {
		var b strings.Builder
		b.WriteString("version = \"v\"\n")
		for i := range rules {
			fmt.Fprintf(&b, "[rule.\"r%04d\"]\nmin_subtotal = %d\ndiscount_rate = 0.01\n", i, 1_000_000_000+i)
		}
		s, err := Load("", Source{Name: "hostile.toml", Data: []byte(b.String())})
		if err != nil {
			t.Fatal(err)
		}
		return func() time.Duration {
			best := time.Duration(1 << 62)
			for range 3 {
				var x *Explanation
				var err error
				best = min(best, cputime.Of(func() { x, err = s.Explain(hostileCart(3), begin) }))
				if err != nil || len(x.Next) == 0 || len(x.Next) > maxNext || len(x.Rejected) != rules {
					t.Fatalf("%d next, %d rejected, %v", len(x.Next), len(x.Rejected), err)
				}
			}
			return best
		}
	}
	few, many := explaining(rules), explaining(rules*asMany)
	inProportion(t, "rules", func() (base, took time.Duration) { return few(), many() })
}

// How many times as much is measured, and how many times as long it may take.
const (
	asMany = 8
	asLong = 24
)

// inProportion measures again what another program may have disturbed.
func inProportion(t *testing.T, what string, measure func() (base, took time.Duration)) {
	t.Helper()
	proportional(t, what, asMany, asLong, measure)
}

func proportional(t *testing.T, what string, asMany, asLong time.Duration, measure func() (base, took time.Duration)) {
	t.Helper()
	for range 12 {
		base, took := measure()
		if took <= asLong*base {
			return
		}
		t.Logf("%d times as many %s take %v instead of %v", asMany, what, took, base)
	}
	t.Errorf("%s do not cost in proportion", what)
}

func BenchmarkHostile(b *testing.B) {
	for kind, rule := range adversaries {
		s, c := hostileStrategy(b, "", rule, 100), hostileCart(500)
		b.Run(kind, func(b *testing.B) {
			b.ReportAllocs()
			var q Quote
			for b.Loop() {
				if err := s.QuoteInto(&q, c, begin); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
