package strategy_test

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
)

func TestWhatUnknownArticlesGetAroundIsWarnedOf(t *testing.T) {
	t.Parallel()
	const (
		goods = "[[products]]\nsku = \"tea\"\n"
		half  = "[rule.half]\ndiscount_rate = 0.5\n"
		known = "an article under a SKU that the catalogue does not know, or a cart of sums alone, gets around "
	)
	for _, c := range []struct {
		name, text string
		want       string // a part of the only warning; none if it is empty
	}{
		{name: "a catalogue without prices", text: goods + half},
		{name: "a price", text: goods + "price = 10\n" + half, want: "discount.toml:2:3: products[0]: " + known + "1 price ("},
		{name: "a price of 0.00", text: goods + "price = 0\n" + half, want: known + "1 price ("},
		{name: "prices of later products", text: goods + "[[products]]\nsku = \"a\"\nprice = 1\n[[products]]\nsku = \"b\"\nprice = 2\n" + half, want: "discount.toml:4:3: products[1]: " + known + "2 prices ("},
		{name: "a floor alone", text: goods + "floor_price = 5\n" + half, want: known + "1 floor ("},
		{name: "a price and a floor", text: goods + "price = 10\nfloor_price = 5\n" + half, want: known + "1 price and 1 floor ("},
		{name: "beverages", text: "[[beverages]]\nname = \"tea\"\nprice = 10\n" + half, want: known + "1 price ("},
		{name: "an exclude beside a catalogue", text: goods + half + "exclude = { skus = [\"tea\"] }\n", want: `discount.toml:6:13: rule."half".exclude: ` + known + `exclude of the rule "half" (`},
		{name: "an exclude without a catalogue", text: half + "exclude = { skus = [\"tea\"] }\n", want: `discount.toml:4:13: rule."half".exclude: exclude of the rule "half" goes by what the cart says`},
		{name: "an exclude within any", text: half + "any = [{ categories = [\"a\"], exclude = { skus = [\"tea\"] } }]\n", want: `exclude of the rule "half" goes by`},
		{name: "an exclude within get", text: "[rule.free]\nbuy = { quantity = 1 }\nget = { quantity = 1, rate = 1, exclude = { skus = [\"tea\"] } }\n", want: `exclude of the rule "free" goes by`},
		{name: "excludes of three rules", text: strings.Repeat("[rule.N]\ndiscount_rate = 0.1\nexclude = { skus = [\"tea\"] }\n", 3), want: `exclude of the rule "1" and of 2 more goes by`},
		{name: "an exclude of a rule that is off", text: "[rule.half]\nenabled = false\ndiscount_rate = 0.5\nexclude = { skus = [\"tea\"] }\n"},
		{name: "reject", text: "unknown_skus = \"reject\"\n" + goods + "price = 10\nfloor_price = 5\n" + half + "exclude = { skus = [\"tea\"] }\n"},
		{name: "pass, written out", text: "unknown_skus = \"pass\"\n" + goods + "price = 10\nfloor_price = 5\n" + half + "exclude = { skus = [\"tea\"] }\n"},
		{name: "folded SKUs alone", text: "sku_compare = \"fold\"\n" + goods + "price = 10\n" + half, want: known + "1 price ("},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := c.text
			for _, n := range []string{"1", "2", "3"} {
				text = strings.Replace(text, "rule.N", "rule."+n, 1)
			}
			got := lint(t, "version = \"v\"\n"+text)
			if c.want == "" && got != "" || strings.Count(got, "\n") > 1 || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	t.Run("a catalogue in a spreadsheet", func(t *testing.T) {
		t.Parallel()
		sheet := strategy.Source{Name: "goods.csv", Data: []byte("sku,price\ntea,10\n"), Companion: true}
		got := lint(t, "version = \"v\"\nproducts = { file = \"goods.csv\" }\n"+half, sheet)
		if want := "discount.toml:2:14: products: " + known + "1 price ("; strings.Count(got, "\n") != 1 || !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
