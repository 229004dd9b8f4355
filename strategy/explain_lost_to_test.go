package strategy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
)

// What a rule gives less because of others is told, with what it would have given and who
// lowered it.
func TestExplainSaysWhatOneRuleLostToAnother(t *testing.T) {
	const rate, ten = "discount_rate = 0.1\n", "discount_amount = 10\n"
	for name, c := range map[string]struct{ strategy, want string }{
		"alone":                        {strategy: "[rule.a]\n" + rate},
		"of other goods":               {strategy: "[rule.a]\nskus = [\"茶\"]\n" + rate + "[rule.b]\nskus = [\"咖啡\"]\n" + rate},
		"an amount that is not less":   {strategy: "[rule.a]\n" + rate + "[rule.b]\n" + ten},
		"a rate of what is left":       {strategy: "[rule.a]\n" + ten + "[rule.b]\n" + rate, want: "b: 1000 to 900 by rule.a"},
		"a rate of the original value": {strategy: "arithmetic = { base = \"original\" }\n[rule.a]\n" + ten + "[rule.b]\n" + rate},
		"two before it":                {strategy: "[rule.a]\n" + ten + "[rule.b]\n" + ten + "[rule.c]\n" + rate, want: "c: 1000 to 800 by rule.a and rule.b"},
		"one of two before it":         {strategy: "[rule.a]\nskus = [\"咖啡\"]\n" + ten + "[rule.b]\nskus = [\"茶\"]\n" + ten + "[rule.c]\nskus = [\"茶\"]\n" + rate, want: "c: 400 to 300 by rule.b"},
		"an id with a dot":             {strategy: "[rule.\"a.1\"]\n" + ten + "[rule.b]\n" + rate, want: "b: 1000 to 900 by rule.a.1"},
		"no room left":                 {strategy: "[rule.a]\ndiscount_amount = 95\n[rule.b]\n" + ten, want: "b: 1000 to 500 by rule.a"},
		"a step it does not reach":     {strategy: "[rule.a]\n" + ten + "[rule.b]\nladder = [{ threshold = 50, amount = 5 }, { threshold = 100, amount = 20 }]\n", want: "b: 2000 to 500 by rule.a"},
		"the ladder of the order":      {strategy: "[rule.a]\n" + ten + "[[discounts]]\nthreshold = 50\namount = 5\n[[discounts]]\nthreshold = 100\namount = 20\n", want: "discounts: 2000 to 500 by rule.a"},
		"lines that are ended":         {strategy: "[rule.a]\nskus = [\"茶\"]\nstop = \"line\"\n" + ten + "[rule.b]\n" + rate, want: "b: 1000 to 600 by rule.a"},
		"what is not reduced":          {strategy: "[rule.a]\nskus = [\"茶\"]\n" + ten + "[rule.b]\nskip_reduced = true\n" + rate, want: "b: 1000 to 600 by rule.a"},
		"a price that is near already": {strategy: "[rule.a]\n" + ten + "[rule.b]\nskus = [\"茶\"]\nunit_price = 30\n", want: "b: 1000 to 600 by rule.a"},
		"and the limits":               {strategy: "limits = { max_amount = 15 }\n[rule.a]\n" + ten + "[rule.b]\n" + rate, want: "b: 1000 to 500 by rule.a and limits.max_amount"},
		"and its own most":             {strategy: "[rule.a]\n" + ten + "[rule.b]\nmax_discount = 2\n" + rate, want: "b: 1000 to 200 by rule.a and max_discount"},
		"the floor alone":              {strategy: "[[products]]\nsku = \"茶\"\nfloor_price = 38\n[rule.a]\nskus = [\"咖啡\"]\n" + ten + "[rule.b]\nskus = [\"茶\"]\n" + ten, want: "b: 1000 to 200 by floor_price"},
		"the best of a group":          {strategy: "[rule.a]\n" + ten + "[rule.b]\ngroup = \"g\"\n" + rate + "[rule.c]\ngroup = \"g\"\ndiscount_rate = 0.2\n", want: "c: 2000 to 1800 by rule.a"},
		"the best for each line":       {strategy: "arithmetic = { select = \"best_per_line\" }\n[rule.a]\n" + ten + "[rule.b]\nskus = [\"茶\"]\ndiscount_rate = 0.5\n", want: "a: 1000 to 600 by rule.b"},
		"the best of all":              {strategy: "arithmetic = { select = \"best\" }\n[rule.a]\n" + ten + "[rule.b]\n" + rate},
		"shipping":                     {strategy: "[rule.a]\napplies_to = \"shipping\"\n" + ten + "[rule.b]\napplies_to = \"shipping\"\ndiscount_rate = 0.5\n", want: "b: 1000 to 500 by rule.a"},
		"units that were used": {
			strategy: "[rule.a]\npick = \"dearest\"\nrepeat = 1\nbuy = { quantity = 1 }\nget = { quantity = 1, rate = 0.5 }\n[rule.b]\npick = \"dearest\"\nrepeat = 1\nbuy = { quantity = 1 }\nget = { quantity = 1 }\n",
			want:     "b: 4000 to 2000 by rule.a",
		},
	} {
		t.Run(name, func(t *testing.T) {
			crt := goods(t, of("茶", 1, 4000), of("咖啡", 1, 6000))
			if name == "units that were used" {
				crt = goods(t, of("茶", 2, 4000), of("咖啡", 2, 2000))
			}
			crt.Lines[0].SKU, crt.Lines[1].SKU = "茶", "咖啡"
			crt.Shipping = []cart.Charge{{Amount: 2000}}
			x, err := mustLoad(t, "", "version = \"v\"\n"+c.strategy).Explain(crt, at(t, "2024-06-01T12:00:00Z"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range x.Lowered {
				got = append(got, fmt.Sprintf("%s: %d to %d by %s", l.Rule, l.From, l.Amount, l.ByText()))
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// What lowered a rule is a rule that applied, each once, before it unless each line has its
// own best, and it came to more than it gave.
func TestLawOfWhatLowered(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		s := mustLoadSpec(t, p.spec)
		x, err := s.Explain(p.cart, p.now)
		if err != nil {
			t.Skip(err)
		}
		var applied []string
		amounts := map[string]int64{}
		for _, a := range x.Applied {
			applied = append(applied, s.Rules()[a.Rule])
			amounts[s.Rules()[a.Rule]] = a.Amount
		}
		for _, l := range x.Lowered {
			if l.Amount != amounts[l.Rule] || l.From <= l.Amount || len(l.By) == 0 {
				t.Fatalf("%+v, and it gave %d", l, amounts[l.Rule])
			}
			for i, by := range l.By {
				id, isRule := strings.CutPrefix(by, "rule.")
				if isRule && (id == l.Rule || !slices.Contains(applied, id) || slices.Contains(l.By[:i], by)) {
					t.Fatalf("%+v, and %v applied", l, applied)
				}
			}
		}
	})
}
