package ruletest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// sale has quotas of every kind.
const sale = `
version = "sale"

[quota.campaign]
budget = 1000
partial = true

[rule.flash]
skus       = ["phone"]
unit_price = 900
quota      = { units = 500, units_per_customer = 2, partial = true }
stop       = "line"

[rule.first]
discount_amount = 10
quota           = { uses = 1000, id = "first-thousand" }

[rule.summer]
priority      = -1
discount_rate = 0.1
quotas        = ["campaign"]

[rule.plain]
priority        = -2
discount_amount = 1
`

// selling is a test with two lines and what is left.
func selling(left, expect string) string {
	return fmt.Sprintf(`
[[test]]
name = "x"
now  = 2026-11-11T09:30:00Z
cart = { customer = { id = "u1" }, items = [{ sku = "phone", quantity = 2, unit_price = 1000 }, { sku = "case", quantity = 1, unit_price = 100 }] }
%s
expect = %s
`, left, expect)
}

func TestWhatIsLeft(t *testing.T) {
	t.Parallel()
	s := load(t, "", sale)
	for name, c := range map[string]struct{ left, expect, fails string }{
		"all":                      {expect: `{ applied = { first = 10, flash = 190.48, summer = 9.95, plain = 1 } }`},
		"nothing of a rule":        {left: `exhausted = ["flash"]`, expect: `{ applied = ["first", "summer", "plain"], rejected = { flash = "quota" } }`},
		"nothing of an id":         {left: `exhausted = ["first-thousand"]`, expect: `{ rejected = { first = "quota" }, discount = 211 }`},
		"a rule with another id":   {left: `exhausted = "first"`, expect: `{ rejected = { first = "quota" } }`},
		"nothing of a shared one":  {left: `exhausted = ["campaign"]`, expect: `{ rejected = { summer = "quota" } }`},
		"nothing for one rule":     {left: `exhausted = ["summer", "first"]`, expect: `{ applied = ["flash", "plain"] }`},
		"one unit":                 {left: `left = { flash = 1 }`, expect: `{ applied = { first = 10, flash = 95.24, summer = 9.95, plain = 1 } }`},
		"one unit of a customer":   {left: `left = { flash = { units_per_customer = 1 } }`, expect: `{ applied = { first = 10, flash = 95.24, summer = 9.95, plain = 1 } }`},
		"a part of a budget":       {left: `left = { campaign = "5.00" }`, expect: `{ applied = { first = 10, flash = 190.48, summer = 5, plain = 1 } }`},
		"by the rule's id":         {left: `left = { first = 0 }`, expect: `{ rejected = { first = "quota" } }`},
		"an unknown rule":          {left: `exhausted = ["flsh"]`, expect: `{ discount = 0 }`, fails: `exhausted[0]: the strategy has no quota "flsh" (did you mean "flash"?)`},
		"a rule without one":       {left: `exhausted = ["plain"]`, expect: `{ discount = 0 }`, fails: `exhausted[0]: the strategy has no quota "plain"`},
		"an unknown limit":         {left: `left = { flash = { uses = 1 } }`, expect: `{ discount = 0 }`, fails: `left.flash.uses: the strategy has no quota "flash"`},
		"a part of an order":       {left: `left = { first = 0.5 }`, expect: `{ discount = 0 }`, fails: `left.first: "0.5" is no whole number of uses`},
		"too many decimals":        {left: `left = { campaign = 0.005 }`, expect: `{ discount = 0 }`, fails: "left.campaign: "},
		"the reason is said":       {left: `left = { flash = 0 }`, expect: `{ applied = ["flash"] }`, fails: "flash: quota (seen 0 units left of flash, needed at least 1 unit"},
		"what lowered it, as well": {left: `left = { campaign = 5 }`, expect: `{ applied = { summer = 6 } }`, fails: "by rule.first and rule.flash and quota"},
	} {
		t.Run(name, func(t *testing.T) {
			suite, err := ruletest.Parse(strategy.Source{Name: "sale.test.toml", Data: []byte(selling(c.left, c.expect))})
			if err != nil {
				t.Fatal(err)
			}
			var failures []string
			for _, f := range suite.Run(s, "").Results[0].Failures {
				failures = append(failures, f.String())
			}
			got := strings.Join(failures, "\n")
			if (c.fails == "") != (got == "") || !strings.Contains(got, c.fails) {
				t.Errorf("the failures are\n%s\nwant %s", got, c.fails)
			}
		})
	}
}

func TestWhatIsLeftIsWrong(t *testing.T) {
	t.Parallel()
	for left, want := range map[string]string{
		`exhausted = 1`:                       "test[0].exhausted: this is",
		`exhausted = []`:                      "the list is empty",
		`left = ["flash"]`:                    "this is a list",
		`left = { flash = "many" }`:           `"many" is not a plain decimal number`,
		`left = { flash = -1 }`:               "-1 is negative",
		`exhausted = [["flash"]]`:             "want the id of a rule, or the name of a quota",
		`left = { flash = { units = true } }`: "this is a boolean",
	} {
		_, err := ruletest.Parse(strategy.Source{Name: "sale.test.toml", Data: []byte(selling(left, "{ discount = 0 }"))})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", left, err, want)
		}
	}
}
