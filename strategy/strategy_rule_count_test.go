package strategy_test

import "testing"

// The rule that rounds what is left to pay is none that anyone wrote.
func TestRulesAreCountedWithoutTheReservedOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"rounding alone":       {"version = \"v\"\narithmetic = { payable_unit = 1 }\n", 0},
		"a rule, and rounding": {"version = \"v\"\narithmetic = { payable_unit = 1 }\n[rule.a]\ndiscount_rate = 0.1\n", 1},
		"a rule":               {"version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mustLoad(t, "", c.text).RuleCount(); got != c.want {
				t.Errorf("%d rules, want %d", got, c.want)
			}
		})
	}
}

// What is meant by a key of "line" may be said already.
func TestHintsOfKeysThatLookAtLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ rule, want string }{
		"an amount on each line": {
			"discount_amount = 1\nper = \"line\"\n",
			`discount.toml:4:7: rule."a".per: per = "line" gives the amount on each line: a customer who splits a line, or puts two together, changes what it gives ` +
				`(where each article is meant, write each = "sku" in place of per = "line")` + "\n",
		},
		"and on each article": {
			"each = \"sku\"\ndiscount_amount = 1\nper = \"line\"\n",
			`discount.toml:5:7: rule."a".per: per = "line" gives the amount on each line: a customer who splits a line, or puts two together, changes what it gives ` +
				`(each = "sku" looks at each article already: leave per out)` + "\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lint(t, "version = \"v\"\n[rule.a]\n"+c.rule); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
