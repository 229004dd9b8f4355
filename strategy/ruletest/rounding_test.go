package ruletest_test

import (
	"testing"
)

// The reserved rule is named, and its amount held to, like those of others.
func TestWhatIsRoundedIsARule(t *testing.T) {
	const rules = "version = \"v\"\ntimezone = \"Asia/Shanghai\"\narithmetic = { payable_unit = 0.05, payable_rounding = \"half_up\" }\n[rule.a]\ndiscount_rate = 0.15\n"
	const cart = `{ items = [{ sku = "x", quantity = 1, unit_price = 19.99 }] }`
	st := load(t, "", rules)
	for name, c := range map[string]struct{ expect, want string }{
		"the amount below zero":     {expect: `{ payable = 17.00, applied = { a = 3.00, rounding = -0.01 } }`},
		"in order":                  {expect: `{ applied = ["a", "rounding"] }`},
		"another amount":            {expect: `{ applied = { a = 3.00, rounding = 0.01 } }`, want: "t.toml:5:45: expect.applied.rounding: got -0.01 CNY, want 0.01 CNY"},
		"left out":                  {expect: `{ applied = ["a"] }`, want: "t.toml:5:12: expect.applied: got [\"a\", \"rounding\"], want [\"a\"]"},
		"not applied, though it is": {expect: `{ not_applied = ["rounding"] }`, want: "t.toml:5:27: expect.not_applied[0]: got \"rounding\" applied with -0.01 CNY, want it not applied"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := failures(parse(t, of(cart, c.expect)).Run(st, "")); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	if got := parse(t, of(cart, `{ applied = ["a", "rounding"] }`)).Run(st, "").Untouched(st); len(got) != 0 {
		t.Errorf("untouched are %q", got)
	}
}
