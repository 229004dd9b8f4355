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
		"usage_limit = 3":          "no orders are counted here",
		"stackable = false":        "exclusive = true",
		"days = [\"mon\"]":         `did you mean time_window = { start = "00:00", end = "24:00", days = ["sat", "sun"] }?`,
		"customer_tier = \"gold\"": `did you mean customer, such as customer = { tiers = ["gold"] }?`,
		"first_order = true":       "customer = { nth_order = 1 }",
		"free_shipping = true":     `applies_to = "shipping"`,
		"bogo = true":              "buy = { quantity = 2 } with get = { quantity = 1 }",
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

// What the hints say to write can be written.
func TestWhatTheHintsSayLoads(t *testing.T) {
	for _, text := range []string{
		"discount_rate = 0.2", "discount_amount = 20",
		"discount_rate = 0.2\ngroup = \"sale\"", "discount_rate = 0.2\nexclusive = true", "discount_rate = 0.2\nexclusive = \"goods\"", "discount_rate = 0.2\nstop = \"cart\"",
		`time_window = { start = "00:00", end = "24:00", days = ["sat", "sun"] }` + "\ndiscount_rate = 0.2",
		"customer = { tiers = [\"gold\"] }\ndiscount_rate = 0.2", "customer = { segments = [\"vip\"] }\ndiscount_rate = 0.2",
		"customer = { nth_order = 1 }\ndiscount_rate = 0.2", "applies_to = \"shipping\"\ndiscount_rate = 1",
		"buy = { quantity = 2 }\nget = { quantity = 1 }",
	} {
		if _, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\nlimits = { max_rate = 1 }\n[rule.a]\n" + text + "\n")}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
