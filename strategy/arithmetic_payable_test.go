package strategy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

func TestWhatIsLeftToPayIsRounded(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		lines []cart.Line
		want  string // rules, then the discount of each line
	}{
		"down by default": {
			text: "arithmetic = { payable_unit = 1 }\n[rule.a]\ndiscount_rate = 0.1\n", lines: []cart.Line{of("tea", 1, 19_99)}, want: "a 200, rounding 99 [299]",
		},
		"down without a discount": {
			text: "arithmetic = { payable_unit = 1 }\n[rule.a]\nmin_subtotal = 100\ndiscount_rate = 0.1\n", lines: []cart.Line{of("tea", 1, 19_99)}, want: "rounding 99 [99]",
		},
		"without any rule": {
			text: "arithmetic = { payable_unit = 0.1 }\n", lines: []cart.Line{of("tea", 1, 19_99)}, want: "rounding 9 [9]",
		},
		"a step already": {
			text: "arithmetic = { payable_unit = 0.05 }\n[rule.a]\ndiscount_amount = 1\n", lines: []cart.Line{of("tea", 1, 20_00)}, want: "a 100 [100]",
		},
		"to the nearest, which is more": {
			text: "arithmetic = { payable_unit = 0.05, payable_rounding = \"half_up\" }\n[rule.a]\ndiscount_rate = 0.15\n", lines: []cart.Line{of("tea", 1, 19_99)}, want: "a 300, rounding -1 [299]",
		},
		"to the nearest, which is less": {
			text: "arithmetic = { payable_unit = 0.05, payable_rounding = \"half_up\" }\n[rule.a]\ndiscount_amount = 3\n", lines: []cart.Line{of("tea", 1, 20_02)}, want: "a 300, rounding 2 [302]",
		},
		"halves to the even one below": {
			text: "arithmetic = { payable_unit = 0.10, payable_rounding = \"half_even\" }\n[rule.a]\ndiscount_amount = 3\n", lines: []cart.Line{of("tea", 1, 20_05)}, want: "a 300, rounding 5 [305]",
		},
		"halves to the even one above": {
			text: "arithmetic = { payable_unit = 0.10, payable_rounding = \"half_even\" }\n[rule.a]\ndiscount_amount = 3\n", lines: []cart.Line{of("tea", 1, 20_15)}, want: "a 300, rounding -5 [295]",
		},
		"halves down": {
			text: "arithmetic = { payable_unit = 0.10, payable_rounding = \"half_down\" }\n[rule.a]\ndiscount_amount = 3\n", lines: []cart.Line{of("tea", 1, 20_15)}, want: "a 300, rounding 5 [305]",
		},
		"up": {
			text: "arithmetic = { payable_unit = 1, payable_rounding = \"up\" }\n[rule.a]\ndiscount_amount = 3\n", lines: []cart.Line{of("tea", 1, 20_15)}, want: "a 300, rounding -85 [215]",
		},
		"up, never above what the goods are worth": {
			text: "arithmetic = { payable_unit = 1, payable_rounding = \"up\" }\n[rule.a]\ndiscount_amount = 0.10\n", lines: []cart.Line{of("tea", 1, 20_15)}, want: "a 10, rounding -10 [0]",
		},
		"up without a discount": {
			text: "arithmetic = { payable_unit = 1, payable_rounding = \"up\" }\n[rule.a]\nmin_subtotal = 100\ndiscount_amount = 1\n", lines: []cart.Line{of("tea", 1, 20_15)}, want: " [0]",
		},
		"up takes back where something was taken off": {
			text:  "arithmetic = { payable_unit = 1, payable_rounding = \"up\" }\n[rule.a]\ncategories = [\"tea\"]\nunit_price = 0\n",
			lines: []cart.Line{of("tea", 1, 10_00), of("coffee", 1, 19_99)}, want: "a 1000, rounding -1 [999 0]",
		},
		"shared by value": {
			text:  "arithmetic = { payable_unit = 1 }\n[rule.a]\ncategories = [\"cake\"]\ndiscount_amount = 1\n",
			lines: []cart.Line{of("tea", 1, 30_45), of("coffee", 1, 10_15)}, want: "rounding 60 [45 15]",
		},
		"in minor units whatever rounding_unit is": {
			text: "arithmetic = { payable_unit = 0.5, rounding_unit = 1 }\n[rule.a]\ndiscount_rate = 0.1\n", lines: []cart.Line{of("tea", 1, 19_99)}, want: "a 200, rounding 49 [249]",
		},
		"lines that a rule stopped take part": {
			text: "arithmetic = { payable_unit = 1 }\n[rule.a]\nstop = \"line\"\ndiscount_rate = 0.1\n", lines: []cart.Line{of("tea", 1, 19_99)}, want: "a 200, rounding 99 [299]",
		},
		"after a rule that ends the cart": {
			text: "arithmetic = { payable_unit = 1 }\n[rule.a]\nstop = \"cart\"\ndiscount_rate = 0.1\n", lines: []cart.Line{of("tea", 1, 19_99)}, want: "a 200, rounding 99 [299]",
		},
		"after the only rule of select": {
			text: "arithmetic = { payable_unit = 1, select = \"best\" }\n[rule.a]\ndiscount_rate = 0.1\n[rule.b]\ndiscount_rate = 0.2\n", lines: []cart.Line{of("tea", 1, 19_99)}, want: "b 400, rounding 99 [499]",
		},
		"after an exclusive rule": {
			text: "arithmetic = { payable_unit = 1 }\n[rule.a]\ndiscount_rate = 0.1\n[rule.b]\nexclusive = true\ndiscount_rate = 0.2\n", lines: []cart.Line{of("tea", 1, 19_99)}, want: "b 400, rounding 99 [499]",
		},
		"within the limits": {
			text: "arithmetic = { payable_unit = 1 }\n[limits]\nmax_amount = 2.50\n[rule.a]\ndiscount_rate = 0.1\n", lines: []cart.Line{of("tea", 1, 19_99)}, want: "a 200, rounding 50 [250]",
		},
		"no line goes below its floor": {
			text:  "arithmetic = { payable_unit = 1 }\n[[products]]\nsku = \"tea\"\nfloor_price = 19.80\n[rule.a]\nskus = [\"x\"]\ndiscount_rate = 0.1\n",
			lines: []cart.Line{{SKU: "tea", Quantity: 1, UnitPrice: 19_99, Subtotal: 19_99}}, want: "rounding 19 [19]",
		},
		"a cart of nothing": {text: "arithmetic = { payable_unit = 1 }\n", lines: []cart.Line{of("tea", 1, 0)}, want: " [0]"},
		"less than a step is nothing to pay": {
			text: "arithmetic = { payable_unit = 1 }\n", lines: []cart.Line{of("tea", 1, 99)}, want: "rounding 99 [99]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustLoad(t, "", "version = \"v\"\n"+c.text)
			bought := goods(t, c.lines...)
			bought.Shipping = []cart.Charge{{Method: "post", Amount: 3_33}}
			q, err := s.Quote(bought, time.Unix(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			var rules []string
			for _, a := range q.Applied {
				rules = append(rules, fmt.Sprint(s.Rules()[a.Rule], " ", a.Amount))
			}
			var lines []int64
			for i := range q.Lines {
				lines = append(lines, q.Lines[i].Discount)
			}
			if got := fmt.Sprint(strings.Join(rules, ", "), " ", lines); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if q.Payable != q.Subtotal-q.Discount+3_33 || q.ShippingDiscount != 0 {
				t.Errorf("%d to pay of %d, %d off, %d off shipping", q.Payable, q.Subtotal, q.Discount, q.ShippingDiscount)
			}
		})
	}
}

func TestPayableRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a rule of the reserved id": {
			text: "arithmetic = { payable_unit = 1 }\n[rule.rounding]\ndiscount_rate = 0.1\n",
			want: `t.toml:3:7: rule."rounding": what payable_unit rounds goes by this id (call the rule something else)`,
		},
		"a rule of that id where nothing is rounded": {text: "[rule.rounding]\ndiscount_rate = 0.1\n"},
		"a rounding without a unit": {
			text: "arithmetic = { payable_rounding = \"up\" }\n[rule.a]\ndiscount_rate = 0.1\n",
			want: "t.toml:2:35: arithmetic.payable_rounding: there is no payable_unit for it (such as payable_unit = 0.05)",
		},
		"no rounding of that name": {
			text: "arithmetic = { payable_unit = 1, payable_rounding = \"off\" }\n[rule.a]\ndiscount_rate = 0.1\n",
			want: `t.toml:2:53: arithmetic.payable_rounding: this is a string ("off"), want one of half_up, half_even, half_down, down, up`,
		},
		"nothing": {
			text: "arithmetic = { payable_unit = 0 }\n[rule.a]\ndiscount_rate = 0.1\n",
			want: "t.toml:2:31: arithmetic.payable_unit: 0 is too small, want 0.01 CNY or more",
		},
		"more than there are": {
			text: "arithmetic = { payable_unit = 10000.01 }\n[rule.a]\ndiscount_rate = 0.1\n",
			want: "t.toml:2:31: arithmetic.payable_unit: the unit is far too large",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if _, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\n" + c.text)}); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestPayableInTheCanonicalForm(t *testing.T) {
	for name, c := range map[string]struct{ arithmetic, want string }{
		"the default left out": {arithmetic: `payable_unit = 0.05, payable_rounding = "down"`, want: `{"arithmetic":{"payable_unit":"0.05"},`},
		"another rounding":     {arithmetic: `payable_rounding = "up", payable_unit = 1`, want: `{"arithmetic":{"payable_rounding":"up","payable_unit":"1.00"},`},
		"half_up":              {arithmetic: `payable_rounding = "half_up", payable_unit = 1`, want: `{"arithmetic":{"payable_rounding":"half_up","payable_unit":"1.00"},`},
		"an allocation":        {arithmetic: `allocation = "cascade_up"`, want: `{"arithmetic":{"allocation":"cascade_up"},`},
		"a selection":          {arithmetic: `select = "best_combination"`, want: `{"arithmetic":{"select":"best_combination"},`},
	} {
		t.Run(name, func(t *testing.T) {
			m := mustParse(t, "", "version = \"v\"\narithmetic = { "+c.arithmetic+" }\n[rule.a]\ndiscount_rate = 0.1\n")
			if got := string(m.Canonical()); !strings.HasPrefix(got, c.want) {
				t.Errorf("got %s, want %s…", got, c.want)
			}
		})
	}
}

func TestExplainSaysWhatBecameOfRounding(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		price   int64
		rounded string // of rejected and lowered
	}{
		"nothing to round":   {text: "arithmetic = { payable_unit = 0.05 }\n", price: 20_00, rounded: "nothing: 20.00 CNY to pay for goods, needed an amount that is no multiple of 0.05 CNY"},
		"nothing to add to":  {text: "arithmetic = { payable_unit = 1, payable_rounding = \"up\" }\n", price: 19_50, rounded: "nothing: 19.50 CNY to pay for goods, nothing off, needed a discount to take 0.50 CNY back from"},
		"no limit left":      {text: "arithmetic = { payable_unit = 1 }\nlimits = { max_amount = 5 }\n[rule.a]\ndiscount_amount = 5\n", price: 19_50, rounded: "limits: 0 left of limits.max_amount, needed 0.50 CNY"},
		"some limit left":    {text: "arithmetic = { payable_unit = 1 }\nlimits = { max_amount = 5 }\n[rule.a]\ndiscount_amount = 4.90\n", price: 19_50, rounded: "from 60 to 10 by limits.max_amount"},
		"nothing above":      {text: "arithmetic = { payable_unit = 1 }\n[[products]]\nsku = \"x\"\nfloor_price = 19.50\n", price: 19_50, rounded: "floor_price: nothing left above it, needed 0.50 CNY"},
		"little above":       {text: "arithmetic = { payable_unit = 1 }\n[[products]]\nsku = \"x\"\nfloor_price = 19.40\n", price: 19_50, rounded: "from 50 to 10 by floor_price"},
		"nothing taken back": {text: "arithmetic = { payable_unit = 1, payable_rounding = \"up\" }\n[rule.a]\ndiscount_amount = 0.20\n", price: 19_50, rounded: ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustLoad(t, "", "version = \"v\"\n"+c.text)
			x, err := s.Explain(goods(t, cart.Line{SKU: "x", Quantity: 1, UnitPrice: c.price, Subtotal: c.price}), time.Unix(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range x.Rejected {
				if r.Rule == "rounding" {
					got = append(got, fmt.Sprintf("%s: %s, needed %s", r.Reason, r.Seen, r.Needed))
				}
			}
			for _, l := range x.Lowered {
				got = append(got, fmt.Sprintf("from %d to %d by %s", l.From, l.Amount, l.ByText()))
			}
			if text := strings.Join(got, "; "); text != c.rounded {
				t.Errorf("got %q, want %q", text, c.rounded)
			}
		})
	}
}

// An exclusive rule that wins is named as such, though what is left is rounded after
// it.
func TestRoundingIsNoRuleBesideAnExclusiveOne(t *testing.T) {
	s := mustLoad(t, "", "version = \"v\"\narithmetic = { payable_unit = 1 }\n[rule.a]\ndiscount_rate = 0.1\n[rule.b]\nexclusive = true\ndiscount_rate = 0.2\n")
	x, err := s.Explain(goods(t, of("tea", 1, 19_99)), time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Rejected) != 1 || x.Rejected[0].Reason != "exclusive" || x.Rejected[0].Needed.Words != "more than the 4.00 CNY of b" {
		t.Errorf("rejected %+v", x.Rejected)
	}
}

func TestAMinorUnitRoundsNothing(t *testing.T) {
	m := mustParse(t, "", "version = \"v\"\ncurrency = \"JPY\"\narithmetic = { payable_unit = 1 }\n[rule.a]\ndiscount_rate = 0.1\n")
	const want = "t.toml:3:31: arithmetic.payable_unit: every amount goes in steps of 1 JPY, so nothing is rounded (leave it out, or take larger steps)"
	if got := m.Warnings(); len(got) != 1 || got[0].String() != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// Negative amounts of the reserved rule are written like others.
func TestRoundingInJSON(t *testing.T) {
	s := mustLoad(t, "", "version = \"v\"\narithmetic = { payable_unit = 0.05, payable_rounding = \"half_up\" }\n[rule.a]\ndiscount_rate = 0.15\n")
	bought := goods(t, of("tea", 1, 19_99))
	q, err := s.Quote(bought, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	text := string(s.AppendQuoteJSON(nil, q, bought))
	for _, want := range []string{
		`"discount":299,"shipping_discount":0,"payable":1700,`,
		`"discount":299,"rules":{"a":300,"rounding":-1}`,
		`"applied":[{"rule":"a","amount":300,"lines":[300]},{"rule":"rounding","amount":-1,"lines":[-1]}]`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s\nhas no %s", text, want)
		}
	}
}
