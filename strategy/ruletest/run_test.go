package ruletest_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	_ "time/tzdata" // the host may have no list of zones

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

func TestRight(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"the example of the language", `
[[test]]
name = "three coffees before ten"
now  = 2026-11-11T09:30:00+08:00
cart = { items = [{ sku = "americano-iced", quantity = 3, unit_price = 18.00 }] }
expect = { discount = 6.00, applied = ["coffee-morning"], rejected = { "late-night" = "time_window" } }
`},
		{"every sum", one(`{ discount = 6, shipping_discount = 0, subtotal = "54.0", payable = 48.00 }`)},
		{"amounts by rule", one(`{ applied = { coffee-morning = 6.000 } }`)},
		{"rules that do not apply", one(`{ not_applied = ["late-night", "winter", "mug"] }`)},
		{"a rule that is switched off", one(`{ rejected = { winter = "enabled", mug = "min_subtotal", members = "customer" } }`)},
		{"no rule at all", of(`{ items = [{ sku = "tea", quantity = 1, unit_price = 18 }] }`, `{ applied = [], discount = 0, gifts = {} }`)},
		{"no rule at all, as a table", of(`{ items = [{ sku = "tea", quantity = 1, unit_price = 18 }] }`, `{ applied = {} }`)},
		{"shares of the lines", of(`{ items = [{ sku = "americano-iced", quantity = 3, unit_price = 18 }, { sku = "tea", quantity = 1, unit_price = 10 }] }`, `{ lines = [6, 0.00] }`)},
		{"gifts", of(`{ items = [{ sku = "tea", quantity = 20, unit_price = 10 }] }`, `{ applied = ["mug", "tote"], gifts = { tote = 2, mug = 1 } }`)},
		{"a cart with everything", of(`{ currency = "CNY", channel = "app", region = "sh", coupons = ["SPRING"],
 customer = { id = "u1", tier = "gold", segments = ["student"], completed_orders = 0 },
 shipping = [{ id = "s1", method = "standard", amount = 6.00 }],
 items = [{ id = 1, sku = "tea", category = "茶", subgroup = "冷饮", quantity = 0x2, unit_price = "18.00", reduced = true, attributes = { caffeine_mg = 1_000, roast = "dark", strength = +0.5, decaf = false } }] }`,
			`{ applied = { members = 3.60, shipping = 6 }, discount = 3.6, shipping_discount = 6, payable = 32.4 }`)},
		{"nothing in the cart", of(`{ items = [] }`, `{ payable = 0, lines = [], applied = [] }`)},
		{"another currency", of(`{ currency = "KWD", items = [{ sku = "tea", quantity = 1, unit_price = 1.234 }] }`, `{ payable = 1.234, rejected = { members = "currency" } }`)},
		{"a line by its total", of(`{ customer = { tier = "gold" }, items = [{ sku = "tea", quantity = 3, line_total = 10.00 }] }`,
			`{ subtotal = 10, applied = { members = 1 } }`)},
		{"a total and a price that agree", of(`{ customer = { tier = "gold" }, items = [{ sku = "tea", quantity = 3, unit_price = 3.33, line_total = "10.00" }] }`,
			`{ subtotal = 10, lines = [1] }`)},
		{"goods by weight", of(`{ customer = { tier = "gold" }, items = [{ sku = "ham", quantity = 0.5, unit_price = 20 }, { sku = "tea", quantity = "0.125", unit_price = 20 }] }`,
			`{ subtotal = 12.50, lines = [1, 0.25], rejected = { coffee-morning = "target" } }`)},
		{"a cancelled line", of(`{ items = [{ sku = "americano-iced", quantity = 0 }, { sku = "americano-iced", quantity = 3.0, unit_price = 18 }] }`,
			`{ subtotal = 54, lines = [0, 6] }`)},
		{"a time by the shop's clock", strings.Replace(one(`{ discount = 6 }`), "+08:00", "", 1)},
		{"a time as a string", strings.Replace(one(`{ discount = 6 }`), "2026-11-11T09:30:00+08:00", `"2026-11-11T01:30:00Z"`, 1)},
		{"a cart under headers of its own", `
[[test]]
name = "x"
now  = 2026-11-11T09:30:00+08:00
[test.expect]
discount = 6
[[test.cart.items]]
sku = "americano-iced"
quantity = 3
unit_price = 18
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := parse(t, c.text).Run(load(t, "", shop), "")
			if err := r.Err(); err != nil || len(r.Results) != 1 || len(r.Failed()) > 0 {
				t.Errorf("%d tests, %v", len(r.Results), err)
			}
		})
	}
}

func TestALineInSeveralCategories(t *testing.T) {
	st := load(t, "", "version = \"v\"\n[rule.sale]\ncategories = [\"sale\"]\ndiscount_rate = 0.1\n")
	for name, c := range map[string]struct{ category, discount string }{
		"in one":     {`"sale"`, "1.00"},
		"in another": {`"tea"`, "0"},
		"in several": {`["tea", "sale"]`, "1.00"},
		"in others":  {`["tea", "season"]`, "0"},
		"in none":    {`[]`, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			text := of("{ items = [{ quantity = 1, unit_price = 10, category = "+c.category+" }] }", "{ discount = "+c.discount+" }")
			if err := parse(t, text).Run(st, "").Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Each case is everything that is said of a test that fails.
func TestWrong(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"discount", one(`{ discount = 5.40 }`), `t.toml:5:23: expect.discount: got 6.00 CNY, want 5.40 CNY`},
		{"one fen", one(`{ discount = 6.01 }`), `t.toml:5:23: expect.discount: got 6.00 CNY, want 6.01 CNY (late-night: time_window (seen wed 09:30:00, needed 21:00:00 to 24:00:00); members: customer (seen no tier, needed tier gold); winter: enabled (seen false, needed true))`},
		{"every sum", one("{ discount = 1, shipping_discount = 2, subtotal = 3, payable = 4 }"), `
t.toml:5:23: expect.discount: got 6.00 CNY, want 1.00 CNY
t.toml:5:46: expect.shipping_discount: got 0.00 CNY, want 2.00 CNY (shipping: channels (seen no channel, needed app); winter: enabled (seen false, needed true))
t.toml:5:60: expect.subtotal: got 54.00 CNY, want 3.00 CNY
t.toml:5:73: expect.payable: got 48.00 CNY, want 4.00 CNY (late-night: time_window (seen wed 09:30:00, needed 21:00:00 to 24:00:00); members: customer (seen no tier, needed tier gold); shipping: channels (seen no channel, needed app); winter: enabled (seen false, needed true))`},
		{"too many decimals", one(`{ discount = 6.001 }`), `t.toml:5:23: expect.discount: "6.001" is not an amount of CNY: 6.001 has 3 decimals, CNY has 2`},
		{"an amount too large", one(`{ discount = 9999999999999999 }`), `t.toml:5:23: expect.discount: "9999999999999999" is not an amount of CNY: larger than 999999999999999 minor units`},
		{"a share", one(`{ lines = [5] }`), `t.toml:5:21: expect.lines[0]: got 6.00 CNY, want 5.00 CNY`},
		{"a rule more", one(`{ applied = ["coffee-morning", "late-night"] }`),
			`t.toml:5:12: expect.applied: got ["coffee-morning"], want ["coffee-morning", "late-night"] (late-night: time_window (seen wed 09:30:00, needed 21:00:00 to 24:00:00))`},
		{"a rule less", one(`{ applied = [] }`), `t.toml:5:12: expect.applied: got ["coffee-morning"], want []`},
		{"another order", of(`{ items = [{ quantity = 20, unit_price = 10 }] }`, `{ applied = ["tote", "mug"] }`),
			`t.toml:5:12: expect.applied: got ["mug", "tote"], want ["tote", "mug"]`},
		{"a rule that is not there", one(`{ applied = ["coffee-mornin"] }`),
			`t.toml:5:23: expect.applied[0]: the strategy has no rule "coffee-mornin" (did you mean "coffee-morning"?)`},
		{"a rule that is not there and like none", one(`{ applied = ["x"] }`), `t.toml:5:23: expect.applied[0]: the strategy has no rule "x"`},
		{"another amount of a rule", one(`{ applied = { coffee-morning = 5 } }`), `t.toml:5:41: expect.applied.coffee-morning: got 6.00 CNY, want 5.00 CNY`},
		{"an amount of a rule that did not apply", one(`{ applied = { coffee-morning = 6, members = 5.4 } }`),
			`t.toml:5:54: expect.applied.members: got not applied: customer (seen no tier, needed tier gold), want applied with 5.4`},
		{"a rule beside those with amounts", one(`{ applied = {} }`),
			`t.toml:5:12: expect.applied: got "coffee-morning" applied with 6.00 CNY, want no rule but those listed`},
		{"an amount of a rule that is not there", one(`{ applied = { coffee-morning = 6, member = 5.4 } }`),
			`t.toml:5:53: expect.applied.member: the strategy has no rule "member" (did you mean "members"?)`},
		{"a rule that applied after all", one(`{ not_applied = ["mug", "coffee-morning"] }`),
			`t.toml:5:34: expect.not_applied[1]: got "coffee-morning" applied with 6.00 CNY, want it not applied`},
		{"not applied and not there", one(`{ not_applied = ["winters"] }`),
			`t.toml:5:27: expect.not_applied[0]: the strategy has no rule "winters" (did you mean "winter"?)`},
		{"rejected, but it applied", one(`{ rejected = { coffee-morning = "time_window" } }`),
			`t.toml:5:42: expect.rejected.coffee-morning: got applied with 6.00 CNY, want time_window`},
		{"rejected for another reason", one(`{ rejected = { mug = "time_window", winter = "stopped" } }`), `
t.toml:5:31: expect.rejected.mug: got min_subtotal (seen 48.00 CNY, needed at least 100.00 CNY), want time_window
t.toml:5:55: expect.rejected.winter: got enabled (seen false, needed true), want stopped`},
		{"rejected and not there", one(`{ rejected = { "late night" = "time_window" } }`),
			`t.toml:5:40: expect.rejected."late night": the strategy has no rule "late night" (did you mean "late-night"?)`},
		{"a gift less", of(`{ items = [{ quantity = 10, unit_price = 10 }] }`, `{ gifts = { mug = 2, tote = 2 } }`), `
t.toml:5:28: expect.gifts.mug: got 1, want 2
t.toml:5:38: expect.gifts.tote: got 0, want 2 (tote: min_subtotal (seen 100.00 CNY, needed at least 200.00 CNY))`},
		{"a gift more", of(`{ items = [{ quantity = 10, unit_price = 10 }] }`, `{ gifts = {} }`),
			`t.toml:5:12: expect.gifts: got 1 of "mug", want no gift but those listed`},
		{"a line without a price", of(`{ items = [{ sku = "tea", quantity = 1 }] }`, `{ discount = 0 }`),
			`t.toml:4:21: cart.items[0]: the line has no price and the catalogue knows none`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := parse(t, c.text).Run(load(t, "", shop), "")
			if got, want := failures(r), strings.TrimPrefix(c.want, "\n"); got != want {
				t.Errorf("said\n%s\nwant\n%s", got, want)
			}
			if len(r.Failed()) != 1 || r.Err() == nil {
				t.Errorf("%d tests failed: %v", len(r.Failed()), r.Err())
			}
		})
	}
}

func TestALineWithoutAPriceThatIsNearlyAProduct(t *testing.T) {
	st := load(t, "", "version = \"v\"\n[[products]]\nsku = \"mug\"\n[[products]]\nsku = \"americano-iced\"\nprice = 18\n[rule.a]\ndiscount_rate = 0.5\n")
	r := parse(t, of(`{ items = [{ sku = "americano-iced", quantity = 1 }, { sku = "americano-icd", quantity = 1 }] }`, `{ discount = 9 }`)).Run(st, "")
	const want = `t.toml:4:63: cart.items[1]: the line has no price and the catalogue knows none (did you mean "americano-iced"?)`
	if got := failures(r); got != want {
		t.Errorf("said\n%s\nwant\n%s", got, want)
	}
}

// Of a rule that was kept out by another one, what it would have given is seen.
func TestBeatenByAnother(t *testing.T) {
	const two = "version = \"v\"\n[rule.a]\ngroup = \"g\"\ndiscount_amount = 1\n[rule.b]\ngroup = \"g\"\ndiscount_amount = 2\n"
	text := of(`{ items = [{ quantity = 1, unit_price = 10 }] }`, `{ rejected = { a = "target" } }`)
	const want = "t.toml:5:29: expect.rejected.a: got group (seen 1.00 CNY, needed worth more than the others of g), want target"
	if got := failures(parse(t, text).Run(load(t, "", two), "")); got != want {
		t.Errorf("said %s", got)
	}
}

// The decimals of a cart and of what is expected are those of the strategy's
// currency, which is known only when the tests are run.
func TestAmountsAreInTheStrategysCurrency(t *testing.T) {
	const yen = "version = \"v\"\ncurrency = \"JPY\"\n[rule.a]\ndiscount_amount = 100\n"
	for _, c := range []struct{ name, text, want string }{
		{"yen", of(`{ items = [{ quantity = 1, unit_price = 300 }] }`, `{ discount = 100.00, payable = 200 }`), ""},
		{"half a yen expected", of(`{ items = [{ quantity = 1, unit_price = 300 }] }`, `{ discount = 0.5 }`),
			`t.toml:5:23: expect.discount: "0.5" is not an amount of JPY: 0.5 has 1 decimal, JPY has 0`},
		{"half a yen in the cart", of(`{ items = [{ quantity = 1, unit_price = 0.5 }] }`, `{ discount = 0 }`),
			`t.toml:4:48: cart.items[0].unit_price: is 0.5, want an amount of JPY such as 1850, from 0 to 999999999999999, without decimals`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := failures(parse(t, c.text).Run(load(t, "", yen), "")); got != c.want {
				t.Errorf("said\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestEnvironments(t *testing.T) {
	named := func(name, env string) string {
		return "[[test]]\nname = \"" + name + "\"\nnow = 2026-11-11T09:30:00\ncart.items = []\nexpect.discount = 0\n" + env
	}
	suite := parse(t, named("all", "")+named("prod", "env = \"prod\"\n")+named("none", "env = \"\"\n")+named("two", "env = [\"\", \"dev\"]\n"))
	if suite.Len() != 4 {
		t.Errorf("%d tests were read", suite.Len())
	}
	const environments = shop + "\n[[env]]\nname = \"prod\"\n[[env]]\nname = \"dev\"\n[[env]]\nname = \"staging\"\n"
	for env, want := range map[string]string{"": "all none two", "prod": "all prod", "dev": "all two", "staging": "all"} {
		r := suite.Run(load(t, env, environments), env)
		var ran []string
		for _, result := range r.Results {
			ran = append(ran, result.Name)
		}
		if got := strings.Join(ran, " "); got != want || r.Skipped != 4-len(ran) || r.Err() != nil {
			t.Errorf("in %q %s ran and %d were skipped: %v", env, got, r.Skipped, r.Err())
		}
	}
}

// Such a test would pass for ever, without having run.
func TestATestForAnEnvironmentThatIsNotThereFails(t *testing.T) {
	const environments = shop + "\n[[env]]\nname = \"prod\"\n"
	for text, want := range map[string]string{
		`env = "prd"`:              `t.toml:6:7: env: there is no environment "prd": there are "prod" (did you mean "prod"?)`,
		`env = ["", "test"]`:       `t.toml:6:12: env: there is no environment "test": there are "prod"`,
		`env = ["prod", "", "PR"]`: `t.toml:6:20: env: there is no environment "PR": there are "prod"`,
	} {
		for _, env := range []string{"", "prod"} {
			r := parse(t, of(`{ items = [] }`, "{ discount = 0 }")+text+"\n").Run(load(t, env, environments), env)
			if got := failures(r); got != want || r.Skipped != 0 {
				t.Errorf("%s in %q: %d skipped, said\n%s\nwant\n%s", text, env, r.Skipped, got, want)
			}
		}
	}
}

func TestPanicFailsTheTest(t *testing.T) {
	broken := new(strategy.Strategy) // was never compiled
	r := parse(t, one("{ discount = 0 }")+strings.Replace(one("{ discount = 0 }"), `"x"`, `"y"`, 1)).Run(broken, "")
	if len(r.Failed()) != 2 {
		t.Fatalf("%d tests failed", len(r.Failed()))
	}
	if got := failures(r); !strings.HasPrefix(got, "t.toml:4:10: cart: pricing it panicked: ") {
		t.Errorf("said %s", got)
	}
}

func TestReport(t *testing.T) {
	st := load(t, "", shop)
	r := parse(t, one(`{ discount = 6 }`)).Run(st, "")
	if got := r.Untouched(st); !slices.Equal(got, []string{"late-night", "members", "mug", "tote", "shipping"}) {
		t.Errorf("untouched are %q", got)
	}
	if x := r.Results[0]; x.Quote == nil || x.Quote.Discount != 600 || len(x.Cart.Lines) != 1 || x.Explanation != nil {
		t.Errorf("the result is %+v", x)
	}
	r = parse(t, one(`{ discount = 5 }`)).Run(st, "")
	if x := r.Results[0]; x.Explanation == nil || len(x.Explanation.Rejected) != 6 {
		t.Errorf("a failed test is explained by %+v", x.Explanation)
	}
	if got := (ruletest.Report{}).Untouched(st); len(got) != len(st.Rules()) {
		t.Errorf("without tests, untouched are %q", got)
	}
}

func TestErrorListsTwenty(t *testing.T) {
	var text strings.Builder
	for i := range 23 {
		text.WriteString(strings.Replace(one(fmt.Sprintf("{ discount = %d, payable = 48 }", i)), `"x"`, fmt.Sprintf("\"no %d\"", i), 1))
	}
	err := parse(t, text.String()).Run(load(t, "", shop), "").Err()
	if err == nil {
		t.Fatal("no test failed")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 1+2*20+1 || lines[0] != "22 of 23 rule tests failed" ||
		lines[1] != `t.toml:1: "no 0"` || lines[2] != "\texpect.discount: got 6.00 CNY, want 0.00 CNY" || lines[41] != "and 2 more" {
		t.Errorf("said %s", err)
	}
}

// A suite, and suites made from it, may be run at once, as by a warm-up and a command.
func TestRunsAtOnce(t *testing.T) {
	suite, st := parse(t, one(`{ discount = 5 }`)), load(t, "", shop)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			some := suite.Matching(func(string) bool { return true })
			if got := failures(some.Run(st, "")); got != "t.toml:5:23: expect.discount: got 6.00 CNY, want 5.00 CNY" {
				t.Errorf("some of it said %s", got)
			}
		})
		all.Go(func() {
			if got := failures(suite.Run(st, "")); got != "t.toml:5:23: expect.discount: got 6.00 CNY, want 5.00 CNY" {
				t.Errorf("said %s", got)
			}
		})
	}
	all.Wait()
}

// What clocks show twice is the earlier pass, and what they skip the instant of the
// change, on both sides of Greenwich.
func TestNowAtAChangeOfClocks(t *testing.T) {
	for name, c := range map[string]struct{ zone, now, from string }{
		"twice, west":   {zone: "America/New_York", now: "2026-11-01T01:30:00", from: "2026-11-01T01:30:00-04:00"},
		"twice, east":   {zone: "Europe/Berlin", now: "2026-10-25T02:30:00", from: "2026-10-25T02:30:00+02:00"},
		"skipped, west": {zone: "America/Havana", now: "2026-03-08T00:00:00", from: "2026-03-08T01:00:00-04:00"},
		"skipped, east": {zone: "Europe/Berlin", now: "2026-03-29T02:30:00", from: "2026-03-29T03:00:00+02:00"},
	} {
		t.Run(name, func(t *testing.T) {
			// Rules that begin and end at the instant: exactly one second is both.
			rules := fmt.Sprintf("version = \"v\"\ntimezone = %q\n[rule.on]\nvalid_from = %s\ndiscount_amount = 1\n"+
				"[rule.off]\nvalid_until = %[2]s\ndiscount_amount = 1\n", c.zone, c.from)
			text := "[[test]]\nname = \"x\"\nnow = " + c.now + "\ncart = { items = [{ quantity = 1, unit_price = 10 }] }\nexpect = { applied = [\"off\", \"on\"] }\n"
			if got := failures(parse(t, text).Run(load(t, "", rules), "")); got != "" {
				t.Errorf("said %s", got)
			}
		})
	}
}
