package strategy_test

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
)

// Who comes from another engine writes its keys. The hint says what they are
// called here, or how the same is said.
func TestKeysOfOtherEngines(t *testing.T) {
	for typed, want := range map[string]string{
		"discount_percent = 20":    "did you mean discount_rate?",
		"percent_off = 20":         "did you mean discount_rate?",
		"amount_off = 20":          "did you mean discount_amount?",
		"discount = 20":            "did you mean discount_rate, such as 0.2 for 20 % off, or discount_amount?",
		"type = \"percentage\"":    "the reward is a key of its own, such as discount_rate = 0.2 or discount_amount = 20",
		"value = 20":               "the reward is a key of its own, such as discount_rate = 0.2 or discount_amount = 20",
		"minimum_amount = 10":      "did you mean min_subtotal?",
		"min_spend = 10":           "did you mean min_subtotal?",
		"min_qty = 3":              "did you mean min_quantity?",
		"product = \"latte\"":      "did you mean skus?",
		"Category = \"coffee\"":    "did you mean categories?",
		"expires_at = \"2026\"":    "did you mean valid_until?",
		"coupon_code = \"SPRING\"": "did you mean coupons?",
		"usage_limit = 3":          "did you mean quota, such as quota = { uses = 1000 } for the first thousand orders?",
		"stock = 500":              "did you mean quota, such as quota = { units = 500 } for 500 units of all orders?",
		"budget = 500":             "did you mean quota, such as quota = { budget = 50000 }?",
		"stackable = false":        "exclusive = true",
		"days = [\"mon\"]":         `did you mean time_window = { start = "00:00", end = "24:00", days = ["sat", "sun"] }?`,
		"customer_tier = \"gold\"": `did you mean customer, such as customer = { tiers = ["gold"] }?`,
		"first_order = true":       "customer = { nth_order = 1 }",
		"free_shipping = true":     `applies_to = "shipping"`,
		"bogo = true":              "buy = { quantity = 2 } with get = { quantity = 1 }",
		"free_delivery = true":     `did you mean applies_to = "shipping" with discount_rate = 1?`,
		"free-shipping = true":     `did you mean applies_to = "shipping" with discount_rate = 1?`,
		"shipping_discount = 5":    `a rule of its own with applies_to = "shipping"`,
		"delivery_method = \"x\"":  "did you mean shipping_methods?",
		"weekends = true":          "did you mean time_window",
		"second_half = true":       "did you mean unit_rates = [0, 0.5]? That is once an order; max_times is how often",
		"second_item_half = true":  "did you mean unit_rates = [0, 0.5]? That is once an order; max_times is how often",
		"second_free = true":       "did you mean unit_rates = [0, 1]? That is once an order; max_times is how often",
		"third_free = true":        "did you mean unit_rates = [0, 0, 1]? That is once an order; max_times is how often",
		"second_rate = 0.5":        "did you mean unit_rates, such as unit_rates = [0, 0.5]",
		"nth_order = 1":            "customer = { nth_order = 1 }",
		"max_per_order = 2":        "did you mean max_units?",
		"max_per_line = 2":         `did you mean max_units with max_units_per = "line"?`,
		"limit = 2":                "did you mean max_units, for units of an order, max_discount, for an amount, or quota, for all orders?",
		"half_price = true":        "did you mean discount_rate = 0.5?",
		"member_price = 9.9":       "did you mean unit_price with customer, such as customer = { tiers = [\"gold\"] }?",
		"free_gift = \"mug\"":      "did you mean gift, such as gift = { sku = \"mug\" }?",
		"max_per_customer = 1":     "did you mean quota, such as quota = { uses_per_customer = 1 }?",
		"max_units_per_customer=2": "did you mean quota, such as quota = { units_per_customer = 2 }?",
	} {
		_, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n" + typed + "\n")})
		switch {
		case err == nil:
			t.Errorf("%s: loaded", typed)
		case !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n"):
			t.Errorf("%s: got %v, want one problem that says %s", typed, err, want)
		}
	}
}

// A bound on units goes by another key with each reward.
func TestALimitBesideAReward(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"limit beside a price":                     {text: "unit_price = 9.9\nlimit = 2", want: "did you mean max_units?"},
		"max_per_order beside a price":             {text: "unit_price = 9.9\nmax_per_order = 2", want: "did you mean max_units?"},
		"purchase_limit beside a price":            {text: "unit_price = 9.9\npurchase_limit = 2", want: "did you mean max_units?"},
		"max_quantity beside a price":              {text: "unit_price = 9.9\nmax_quantity = 2", want: "did you mean max_units?"},
		"a limit of each line":                     {text: "unit_price = 9.9\nlimit_per_line = 2", want: `did you mean max_units with max_units_per = "line"?`},
		"limit beside a bundle":                    {text: "bundle = { units = 3, price = 99 }\nlimit = 2", want: "did you mean max_times within bundle?"},
		"limit beside a gift":                      {text: "gift = { sku = \"mug\" }\nmax_per_order = 2", want: "a gift without per is given once an order"},
		"limit beside a gift for each":             {text: "gift = { sku = \"mug\", per = { units = 2 } }\nmax_per_order = 2", want: "did you mean max_times within gift?"},
		"limit beside rates of units":              {text: "unit_rates = [0, 0.5]\nlimit = 2", want: "did you mean max_times?"},
		"limit beside buy and get":                 {text: "buy = { quantity = 2 }\nget = {}\nlimit = 2", want: "did you mean repeat?"},
		"limit beside an order's amounts":          {text: "unit_ladder = { first = 1, additional = 2 }\nlimit = 2", want: "did you mean max_units within unit_ladder?"},
		"limit within get":                         {text: "buy = { quantity = 2 }\nget = { limit = 1 }", want: "did you mean repeat, which stands beside get?"},
		"pick within get":                          {text: "buy = { quantity = 2 }\nget = { pick = \"dearest\" }", want: "did you mean pick, which stands beside get?"},
		"free within get":                          {text: "buy = { quantity = 2 }\nget = { free = true }", want: "what is got is free where get has none of rate, amount and unit_price, so leave it out"},
		"units that are free within get":           {text: "buy = { quantity = 2 }\nget = { free = 2 }", want: "what is got is free where get has none of rate, amount and unit_price; did you mean quantity = 2?"},
		"units that are free within buy":           {text: "buy = { quantity = 2, free = 1 }\nget = {}", want: "what is got is free where get has none of rate, amount and unit_price; did you mean quantity = 1 within get?"},
		"half within get":                          {text: "buy = { quantity = 2 }\nget = { half_price = true }", want: "did you mean rate = 0.5?"},
		"discount within get":                      {text: "buy = { quantity = 2 }\nget = { discount = 0.5 }", want: "did you mean rate, such as 0.2 for 20 % off, amount or unit_price?"},
		"price within get":                         {text: "buy = { quantity = 2 }\nget = { price = 1 }", want: "did you mean unit_price?"},
		"discount within a step":                   {text: "ladder = [{ threshold = 100, amount = 1, discount = 10 }]", want: "did you mean rate, such as 0.2 for 20 % off, or amount?"},
		"percent":                                  {text: "percent_off = 20", want: "did you mean discount_rate? 20 % off is 0.2; 2 折 would be 0.8, of which check warns"},
		"percent as a share":                       {text: "percent_off = \"20%\"", want: "did you mean discount_rate? 20 % off is 0.2; 2 折 would be 0.8, of which check warns"},
		"a rate that can be written as it stands":  {text: "rate = 0.2", want: "did you mean discount_rate?"},
		"a rate that cannot be written as it does": {text: "rate = 85", want: "did you mean discount_rate? 85 折 is 0.15; 85 % off would be 0.85, of which check warns"},
	} {
		t.Run(name, func(t *testing.T) {
			said, hints := saysOf(t, "[rule.a]\n"+c.text+"\n")
			if len(hints) != 1 || hints[0] != c.want {
				t.Errorf("the hints are %q, want %q; said is\n%s", hints, c.want, said)
			}
		})
	}
}

// What the hints say to write can be written.
func TestWhatTheHintsSayLoads(t *testing.T) {
	for _, text := range []string{
		"discount_rate = 0.2", "discount_amount = 20",
		"discount_rate = 0.2\ngroup = \"sale\"", "discount_rate = 0.2\nexclusive = true", "discount_rate = 0.2\nexclusive = \"goods\"", "discount_rate = 0.2\nstop = \"cart\"",
		`time_window = { start = "00:00", end = "24:00", days = ["sat", "sun"] }` + "\ndiscount_rate = 0.2",
		"customer = { tiers = [\"gold\"] }\ndiscount_rate = 0.2", "customer = { segments = [\"vip\"] }\ndiscount_rate = 0.2",
		"customer = { nth_order = 1 }\ndiscount_rate = 0.2", "applies_to = \"shipping\"\ndiscount_rate = 1",
		"buy = { quantity = 2 }\nget = { quantity = 1 }", "buy = { quantity = 2 }\nget = {}", "buy = { quantity = 2 }\nget = { quantity = 2 }",
		"buy = { quantity = 2 }\nget = { rate = 0.5 }\nrepeat = 1\npick = \"dearest\"",
		"unit_rates = [0, 0.5]", "unit_rates = [0, 1]", "unit_rates = [0, 0, 1]", "unit_rates = [0, 0, 0.5]", "unit_rates = [0, 0.5]\nmax_times = 2",
		"unit_price = 9.9\nmax_units = 2", "bundle = { units = 3, price = 99, max_times = 2 }",
		"gift = { sku = \"mug\", per = { units = 2 }, max_times = 2 }", "unit_ladder = { first = 1, additional = 2, max_units = 2 }",
	} {
		if m, err := strategy.Parse("", source("t.toml", "version = \"v\"\ntimezone = \"UTC\"\nlimits = { max_rate = 1 }\n[rule.a]\n"+text+"\n")); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if warned := m.Warnings(); len(warned) > 0 {
			t.Errorf("%s: %v", text, warned)
		}
	}
}
