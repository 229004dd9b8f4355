package strategy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/cputime"
)

// The most lines that an operator can let a cart have, how many times as many they are as
// what they are compared with, and how many times as long they may take: as long as sorting
// takes, in memory that no cache holds. The square would be 256 times.
const (
	mostLines  = 100_000
	manyMore   = 16
	muchLonger = 96
)

// longCarts are carts of so many lines, each of which makes another part of a quote long.
var longCarts = map[string]func(lines int) *cart.Cart{
	"articles": func(lines int) *cart.Cart {
		return cartOf(lines, func(i int, l *cart.Line) { l.SKU = "s" + strconv.Itoa(i) })
	},
	"articles at one price": func(lines int) *cart.Cart {
		return cartOf(lines, func(i int, l *cart.Line) { l.SKU, l.UnitPrice = "s"+strconv.Itoa(i), 100 })
	},
	"articles of a minor unit": func(lines int) *cart.Cart {
		return cartOf(lines, func(i int, l *cart.Line) { l.SKU, l.UnitPrice = "s"+strconv.Itoa(i), 1 })
	},
	"one article": func(lines int) *cart.Cart {
		return cartOf(lines, func(_ int, l *cart.Line) { l.UnitPrice = 100 })
	},
	"one article of two minor units": func(lines int) *cart.Cart {
		return cartOf(lines, func(_ int, l *cart.Line) { l.UnitPrice = 2 })
	},
	"one SKU in many prices": func(lines int) *cart.Cart {
		return cartOf(lines, func(i int, l *cart.Line) { l.UnitPrice = int64(1000 + i) })
	},
	"one SKU with other attributes": func(lines int) *cart.Cart {
		return cartOf(lines, func(i int, l *cart.Line) {
			l.UnitPrice, l.Attributes = 100, []cart.Attribute{{Name: "note", Kind: cart.Text, Text: strconv.Itoa(i)}}
		})
	},
	"one SKU in other categories": func(lines int) *cart.Cart {
		return cartOf(lines, func(i int, l *cart.Line) {
			l.UnitPrice, l.Category, l.MoreCategories = 100, "c", []string{strconv.Itoa(i)}
		})
	},
	"one SKU at odd totals": func(lines int) *cart.Cart {
		return cartOf(lines, func(i int, l *cart.Line) {
			l.UnitPrice, l.HasTotal, l.Quantity = cart.NoPrice, true, int64(1_000_000+i)
			l.Subtotal = 100*l.Quantity + 1
		})
	},
	"cancelled lines": func(lines int) *cart.Cart {
		return cartOf(lines, func(i int, l *cart.Line) {
			if l.UnitPrice = 100; 0 < i && i < lines/2 {
				l.Quantity = 0
			}
		})
	},
}

func cartOf(lines int, fill func(int, *cart.Line)) *cart.Cart {
	c := &cart.Cart{Currency: "CNY", Lines: make([]cart.Line, lines)}
	for i := range c.Lines {
		l := &c.Lines[i]
		*l = cart.Line{SKU: "s", Quantity: 1, UnitPrice: int64(1000 + i*31%997)}
		fill(i, l)
		if !l.HasTotal {
			l.Subtotal = l.Quantity * l.UnitPrice
		}
	}
	return c
}

// longRules are what rules do that touch every line, besides those of the adversaries.
var longRules = map[string]string{
	"buy one, get another":       "buy = { quantity = 1 }\nget = { quantity = 1 }",
	"buy dear, get cheap":        "buy = { quantity = 3, min_unit_price = 10.5 }\nget = { quantity = 2, max_unit_price = 18, amount = 0.01 }",
	"the same for each SKU":      "each = \"sku\"\nevery = { threshold = 0.5, amount = 0.01 }",
	"the same for each line":     "each = \"line\"\nevery = { threshold = 0.5, amount = 0.01 }",
	"once for each line":         "per = \"line\"\ndiscount_amount = 0.01",
	"the end of each line":       "stop = \"line\"\ndiscount_rate = 0.1",
	"a unit of each line":        "max_units = 1\nmax_units_per = \"line\"\nevery = { threshold = 0.5, amount = 0.01 }",
	"a gift for each unit":       "gift = { sku = \"g\", per = { units = 1 } }",
	"fresh units":                "fresh_units = true\nbuy = { quantity = 1 }\nget = { quantity = 1, rate = 0.5 }\nrepeat = 7",
	"a threshold over the cart":  "min_subtotal = 1\ncount = \"cart\"\ndiscount_rate = 0.1",
	"half of it":                 "discount_rate = 0.4",
	"all that is left":           "unit_price = 0",
	"all that is left of a line": "each = \"line\"\nunit_price = 0",
}

// Every reward and every selection costs about as much for each line, however many lines
// there are.
func TestALineOfManyCostsNoMore(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures for a minute")
	}
	rules := maps.Clone(adversaries)
	maps.Copy(rules, longRules)
	every := slices.Sorted(maps.Keys(rules))
	few := []string{"buy and get", "groups", "rates"} // where the lines matter, and not what becomes of them
	for _, settings := range []struct {
		name, text string
		shapes, of []string
	}{
		{name: "all rules", shapes: []string{"articles", "one article", "one article of two minor units"}, of: every},
		{name: "all rules", shapes: slices.Sorted(maps.Keys(longCarts)), of: few},
		{name: "the best for each line", text: `arithmetic = { select = "best_per_line" }`, shapes: []string{"articles", "one article"}, of: every},
		{name: "rounded by line", text: `arithmetic = { round_scope = "line" }`, shapes: []string{"one article"}, of: every},
		{name: "shared to the last", text: `arithmetic = { allocation = "last", base = "original", payable_unit = 0.05, payable_rounding = "up" }`, shapes: []string{"one article"}, of: every},
		{name: "the last has what is over", text: `arithmetic = { allocation = "last" }`, shapes: []string{"articles of a minor unit"}, of: []string{"half of it", "rates"}},
		{name: "rounded, the last has what is over", text: `arithmetic = { allocation = "round_then_last" }`, shapes: []string{"articles of a minor unit"}, of: []string{"half of it", "rates"}},
	} {
		for _, shape := range settings.shapes {
			t.Run(settings.name+", "+shape, func(t *testing.T) {
				short, long := longCarts[shape](mostLines/manyMore), longCarts[shape](mostLines)
				var q Quote // whose memory is used again
				for _, kind := range settings.of {
					growsInProportion(t, &q, kind, settings.text, rules[kind], short, long)
				}
			})
		}
	}
}

// A rule that reduces every other unit of an article leaves it in as many pieces as it has
// units. What follows costs about as much for each of them, however many there are.
func TestAPieceOfManyCostsNoMore(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures for seconds")
	}
	rules := maps.Clone(adversaries)
	maps.Copy(rules, longRules)
	inPairs := func(lines int) *cart.Cart {
		return cartOf(lines, func(_ int, l *cart.Line) { l.UnitPrice, l.Quantity = 100, 2 })
	}
	short, long := inPairs(mostLines/manyMore), inPairs(mostLines)
	const apart = "[rule.apart]\npriority = 1\nmax_units = 1\nmax_units_per = \"line\"\ndiscount_rate = 0.1\n"
	var q Quote
	for _, kind := range slices.Sorted(maps.Keys(rules)) {
		pricedInProportion(t, &q, kind, "version = \"v\"\n"+apart+"[rule.a]\n"+rules[kind]+"\n", short, long)
	}
}

// growsInProportion prices two carts by a rule that is there twice, between others that take
// odd amounts off all units and off some.
func growsInProportion(t *testing.T, q *Quote, kind, settings, rule string, short, long *cart.Cart) {
	t.Helper()
	pricedInProportion(t, q, kind, fmt.Sprintf("version = \"v\"\n%s\n[rule.odd]\npriority = 4\ndiscount_rate = 0.25\n[rule.a]\npriority = 3\n%s\n"+
		"[rule.b]\npriority = 2\nmax_units = 777\ndiscount_amount = 9.99\n[rule.c]\n%s\n", settings, rule, rule), short, long)
}

// pricedInProportion prices two carts by a strategy.
func pricedInProportion(t *testing.T, q *Quote, kind, text string, short, long *cart.Cart) {
	t.Helper()
	s, err := Load("", Source{Name: "long.toml", Data: []byte(text)})
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	proportional(t, kind+": lines", manyMore, muchLonger, func() (base, took time.Duration) {
		return onceOf(t, s, q, short), onceOf(t, s, q, long)
	})
}

// onceOf is what a quote takes.
func onceOf(t testing.TB, s *Strategy, q *Quote, c *cart.Cart) time.Duration {
	t.Helper()
	var err error
	took := cputime.Of(func() { err = s.QuoteInto(q, c, begin) })
	if err != nil {
		t.Fatal(err)
	}
	return took
}

// A word that many rules name costs no more for being on many lines.
func TestManyRulesOfOneWordAreFoundOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		rule string // of the word of all lines, which most rules do not name
		line func(*cart.Line)
	}{
		{name: "a SKU", rule: `skus = ["s"]`, line: func(*cart.Line) {}},
		{name: "a category", rule: `categories = ["c"]`, line: func(l *cart.Line) { l.Category = "c" }},
		{name: "a subgroup", rule: `subgroups = ["g"]`, line: func(l *cart.Line) { l.Subgroup = "g" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			const rules, lines = 3 * manyFiled, 1_000
			text := "version = \"v\"\n"
			for i := range 100 * rules {
				rule := fmt.Sprintf("skus = [\"other-%d\"]", i)
				if i < rules {
					rule = c.rule + fmt.Sprintf("\nmin_quantity = %d", lines+i)
				}
				text += fmt.Sprintf("[rule.r%d]\n%s\ndiscount_rate = 0.1\n", i, rule)
			}
			s, err := Load("", Source{Name: "many.toml", Data: []byte(text)})
			if err != nil {
				t.Fatal(err)
			}
			bought := cartOf(lines, func(i int, l *cart.Line) {
				l.UnitPrice = int64(1000 + i) // so that they are not one article
				c.line(l)
			})
			var q Quote
			if err := s.QuoteInto(&q, bought, begin); err != nil {
				t.Fatal(err)
			}
			if len(q.Applied) != 1 || len(q.work.lookup.candidates) != rules || cap(q.work.lookup.candidates) > 4*rules {
				t.Errorf("%d rules apply, %d are found, with room for %d", len(q.Applied), len(q.work.lookup.candidates), cap(q.work.lookup.candidates))
			}
		})
	}
}
