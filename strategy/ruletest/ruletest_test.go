package ruletest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

const shop = `version = "v"
timezone = "Asia/Shanghai"
[[products]]
sku = "americano-iced"
category = "coffee"
[rule.coffee-morning]
categories = ["coffee"]
min_quantity = 3
discount_amount = 6
[rule.late-night]
time_window = { start = "22:00", end = "02:00" }
discount_rate = 0.1
[rule.off]
enabled = false
discount_rate = 0.1
[rule.sticker]
min_subtotal = 100
gift = { sku = "sticker", quantity = 2 }
[rule.free-shipping]
applies_to = "shipping"
min_subtotal = 100
discount_rate = 1
`

func load(t testing.TB, text string) *strategy.Strategy {
	t.Helper()
	s, err := strategy.Load("", strategy.Source{Name: "shop.toml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t testing.TB, text string) *ruletest.Suite {
	t.Helper()
	s, err := ruletest.Parse(document.Source{Name: "shop.test.toml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const head = `[[test]]
name = "t"
now = 2026-11-11T09:30:00+08:00
`

const three = `cart = { items = [{ sku = "americano-iced", quantity = 3, unit_price = 18.00 }] }
`

func TestExpectations(t *testing.T) {
	for name, c := range map[string]struct {
		test string
		says string // "" if it passes
	}{
		"the example of the reference": {three + `expect = { discount = 6.00, applied = ["coffee-morning"], rejected = { "late-night" = "time_window" } }`, ""},
		"all sums":                     {three + `expect = { subtotal = 54, discount = "6.00", shipping_discount = 0, payable = 48.00 }`, ""},
		"amounts by rule":              {three + `expect = { applied = { coffee-morning = 6 } }`, ""},
		"lines":                        {three + `expect = { lines = [6.00] }`, ""},
		"gifts and shipping": {`cart = { items = [{ sku = "x", quantity = 1, unit_price = 100 }], shipping = [{ method = "post", amount = 5 }] }
expect = { gifts = { sticker = 2 }, shipping_discount = 5, payable = 100 }`, ""},
		"not applied and switched off": {three + `expect = { not_applied = ["late-night", "off"], rejected = { off = "enabled" } }`, ""},
		"a whole table":                {"[test.cart]\ncoupons = [\"A\"]\nregion = \"sh\"\n[[test.cart.items]]\nsku = \"americano-iced\"\nquantity = 3\nunit_price = 18\nattributes = { hot = false, size = \"xl\" }\n[test.expect]\ndiscount = 6\n", ""},

		"another discount":      {three + `expect = { discount = 6.01 }`, "shop.test.toml:5:23: expect.discount: 6.01 is expected, it is 6.00"},
		"another payable":       {three + `expect = { payable = 54 }`, "expect.payable: 54.00 is expected, it is 48.00"},
		"an amount of a rule":   {three + `expect = { applied = { coffee-morning = 5 } }`, "expect.applied.coffee-morning: 5.00 is expected, it is 6.00"},
		"a rule more":           {three + `expect = { applied = [] }`, "expect.applied: none is expected, it is coffee-morning"},
		"a rule more by amount": {three + `expect = { applied = {} }`, "expect.applied: nothing of coffee-morning is expected, it is 6.00"},
		"a rule less":           {three + `expect = { applied = ["coffee-morning", "late-night"] }`, "expect.applied: coffee-morning, late-night is expected, it is coffee-morning"},
		"another reason":        {three + `expect = { rejected = { late-night = "coupons" } }`, "expect.rejected.late-night: rejected for coupons is expected, it is rejected for time_window"},
		"not rejected":          {three + `expect = { rejected = { coffee-morning = "coupons" } }`, "rejected for coupons is expected, it is applied"},
		"applied nevertheless":  {three + `expect = { not_applied = ["coffee-morning"] }`, "nothing of coffee-morning is expected, it is 6.00"},
		"another line":          {three + `expect = { lines = [5] }`, "expect.lines[0]: 5.00 is expected, it is 6.00"},
		"too many lines":        {three + `expect = { lines = [6, 0] }`, "expect.lines: 2 lines is expected, it is 1"},
		"no gift":               {three + `expect = { gifts = { sticker = 1 } }`, "expect.gifts: 1 sticker is expected, it is none"},
		"an unknown rule":       {three + `expect = { applied = ["coffe-morning"] }`, `a rule "coffe-morning" is expected, it is no rule of the strategy (did you mean coffee-morning?)`},
		"too many decimals":     {three + `expect = { discount = 6.001 }`, "an amount of CNY is expected, it is"},
		"a cart that is none":   {"cart = { item = [] }\nexpect = { discount = 0 }", "cart: a cart is expected, it is none: it has no items"},
		"a quantity of nothing": {"cart = { items = [{ sku = \"a\", quantity = 0, unit_price = 1 }] }\nexpect = { discount = 0 }",
			"shop.test.toml:4:43: test \"t\": cart.items[0].quantity: a cart is expected, it is none: "},
		"no price": {"cart = { items = [{ sku = \"a\", quantity = 1 }] }\nexpect = { discount = 0 }", "cart: a quote is expected, it is line 0: unit_price"},
	} {
		t.Run(name, func(t *testing.T) {
			err := parse(t, head+c.test).Run(load(t, shop), "").Err()
			if c.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "test \"t\": ", ""), strings.ReplaceAll(c.says, "test \"t\": ", "")) {
				t.Errorf("error = %v, want %q", err, c.says)
			}
		})
	}
}

func TestMistakesInATest(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"nothing in it":           {"[[test]]\n", "shop.test.toml:1:3: test[0]: the test has no name"},
		"no time":                 {"[[test]]\nname = \"t\"\n" + three + "expect = { discount = 0 }", "test[0]: the test has no now"},
		"a time of no zone":       {"[[test]]\nname = \"t\"\nnow = 2026-11-11T09:30:00\n" + three + "expect = { discount = 0 }", "3:7: test[0].now: \"2026-11-11T09:30:00\" is not a date-time with an offset (such as"},
		"a time that is a number": {"[[test]]\nname = \"t\"\nnow = 5\n" + three + "expect = { discount = 0 }", "now: this is an integer, a date-time is wanted"},
		"an unknown key":          {head + three + "expects = { discount = 0 }\nexpect = { discount = 0 }", `5:1: test[0].expects: unknown key "expects" (did you mean expect?)`},
		"an unknown expectation":  {head + three + "expect = { discont = 0 }", `test[0].expect.discont: unknown key "discont" (did you mean discount?)`},
		"nothing expected":        {head + three + "expect = {}", "test[0].expect: nothing is expected"},
		"an amount of words":      {head + three + "expect = { discount = true }", "expect.discount: this is a boolean, an integer is wanted"},
		"rules that are numbers":  {head + three + "expect = { applied = [1] }", "expect.applied[0]: this is an integer, a string is wanted"},
		"a reason of numbers":     {head + three + "expect = { rejected = { a = 1 } }", "expect.rejected.a: this is an integer, a string is wanted"},
		"a cart with a date":      {head + "cart = { items = [], at = 2026-11-11 }\nexpect = { discount = 0 }", "test[0].cart.at: this is a local date, which a cart cannot have"},
		"a cart with infinity":    {head + "cart = { items = [{ quantity = inf }] }\nexpect = { discount = 0 }", "test[0].cart.items[0].quantity: inf is no number"},
		"two of a name":           {head + three + "expect = { discount = 6 }\n" + head + three + "expect = { discount = 6 }", `a second test is called "t"`},
		"one test, not a list":    {"[test]\nname = \"t\"", "test: this is a table, a list of tables is wanted (begin each test with [[test]])"},
		"rules among the tests":   {"[rule.a]\ndiscount_rate = 0.1", `unknown key "rule"`},
		"no TOML":                 {"[[test", "shop.test.toml:1:"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ruletest.Parse(document.Source{Name: "shop.test.toml", Data: []byte(c.text)})
			var problems *document.Problems
			if !errors.As(err, &problems) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error = %v, want %q", err, c.says)
			}
		})
	}
}

func TestTestsOfOtherEnvironmentsAreNotRun(t *testing.T) {
	suite := parse(t, head+"env = \"prod\"\n"+three+"expect = { discount = 99 }")
	st := load(t, shop)
	if r := suite.Run(st, ""); len(r.Results) != 0 {
		t.Errorf("results = %+v", r.Results)
	}
	if r := suite.Run(st, "prod"); len(r.Failed()) != 1 {
		t.Errorf("results = %+v", r.Results)
	}
}

func TestUntouchedRulesAreTold(t *testing.T) {
	st := load(t, shop)
	got := parse(t, head+three+"expect = { discount = 6 }").Run(st, "").Untouched(st)
	if want := []string{"free-shipping", "late-night", "sticker"}; !slices.Equal(got, want) {
		t.Errorf("untouched = %v, want %v", got, want)
	}
}

func TestTimeIsWhatTheTestSays(t *testing.T) {
	st := load(t, shop)
	night := strings.Replace(head, "09:30", "23:30", 1)
	if err := parse(t, night+three+`expect = { discount = 10.80, applied = { late-night = 4.80, coffee-morning = 6 } }`).Run(st, "").Err(); err != nil {
		t.Error(err)
	}
}

func FuzzSuite(f *testing.F) {
	st := load(f, shop)
	f.Add(head + three + `expect = { discount = 6.00, applied = ["coffee-morning"], rejected = { "late-night" = "time_window" } }`)
	f.Add(head + "cart = { items = [{ sku = \"a\", quantity = 0x2, unit_price = 1e3 }], customer = { id = 5 } }\nexpect = { lines = [1, \"x\"], gifts = { a = 1 } }")
	f.Add("[[test]]\n[test.cart]\nitems = 5")
	f.Fuzz(func(t *testing.T, text string) {
		suite, err := ruletest.Parse(document.Source{Name: "f", Data: []byte(text)})
		if err != nil {
			return
		}
		for _, r := range suite.Run(st, "").Failed() {
			for _, f := range r.Failures {
				if strings.Contains(f.Got, "a panic") {
					t.Fatal(f)
				}
				if f.Place.Line < 1 || f.Got == "" || f.Want == "" {
					t.Fatalf("a failure that says nothing: %+v", f)
				}
			}
		}
	})
}
