package strategy_test

import (
	"strings"
	"testing"
)

// A mistake in a list stands at the element, which its key names, in every list that the
// language has.
func TestMistakesInLists(t *testing.T) {
	rule := func(member string) string { return "[rule.a]\n" + member + "\ndiscount_rate = 0.1\n" }
	for name, c := range map[string]struct{ text, want string }{
		"skus":                {text: rule(`skus = ["a", 1]`), want: `4:14: rule."a".skus[1]: `},
		"skus, twice":         {text: rule(`skus = ["a", "b", "a"]`), want: `4:19: rule."a".skus[2]: `},
		"skus, over lines":    {text: rule("skus = [\n  \"a\",\n  \"\",\n]"), want: `6:3: rule."a".skus[1]: `},
		"categories":          {text: rule(`categories = ["a", ""]`), want: `4:20: rule."a".categories[1]: `},
		"subgroups":           {text: rule(`subgroups = ["a", ["b"]]`), want: `4:19: rule."a".subgroups[1]: `},
		"excluded skus":       {text: rule(`exclude = { skus = ["a", 1] }`), want: `4:26: rule."a".exclude.skus[1]: `},
		"any":                 {text: rule(`any = [{ skus = "a" }, 1]`), want: `4:24: rule."a".any[1]: `},
		"skus of any":         {text: rule(`any = [{ skus = "a" }, { skus = ["b", 1] }]`), want: `4:39: rule."a".any[1].skus[1]: `},
		"an empty one of any": {text: rule(`any = [{ skus = "a" }, {}]`), want: `4:24: rule."a".any[1]: `},
		"values of where":     {text: rule(`where = { roast = { in = ["dark", []] } }`), want: `4:35: rule."a".where.roast.in[1]: `},
		"coupons":             {text: rule(`coupons = ["A", 1]`), want: `4:17: rule."a".coupons[1]: `},
		"tiers":               {text: rule(`customer = { tiers = ["a", 1] }`), want: `4:28: rule."a".customer.tiers[1]: `},
		"segments":            {text: rule(`customer = { segments = ["a", 1] }`), want: `4:31: rule."a".customer.segments[1]: `},
		"customers":           {text: rule(`customer = { ids = ["a", 1] }`), want: `4:26: rule."a".customer.ids[1]: `},
		"channels":            {text: rule(`channels = ["a", 1]`), want: `4:18: rule."a".channels[1]: `},
		"regions":             {text: rule(`regions = ["a", 1]`), want: `4:17: rule."a".regions[1]: `},
		"shipping methods":    {text: rule(`shipping_methods = ["a", 1]`), want: `4:26: rule."a".shipping_methods[1]: `},
		"requires":            {text: rule(`requires = [{ skus = "a" }, 1]`), want: `4:29: rule."a".requires[1]: `},
		"skus of requires":    {text: rule(`requires = [{ skus = "a" }, { skus = ["a", "a"] }]`), want: `4:44: rule."a".requires[1].skus[1]: `},
		"forbids":             {text: rule(`forbids = [{ skus = "a" }, { sku = 1 }]`), want: `4:30: rule."a".forbids[1].sku: `},
		"days":                {text: rule(`time_window = { start = "08:00", end = "09:00", days = ["mon", "noon"] }`), want: `4:64: rule."a".time_window.days[1]: `},
		"time windows":        {text: rule(`time_windows = [{ start = "08:00", end = "09:00" }, 1]`), want: `4:53: rule."a".time_windows[1]: `},
		"days of windows":     {text: rule(`time_windows = [{ start = "08:00", end = "09:00", days = ["mon", 2] }]`), want: `4:66: rule."a".time_windows[0].days[1]: `},
		"tags":                {text: rule(`tags = ["a", "a"]`), want: `4:14: rule."a".tags[1]: `},
		"rates of units":      {text: "[rule.a]\nunit_rates = [0, 50]\n", want: `4:18: rule."a".unit_rates[1]: `},
		"a ladder":            {text: "[rule.a]\nladder = [{ threshold = 1, amount = 1 }, 2]\n", want: `4:42: rule."a".ladder[1]: `},
		"a step of a ladder":  {text: "[rule.a]\nladder = [{ threshold = 1, amount = 1 }, { threshold = 2, amount = 0 }]\n", want: `4:68: rule."a".ladder[1].amount: `},
		"what is bought":      {text: "[rule.a]\nbuy = { skus = [\"a\", 1], quantity = 1 }\nget = {}\n", want: `4:22: rule."a".buy.skus[1]: `},
		"what is got":         {text: "[rule.a]\nbuy = { quantity = 1 }\nget = { skus = [\"a\", 1] }\n", want: `5:22: rule."a".get.skus[1]: `},
		"the order ladder":    {text: "discounts = [{ threshold = 1, amount = 1 }, 2]\n", want: "3:45: discounts[1]: "},
		"skus of a step":      {text: "discounts = [{ threshold = 1, amount = 1, skus = [\"a\", 1] }]\n", want: "3:56: discounts[0].skus[1]: "},
		"the catalogue":       {text: "products = [{ sku = \"a\" }, 1]\n" + rule(""), want: "3:28: products[1]: "},
		"its categories":      {text: "products = [{ sku = \"a\", category = [\"b\", 1] }]\n" + rule(""), want: "3:43: products[0].category[1]: "},
		"environments":        {text: "env = [{ name = \"a\" }, 1]\n" + rule(""), want: "3:24: env[1]: "},
		"a word warned of":    {text: rule(`coupons = ["A", "B "]`), want: `4:17: rule."a".coupons[1]: `},
		"a word not known":    {text: rule(`skus = ["a", "b"]`) + "[[products]]\nsku = \"a\"\n", want: `4:14: rule."a".skus[1]: `},
	} {
		t.Run(name, func(t *testing.T) {
			if said, _ := saysOf(t, c.text); !strings.HasPrefix(said, "t.toml:"+c.want) {
				t.Errorf("said is %swant t.toml:%s…", said, c.want)
			}
		})
	}
}
