package strategy_test

import (
	"fmt"
	"strings"
	"testing"
)

// A price that the limits take back is warned of, with what the goods come to.
func TestAPriceThatLimitsTakeBack(t *testing.T) {
	const (
		head   = "version = \"v\"\n"
		coffee = "[[products]]\nsku = \"americano-iced\"\ncategory = \"coffee\"\nprice = 18\n"
		most40 = head + "limits = { max_rate = 0.4 }\n" + coffee
		hint   = " (set a price that the limits let be reached, or raise the limits)\n"
	)
	for name, c := range map[string]struct{ text, want string }{
		"a flash price":            {text: most40 + "[rule.a]\nskus = [\"americano-iced\"]\nmax_units = 2\nunit_price = 9.90\n", want: `discount.toml:10:14: rule."a".unit_price: limits.max_rate makes 1 × americano-iced at 18.00 CNY come to 10.80 CNY and not to 9.90 CNY` + hint},
		"of a category":            {text: most40 + "[rule.a]\ncategories = [\"coffee\"]\nunit_price = 9.90\n", want: `discount.toml:9:14: rule."a".unit_price: limits.max_rate makes 1 × americano-iced at 18.00 CNY come to 10.80 CNY and not to 9.90 CNY` + hint},
		"for a coupon":             {text: most40 + "[rule.a]\ncoupons = [\"X\"]\nunit_price = 9.90\n", want: "limits.max_rate makes 1 × americano-iced at 18.00 CNY come to 10.80 CNY and not to 9.90 CNY"},
		"from some units on":       {text: most40 + "[rule.a]\nmin_quantity = 3\nunit_price = 9.90\n", want: "limits.max_rate makes 3 × americano-iced at 18.00 CNY come to 32.40 CNY and not to 29.70 CNY"},
		"by an amount":             {text: head + "limits = { max_amount = 5 }\n" + coffee + "[rule.a]\nunit_price = 9.90\n", want: "limits.max_amount makes 1 × americano-iced at 18.00 CNY come to 13.00 CNY and not to 9.90 CNY"},
		"a bundle":                 {text: most40 + "[rule.a]\nbundle = { units = 3, price = 30 }\n", want: "limits.max_rate makes 3 × americano-iced at 18.00 CNY come to 32.40 CNY and not to 30.00 CNY"},
		"what is got":              {text: most40 + "[[products]]\nsku = \"cup\"\nprice = 40\n[rule.a]\nbuy = { skus = [\"americano-iced\"], quantity = 1 }\nget = { skus = [\"cup\"], unit_price = 1 }\n", want: "limits.max_rate makes 1 × cup at 40.00 CNY and 1 × americano-iced at 18.00 CNY come to 34.80 CNY and not to 19.00 CNY"},
		"the dearest of some":      {text: most40 + "[[products]]\nsku = \"latte\"\nprice = 15\n[rule.a]\nunit_price = 9.90\n", want: "makes 1 × americano-iced at 18.00 CNY"},
		"at another hour":          {text: most40 + "[rule.a]\nunit_price = 9.90\ntime_window = { start = \"08:00\", end = \"09:00\" }\n", want: "limits.max_rate makes 1 × americano-iced at 18.00 CNY come to 10.80 CNY"},
		"with SKUs folded":         {text: head + "sku_compare = \"fold\"\n" + "limits = { max_rate = 0.4 }\n" + coffee + "[rule.a]\nskus = [\"Americano-ICED\"]\nunit_price = 9.90\n", want: "come to 10.80 CNY and not to 9.90 CNY"},
		"within the limits":        {text: most40 + "[rule.a]\nunit_price = 10.80\n"},
		"without limits":           {text: head + coffee + "[rule.a]\nunit_price = 9.90\n"},
		"of goods not known":       {text: most40 + "[rule.a]\ncategories = [\"tea\"]\nunit_price = 9.90\n"},
		"of goods without a price": {text: head + "limits = { max_rate = 0.4 }\n[[products]]\nsku = \"a\"\n[rule.a]\nunit_price = 9.90\n"},
		"with a most of its own":   {text: most40 + "[rule.a]\nmax_discount = 5\nunit_price = 9.90\n"},
		"switched off":             {text: most40 + "[rule.a]\nenabled = false\nunit_price = 9.90\n"},
		"that has ended":           {text: most40 + "[rule.a]\nvalid_until = 2026-10-01T00:00:00Z\nunit_price = 9.90\n"},
		"of shipping":              {text: most40 + "[rule.a]\napplies_to = \"shipping\"\nunit_price = 1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := lint(t, c.text)
			if c.want == "" && strings.Contains(got, "and not to") || c.want != "" && (!strings.Contains(got, c.want) || strings.Count(got, "and not to") != 1) {
				t.Errorf("it is said\n%swant\n%s", got, c.want)
			}
		})
	}
}

// Of thousands of prices some are tried, so that a check does not take long.
func TestThousandsOfPricesThatLimitsTakeBack(t *testing.T) {
	var text strings.Builder
	text.WriteString("version = \"v\"\nlimits = { max_rate = 0.4 }\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "[[products]]\nsku = \"s%d\"\nprice = 18\n[rule.r%d]\nskus = [\"s%d\"]\nunit_price = 9.90\n", i, i, i)
	}
	if n := strings.Count(lint(t, text.String()), "and not to"); n == 0 || n > 200 {
		t.Errorf("it is said %d times", n)
	}
}
