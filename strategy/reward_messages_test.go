package strategy_test

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
)

// What is wrong with a reward is said with its place. Each case is the whole message
// on a rule of these lines, of which the first is line 3.
func TestMessagesOfRewards(t *testing.T) {
	for name, c := range map[string]struct{ rule, want string }{
		"a rate and an amount of what is got": {
			rule: "buy = { quantity = 1 }\nget = { rate = 0.5, amount = 5 }",
			want: `t.toml:4:30: rule."a".get.amount: rate and amount are both here (write one of rate, amount and unit_price)`,
		},
		"an amount and a price of what is got": {
			rule: "buy = { quantity = 1 }\nget = { unit_price = 5, amount = 5 }",
			want: `t.toml:4:22: rule."a".get.unit_price: amount and unit_price are both here (write one of rate, amount and unit_price)`,
		},
		"an amount of nothing": {
			rule: "buy = { quantity = 1 }\nget = { amount = 0 }",
			want: `t.toml:4:18: rule."a".get.amount: 0 is too small, want 0.01 CNY or more`,
		},
		"a price by another name": {
			rule: "buy = { quantity = 1 }\nget = { price = 1 }",
			want: `t.toml:4:9: rule."a".get.price: unknown key "price" (did you mean unit_price?)`,
		},
		"a gift for each of nothing": {
			rule: "gift = { sku = \"tote\", per = {} }",
			want: `t.toml:3:24: rule."a".gift.per: there is neither units nor threshold (write one of them, such as units = 10, or threshold = 100)`,
		},
		"a gift for each of two things": {
			rule: "gift = { sku = \"tote\", per = { units = 10, threshold = 100 } }",
			want: `t.toml:3:32: rule."a".gift.per: units and threshold are both here (write one of them, such as units = 10, or threshold = 100)`,
		},
		"a gift for each ten": {
			rule: "gift = { sku = \"tote\", per = 10 }",
			want: `t.toml:3:30: rule."a".gift.per: this is an integer ("10"), want a table such as { units = 10 }, or { threshold = 100 }`,
		},
		"a gift for each no units": {
			rule: "gift = { sku = \"tote\", per = { units = 0 } }",
			want: `t.toml:3:40: rule."a".gift.per.units: 0 is out of range, want 1 to 999999999999999`,
		},
		"units by another name": {
			rule: "gift = { sku = \"tote\", per = { quantity = 10 } }",
			want: `t.toml:3:32: rule."a".gift.per.quantity: unknown key "quantity" (did you mean units?)`,
		},
		"a threshold by another name": {
			rule: "gift = { sku = \"tote\", per = { amount = 100 } }",
			want: `t.toml:3:32: rule."a".gift.per.amount: unknown key "amount" (did you mean threshold?)`,
		},
		"per by another name": {
			rule: "gift = { sku = \"tote\", every = { units = 10 } }",
			want: `t.toml:3:24: rule."a".gift.every: unknown key "every" (did you mean per?)`,
		},
		"a gift so often of nothing": {
			rule: "gift = { sku = \"tote\", max_times = 2 }",
			want: `t.toml:3:36: rule."a".gift.max_times: there is no per for it (a gift without per is given once an order)`,
		},
		"a list of rates that is empty": {
			rule: "unit_rates = []",
			want: `t.toml:3:1: rule."a".unit_rates: the list is empty (such as unit_rates = [0, 0.5, 1])`,
		},
		"rates that take nothing": {
			rule: "unit_rates = [0, 0.0]",
			want: `t.toml:3:1: rule."a".unit_rates: every rate is 0, so nothing is ever taken off (a rate is the share taken off, such as 1 for a unit that is free)`,
		},
		"a rate that takes nothing": {
			rule: "unit_rates = 0",
			want: `t.toml:3:14: rule."a".unit_rates: every rate is 0, so nothing is ever taken off (a rate is the share taken off, such as 1 for a unit that is free)`,
		},
		"rates in percent, and one that is none": {
			rule: "unit_rates = [0, 50, \"20%\", -1, true]",
			want: `t.toml:3:18: rule."a".unit_rates[1]: 50 is not a rate, which is from 0 to 1 (50 % off or 50 折 is 0.5)` + "\n" +
				`t.toml:3:22: rule."a".unit_rates[2]: "20%" is not a rate: not a decimal number (20 % off is 0.2; 2 折 would be 0.8, of which check warns)` + "\n" +
				`t.toml:3:29: rule."a".unit_rates[3]: -1 is not a rate, which is from 0 to 1 (1 % off is 0.01; 1 折 would be 0.9, of which check warns)` + "\n" +
				`t.toml:3:33: rule."a".unit_rates[4]: this is a boolean ("true"), want a rate such as 0.5, or a list such as [0, 0.5, 1]`,
		},
		"more rates than may be": {
			rule: "unit_rates = [" + strings.Repeat("0.5, ", 101) + "]",
			want: `t.toml:3:1: rule."a".unit_rates: 101 rates are too many, 100 is the most (for more sets of a few units, raise max_times)`,
		},
		"sets of no rates": {
			rule: "discount_rate = 0.1\nmax_times = 2",
			want: `t.toml:4:1: rule."a".max_times: max_times goes with unit_rates, which the rule does not have`,
		},
		"the times of a bundle beside it": {
			rule: "bundle = { units = 3, price = 99 }\nmax_times = 2",
			want: `t.toml:4:1: rule."a".max_times: max_times goes with unit_rates, which the rule does not have (did you mean max_times within bundle?)`,
		},
		"the times of get by another name": {
			rule: "buy = { quantity = 1 }\nget = {}\nmax_times = 2",
			want: `t.toml:5:1: rule."a".max_times: max_times goes with unit_rates, which the rule does not have (did you mean repeat?)`,
		},
		"rates of shipping": {
			rule: "applies_to = \"all\"\nunit_rates = [0, 1]",
			want: `t.toml:3:14: rule."a".applies_to: the reward counts units, and shipping has none (use applies_to = "items")`,
		},
		"a group of a size and a value": {
			rule: "groups_of = { size = 3, value = 149, rate = 0.1 }",
			want: `t.toml:3:15: rule."a".groups_of: size and value are both here (write one of them, such as size = 3, or value = 149)`,
		},
		"a group of nothing": {
			rule: "groups_of = { rate = 0.1 }",
			want: `t.toml:3:15: rule."a".groups_of: there is neither size nor value (write one of them, such as size = 3, or value = 149)`,
		},
		"a group of a value by another name": {
			rule: "groups_of = { threshold = 149, rate = 0.1 }",
			want: `t.toml:3:15: rule."a".groups_of.threshold: unknown key "threshold" (did you mean value?)`,
		},
		"a group of a size by another name": {
			rule: "groups_of = { units = 3, rate = 0.1 }",
			want: `t.toml:3:15: rule."a".groups_of.units: unknown key "units" (did you mean size?)`,
		},
		"rates by another name": {
			rule: "nth_rates = [0, 0.5]",
			want: `t.toml:3:1: rule."a".nth_rates: unknown key "nth_rates" (did you mean unit_rates?)`,
		},
		"units of shipping": {
			rule: "applies_to = \"all\"\ngift = { sku = \"tote\", per = { units = 10 } }",
			want: `t.toml:3:14: rule."a".applies_to: the reward counts units, and shipping has none (use applies_to = "items")`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\n[rule.a]\n" + c.rule + "\n")})
			if err == nil {
				t.Fatal("nothing is wrong with it")
			}
			if got := err.Error(); got != c.want {
				t.Errorf("got:  %s\nwant: %s", got, c.want)
			}
		})
	}
}

// What a reward means has one form: defaults are left out.
func TestTheCanonicalFormOfRewards(t *testing.T) {
	for name, c := range map[string]struct{ rule, want string }{
		"an amount off what is got": {
			rule: "buy = { quantity = 1 }\nget = { quantity = 1, amount = 5 }",
			want: `"buy":{"quantity":1},"get":{"amount":"5.00"}`,
		},
		"a price of what is got": {
			rule: "buy = { quantity = 1 }\nget = { unit_price = 0, categories = [\"snack\"] }",
			want: `"buy":{"quantity":1},"get":{"categories":["snack"],"unit_price":"0.00"}`,
		},
		"all of what is got": {
			rule: "buy = { quantity = 1 }\nget = { rate = 1 }",
			want: `"buy":{"quantity":1},"get":{}`,
		},
		"a gift for each ten": {
			rule: "gift = { per = { units = 10 }, sku = \"tote\", quantity = 1 }",
			want: `"gift":{"per":{"units":10},"sku":"tote"}`,
		},
		"rates of units": {
			rule: "unit_rates = [0, 0.50, \"1.0\"]\nmax_times = 1\npick = \"dearest\"",
			want: `"unit_rates":["0","0.5","1"]`,
		},
		"a rate of units": {
			rule: "unit_rates = 0.5\npick = \"cheapest\"\nmax_times = 3",
			want: `"max_times":3,"pick":"cheapest","unit_rates":["0.5"]`,
		},
		"the usual pick of other rewards": {
			rule: "bundle = { units = 3, price = 99 }\npick = \"cheapest\"",
			want: `"bundle":{"price":"99.00","units":3}`,
		},
		"a group of a value": {
			rule: "groups_of = { rate = 0.1, value = 149 }",
			want: `"groups_of":{"rate":"0.1","value":"149.00"}`,
		},
		"a gift for each hundred, twice": {
			rule: "gift = { max_times = 2, per = { threshold = \"100\" }, sku = \"tote\", quantity = 2 }",
			want: `"gift":{"max_times":2,"per":{"threshold":"100.00"},"quantity":2,"sku":"tote"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			form := string(mustParse(t, "", "version = \"v\"\n[rule.a]\n"+c.rule+"\n").Canonical())
			if got := ruleForm(t, form); got != c.want {
				t.Errorf("got:  %s\nwant: %s", got, c.want)
			}
		})
	}
}

// ruleForm is what a canonical form has of its rule a.
func ruleForm(t *testing.T, form string) string {
	t.Helper()
	_, from, found := strings.Cut(form, `"rule":{"a":{`)
	rule, _, ends := strings.Cut(from, `}},"timezone"`)
	if !found || !ends {
		t.Fatalf("no rule in %s", form)
	}
	return rule
}
