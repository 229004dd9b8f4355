package strategy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// A rule to which an earlier one left nothing says which one that was.
func TestExplainSaysWhichRuleEndedTheDiscounts(t *testing.T) {
	const stops, latte = "[rule.a]\nstop = \"line\"\ndiscount_amount = 1\n", "skus = [\"latte-1\"]\n"
	const ended = "stopped: ended by a, needed no earlier rule that stops"
	for name, c := range map[string]struct{ text, want string }{
		"the lines": {text: stops + "[rule.b]\ndiscount_rate = 0.1\n", want: "b: " + ended},
		"the lines it is about": {
			text: "[rule.a]\nstop = \"line\"\n" + latte + "discount_amount = 1\n[rule.b]\n" + latte + "discount_rate = 0.1\n", want: "b: " + ended,
		},
		"other lines": {text: "[rule.a]\nstop = \"line\"\n" + latte + "discount_amount = 1\n[rule.b]\nskus = [\"tea-1\"]\ndiscount_rate = 0.1\n"},
		"some units, and a rate takes the others": {
			text: "[rule.a]\nstop = \"line\"\nmax_units = 1\n" + latte + "discount_amount = 1\n[rule.b]\n" + latte + "discount_rate = 0.1\n", want: "b: " + ended,
		},
		"each line by itself": {text: stops + "[rule.b]\neach = \"line\"\ndiscount_rate = 0.1\n", want: "b: " + ended},
		"none of it in the cart": {
			text: stops + "[rule.b]\nskus = [\"cake\"]\ndiscount_rate = 0.1\n", want: "b: target: nothing of it in the cart, needed goods or shipping the rule is about",
		},
		"the shipping": {
			text: "[rule.a]\napplies_to = \"shipping\"\nstop = \"line\"\ndiscount_amount = 1\n[rule.b]\napplies_to = \"shipping\"\ndiscount_rate = 1\n", want: "b: " + ended,
		},
		"the cart": {text: "[rule.a]\nstop = \"cart\"\ndiscount_amount = 1\n[rule.b]\ndiscount_rate = 0.1\n", want: "b: " + ended},
		"the cart, after others": {
			text: "[rule.0]\ndiscount_amount = 1\n[rule.a]\nstop = \"cart\"\ndiscount_amount = 1\n[rule.b]\nskus = [\"cake\"]\ndiscount_rate = 0.1\n", want: "b: " + ended,
		},
		"the lines, and then the payable is rounded": {text: "arithmetic = { payable_unit = 7 }\n" + stops + "[rule.b]\ndiscount_rate = 0.1\n", want: "b: " + ended},
		"the first of two that could": {
			text: "[rule.a]\nstop = \"line\"\n" + latte + "discount_amount = 1\n[rule.a2]\nstop = \"line\"\nskus = [\"tea-1\"]\ndiscount_amount = 1\n[rule.b]\ndiscount_rate = 0.1\n",
			want: "b: " + ended,
		},
		"no unit that is fresh": {
			text: "[rule.a]\ndiscount_amount = 1\n[rule.b]\nfresh_units = true\ndiscount_rate = 0.1\n",
			want: "b: fresh_units: no unit at its full price, needed a unit that no rule has reduced",
		},
	} {
		t.Run(name, func(t *testing.T) {
			crt := goods(t, of("latte", 2, 1800), of("tea", 1, 1500))
			crt.Shipping = []cart.Charge{{Amount: 600}}
			x, err := mustLoad(t, "", "version = \"v\"\n"+c.text).Explain(crt, at(t, "2024-06-01T12:00:00Z"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range x.Rejected {
				got = append(got, fmt.Sprintf("%s: %s: %s, needed %s", r.Rule, r.Reason, r.Seen, r.Needed))
				if r.Reason == "stopped" && r.Seen.Text != "a" {
					t.Errorf("seen is %q", r.Seen.Text)
				}
			}
			if text := strings.Join(got, "\n"); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
		})
	}
}
