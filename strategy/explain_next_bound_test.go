package strategy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// However many rules and lines there are, what is close takes a bounded number of quotes.
func TestGoalsTakeABoundedNumberOfQuotes(t *testing.T) {
	var text strings.Builder
	text.WriteString("version = \"v\"\n")
	for i := range 40 {
		fmt.Fprintf(&text, "[rule.\"r%02d\"]\nevery = { threshold = %d, amount = 1 }\n", i, 1000+i)
	}
	s, err := Load("", Source{Name: "t.toml", Data: []byte(text.String())})
	if err != nil {
		t.Fatal(err)
	}
	c := &cart.Cart{Lines: []cart.Line{{SKU: "tea", Quantity: 1, UnitPrice: 100, Subtotal: 100}}}
	x, noted, err := s.traced(c, begin, nil)
	if err != nil {
		t.Fatal(err)
	}
	if goals := s.nearest(&x.Quote, c, noted); len(goals) != maxNext {
		t.Errorf("%d goals are tried, not %d", len(goals), maxNext)
	}
	for name, r := range map[string]struct {
		trials trials
		want   int
	}{
		"small quotes": {trials{Strategy: s, cart: c, now: begin, left: maxQuotes}, maxQuotes},
		"large quotes": {trials{Strategy: s, cart: c, now: begin, left: maxQuotes, work: maxWork}, leastQuotes},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 * maxQuotes {
				r.trials.quote(s, &trace{only: 1}, nil)
			}
			if r.trials.made != r.want || r.trials.work == 0 {
				t.Errorf("%d quotes of %d rules and lines, not %d", r.trials.made, r.trials.work, r.want)
			}
		})
	}
}

// A search for the best combination is work, too: one of many lines counts as often as a
// rule is tried on them.
func TestGoalsTakeABoundedNumberOfSearches(t *testing.T) {
	var text strings.Builder
	text.WriteString("version = \"v\"\narithmetic = { select = \"best_combination\" }\n")
	for i := range maxCombined {
		fmt.Fprintf(&text, "[rule.\"r%02d\"]\nladder = [{ threshold = 1, rate = 0.%02d }, { threshold = 9000, rate = 0.5 }]\n", i, i+10)
	}
	s, err := Load("", Source{Name: "t.toml", Data: []byte(text.String())})
	if err != nil {
		t.Fatal(err)
	}
	c := &cart.Cart{}
	for i := range 5 {
		c.Lines = append(c.Lines, cart.Line{SKU: fmt.Sprint(i), Quantity: 1, UnitPrice: 100, Subtotal: 100})
	}
	r := &trials{Strategy: s, cart: c, now: begin, left: maxQuotes}
	q, ok := r.quote(s, &trace{only: 1}, nil)
	if !ok || q.work.choice.combining.tries <= maxCombined {
		t.Fatalf("%t, %+v", ok, q.work.choice.combining)
	}
	if least := q.work.choice.combining.tries * len(c.Lines); r.work < least {
		t.Errorf("%d tries of %d lines are work of %d, want %d at least", q.work.choice.combining.tries, len(c.Lines), r.work, least)
	}
}
