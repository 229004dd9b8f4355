package strategy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/strategy"
)

// TestConformance runs worked cases of published engines, in a form of no
// product, through the real one: each is translated into the text of
// a strategy and into a cart. A case of which the language cannot take the
// policy is reported as not applicable, by name and with the reason.
//
// The files named in CONFORMANCE_CASES, separated like a PATH, take the place
// of the project's own.
func TestConformance(t *testing.T) {
	files := []string{filepath.Join("testdata", "conformance.json")}
	if named := os.Getenv("CONFORMANCE_CASES"); named != "" {
		files = filepath.SplitList(named)
	}
	passed, failed, notApplicable := 0, 0, 0
	for _, file := range files {
		for _, c := range readCases(t, file) {
			var why notApplicableError
			err := c.check()
			switch {
			case err == nil:
				passed++
			case asNotApplicable(err, &why):
				notApplicable++
				t.Logf("not applicable: %s: %s", c.ID, why)
			default:
				failed++
				t.Errorf("%s: %v", c.ID, err)
			}
		}
	}
	if passed == 0 {
		t.Error("no case passed")
	}
	fmt.Printf("conformance: %d passed, %d failed, %d not applicable\n", passed, failed, notApplicable)
}

func readCases(t *testing.T, file string) []*conformanceCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Cases []*conformanceCase }
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return document.Cases
}

type notApplicableError string

func (e notApplicableError) Error() string { return string(e) }

func asNotApplicable(err error, into *notApplicableError) bool {
	why, ok := err.(notApplicableError)
	*into = why
	return ok
}

// conformanceCase is one case of the neutral form.
type conformanceCase struct {
	ID       string
	Policy   neutralPolicy
	Now      string
	Rules    []neutralRule
	Cart     neutralCart
	Expected neutralExpected
}

type neutralExpected struct {
	Total        *int64                      `json:"total_discount_minor"`
	Items        *int64                      `json:"item_discount_minor"`
	Shipping     *int64                      `json:"shipping_discount_minor"`
	PerLine      map[string]int64            `json:"per_line"`
	PerShipping  map[string]int64            `json:"per_shipping"`
	PerRule      map[string]int64            `json:"per_rule"`
	PerLineRule  map[string]map[string]int64 `json:"per_line_rule"`
	PerUnit      map[string][]int64          `json:"per_unit"`
	AnyLine      []int64                     `json:"per_line_any_order"`
	AnyUnit      []int64                     `json:"per_unit_any_order"`
	AppliedRules []string                    `json:"applied_rules"`
	Rejected     []string                    `json:"rejected_rules"`
}

// check translates the case, quotes it and compares what it asserts.
func (c *conformanceCase) check() error {
	text, err := c.strategyText()
	if err != nil {
		return err
	}
	s, err := strategy.Load("", strategy.Source{Name: c.ID + ".toml", Data: text})
	if err != nil {
		return fmt.Errorf("loading\n%s\n%w", text, err)
	}
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	if c.Now != "" {
		if now, err = time.Parse(time.RFC3339, c.Now); err != nil {
			return err
		}
	}
	q, err := s.Quote(c.Cart.cart(), now)
	if err != nil {
		return err
	}
	if differences := c.compare(s, q); len(differences) > 0 {
		return fmt.Errorf("%s\n%s", strings.Join(differences, "\n"), text)
	}
	return nil
}

// compare lists what of the expected figures the quote does not have.
func (c *conformanceCase) compare(s *strategy.Strategy, q *strategy.Quote) []string {
	var d differences
	e := &c.Expected
	d.figure("total", e.Total, q.Discount+q.ShippingDiscount)
	d.figure("items", e.Items, q.Discount)
	d.figure("shipping", e.Shipping, q.ShippingDiscount)
	perRule, perLineRule := c.perRule(s, q)
	for id, want := range e.PerRule {
		d.figure("rule "+id, &want, perRule[id])
	}
	for rule, lines := range e.PerLineRule {
		for line, want := range lines {
			d.figure("rule "+rule+" on line "+line, &want, perLineRule[rule][line])
		}
	}
	var allLines, allUnits []int64
	for i, line := range c.Cart.Lines {
		got := q.Lines[i].Discount
		if want, asserted := e.PerLine[line.ID]; asserted {
			d.figure("line "+line.ID, &want, got)
		}
		units := spread(got, line.Quantity)
		if want, asserted := e.PerUnit[line.ID]; asserted && !slices.Equal(want, units) {
			d = append(d, fmt.Sprintf("units of %s: %v, want %v", line.ID, units, want))
		}
		allLines, allUnits = append(allLines, got), append(allUnits, units...)
	}
	for i, charge := range c.Cart.Shipping {
		if want, asserted := e.PerShipping[charge.ID]; asserted {
			d.figure("charge "+charge.ID, &want, q.Charges[i].Discount)
		}
	}
	d.anyOrder("lines", e.AnyLine, allLines)
	d.anyOrder("units", e.AnyUnit, allUnits)
	applied := slices.Sorted(maps.Keys(perRule))
	if e.AppliedRules != nil && !slices.Equal(slices.Sorted(slices.Values(e.AppliedRules)), applied) {
		d = append(d, fmt.Sprintf("applied %v, want %v", applied, e.AppliedRules))
	}
	for _, id := range e.Rejected {
		if perRule[id] != 0 {
			d = append(d, "rule "+id+" applied")
		}
	}
	return d
}

// perRule adds up what each rule that gave something took off.
func (c *conformanceCase) perRule(s *strategy.Strategy, q *strategy.Quote) (map[string]int64, map[string]map[string]int64) {
	perRule, perLineRule := map[string]int64{}, map[string]map[string]int64{}
	for _, a := range q.Applied {
		id := c.ruleID(s.Rules()[a.Rule])
		perRule[id] += a.Amount
		perLineRule[id] = map[string]int64{}
		for _, share := range q.Shares(a) {
			if share.Line >= 0 {
				perLineRule[id][c.Cart.Lines[share.Line].ID] += share.Amount
			}
		}
	}
	return perRule, perLineRule
}

// differences are what a quote has otherwise.
type differences []string

func (d *differences) figure(what string, want *int64, got int64) {
	if want != nil && *want != got {
		*d = append(*d, fmt.Sprintf("%s: %d, want %d", what, got, *want))
	}
}

func (d *differences) anyOrder(what string, want, got []int64) {
	if want == nil {
		return
	}
	if want, got := slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got)); !slices.Equal(want, got) {
		*d = append(*d, fmt.Sprintf("%s in any order: %v, want %v", what, got, want))
	}
}

// spread divides a line's discount over its units, odd minor units first.
func spread(amount, quantity int64) []int64 {
	units := make([]int64, quantity)
	for i := range units {
		units[i] = amount / quantity
		if int64(i) < amount%quantity {
			units[i]++
		}
	}
	return units
}
