package strategy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"time"

	"github.com/promogate/caddy-discount/strategy"
)

const orderHint = "set priority in one of them: the rule with the higher one is first"

// Two rules whose order only their ids decide are warned of where it changes what is paid,
// and nowhere else.
func TestTheOrderOfTwoAmounts(t *testing.T) {
	const ten, rate = "discount_amount = 10\n", "discount_rate = 0.1\n"
	two := func(a, b string) string { return "[rule.a]\n" + a + "[rule.b]\n" + b }
	for name, c := range map[string]struct {
		text string
		want string // what a cart comes to either way; empty for no warning
	}{
		"an amount and a rate":         {text: two(ten, rate), want: "1 × goods at 100.00 CNY come to 81.00 CNY so, and 80.00 CNY the other way round"},
		"a rate and an amount":         {text: two(rate, ten), want: "1 × goods at 100.00 CNY come to 80.00 CNY so, and 81.00 CNY the other way round"},
		"with one equal priority":      {text: two(ten+"priority = 3\n", rate+"priority = 3\n"), want: "81.00 CNY so"},
		"of goods that are both":       {text: two(ten+"categories = [\"tea\"]\n", rate+"skus = [\"oolong\"]\n"), want: "1 × oolong at 100.00 CNY come to 81.00 CNY so"},
		"of goods in the catalogue":    {text: "[[products]]\nsku = \"oolong\"\ncategory = \"tea\"\nprice = 50\n" + two(ten+"categories = [\"tea\"]\n", rate+"skus = [\"oolong\"]\n"), want: "1 × oolong at 50.00 CNY come to 36.00 CNY so, and 35.00 CNY the other"},
		"a threshold on what is left":  {text: two(rate, "min_subtotal = 100\n"+rate), want: "1 × goods at 100.00 CNY come to 90.00 CNY so, and 81.00 CNY the other"},
		"a ladder and a rate":          {text: two("ladder = [{ threshold = 200, amount = 20 }]\n", rate), want: "1 × goods at 200.00 CNY come to 162.00 CNY so, and 180.00 CNY the other"},
		"two coupons":                  {text: two(ten+"coupons = [\"X\"]\n", rate+"coupons = [\"Y\"]\n"), want: "81.00 CNY so"},
		"one that ends the line":       {text: two(rate+"stop = \"line\"\n", "discount_rate = 0.3\n"), want: "90.00 CNY so, and 63.00 CNY the other"},
		"one of what is not reduced":   {text: two(rate, "discount_rate = 0.3\nskip_reduced = true\n"), want: "90.00 CNY so, and 63.00 CNY the other"},
		"in windows that overlap":      {text: two(ten+"time_window = { start = \"08:00\", end = \"10:00\" }\n", rate+"time_window = { start = \"09:00\", end = \"12:00\" }\n"), want: "81.00 CNY so"},
		"from a day to come on":        {text: two(ten+"valid_from = 2027-01-01T00:00:00\n", rate), want: "81.00 CNY so"},
		"of shipping":                  {text: two(ten+"applies_to = \"shipping\"\n", rate+"applies_to = \"shipping\"\n"), want: "a cart with 1 × goods at 100.00 CNY comes to 181.00 CNY so, and 180.00 CNY the other"},
		"with other goods beside":      {text: two(ten+"requires = [{ skus = [\"cup\"] }]\n", rate), want: "a cart with 1 × goods at 100.00 CNY comes to 171.00 CNY so, and 170.00 CNY the other"},
		"with an attribute":            {text: two(ten+"where = { roast = \"dark\" }\n", rate+"where = { caffeine_mg = { max = 50 } }\n"), want: "81.00 CNY so"},
		"for one customer":             {text: two(ten+"customer = { tiers = [\"gold\"] }\n", rate+"customer = { segments = [\"s\"] }\n"), want: "81.00 CNY so"},
		"a bundle and a rate":          {text: two("bundle = { units = 3, price = 99 }\n", rate), want: "3 × goods at 100.00 CNY come to"},
		"free delivery from a value":   {text: two(ten, "applies_to = \"shipping\"\nmin_subtotal = 60\ndiscount_rate = 1\n"), want: "a cart with 1 × goods at 60.00 CNY comes to 150.00 CNY so, and 50.00 CNY the other"},
		"the same beside an exclusive": {text: two(ten+"exclusive = \"goods\"\n", "applies_to = \"shipping\"\nmin_subtotal = 60\ndiscount_amount = 2\n"), want: "a cart with 1 × goods at 60.00 CNY comes to 150.00 CNY so, and 148.00 CNY the other"},
		"off goods and shipping":       {text: two("applies_to = \"all\"\ndiscount_amount = 10\n", "applies_to = \"shipping\"\ndiscount_rate = 0.1\n"), want: "comes to"},
		"a group and a rule":           {text: two("group = \"g\"\n"+ten, rate), want: "81.00 CNY so, and 80.00 CNY the other"},
		"a second and a third unit":    {text: two("buy = { quantity = 1 }\nget = { rate = 0.5 }\n", "buy = { quantity = 2 }\nget = {}\n"), want: "3 × goods at 100.00 CNY come to 250.00 CNY so, and 200.00 CNY the other"},
		"a unit at a rate and one got": {text: two("unit_rates = [0, 0.5]\n", "buy = { quantity = 2 }\nget = {}\n"), want: "3 × goods at 100.00 CNY come to 200.00 CNY so, and 150.00 CNY the other"},
		"units bought for either":      {text: two("categories = [\"coffee\"]\nbuy = { quantity = 1 }\nget = { rate = 0.5 }\n", "buy = { categories = [\"coffee\"], quantity = 1 }\nget = { categories = [\"tea\"] }\n"), want: "a cart with 2 × goods at 100.00 CNY comes to 250.00 CNY so, and 200.00 CNY the other"},
		"units got, and an amount":     {text: two("buy = { categories = [\"coffee\"], quantity = 1 }\nget = { categories = [\"tea\"], rate = 0.5 }\n", "categories = [\"tea\"]\ndiscount_amount = 4\n"), want: "a cart with 1 × goods at 100.00 CNY comes to 146.00 CNY so, and 148.00 CNY the other"},

		"bought and got, of other goods":  {text: two("buy = { categories = [\"coffee\"], quantity = 1 }\nget = { categories = [\"tea\"], rate = 0.5 }\n", "categories = [\"cake\"]\ndiscount_amount = 4\n")},
		"two rates":                       {text: two(rate, "discount_rate = 0.2\n")},
		"two rates that do not come even": {text: two("discount_rate = 0.333\n", "discount_rate = 0.07\n")},
		"two amounts of money":            {text: two(ten, "discount_amount = 5\n")},
		"with two priorities":             {text: two(ten+"priority = 1\n", rate)},
		"of two stages":                   {text: two(ten, rate+"stage = 2\n")},
		"of one group":                    {text: two(ten+"group = \"g\"\n", rate+"group = \"g\"\n")},
		"one exclusive":                   {text: two(ten+"exclusive = true\n", rate)},
		"one switched off":                {text: two(ten+"enabled = false\n", rate)},
		"of other goods":                  {text: two(ten+"categories = [\"tea\"]\n", rate+"categories = [\"cake\"]\n")},
		"of goods and of shipping":        {text: two(ten, "applies_to = \"shipping\"\ndiscount_rate = 1\n")},
		"at other hours":                  {text: two(ten+"time_window = { start = \"08:00\", end = \"10:00\" }\n", rate+"time_window = { start = \"10:00\", end = \"12:00\" }\n")},
		"in other months":                 {text: two(ten+"valid_until = 2026-11-30T23:59:59\n", rate+"valid_from = 2026-12-01T00:00:00\n")},
		"in other channels":               {text: two(ten+"channels = [\"app\"]\n", rate+"channels = [\"web\"]\n")},
		"for other tiers":                 {text: two(ten+"customer = { tiers = [\"gold\"] }\n", rate+"customer = { tiers = [\"silver\"] }\n")},
		"on the original value":           {text: "arithmetic = { base = \"original\" }\n" + two(ten, rate)},
		"where only the best applies":     {text: "arithmetic = { select = \"best\" }\n" + two(ten, rate)},
		"a gift":                          {text: two(ten, "gift = { sku = \"cup\" }\n")},
		"an exclusive one of goods":       {text: two(ten+"exclusive = \"goods\"\n", rate)},
		"of goods and free delivery":      {text: two(ten, "applies_to = \"shipping\"\ndiscount_rate = 1\n")},
	} {
		t.Run(name, func(t *testing.T) {
			got := lint(t, "version = \"v\"\ntimezone = \"Asia/Shanghai\"\n"+c.text)
			if c.want == "" {
				if strings.Contains(got, "only their ids") {
					t.Errorf("it is said\n%s", got)
				}
				return
			}
			if n := strings.Count(got, "only their ids"); n != 1 || !strings.Contains(got, `rule."b"`) || !strings.Contains(got, c.want) || !strings.Contains(got, orderHint) ||
				!strings.Contains(got, `only their ids decide that rule."a" is before rule."b": `) {
				t.Errorf("it is said\n%swant\n%s", got, c.want)
			}
		})
	}
}

// The ladder has no priority, so that the rule beside it is to have one.
func TestTheOrderOfARuleAndTheLadder(t *testing.T) {
	const ladder, rate = "version = \"v\"\n[[discounts]]\nthreshold = 50\namount = 5\n[[discounts]]\nthreshold = 80\namount = 9\n", "discount_rate = 0.1\n"
	const hint = "(set its priority: above 0 the rule is before [[discounts]], below 0 after it)"
	for name, c := range map[string]struct {
		text string
		want string // of warnings, a line each
	}{
		"before it": {text: ladder + "[rule.a]\n" + rate,
			want: `discount.toml:8:7: rule."a": only their ids decide that rule."a" is before [[discounts]]: 1 × goods at 100.00 CNY come to 81.00 CNY so, and 81.90 CNY the other way round ` + hint + "\n"},
		"after it": {text: ladder + "[rule.z]\n" + rate,
			want: `discount.toml:8:7: rule."z": only their ids decide that [[discounts]] is before rule."z": 1 × goods at 100.00 CNY come to 81.90 CNY so, and 81.00 CNY the other way round ` + hint + "\n"},
		"of one and of the other": {text: ladder + "[rule.a]\n" + rate + "categories = [\"tea\"]\n[rule.z]\n" + rate + "categories = [\"cake\"]\n",
			want: `discount.toml:8:7: rule."a": only their ids decide that rule."a" is before [[discounts]]: 1 × goods at 100.00 CNY come to 81.00 CNY so, and 81.90 CNY the other way round ` + hint + "\n" +
				`discount.toml:11:7: rule."z": only their ids decide that [[discounts]] is before rule."z": 1 × goods at 100.00 CNY come to 81.90 CNY so, and 81.00 CNY the other way round ` + hint + "\n"},
		"a flash price":       {text: ladder + "[rule.flash]\nunit_price = 9.90\n", want: "discount.toml:8:7: rule.\"flash\": only their ids decide that [[discounts]] is before"},
		"with a priority":     {text: ladder + "[rule.a]\npriority = 1\n" + rate},
		"with a stage":        {text: ladder + "[rule.a]\nstage = 2\n" + rate},
		"of other goods":      {text: strings.ReplaceAll(ladder, "amount", "categories = [\"tea\"]\namount") + "[rule.a]\ncategories = [\"cake\"]\n" + rate},
		"one step of its own": {text: ladder},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lint(t, c.text); got != c.want && (c.want == "" || !strings.HasPrefix(got, c.want)) {
				t.Errorf("it is said\n%swant\n%s", got, c.want)
			}
		})
	}
}

// The examples say which of their rules is first, wherever it matters.
func TestTheExamplesSayWhichRuleIsFirst(t *testing.T) {
	var paths []string
	for _, pattern := range []string{"../cookbook/*.toml", "../internal/cli/starter/*.toml", "../config/*.toml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		paths = append(paths, found...)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".test.toml") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var sheets []strategy.Source // and codes
		for _, suffix := range []string{".csv", ".codes"} {
			beside := strings.TrimSuffix(path, ".toml") + suffix
			if data, err := os.ReadFile(beside); err == nil {
				sheets = append(sheets, strategy.Source{Name: filepath.Base(beside), Data: data, Companion: true})
			}
		}
		if got := lint(t, string(text), sheets...); strings.Contains(got, "only their ids") {
			t.Errorf("of %s it is said\n%s", path, got)
		}
	}
}

// A strategy without any priority is warned of some times, and in no time.
func TestTheOrderOfThousandsOfRules(t *testing.T) {
	var text strings.Builder
	text.WriteString("version = \"v\"\n")
	for i := range 5_000 {
		fmt.Fprintf(&text, "[rule.r%04d-a]\ndiscount_amount = %d\n[rule.r%04d-b]\ndiscount_rate = 0.0%d\n", i, i+1, i, i%9+1)
	}
	began := time.Now()
	got := lint(t, text.String())
	if n := strings.Count(got, "only their ids"); n != 10 {
		t.Errorf("it is said %d times", n)
	}
	t.Logf("it took %s", time.Since(began))
}
