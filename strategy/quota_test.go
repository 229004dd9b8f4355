package strategy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// limited is a cart priced within quotas.
type limited struct {
	strategy string
	customer string           // of the cart
	lines    []cart.Line      // three phones at 10.00 when absent
	left     map[string]int64 // by quotaLabel
	denied   []string         // rules
	applied  string           // such as "flash 3.00 of 3"
	counted  string           // such as "flash units 3"
}

// quotaLabel is the name of a quota and what it counts.
func quotaLabel(q *strategy.Quota) string {
	label := q.Name + " " + q.Kind.String()
	if q.PerCustomer {
		label += " per customer"
	}
	return label
}

func (l limited) check(t *testing.T) {
	t.Helper()
	s := loadedText(t, l.strategy)
	if l.lines == nil {
		l.lines = []cart.Line{of("phone", 3, 1000)}
	}
	c := &cart.Cart{Customer: cart.Customer{ID: l.customer}, Lines: l.lines}
	for i := range c.Lines {
		c.Lines[i].Subtotal = c.Lines[i].Quantity * c.Lines[i].UnitPrice
	}
	var r strategy.Restriction
	for i := range s.Quotas() {
		if left, has := l.left[quotaLabel(&s.Quotas()[i])]; has {
			r.SetLeft(i, left)
		}
	}
	for _, id := range l.denied {
		r.Deny(slices.Index(s.Rules(), id))
	}
	var q strategy.Quote
	if _, err := s.Prepare(&q, c, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	s.Restrict(&q, &r)
	if err := s.Complete(&q); err != nil {
		t.Fatal(err)
	}
	var applied, counted []string
	for _, a := range q.Applied {
		applied = append(applied, fmt.Sprintf("%s %d of %d", s.Rules()[a.Rule], a.Amount, a.Units))
	}
	for _, d := range s.Demands(nil, &q) {
		counted = append(counted, fmt.Sprintf("%s %d", quotaLabel(&s.Quotas()[d.Quota]), d.Amount))
	}
	if got := strings.Join(applied, ", "); got != l.applied {
		t.Errorf("applied are %q, want %q", got, l.applied)
	}
	if got := strings.Join(counted, ", "); got != l.counted {
		t.Errorf("counted are %q, want %q", got, l.counted)
	}
}

func loadedText(t *testing.T, text string) *strategy.Strategy {
	t.Helper()
	s, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\n" + text)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestQuotesWithinQuotas(t *testing.T) {
	t.Parallel()
	const (
		units    = "[rule.flash]\nunit_price = 9.00\nquota = { units = 500 }\n"
		partial  = "[rule.flash]\nunit_price = 9.00\nquota = { units = 500, partial = true }\n"
		customer = "[rule.flash]\nunit_price = 9.00\nquota = { units_per_customer = 1, partial = true }\n"
		budget   = "[rule.flash]\ndiscount_rate = 0.1\nquota = { budget = 100, partial = true }\n"
		shared   = "[quota.all]\nbudget = 5.00\n[rule.a]\ndiscount_amount = 3\nquotas = [\"all\"]\n[rule.b]\ndiscount_amount = 3\nquotas = [\"all\"]\n"
		group    = "[rule.a]\nstage = 1\ngroup = \"g\"\ndiscount_amount = 2\nquota = { uses = 1 }\n[rule.c]\nstage = 3\ngroup = \"g\"\ndiscount_amount = 1\n[rule.b]\nstage = 2\ndiscount_rate = 0.5\n"
	)
	for name, l := range map[string]limited{
		"all is left":                   {strategy: units, applied: "flash 300 of 3", counted: "flash units 3"},
		"as much is left":               {strategy: units, left: map[string]int64{"flash units": 3}, applied: "flash 300 of 3", counted: "flash units 3"},
		"too little is left":            {strategy: units, left: map[string]int64{"flash units": 2}},
		"nothing is left":               {strategy: units, left: map[string]int64{"flash units": 0}},
		"more was used than there is":   {strategy: units, left: map[string]int64{"flash units": -7}},
		"denied":                        {strategy: units, denied: []string{"flash"}},
		"what is left":                  {strategy: partial, left: map[string]int64{"flash units": 2}, applied: "flash 200 of 2", counted: "flash units 2"},
		"what is left of a budget":      {strategy: budget, left: map[string]int64{"flash budget": 123}, applied: "flash 123 of 3", counted: "flash budget 123"},
		"one for each customer":         {strategy: customer, customer: "c", applied: "flash 100 of 1", counted: "flash units per customer 1"},
		"nobody named":                  {strategy: customer},
		"two rules that share a budget": {strategy: shared, applied: "a 300 of 3", counted: "all budget 300"},
		"a group led by its next rule":  {strategy: group, denied: []string{"a"}, applied: "b 1500 of 3, c 100 of 3"},
		"a group led by its first rule": {strategy: group, applied: "a 200 of 3, b 1400 of 3", counted: "a uses 1"},
		"a limit below one order": {
			strategy: "[rule.flash]\nunit_price = 9\nquota = { units_per_customer = 2 }\n[rule.other]\npriority = -1\ndiscount_amount = 1\n", customer: "c", applied: "other 100 of 3",
		},
		"gifts": {strategy: "[rule.flash]\ngift = { sku = \"mug\", quantity = 3 }\nquota = { units = 2, uses = 5, partial = true }\n", applied: "flash 0 of 2", counted: "flash uses 1, flash units 2"},
	} {
		t.Run(name, func(t *testing.T) { l.check(t) })
	}
}
