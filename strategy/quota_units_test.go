package strategy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// The units of a rule are those that an amount was worked out on, and its gifts.
func TestUnitsOfAppliedRules(t *testing.T) {
	t.Parallel()
	five := []cart.Line{{SKU: "a", Quantity: 5, UnitPrice: 1000, Subtotal: 5000}}
	split := []cart.Line{{SKU: "a", Quantity: 2, UnitPrice: 1000, Subtotal: 2000}, {SKU: "b", Quantity: 2, UnitPrice: 1000, Subtotal: 2000}, {SKU: "a", Quantity: 3, UnitPrice: 1000, Subtotal: 3000}}
	for name, c := range map[string]struct {
		rule  string
		lines []cart.Line // five of one article when absent
		want  string
	}{
		"a rate":                       {rule: "discount_rate = 0.1", want: "5"},
		"an amount of the order":       {rule: "discount_amount = 1", lines: split, want: "7"},
		"a price":                      {rule: "unit_price = 9", want: "5"},
		"max_units":                    {rule: "unit_price = 9\nmax_units = 2", want: "2"},
		"max_units of each line":       {rule: "unit_price = 9\nmax_units = 2\nmax_units_per = \"line\"", lines: split, want: "6"},
		"a bundle":                     {rule: "bundle = { units = 3, price = 20 }", want: "3"},
		"two bundles":                  {rule: "bundle = { units = 2, price = 15, max_times = 5 }", want: "4"},
		"every three":                  {rule: "every = { units = 3, amount = 5 }", want: "5"},
		"groups":                       {rule: "groups_of = { size = 2, rate = 0.1 }", want: "4"},
		"the second at half price":     {rule: "unit_rates = [0, 0.5]", want: "1"},
		"the second at half, twice":    {rule: "unit_rates = [0, 0.5]\nmax_times = 2", want: "2"},
		"buy two, get one":             {rule: "buy = { quantity = 2 }\nget = {}\nrepeat = 1", want: "1"},
		"a ladder of units":            {rule: "unit_ladder = { first = 1, additional = 2, max_units = 3 }", want: "3"},
		"gifts":                        {rule: "gift = { sku = \"mug\", quantity = 2 }", want: "2"},
		"shipping":                     {rule: "applies_to = \"shipping\"\ndiscount_rate = 1", want: "0"},
		"goods and shipping":           {rule: "applies_to = \"all\"\ndiscount_rate = 0.1", want: "5"},
		"lines of one article":         {rule: "skus = [\"a\"]\ndiscount_rate = 0.1", lines: split, want: "5"},
		"each article":                 {rule: "each = \"sku\"\nmin_quantity = 3\nunit_price = 9", lines: split, want: "5"},
		"a price that takes off a few": {rule: "unit_price = 9\nmin_unit_price = 5", lines: append(split[:1:1], cart.Line{SKU: "c", Quantity: 4, UnitPrice: 100, Subtotal: 400}), want: "2"},
	} {
		for _, selection := range []string{"all", "best", "best_per_line", "best_combination"} {
			if c.lines == nil {
				c.lines = five
			}
			s := loadedText(t, fmt.Sprintf("arithmetic = { select = %q }\n[rule.r]\n%s\n", selection, c.rule))
			q, err := s.Quote(&cart.Cart{Lines: c.lines, Shipping: []cart.Charge{{Amount: 800}}}, time.Unix(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			var units []string
			for _, a := range q.Applied {
				units = append(units, fmt.Sprint(a.Units))
			}
			if got := strings.Join(units, ", "); got != c.want {
				t.Errorf("%s, %s: %s units, want %s", name, selection, got, c.want)
			}
		}
	}
}
