package strategy

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy/document"
)

// withSheet is a strategy whose catalogue is catalogue.csv, and that file.
func withSheet(csv string) []Source {
	return []Source{
		{Name: "shop/discount.toml", Data: []byte("version = \"v\"\nproducts = { file = \"catalogue.csv\" }\n[rule.a]\ndiscount_rate = 0.1\n")},
		{Name: "shop/catalogue.csv", Data: []byte(csv), Beside: true},
	}
}

// canonicalOf is the meaning of a strategy that is right.
func canonicalOf(t *testing.T, sources ...Source) string {
	t.Helper()
	m, err := Parse("", sources...)
	if err != nil {
		t.Fatal(err)
	}
	return string(m.Canonical())
}

// The meaning of a catalogue does not depend on where it stands.
func TestASpreadsheetMeansWhatTheSameProductsMean(t *testing.T) {
	t.Parallel()
	const toml = "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n"
	for name, c := range map[string]struct{ csv, products string }{
		"all that a product has": {
			csv: "sku,name,category,subgroup,price,floor_price,caffeine_mg,decaf,roast\n" +
				"latte,热拿铁,coffee,hot,18.00,12,75,FALSE,dark\nmocha,,,,20,,,,\n",
			products: `{ sku = "latte", name = "热拿铁", category = "coffee", subgroup = "hot", price = 18, floor_price = 12, caffeine_mg = 75, decaf = false, roast = "dark" }, { sku = "mocha", price = 20 }`,
		},
		"in another order, with other names": {
			csv:      "Caffeine mg;Unit Price;Floor-Price;商品编码;Sub group\r\n75;18.00;12;latte;hot\r\n",
			products: `{ sku = "latte", subgroup = "hot", price = 18, floor_price = 12, "Caffeine mg" = 75 }`,
		},
		"by name alone":              {csv: "名称,价格,分类\n冰美式,9.9,咖啡\n", products: `{ name = "冰美式", category = "咖啡", price = 9.9 }`},
		"tabs":                       {csv: "sku\tprice\tnote\nlatte\t18\ta, b; c\n", products: `{ sku = "latte", price = 18, note = "a, b; c" }`},
		"tabs beside empty cells":    {csv: "sku\tprice\tname\tnote\nlatte\t\t\tx\n", products: `{ sku = "latte", note = "x" }`},
		"decimals after commas":      {csv: "sku;price;weight\nlatte;18,5;0,125\nmocha;1299,00;1,25\n", products: `{ sku = "latte", price = 18.5, weight = 0.125 }, { sku = "mocha", price = 1299, weight = 1.25 }`},
		"quoted cells":               {csv: "sku,name,note\n\"a,b\",\"7\"\" plate\",\"two\nlines\"\nc,\" d \",\"1\"\n", products: `{ sku = "a,b", name = "7\" plate", note = "two\nlines" }, { sku = "c", name = "d", note = 1 }`},
		"space around cells":         {csv: "sku , price\n latte , 18\n\u00a0mocha\u3000,20\n", products: `{ sku = "latte", price = 18 }, { sku = "mocha", price = 20 }`},
		"empty rows and columns":     {csv: "\n,,,\nsku,price,,\n\nlatte,18,,\n,,,\nmocha,20\n\n\n", products: `{ sku = "latte", price = 18 }, { sku = "mocha", price = 20 }`},
		"a row without its end":      {csv: "sku,price,name\nlatte\nmocha,20", products: `{ sku = "latte" }, { sku = "mocha", price = 20 }`},
		"a line of the separator":    {csv: "sep=;\r\nsku;note\r\nlatte;a,b,c\r\n", products: `{ sku = "latte", note = "a,b,c" }`},
		"commas in semicolons":       {csv: "sku;name, for people, as they say;price\nlatte;x;18\n", products: `{ sku = "latte", price = 18, "name, for people, as they say" = "x" }`},
		"lines end as on an old Mac": {csv: "sku,price\rlatte,18\rmocha,20\r", products: `{ sku = "latte", price = 18 }, { sku = "mocha", price = 20 }`},
		"one column":                 {csv: "sku\nlatte\nmocha\n", products: `{ sku = "latte" }, { sku = "mocha" }`},
		"texts that look like numbers": {
			csv:      "sku,a,b,c,d,e,f,g,h\n00123,007,1e5,+5,.5,5.,6901234567890,-0.5,12.3456789\n",
			products: `{ sku = "00123", a = "007", b = "1e5", c = "+5", d = ".5", e = "5.", f = "6901234567890", g = -0.5, h = "12.3456789" }`,
		},
		"true and false": {csv: "sku,a,b,c\nlatte,TRUE,False,yes\n", products: `{ sku = "latte", a = true, b = false, c = "yes" }`},
		"zero":           {csv: "sku,price,a,b\nlatte,0,0,0.50\n", products: `{ sku = "latte", price = 0, a = 0, b = 0.5 }`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := canonicalOf(t, Source{Name: "t.toml", Data: []byte("products = [" + c.products + "]\n" + toml)})
			if got := canonicalOf(t, withSheet(c.csv)...); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// problemsOf are the messages about a strategy, one a line.
func problemsOf(t *testing.T, sources ...Source) string {
	t.Helper()
	m, err := Parse("", sources...)
	if err != nil {
		return err.Error()
	}
	var lines []string
	for _, c := range m.Cautions() {
		lines = append(lines, "warning: "+c.String())
	}
	return strings.Join(lines, "\n")
}

func TestWhatIsWrongInASpreadsheetIsToldByRowAndColumn(t *testing.T) {
	t.Parallel()
	const file = "shop/catalogue.csv"
	for name, c := range map[string]struct{ csv, want string }{
		"thousands": {"sku,price\nlatte,\"1,299.00\"\n", file + `:2:7: row 2, column B (price): "1,299.00" is not an amount of CNY, digits with a point before the decimals are wanted (thousands are not set apart: write 1299.00)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := problemsOf(t, withSheet(c.csv)...); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
	_ = document.Problem{}
}
