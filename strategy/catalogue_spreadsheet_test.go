package strategy

import (
	"strings"
	"testing"
)

// withSheet is a strategy whose catalogue is catalogue.csv, and that file.
func withSheet(csv string) []Source {
	return []Source{
		{Name: "shop/discount.toml", Data: []byte("version = \"v\"\nproducts = { file = \"catalogue.csv\" }\n[rule.a]\ndiscount_rate = 0.1\n")},
		{Name: "shop/catalogue.csv", Data: []byte(csv), Companion: true},
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
		"from a Turkish spreadsheet": {csv: "SKU,PRİCE,CATEGORİES\nlatte,18,coffee\n", products: `{ sku = "latte", price = 18, category = "coffee" }`},
		"in letters without dots":    {csv: "sku,prıce,sub_group\nlatte,18,hot\n", products: `{ sku = "latte", price = 18, subgroup = "hot" }`},
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
		"several categories": {
			csv:      "sku,Categories\nlatte,coffee; hot；coffee-week\nmocha,coffee;\ntea,;\n",
			products: `{ sku = "latte", category = ["coffee", "hot", "coffee-week"] }, { sku = "mocha", category = "coffee" }, { sku = "tea" }`,
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
	for _, c := range m.Warnings() {
		lines = append(lines, "warning: "+c.String())
	}
	return strings.Join(lines, "\n")
}

func TestWhatIsWrongInASpreadsheetIsToldByRowAndColumn(t *testing.T) {
	t.Parallel()
	const file = "shop/catalogue.csv"
	const amount = "is not an amount of CNY, want digits with a point before the decimals"
	for name, c := range map[string]struct {
		csv  string
		want []string
	}{
		"thousands":                    {"sku,price\nlatte,\"1,299.00\"\n", []string{`:2:7: row 2, column B (price): "1,299.00" ` + amount + ` (thousands are not set apart: write 1299.00)`}},
		"thousands, without decimals":  {"sku,price\nlatte,\"1,299,000\"\n", []string{`:2:7: row 2, column B (price): "1,299,000" ` + amount + ` (thousands are not set apart: write 1299000)`}},
		"thousands, in semicolons":     {"sku;price\nlatte;1.299,00\nmocha;1 299,5\ntea;1,299\n", []string{`:2:7: row 2, column B (price): "1.299,00" ` + amount + ` (thousands are not set apart: write 1299.00)`, `:3:7: row 3, column B (price): "1 299,5" ` + amount + ` (thousands are not set apart: write 1299.5)`, `:4:5: row 4, column B (price): "1,299" ` + amount + ` (thousands are not set apart: write 1299)`}},
		"a comma before decimals":      {"sku,price\nlatte,\"12,5\"\n", []string{`:2:7: row 2, column B (price): "12,5" ` + amount + ` (decimals follow a point: write 12.5)`}},
		"the sign of a currency":       {"sku,price\nlatte,¥18.00\nmocha,20元\n", []string{`:2:7: row 2, column B (price): "¥18.00" ` + amount + ` (the currency is that of the strategy: write 18.00)`, `:3:7: row 3, column B (price): "20元" ` + amount + ` (the currency is that of the strategy: write 20)`}},
		"no number":                    {"sku,price\nlatte,free\n", []string{`:2:7: row 2, column B (price): "free" ` + amount + ` (a product without a price has an empty cell)`}},
		"more decimals than there are": {"sku,Price\nlatte,18.005\n", []string{`:2:7: row 2, column B (Price): "18.005" is not an amount of CNY: 18.005 has 3 decimals, CNY has 2`}},
		"below zero":                   {"sku,price\nlatte,-1\n", []string{`:2:7: row 2, column B (price): -1 is too small, want 0.00 CNY or more`}},
		"a floor above the price":      {"sku,底价,price\nlatte,20,18\n", []string{`:2:7: row 2, column B (底价): the floor price is above the price`}},
		"a SKU twice":                  {"sku,note\nlatte,\"a\nb\"\n\nmocha,\nlatte,\n", []string{`:6:1: row 5: "latte" is in the catalogue twice, first in row 2`}},
		"a category twice":             {"sku,category\nlatte,a;b;a\n", []string{`:2:7: row 2, column B (category): "a" is listed twice`}},
		"a row of no product":          {"sku,name,price\n,,18\n", []string{`:2:1: row 2: the product has neither sku nor name`}},
		"a cell beyond the names":      {"sku,price,\nlatte,18,,x\nmocha,20,y\n", []string{`:2:11: row 2, column D: "x" is in a column that has no name in the first row`, `:3:10: row 3, column C: "y" is in a column that has no name in the first row`}},
		"a quote in a cell":            {"sku,name\nlatte,7\" plate\n", []string{`:2:8: row 2, column B (name): a quote is in a cell that does not begin with one (a cell with quotes in it is written in quotes, and each of its own twice: "7"" plate")`}},
		"two columns of one name":      {"sku,Price,价格\nlatte,1,2\n", []string{`:1:11: row 1, column C (价格): "价格" is the same as "Price" in column B (leave one of them out)`}},
		"no column of SKUs":            {"barcode,price\n1,2\n", []string{`:1:1: row 1: there is neither a column sku nor a column name (is "barcode" of column A meant as sku?)`}},
		"no names":                     {"\"\"\n,,\n", []string{`:1:1: the file is empty (its first row has the names of the columns: sku, name, category, subgroup, price, floor_price and attributes)`}},
		"nothing":                      {"", []string{`:1:1: the file is empty (its first row has the names of the columns: sku, name, category, subgroup, price, floor_price and attributes)`}},
		"no products":                  {"sku,price\n", []string{`:1:1: row 1: no row follows that of the names, so the catalogue is empty`}},
		"another encoding":             {"sku,name\n1,caf\xe9\n", []string{`:2:6: the file is neither UTF-8, UTF-16 with a byte order mark nor GB 18030 here (save it as "CSV UTF-8")`}},
		"all at once": {"sku,price,floor_price\nlatte,x,\nlatte,1,2\n,,3\n\"open\n", []string{
			`:2:7: row 2, column B (price): "x" ` + amount + ` (a product without a price has an empty cell)`,
			`:3:1: row 3: "latte" is in the catalogue twice, first in row 2`,
			`:3:9: row 3, column C (floor_price): the floor price is above the price`,
			`:4:1: row 4: the product has neither sku nor name`,
			`:5:1: row 5, column A (sku): the quote that this cell begins with is not closed up to the end of the file (a cell with quotes in it is written in quotes, and each of its own twice: "7"" plate")`,
		}},
		"warning: a column that is mistyped":       {"sku,prise,Selling Price\nlatte,1,2\n", []string{`:1:5: row 1, column B (prise): the column "prise" is read as an attribute (did you mean price?)`, `:1:11: row 1, column C (Selling Price): the column "Selling Price" is read as an attribute (did you mean price?)`}},
		"warning: a long number in short":          {"sku,price\n6.90123E+12,1\n", []string{`:2:1: row 2, column A (sku): "6.90123E+12" is a long number that the spreadsheet wrote in short, so its last digits are lost (format the column as text before the numbers are put in)`}},
		"warning: a formula without a result":      {"sku,price\n#REF!,1\n", []string{`:2:1: row 2, column A (sku): "#REF!" is what a spreadsheet shows in place of a result (correct the formula of the cell)`}},
		"warning: a number that is read as a text": {"sku,stock\nlatte,\"1,200\"\nmocha,\"1,300\"\n", []string{`:2:7: row 2, column B (stock): "1,200" is read as a text: thousands are set apart in it (write 1200)`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := ""
			for i, line := range c.want {
				if strings.HasPrefix(name, "warning") {
					want += "warning: "
				}
				want += file + line
				if i < len(c.want)-1 {
					want += "\n"
				}
			}
			if got := problemsOf(t, withSheet(c.csv)...); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A column with a name of a product's own is not warned of, and neither is an attribute
// beside the column that it could be meant for.
func TestColumnsThatAreMeantAreNotWarnedOf(t *testing.T) {
	t.Parallel()
	for _, csv := range []string{
		"sku,price,prise\nlatte,1,2\n", "SKU,Floor Price,price,cost\nlatte,1,2,3\n", "sku,barcode\nlatte,6901234567890\n", "名称,单价,产地\n茶,1,福建\n",
	} {
		if got := problemsOf(t, withSheet(csv)...); got != "" {
			t.Errorf("%q: %s", csv, got)
		}
	}
}

func TestANameOfASpreadsheetIsOfAFileBeside(t *testing.T) {
	t.Parallel()
	const rest = "\n[rule.a]\ndiscount_rate = 0.1\n"
	for name, c := range map[string]struct{ products, want string }{
		"not there":              {`products = { file = "catalog.csv" }`, `there is no file catalog.csv beside the strategy (did you mean "catalogue.csv"?)`},
		"none like it":           {`products = { file = "x.csv" }`, `there is no file x.csv beside the strategy (a link to a file of another name, or elsewhere, is not followed)`},
		"in a directory":         {`products = { file = "shop/catalogue.csv" }`, `"shop/catalogue.csv" is not the name of a spreadsheet beside the strategy, without a directory, that ends in .csv, .tsv, .txt`},
		"above":                  {`products = { file = "../catalogue.csv" }`, "is not the name of a spreadsheet"},
		"a backslash":            {`products = { file = 'x\catalogue.csv' }`, "is not the name of a spreadsheet"},
		"of a drive":             {`products = { file = "C:catalogue.csv" }`, "is not the name of a spreadsheet"},
		"hidden":                 {`products = { file = ".csv" }`, "is not the name of a spreadsheet"},
		"a file of Excel":        {`products = { file = "catalogue.xlsx" }`, "is not the name of a spreadsheet"},
		"a part of the strategy": {`products = { file = "discount.toml" }`, "is not the name of a spreadsheet"},
		"empty":                  {`products = { file = "" }`, "products.file: the string is empty"},
		"a list":                 {`products = { file = ["catalogue.csv"] }`, "products.file: this is a list, want a string"},
		"more beside it":         {`products = { file = "catalogue.csv", price = 3 }`, `products.price: unknown key "price"`},
		"the name alone":         {`products = "catalogue.csv"`, `shop/discount.toml:2:12: products: the catalogue is a list of products, or a table with the name of a file (did you mean products = { file = "catalogue.csv" }?)`},
		"another key":            {`beverages = { path = "x.CSV" }`, `(did you mean products = { file = "x.CSV" }?)`},
		"UTF-16 that is damaged": {`products = { file = "damaged.csv" }`, "shop/damaged.csv:1:1: the file begins as UTF-16"},
		"twice":                  {"products = { file = \"catalogue.csv\" }\n[[products]]\nsku = \"a\"", `products: "products" is already there, on line 2`},
		"by both names":          {"beverages = { file = \"catalogue.csv\" }\n[[products]]\nsku = \"a\"", "beverages is another name of products, and both are here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sources := withSheet("sku,price\nlatte,18\n")
			sources = append(sources, Source{Name: "shop/damaged.csv", Data: []byte("\xff\xfe\x00\x01\n"), Companion: true})
			sources[0].Data = []byte("version = \"v\"\n" + c.products + rest)
			if got := problemsOf(t, sources...); !strings.Contains(got, c.want) || strings.Count(got, "\n") > 0 {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// A single product may have an attribute called file.
func TestAProductWithAFileIsNoSpreadsheet(t *testing.T) {
	t.Parallel()
	m, err := Parse("", Source{Name: "t.toml", Data: []byte("version = \"v\"\nproducts = { sku = \"a\", file = \"a.csv\" }\n[rule.a]\ndiscount_rate = 0.1\n")})
	if err != nil || len(m.products) != 1 || m.products[0].attributes[0].name != "file" {
		t.Errorf("%v, %v", m, err)
	}
}

func TestAnEnvironmentReplacesACatalogueInAFile(t *testing.T) {
	t.Parallel()
	sheets := []Source{
		{Name: "a.csv", Data: []byte("sku,price\na,1\n"), Companion: true},
		{Name: "b.csv", Data: []byte("sku,price\nb,2\n"), Companion: true},
	}
	for name, c := range map[string]struct{ base, env, want string }{
		"a file by a file":      {`products = { file = "a.csv" }`, `products = { file = "b.csv" }`, "b"},
		"a file by a list":      {`products = { file = "a.csv" }`, `products = [{ sku = "c" }]`, "c"},
		"a file by one product": {`products = { file = "a.csv" }`, `products = { sku = "c" }`, "c"},
		"a list by a file":      {`products = [{ sku = "c" }]`, `products = { file = "a.csv" }`, "a"},
		"one product by a file": {`products = { sku = "c", price = 3 }`, `beverages = { file = "a.csv" }`, "a"},
		"nothing by a file":     {``, `products = { file = "a.csv" }`, "a"},
		"a file by nothing":     {`beverages = { file = "a.csv" }`, ``, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "version = \"v\"\n" + c.base + "\nrule.a.discount_rate = 0.1\n[[env]]\nname = \"e\"\n" + c.env + "\n"
			s, err := Load("e", append([]Source{{Name: "t.toml", Data: []byte(text)}}, sheets...)...)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(s.Products(), " "); got != c.want {
				t.Errorf("the catalogue has %s, want %s", got, c.want)
			}
		})
	}
}

// What belongs to a strategy does not depend on the environment that is chosen.
func TestSpreadsheetsAreThoseOfEveryEnvironment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"none":             {"version = \"v\"\n", ""},
		"inline":           {"products = { file = \"a.csv\" }\n", "a.csv"},
		"as a table":       {"[products]\nfile = \"a.CSV\"\n", "a.CSV"},
		"by dots":          {"beverages.file = 'a.tsv'\n", "a.tsv"},
		"of environments":  {"products = { file = \"a.csv\" }\n[[env]]\nname = \"e\"\nproducts = { file = \"b.txt\" }\n[[env]]\nbeverages.file = \"a.csv\"\n", "a.csv b.txt"},
		"of one":           {"[env]\nproducts.file = \"b.csv\"\n", "b.csv"},
		"elsewhere":        {"products.file = \"../a.csv\"\n", ""},
		"an attribute":     {"products = { sku = \"a\", file = \"a.csv\" }\n", ""},
		"another table":    {"[rule.a]\nproducts = { file = \"a.csv\" }\n", ""},
		"of another kind":  {"products = { file = 1 } # a.csv\nenv = [1]\n", ""},
		"what is not TOML": {"products = { file = \"a.csv\"\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(Companions(Source{Name: "t.toml", Data: []byte(c.text)}), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
