package ruletest_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// problemsOf are what is wrong with a file of tests.
func problemsOf(t *testing.T, text string) []document.Diagnostic {
	t.Helper()
	_, err := ruletest.Parse(strategy.Source{Name: "t.toml", Data: []byte(text)})
	if err == nil {
		return nil
	}
	var found *document.Diagnostics
	if !errors.As(err, &found) {
		t.Fatal(err)
	}
	return found.List
}

// A test with a member more, in one of its places.
var testPlaces = map[string]string{
	"the test":     "[[test]]\nname = \"x\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [] }\nexpect = { discount = 0 }\n%s\n",
	"cart":         "[[test]]\nname = \"x\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [], %s }\nexpect = { discount = 0 }\n",
	"an item":      "[[test]]\nname = \"x\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [{ quantity = 0, %s }] }\nexpect = { discount = 0 }\n",
	"the customer": "[[test]]\nname = \"x\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [], customer = { %s } }\nexpect = { discount = 0 }\n",
	"shipping":     "[[test]]\nname = \"x\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [], shipping = [{ %s }] }\nexpect = { discount = 0 }\n",
	"expect":       "[[test]]\nname = \"x\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [] }\nexpect = { discount = 0, %s }\n",
}

func TestKeysThatAreCalledOtherwise(t *testing.T) {
	const customer = `did you mean customer, such as customer = { tier = "gold" }?`
	const total = "did you mean payable, goods and shipping after all discounts, or subtotal, the goods before them?"
	for name, c := range map[string]struct{ place, typed, want string }{
		"cart.tier":                   {place: "cart", typed: `tier = "gold"`, want: customer},
		"cart.customer-tier":          {place: "cart", typed: `customer-tier = "gold"`, want: customer},
		"cart.Member":                 {place: "cart", typed: `Member = "gold"`, want: customer},
		"cart.segments":               {place: "cart", typed: `segments = ["student"]`, want: `did you mean customer, such as customer = { segments = ["student"] }?`},
		"cart.first_order":            {place: "cart", typed: "first_order = true", want: "did you mean customer, such as customer = { completed_orders = 0 } for the first order?"},
		"cart.shipping_fee":           {place: "cart", typed: "shipping_fee = 8", want: `did you mean shipping, such as shipping = [{ method = "standard", amount = 8.00 }]?`},
		"cart.total":                  {place: "cart", typed: "total = 54", want: "a cart is worth what its items are; what they come to is expect = { subtotal = … }"},
		"cart.coupon":                 {place: "cart", typed: `coupon = "A"`, want: "did you mean coupons?"},
		"cart.now":                    {place: "cart", typed: "now = 2026-11-11", want: "did you mean now, which stands beside cart?"},
		"expect.total":                {place: "expect", typed: "total = 48", want: total},
		"expect.final_price":          {place: "expect", typed: "final_price = 48", want: "did you mean payable?"},
		"expect.savings":              {place: "expect", typed: "savings = 6", want: "did you mean discount?"},
		"expect.free_delivery":        {place: "expect", typed: "free_delivery = 8", want: "did you mean shipping_discount?"},
		"expect.rules":                {place: "expect", typed: `rules = ["a"]`, want: "did you mean applied?"},
		"expect.reason":               {place: "expect", typed: `reason = "group"`, want: `did you mean rejected, such as rejected = { late-night = "time_window" }?`},
		"expect.gift":                 {place: "expect", typed: `gift = "mug"`, want: "did you mean gifts?"},
		"customer.level":              {place: "the customer", typed: `level = "gold"`, want: "did you mean tier?"},
		"customer.first_order":        {place: "the customer", typed: "first_order = true", want: "did you mean completed_orders, such as completed_orders = 0 for the first order?"},
		"shipping.fee":                {place: "shipping", typed: "fee = 8", want: "did you mean amount?"},
		"shipping.carrier":            {place: "shipping", typed: `carrier = "sf"`, want: "did you mean method?"},
		"item.price":                  {place: "an item", typed: "price = 18", want: "did you mean unit_price?"},
		"item.qty":                    {place: "an item", typed: "qty = 1", want: "did you mean quantity?"},
		"an attribute beside an item": {place: "an item", typed: "caffeine_mg = 80", want: `further properties of an article are its attributes, such as attributes = { roast = "dark" }`},
		"a mistyped key of an item":   {place: "an item", typed: "unit_pirce = 80", want: "did you mean unit_price?"},
		"test.time":                   {place: "the test", typed: "time = 2026-11-11", want: "did you mean now?"},
		"test.items":                  {place: "the test", typed: "items = []", want: `did you mean cart = { items = [{ sku = "latte", quantity = 3, unit_price = 18.00 }] }?`},
		"test.coupons":                {place: "the test", typed: `coupons = ["A"]`, want: `it belongs into the cart, such as cart = { items = […], coupons = ["SPRING"] }`},
		"test.discount":               {place: "the test", typed: "discount = 6", want: "it belongs into expect, such as expect = { discount = 6.00 }"},
		"test.expected":               {place: "the test", typed: "expected = {}", want: "did you mean expect?"},
	} {
		t.Run(name, func(t *testing.T) {
			found := problemsOf(t, fmt.Sprintf(testPlaces[c.place], c.typed))
			if len(found) != 1 || found[0].Hint != c.want {
				t.Errorf("found is %v, the hint should be %q", found, c.want)
			}
		})
	}
	for text, want := range map[string]string{
		"[[tests]]\nname = \"x\"\n":   "a test is written under [[test]]",
		"[rule.a]\ndiscount_rate = 1": "rules are in the strategy: a file of tests has [[test]] alone",
	} {
		if found := problemsOf(t, text); len(found) != 1 || found[0].Hint != want {
			t.Errorf("found is %v, the hint should be %q", found, want)
		}
	}
}

// What a hint proposes is known where it is proposed.
func TestWhatTheHintsOfTestsSayIsKnown(t *testing.T) {
	key := regexp.MustCompile(`^did you mean ([a-z_]+)(\?|, such as ([a-z_]+ = .*?)( for the first order)?\?)`)
	keys := strings.Fields(`time date order file expected environment tier customer_tier segment orders user_id delivery lines voucher platform city
		qty price total product sale type properties level tags first_order fee carrier final_price gross savings shipping rules skipped gift items name description
		reason free amount code group id title method rate cost`)
	proposed := 0
	for place, text := range testPlaces {
		for _, typed := range keys {
			for _, p := range problemsOf(t, fmt.Sprintf(text, typed+" = 1")) {
				found := key.FindStringSubmatch(p.Hint)
				if !strings.Contains(p.Reason, "unknown key") || found == nil {
					continue
				}
				proposed++
				member := found[3]
				if member == "" {
					member = found[1] + " = 1"
				}
				for _, again := range problemsOf(t, fmt.Sprintf(text, member)) {
					if strings.Contains(again.Reason, "unknown key") {
						t.Errorf("in %s, of %s the hint is %q, and of that it is said: %v", place, typed, p.Hint, again)
					}
				}
			}
		}
	}
	if proposed < 50 {
		t.Errorf("only %d keys were proposed", proposed)
	}
}

// A mistake in a list stands at the element, which its key names.
func TestMistakesInListsOfTests(t *testing.T) {
	for name, c := range map[string]struct{ place, member, want string }{
		"env":            {place: "the test", member: `env = ["a", "", 3]`, want: "t.toml:6:17: test[0].env[2]: "},
		"coupons":        {place: "cart", member: `coupons = ["A", 1.5]`, want: "t.toml:4:38: test[0].cart.coupons[1]: "},
		"segments":       {place: "the customer", member: `segments = ["a", 1.5]`, want: "t.toml:4:52: test[0].cart.customer.segments[1]: "},
		"categories":     {place: "an item", member: `category = ["a", 1.5]`, want: "t.toml:4:52: test[0].cart.items[0].category[1]: "},
		"an element":     {place: "shipping", member: "amount = 1 }, { amont = 2", want: "t.toml:4:52: test[0].cart.shipping[1].amont: "},
		"a value of one": {place: "shipping", member: "amount = 1 }, { amount = -2", want: "t.toml:4:61: test[0].cart.shipping[1].amount: "},
		"applied":        {place: "expect", member: `applied = ["a", 1]`, want: "t.toml:5:42: test[0].expect.applied[1]: "},
		"not_applied":    {place: "expect", member: `not_applied = ["a", "a"]`, want: "t.toml:5:46: test[0].expect.not_applied[1]: "},
		"lines":          {place: "expect", member: "lines = [0, -1]", want: "t.toml:5:38: test[0].expect.lines[1]: "},
		"gifts":          {place: "expect", member: "gifts = { a = 1, b = 0 }", want: "t.toml:5:47: test[0].expect.gifts.b: "},
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range problemsOf(t, fmt.Sprintf(testPlaces[c.place], c.member)) {
				if strings.HasPrefix(p.String(), c.want) {
					return
				}
			}
			t.Errorf("found is %v, want %s…", problemsOf(t, fmt.Sprintf(testPlaces[c.place], c.member)), c.want)
		})
	}
}
