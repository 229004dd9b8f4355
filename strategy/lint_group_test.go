package strategy_test

import (
	"strings"
	"testing"
)

// A rule is outdone by a better one of its group only if that one asks for no more than it.
func TestARuleThatAsksForMoreOutdoesNone(t *testing.T) {
	t.Parallel()
	const outdone = `rule."a".group: wherever it applies rule."b" of the same group does, too`
	for _, test := range []struct {
		name   string
		better string // what the better rule asks for
		asks   string // what the other one asks for
		warns  bool
	}{
		{name: "neither asks for anything", warns: true},
		{name: "less units", better: "min_quantity = 2", asks: "min_quantity = 3", warns: true},
		{name: "more units", better: "min_quantity = 3", asks: "min_quantity = 2"},
		{name: "more units of a line", better: "min_line_quantity = 3", asks: "min_line_quantity = 2"},
		{name: "less articles", better: "min_articles = 2", asks: "min_articles = 3", warns: true},
		{name: "more articles", better: "min_articles = 3", asks: "min_articles = 2"},
		{name: "articles beside units", better: "min_articles = 3\nmin_quantity = 2", asks: "min_quantity = 2"},
		{name: "more value", better: "min_subtotal = 3.00", asks: "min_subtotal = 2.00"},
		{name: "the whole cart", better: "min_quantity = 2\ncount = \"cart\"", asks: "min_quantity = 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := "version = \"v\"\n[rule.a]\ngroup = \"g\"\ndiscount_rate = 0.1\n" + test.asks + "\n[rule.b]\ngroup = \"g\"\ndiscount_rate = 0.2\n" + test.better + "\n"
			if got := lint(t, text); strings.Contains(got, outdone) != test.warns {
				t.Errorf("warned: %q, want a warning: %v", got, test.warns)
			}
		})
	}
}
