package strategy

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy/document"
)

// FuzzSpreadsheet reads any bytes as a catalogue. What is accepted means what the same
// products mean in TOML, and what is not has a place in the file and a reason.
func FuzzSpreadsheet(f *testing.F) {
	for _, text := range []string{
		"sku,名称,分类,subgroup,价格,floor_price,caffeine_mg,decaf\r\nlatte,热拿铁,coffee;week,hot,18.00,12,75,FALSE\r\n",
		"sku;price;weight\r\n\"a;b\";1299,00;0,125\r\n", "sku\tprice\ta\nlatte\t18\t\"x \"\"y\"\"\"\n", "sep=;\nsku;a\nb;c\n", "sku,price\nlatte,\"1,299.00\"\n",
		"sku,price,floor_price\na,1,2\na,x,\n,,\n", "sku,prise\n6.9E+12,1\n", "sku,a\nb,-0\nc,00\nd,123456789012.123\ne,TRUE\n", "sku,a\r\n\"b\nc\",d\r\n", "name\n\"open", "sku,sku\n", "\n",
	} {
		f.Add([]byte(text))
		f.Add([]byte("\xef\xbb\xbf" + text))
		for _, e := range []interface{ encode(string) []byte }{utf16Seed(unicode.LittleEndian), utf16Seed(unicode.BigEndian), gbSeed{}} {
			f.Add(e.encode(text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse("", withSheet(string(data))...)
		if err != nil {
			var problems *document.Diagnostics
			if !errors.As(err, &problems) || len(problems.List) == 0 {
				t.Fatal(err)
			}
			for _, p := range problems.List {
				if p.File != "shop/catalogue.csv" || p.Line < 1 || p.Column < 1 || p.Reason == "" {
					t.Fatalf("%+v", p)
				}
			}
			return
		}
		text := "version = \"v\"\nproducts = [" + inTOML(m) + "]\n[rule.a]\ndiscount_rate = 0.1\n"
		same, err := Parse("", Source{Name: "t.toml", Data: []byte(text)})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if got, want := string(m.Canonical()), string(same.Canonical()); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

type utf16Seed unicode.Endianness

func (e utf16Seed) encode(text string) []byte {
	data, err := unicode.UTF16(unicode.Endianness(e), unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	if err != nil {
		panic(err) // every text has an encoding
	}
	return data
}

type gbSeed struct{}

func (gbSeed) encode(text string) []byte {
	data, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		panic(err) // every text has an encoding
	}
	return data
}

// inTOML are the products of a strategy as inline tables.
func inTOML(m *Model) string {
	var products []string
	for i := range m.products {
		p := &m.products[i]
		var members []string
		member := func(key, value string) { members = append(members, tomlQuoted(key)+" = "+value) }
		for key, value := range map[string]string{"sku": p.sku, "name": p.name, "subgroup": p.subgroup} {
			if value != "" {
				member(key, tomlQuoted(value))
			}
		}
		if p.category != "" {
			var categories []string
			for _, category := range append([]string{p.category}, p.moreCategories...) {
				categories = append(categories, tomlQuoted(category))
			}
			member("category", "["+strings.Join(categories, ", ")+"]")
		}
		if p.price != cart.NoPrice {
			member("price", string(m.currency.AppendMajor(nil, p.price)))
		}
		if p.floor != 0 {
			member("floor_price", string(m.currency.AppendMajor(nil, p.floor)))
		}
		for _, a := range p.attributes {
			value := a.value.text
			if a.value.kind == cart.Text {
				value = tomlQuoted(value)
			}
			member(a.name, value)
		}
		products = append(products, "{ "+strings.Join(members, ", ")+" }")
	}
	return strings.Join(products, ", ")
}

// tomlQuoted is a text as a string of TOML.
func tomlQuoted(text string) string {
	var b strings.Builder
	for _, c := range text {
		if c == '"' || c == '\\' || c < ' ' || c == 0x7f {
			fmt.Fprintf(&b, `\u%04x`, c)
			continue
		}
		b.WriteRune(c)
	}
	return `"` + b.String() + `"`
}
