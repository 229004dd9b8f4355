package strategy_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
)

// typed is what a program reads of a reason.
type typed struct {
	Rule    string         `json:"rule"`
	Reason  string         `json:"reason"`
	Detail  map[string]any `json:"detail"`
	Seen    *typedValue    `json:"seen"`
	Needed  *typedValue    `json:"needed"`
	Text    string         `json:"text"`
	Missing *typedValue    `json:"missing"`

	MissingAmount int64 `json:"missing_amount"`
	MissingUnits  int64 `json:"missing_units"`
	Saves         int64 `json:"saves"`
	WouldSave     int64 `json:"would_save"`
}

type typedValue struct {
	Value any    `json:"value"`
	Unit  string `json:"unit"`
}

func minorUnits(n float64) *typedValue { return &typedValue{n, "minor"} }
func unitsOf(n float64) *typedValue    { return &typedValue{n, "units"} }
func ordersOf(n float64) *typedValue   { return &typedValue{n, "orders"} }
func timeOf(text string) *typedValue   { return &typedValue{text, "time"} }
func textOf(text string) *typedValue   { return &typedValue{text, "text"} }

// explainedJSON is an explanation as a program reads it.
func explainedJSON(t *testing.T, text string, c string, now string) (rejected, next map[string]typed) {
	t.Helper()
	s, crt := mustLoad(t, "", text), explainCart(t)
	if c != "" {
		crt.Coupons = []string{c}
	}
	x, err := s.Explain(crt, at(t, now))
	if err != nil {
		t.Fatal(err)
	}
	var read struct{ Rejected, Next []typed }
	if err := json.Unmarshal(s.AppendExplanationJSON(nil, x, crt), &read); err != nil {
		t.Fatal(err)
	}
	rejected, next = map[string]typed{}, map[string]typed{}
	for _, r := range read.Rejected {
		rejected[r.Rule] = r
	}
	for _, n := range read.Next {
		next[n.Rule] = n
	}
	return rejected, next
}

// The cart is 36.00 of coffee in two units and 15.00 of tea in one.
func TestReasonsAreTyped(t *testing.T) {
	rejected, _ := explainedJSON(t, explained+`
[rule.second-order]
customer = { nth_order = 2 }
discount_amount = 1
[rule.dear]
categories = ["茶"]
every = { threshold = 20, amount = 1 }
`, "", "2024-06-01T12:00:00+08:00")
	now := timeOf("2024-06-01T12:00:00+08:00")
	for rule, want := range map[string]typed{
		"alone":         {Reason: "exclusive", Seen: minorUnits(50), Needed: minorUnits(200), Text: "other rules are worth more: seen 0.50 CNY, needed more than the others together, 2.00 CNY"},
		"app":           {Reason: "channels", Seen: textOf("no channel"), Needed: textOf("app"), Text: "the rule is for other channels: seen no channel, needed app"},
		"bundle":        {Reason: "bundle", Seen: unitsOf(2), Needed: unitsOf(3), Text: "there are too few units for a bundle: seen 2 units, needed at least 3 units"},
		"cake":          {Reason: "target", Seen: unitsOf(0), Needed: unitsOf(1), Text: "nothing matches: seen nothing of it in the cart, needed goods or shipping the rule is about"},
		"coupon":        {Reason: "coupons", Seen: textOf("no coupon"), Needed: textOf("a coupon of the rule"), Text: "the cart has no coupon of the rule: seen no coupon, needed a coupon of the rule"},
		"dear":          {Reason: "every", Seen: minorUnits(1500), Needed: minorUnits(2000), Text: "no step is full: seen 15.00 CNY, needed at least 20.00 CNY"},
		"discounts":     {Reason: "threshold", Seen: minorUnits(5100), Needed: minorUnits(10000), Text: "no step is reached: seen 51.00 CNY, needed at least 100.00 CNY"},
		"early":         {Reason: "valid_from", Seen: now, Needed: timeOf("2024-06-02T00:00:00+08:00"), Text: "the rule has not begun: seen 2024-06-01T12:00:00+08:00, needed 2024-06-02T00:00:00+08:00"},
		"gold":          {Reason: "customer", Seen: textOf("no tier"), Needed: textOf("gold"), Text: "the rule is for other customers: seen no tier, needed tier gold"},
		"late":          {Reason: "valid_until", Seen: now, Needed: timeOf("2024-05-31T23:59:59+08:00"), Text: "the rule has ended: seen 2024-06-01T12:00:00+08:00, needed until 2024-05-31T23:59:59+08:00"},
		"machine":       {Reason: "requires", Seen: unitsOf(0), Needed: unitsOf(1), Text: "goods that the rule requires are missing: seen 0 units, needed at least 1 unit of the goods required"},
		"much-tea":      {Reason: "min_subtotal", Seen: minorUnits(1500), Needed: minorUnits(5000), Text: "the goods are worth too little: seen 15.00 CNY, needed at least 50.00 CNY"},
		"night":         {Reason: "time_window", Seen: now, Needed: timeOf("2024-06-07T22:00:00+08:00"), Text: "the rule is outside its hours: seen sat 12:00:00, needed 22:00:00 to 02:00:00 on fri"},
		"no-tea":        {Reason: "forbids", Seen: unitsOf(1), Needed: unitsOf(0), Text: "the cart has goods that the rule forbids: seen 1 unit, needed none of the goods forbidden"},
		"second-order":  {Reason: "customer", Seen: ordersOf(1), Needed: ordersOf(2), Text: "the rule is for other customers: seen order 1, needed order 2"},
		"three-coffees": {Reason: "min_quantity", Seen: unitsOf(2), Needed: unitsOf(3), Text: "there are too few units: seen 2 units, needed at least 3 units"},
		"weak":          {Reason: "group", Seen: minorUnits(100), Needed: textOf("worth more than the others of g"), Text: "another rule of the group is worth more: seen 1.00 CNY, needed worth more than the others of g"},
		"off":           {Reason: "enabled", Seen: textOf("false"), Needed: textOf("true"), Text: "the rule is switched off: seen false, needed true"},
	} {
		t.Run(rule, func(t *testing.T) {
			got := rejected[rule]
			if got.Detail["seen"] == nil || got.Detail["needed"] == nil {
				t.Errorf("the detail is %v", got.Detail)
			}
			got.Rule, got.Detail = "", nil
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %s\nwant %s", mustJSON(t, got), mustJSON(t, want))
			}
		})
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A countdown and a progress bar need no parsing.
func TestNextIsTyped(t *testing.T) {
	for name, c := range map[string]struct {
		rule string
		want typed
	}{
		"a threshold of value":        {rule: "min_subtotal = 60\ndiscount_amount = 3", want: typed{Reason: "min_subtotal", Seen: minorUnits(5100), Needed: minorUnits(6000), Missing: minorUnits(900), MissingAmount: 900, Saves: 300, WouldSave: 300, Text: "goods for 9.00 CNY more would save 3.00 CNY"}},
		"a threshold of units":        {rule: "min_quantity = 4\ndiscount_amount = 3", want: typed{Reason: "min_quantity", Seen: unitsOf(3), Needed: unitsOf(4), Missing: unitsOf(1), MissingUnits: 1, Saves: 300, WouldSave: 300, Text: "1 unit more would save 3.00 CNY"}},
		"a bundle":                    {rule: "categories = [\"茶\"]\nbundle = { units = 2, price = 20 }", want: typed{Reason: "bundle", Seen: unitsOf(1), Needed: unitsOf(2), Missing: unitsOf(1), MissingUnits: 1, Saves: 1000, WouldSave: 1000, Text: "1 unit more would save 10.00 CNY"}},
		"a full step":                 {rule: "every = { threshold = 20, amount = 2 }", want: typed{Reason: "every", Seen: minorUnits(5100), Needed: minorUnits(6000), Missing: minorUnits(900), MissingAmount: 900, Saves: 200, WouldSave: 200, Text: "goods for 9.00 CNY more would save 2.00 CNY"}},
		"a step of a ladder":          {rule: "ladder = [{ threshold = 50, amount = 1 }, { threshold = 60, amount = 6 }]", want: typed{Reason: "ladder", Seen: minorUnits(5100), Needed: minorUnits(6000), Missing: minorUnits(900), MissingAmount: 900, Saves: 500, WouldSave: 500, Text: "goods for 9.00 CNY more would save 5.00 CNY"}},
		"a step of a unit ladder":     {rule: "ladder_by = \"quantity\"\nladder = [{ threshold = 5, amount = 1 }]", want: typed{Reason: "ladder", Seen: unitsOf(3), Needed: unitsOf(5), Missing: unitsOf(2), MissingUnits: 2, Saves: 100, WouldSave: 100, Text: "2 units more would save 1.00 CNY"}},
		"a step of all [[discounts]]": {rule: "enabled = false\ndiscount_amount = 1\n[[discounts]]\nthreshold = 60\namount = 4", want: typed{Reason: "threshold", Seen: minorUnits(5100), Needed: minorUnits(6000), Missing: minorUnits(900), MissingAmount: 900, Saves: 400, WouldSave: 400, Text: "goods for 9.00 CNY more would save 4.00 CNY"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, next := explainedJSON(t, "version = \"x\"\n[rule.a]\n"+c.rule, "", "2024-06-01T12:00:00+08:00")
			for _, got := range next {
				got.Rule = ""
				if !reflect.DeepEqual(got, c.want) {
					t.Errorf("got  %s\nwant %s", mustJSON(t, got), mustJSON(t, c.want))
				}
			}
			if len(next) != 1 {
				t.Errorf("there are %d", len(next))
			}
		})
	}
}

// Whatever the strategy and the cart, every reason is one of the list, has words, and
// values of known units.
func TestLawReasonsAreOfTheList(t *testing.T) {
	reasons := strategy.Reasons()
	units := []strategy.Unit{"", strategy.UnitMinor, strategy.UnitUnits, strategy.UnitOrders, strategy.UnitUses, strategy.UnitTime, strategy.UnitText}
	lawOfExplanations(t, func(x *strategy.Explanation) string {
		for _, r := range x.Rejected {
			if !slices.Contains(reasons, r.Reason) || !slices.Contains(units, r.Seen.Unit) || !slices.Contains(units, r.Needed.Unit) ||
				(r.Seen.Unit == "") != (r.Seen.Words == "") || (r.Needed.Unit == "") != (r.Needed.Words == "") || r.Text == "" {
				return r.Rule + " is rejected because of " + r.Reason + ": " + r.Text
			}
		}
		for _, n := range x.Next {
			if !slices.Contains(reasons, n.Reason) || n.Missing.Number != cmp.Or(n.Units, n.Amount) || n.Text == "" || n.Needed.Number <= n.Seen.Number {
				return n.Rule + " is close by " + n.Reason + ": " + n.Text
			}
		}
		return ""
	})
}

// The reference lists all reasons.
func TestTheReferenceListsAllReasons(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "quote.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range strategy.Reasons() {
		if !strings.Contains(string(page), "| `"+reason+"` |") {
			t.Errorf("docs/quote.md does not list %s", reason)
		}
	}
}
