package strategy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// Each key that goes by lines gives more for the same goods on other lines, and is warned
// of. The hint names what goes by articles, where there is such a key.
func TestKeysThatGoByLinesAreWarnedOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text  string
		cheap, dear string // the units of each line of two carts of the same goods, which get less and more
		where, hint string
		bySKU       string // the same by articles; empty where there is none
	}{
		{
			name: "per", text: "[rule.a]\ndiscount_amount = 6\nper = \"line\"\n", cheap: "aaaaaaaaaa", dear: "a a a a a a a a a a",
			where: `rule."a".per: per = "line"`, hint: `write each = "sku" in place of per = "line"`,
			bySKU: "[rule.a]\ndiscount_amount = 6\neach = \"sku\"\n",
		},
		{
			name: "max_units_per", text: "[rule.a]\ndiscount_rate = 0.5\nmax_units = 1\nmax_units_per = \"line\"\n", cheap: "aaaaaaaaaa", dear: "a a a a a a a a a a",
			where: `rule."a".max_units_per: max_units_per = "line"`, hint: `write each = "sku" in place of max_units_per = "line"`,
			bySKU: "[rule.a]\ndiscount_rate = 0.5\nmax_units = 1\neach = \"sku\"\n",
		},
		{
			name: "each", text: "[rule.a]\ndiscount_amount = 6\neach = \"line\"\n", cheap: "aaaaaaaaaa", dear: "a a a a a a a a a a",
			where: `rule."a".each: each = "line"`, hint: `"sku" looks at each article`,
			bySKU: "[rule.a]\ndiscount_amount = 6\neach = \"sku\"\n",
		},
		{
			name: "min_line_quantity", text: "[rule.a]\ndiscount_rate = 0.1\nmin_line_quantity = 2\n", cheap: "a a", dear: "aa",
			where: `rule."a".min_line_quantity`, hint: `min_quantity with each = "sku"`,
			bySKU: "[rule.a]\ndiscount_rate = 0.1\nmin_quantity = 2\neach = \"sku\"\n",
		},
		{
			name: "unit_ladder", text: "[rule.a]\nunit_ladder = { first = 5, additional = 0 }\n", cheap: "aaaaaaaaaa", dear: "a a a a a a a a a a",
			where: `rule."a".unit_ladder`, hint: "unit_rates counts the units of all lines",
			bySKU: "[rule.a]\nunit_rates = [0.5]\n",
		},
		{
			name: "round_scope", text: "arithmetic = { round_scope = \"line\" }\n[rule.a]\ndiscount_rate = 0.0005\n", cheap: "aaaaaaaaaa", dear: "a a a a a a a a a a",
			where: "arithmetic.round_scope", hint: `round_scope = "rule", the default`,
			bySKU: "[rule.a]\ndiscount_rate = 0.0005\n",
		},
		{
			name: "stop", text: "[rule.a]\npriority = 1\nmax_units = 1\nstop = \"line\"\ndiscount_amount = 1\n[rule.b]\ndiscount_rate = 0.5\n", cheap: "aa", dear: "a a",
			where: `rule."a".stop`,
		},
		{
			name: "select", text: "arithmetic = { select = \"best_per_line\" }\n[rule.a]\nmax_units = 1\ndiscount_rate = 0.9\n[rule.b]\ndiscount_rate = 0.5\n", cheap: "aa", dear: "a a",
			where: "arithmetic.select", hint: `select = "best" has`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := "version = \"v\"\nlimits = { max_rate = 0.95 }\n" + c.text
			warned := lint(t, text)
			const splits = "a customer who splits a line, or puts two together, changes what it gives"
			if !strings.Contains(warned, c.where) || !strings.Contains(warned, splits) || !strings.Contains(warned, c.hint) {
				t.Errorf("the warnings are\n%s", warned)
			}
			if less, more := takenOff(t, text, c.cheap), takenOff(t, text, c.dear); less >= more {
				t.Errorf("%d off %q and %d off %q: splitting gives nothing", less, c.cheap, more, c.dear)
			}
			if c.bySKU == "" {
				return
			}
			text = "version = \"v\"\nlimits = { max_rate = 0.95 }\n" + c.bySKU
			if one, other := takenOff(t, text, c.cheap), takenOff(t, text, c.dear); one != other || one == 0 {
				t.Errorf("by articles %d off %q and %d off %q", one, c.cheap, other, c.dear)
			}
			if warned := lint(t, text); strings.Contains(warned, splits) {
				t.Errorf("by articles it is said\n%s", warned)
			}
		})
	}
}

// takenOff is the discount of a cart of one article at 10.00: a word of its letters is a
// line of so many units.
func takenOff(t *testing.T, text, lines string) int64 {
	t.Helper()
	s, err := strategy.Load("", strategy.Source{Name: "discount.toml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	c := cart.Cart{Currency: "CNY"}
	for _, units := range strings.Fields(lines) {
		n := int64(len(units))
		c.Lines = append(c.Lines, cart.Line{SKU: "a", Quantity: n, UnitPrice: 1000, Subtotal: 1000 * n})
	}
	q, err := s.Quote(&c, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return q.Discount
}
