package strategy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/strategy"
)

const combination = "version = \"v\"\narithmetic = { select = \"best_combination\" }\n"

func TestTheBestCombination(t *testing.T) {
	for name, c := range map[string]struct {
		rules string
		price int64 // of the one article of the cart
		want  string
	}{
		"two that come to more than the goods": {
			rules: "[rule.a]\ndiscount_amount = 40\n[rule.b]\ndiscount_amount = 80\n", price: 100_00, want: "b 8000",
		},
		"two that come to just the goods": {
			rules: "[rule.a]\ndiscount_amount = 20\n[rule.b]\ndiscount_amount = 80\n", price: 100_00, want: "a 2000, b 8000",
		},
		"three of which the two smaller are worth more": {
			rules: "[rule.a]\ndiscount_amount = 60\n[rule.b]\ndiscount_amount = 45\n[rule.c]\ndiscount_amount = 50\n", price: 100_00, want: "b 4500, c 5000",
		},
		"what a rule leaves is what the next one sees": {
			rules: "[rule.a]\ndiscount_rate = 0.5\n[rule.b]\ndiscount_rate = 0.4\n", price: 100_00, want: "a 5000, b 2000",
		},
		"a rule that keeps a better one from its threshold is left out": {
			rules: "[rule.a]\ndiscount_amount = 10\n[rule.b]\nmin_subtotal = 100\ndiscount_amount = 30\n", price: 100_00, want: "b 3000",
		},
		"of a group one": {
			rules: "[rule.a]\ngroup = \"g\"\ndiscount_amount = 10\n[rule.b]\ngroup = \"g\"\ndiscount_amount = 20\n[rule.c]\ndiscount_amount = 5\n", price: 100_00, want: "b 2000, c 500",
		},
		"of a group the smaller, which goes with another rule": {
			rules: "[rule.a]\ngroup = \"g\"\ndiscount_amount = 80\n[rule.b]\ngroup = \"g\"\ndiscount_amount = 40\n[rule.c]\ndiscount_amount = 50\n", price: 100_00, want: "b 4000, c 5000",
		},
		"an exclusive rule alone": {
			rules: "[rule.a]\ndiscount_amount = 10\n[rule.b]\ndiscount_amount = 20\n[rule.x]\nexclusive = true\ndiscount_amount = 31\n", price: 100_00, want: "x 3100",
		},
		"an exclusive rule that is worth less": {
			rules: "[rule.a]\ndiscount_amount = 10\n[rule.b]\ndiscount_amount = 20\n[rule.x]\nexclusive = true\ndiscount_amount = 29\n", price: 100_00, want: "a 1000, b 2000",
		},
		"a rule that stops the cart is left out for a better one": {
			rules: "[rule.a]\nstop = \"cart\"\ndiscount_amount = 10\n[rule.b]\ndiscount_amount = 20\n", price: 100_00, want: "b 2000",
		},
		"of worth the same, fewer rules": {
			rules: "[rule.a]\ndiscount_amount = 10\n[rule.b]\ndiscount_amount = 20\n[rule.c]\ndiscount_amount = 30\n", price: 30_00, want: "c 3000",
		},
		"of worth the same and as many, the earlier rules": {
			rules: "[rule.a]\ndiscount_amount = 20\n[rule.b]\ndiscount_amount = 20\n[rule.c]\ndiscount_amount = 20\n", price: 40_00, want: "a 2000, b 2000",
		},
		"a gift costs nothing": {
			rules: "[rule.a]\ndiscount_amount = 10\n[rule.b]\ngift = { sku = \"mug\" }\n", price: 10_00, want: "a 1000, b 0",
		},
		"the order ladder is one of the rules": {
			rules: "[[discounts]]\nthreshold = 50\namount = 60\n[rule.a]\ndiscount_amount = 50\n", price: 100_00, want: "discounts 6000",
		},
		"the limits hold": {
			rules: "[limits]\nmax_amount = 50\n[rule.a]\ndiscount_amount = 40\n[rule.b]\ndiscount_amount = 50\n", price: 100_00, want: "b 5000",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustLoad(t, "", combination+c.rules)
			q, err := s.Quote(goods(t, of("tea", 1, c.price)), time.Unix(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range q.Applied {
				got = append(got, fmt.Sprint(s.Rules()[a.Rule], " ", a.Amount))
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("applied %s, want %s", text, c.want)
			}
		})
	}
}

func TestMoreRulesThanCanBeCombined(t *testing.T) {
	rules := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "[rule.r%d]\ndiscount_amount = 1\n", i)
		}
		return b.String()
	}
	const ladder, off = "[[discounts]]\nthreshold = 1\namount = 1\n", "[rule.off]\nenabled = false\ndiscount_amount = 1\n"
	for name, c := range map[string]struct{ rules, want string }{
		"sixteen":                {rules: rules(16)},
		"sixteen and one off":    {rules: rules(16) + off},
		"fifteen and the ladder": {rules: ladder + rules(15)},
		"seventeen": {rules: rules(17), want: `t.toml:2:25: arithmetic.select: best_combination takes 16 rules at most, and 17 are enabled ` +
			`(switch some off with enabled = false, or use select = "best")`},
		"sixteen and the ladder": {rules: ladder + rules(16), want: `t.toml:2:25: arithmetic.select: best_combination takes 16 rules at most, ` +
			`and 17 are enabled, the [[discounts]] ladder among them (switch some off with enabled = false, or use select = "best")`},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if _, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(combination + c.rules)}); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestExplainSaysWhatIsLeftOutOfTheBestCombination(t *testing.T) {
	s := mustLoad(t, "", combination+"[rule.a]\ndiscount_amount = 40\n[rule.b]\ndiscount_amount = 80\n[rule.c]\nmin_subtotal = 200\ndiscount_amount = 1\n")
	x, err := s.Explain(goods(t, of("tea", 1, 100_00)), time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a: select: 40.00 CNY alone, needed a combination with it that is worth more than 80.00 CNY",
		"c: min_subtotal: 100.00 CNY, needed at least 200.00 CNY",
	}
	var got []string
	for _, r := range x.Rejected {
		got = append(got, fmt.Sprintf("%s: %s: %s, needed %s", r.Rule, r.Reason, r.Seen, r.Needed))
	}
	if !slices.Equal(got, want) {
		t.Errorf("rejected %q, want %q", got, want)
	}
	if len(x.Lowered) > 0 || len(x.Applied) != 1 {
		t.Errorf("applied %v, lowered %v", x.Applied, x.Lowered)
	}
}

// A quote whose memory is used again takes none for the search.
func TestTheBestCombinationAllocatesNothing(t *testing.T) {
	rules := combination + "limits = { max_rate = 1 }\n"
	for i := range 16 {
		rules += fmt.Sprintf("[rule.r%02d]\nmax_units = %d\ndiscount_rate = 0.%d\n", i, 1+i%3, 1+i%3)
	}
	s, bought, q := mustLoad(t, "", rules), goods(t, of("tea", 2, 1800), of("coffee", 3, 2100)), &strategy.Quote{}
	quote := func() {
		if err := s.QuoteInto(q, bought, time.Unix(0, 0)); err != nil || len(q.Applied) == 0 {
			t.Fatal(q.Applied, err)
		}
	}
	quote()
	if n := testing.AllocsPerRun(5, quote); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// What a rule that stops the cart keeps from applying, or what another of its group
// always outdoes, may still be chosen.
func TestWarningsOfWhatMayBeChosen(t *testing.T) {
	const stops = "[rule.a]\nstop = \"cart\"\ndiscount_rate = 0.1\n[rule.b]\ndiscount_rate = 0.2\n"
	const grouped = "[rule.a]\ngroup = \"g\"\ndiscount_amount = 2\n[rule.b]\ngroup = \"g\"\ndiscount_amount = 1\n"
	for name, c := range map[string]struct {
		selection, rules string
		warned           bool
	}{
		"stop, all":                       {selection: "all", rules: stops, warned: true},
		"stop, the best":                  {selection: "best", rules: stops},
		"stop, the best combination":      {selection: "best_combination", rules: stops},
		"a group, all":                    {selection: "all", rules: grouped, warned: true},
		"a group, the best combination":   {selection: "best_combination", rules: grouped},
		"a group, the best of all, alone": {selection: "best", rules: grouped, warned: true},
	} {
		t.Run(name, func(t *testing.T) {
			text := "version = \"v\"\narithmetic = { select = \"" + c.selection + "\" }\n" + c.rules
			m, err := strategy.Parser{Lint: true}.Parse(strategy.Source{Name: "t.toml", Data: []byte(text)})
			if err != nil {
				t.Fatal(err)
			}
			if found := m.Lint(strategy.Compile(m), time.Unix(0, 0)); (len(found) > 0) != c.warned {
				t.Errorf("warned of %v", found)
			}
		})
	}
}
