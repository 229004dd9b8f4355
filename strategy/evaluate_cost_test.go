package strategy

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// What a rule takes off an article is distributed to each of its lines. So lines of one article
// are as many steps as lines of many, and wait their turn as those do.
func TestLinesOfOneArticleAreStepsAsOthers(t *testing.T) {
	const lines = 500
	many := cartOf(lines, func(i int, l *cart.Line) { l.SKU, l.UnitPrice = "s"+strconv.Itoa(i), 100 })
	one := cartOf(lines, func(_ int, l *cart.Line) { l.UnitPrice = 100 })
	for _, rule := range []string{"discount_amount = 1", "per = \"line\"\ndiscount_amount = 0.01", "each = \"line\"\ndiscount_amount = 0.01", "group = \"g\"\ndiscount_rate = 0.1"} {
		t.Run(rule, func(t *testing.T) {
			s, err := Load("", Source{Name: "steps.toml", Data: fmt.Appendf(nil, "version = \"v\"\n[rule.a]\n%s\n[rule.b]\n%s\n", rule, rule)})
			if err != nil {
				t.Fatal(err)
			}
			stepsOf := func(c *cart.Cart) (estimate, steps int64) {
				var q Quote
				estimate, err := s.Prepare(&q, c, begin)
				if err == nil {
					err = s.Complete(&q)
				}
				if err != nil {
					t.Fatal(err)
				}
				return estimate, q.work.steps
			}
			estimate, steps := stepsOf(many)
			if e, n := stepsOf(one); e != estimate || n < steps*9/10 || n > steps*11/10 {
				t.Errorf("lines of one article are %d steps, estimated as %d; of many articles %d and %d", n, e, steps, estimate)
			}
		})
	}
}

// A condition that counts the goods of a cart is a look at them, and is estimated as one. So
// is a step of the ladder.
func TestWhatConditionsCountIsEstimated(t *testing.T) {
	c := cartOf(500, func(i int, l *cart.Line) { l.SKU, l.UnitPrice, l.Category = "s"+strconv.Itoa(i), 100, "c" })
	for rule, looks := range map[string]int64{
		"": 1,
		"requires = [{ categories = [\"c\"] }, { where = { size = \"xl\" } }]":               3,
		"forbids = [{ categories = [\"d\"] }]":                                               2,
		"min_quantity = 1\nmin_subtotal = 1\ncount = \"cart\"":                               3,
		"[[discounts]]\nthreshold = 1\namount = 1\n[[discounts]]\nthreshold = 2\namount = 2": 4,
		"min_quantity = 1\nmin_subtotal = 1":                                                 1,
	} {
		s, err := Load("", Source{Name: "steps.toml", Data: fmt.Appendf(nil, "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n%s\n", rule)})
		if err != nil {
			t.Fatal(err)
		}
		if estimate, err := s.Prepare(new(Quote), c, begin); err != nil || estimate != looks*500 {
			t.Errorf("%q is estimated as %d steps, want %d: %v", rule, estimate, looks*500, err)
		}
	}
}
