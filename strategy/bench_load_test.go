package strategy

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/encoding/unicode"

	"github.com/promogate/caddy-discount/strategy/document"
)

// strategyOfLines writes a strategy of so many lines, ten at least, as a large
// shop would have it: a fifth of them catalogue, the others rules of all sorts.
func strategyOfLines(lines int) []byte {
	w := &strategyWriter{}
	w.line("version  = %q", "bench-2026-11")
	w.line("timezone = %q", "Asia/Shanghai")
	for i := 0; w.lines+linesOfProduct <= lines/5; i++ {
		w.product(i)
		w.products++
	}
	for i := 0; w.lines+linesOfRule <= lines || i == 0; i++ {
		w.rule(i)
	}
	for w.lines < lines {
		w.line("# end of the season's rules")
	}
	return []byte(w.text.String())
}

// The lines that a product and, at most, a rule take.
const (
	linesOfProduct = 8
	linesOfRule    = 9
)

type strategyWriter struct {
	text            strings.Builder
	lines, products int
}

// sku is one that the catalogue has, if there is a catalogue.
func (w *strategyWriter) sku(i int) string {
	return fmt.Sprintf("cold-brew-%05d", i%max(3, w.products))
}

func (w *strategyWriter) line(format string, args ...any) {
	fmt.Fprintf(&w.text, format+"\n", args...)
	w.lines++
}

var (
	benchCategories = []string{"咖啡", "茶饮", "轻食", "甜点", "咖啡豆", "周边"}
	benchSubgroups  = []string{"冷饮", "热饮", "手冲", "烘焙", "礼盒"}
)

func (w *strategyWriter) product(i int) {
	w.line("")
	w.line("[[products]]")
	w.line("sku         = %q", fmt.Sprintf("cold-brew-%05d", i))
	w.line("name        = %q", fmt.Sprintf("冷萃冰美式 %d 号", i))
	w.line("category    = %q", benchCategories[i%len(benchCategories)])
	w.line("subgroup    = %q", benchSubgroups[i%len(benchSubgroups)])
	w.line("price       = %d.%02d", 10+i%90, i%100)
	w.line("caffeine_mg = %d", 5*(i%40))
}

func ruleName(i int) string { return fmt.Sprintf("double-eleven-2026-campaign-%05d", i) }

// rule writes one of eight kinds of rule.
func (w *strategyWriter) rule(i int) {
	w.line("")
	w.line("[rule.%q]", ruleName(i))
	w.line("  enabled            = %t", i%20 != 19)
	switch i % 8 {
	case 0, 1:
		w.line("  skus               = [%q, %q, %q]", w.sku(i), w.sku(i+1), w.sku(i+2))
		w.line("  discount_rate      = 0.%02d", 5+i%30)
		w.line("  valid_until        = 2026-%02d-30T23:59:59+08:00", 10+i%3)
	case 2:
		w.line("  categories         = [%q]", benchCategories[i%len(benchCategories)])
		w.line("  min_quantity       = %d", 2+i%4)
		w.line("  discount_rate      = 0.15")
	case 3:
		w.line("  coupons            = [%q]", fmt.Sprintf("DOUBLE-ELEVEN-%05d", i))
		w.line("  min_subtotal       = %d.00", 30+i%200)
		w.line("  discount_amount     = %d.50", 2+i%20)
		w.line("  group              = %q", "coupon")
	case 4:
		w.line("  subgroups          = [%q]", benchSubgroups[i%len(benchSubgroups)])
		w.line("  time_window        = { start = \"%02d:00\", end = \"%02d:30\" }", i%12, 12+i%12)
		w.line("  discount_amount     = 3.00")
		w.line("  per                = %q", "unit")
	case 5:
		w.line("  categories         = [%q]", benchCategories[i%len(benchCategories)])
		w.line("  ladder             = [{ threshold = 50.00, amount = 5.00 }, { threshold = 100.00, amount = 12.00 }]")
		w.line("  channels           = [%q, %q]", "app", "mini-program")
	case 6:
		w.line("  min_subtotal       = %d.00", 50+i%300)
		w.line("  valid_from         = 2026-11-01T00:00:00+08:00")
		w.line("  discount_rate      = 0.05")
		w.line("  max_discount       = 20.00")
	case 7:
		w.line("  skus               = [%q]", w.sku(i))
		w.line("  [rule.%q.customer]", ruleName(i))
		w.line("  tiers          = [%q, %q]", "gold", "platinum")
		w.line("  [rule.%q.every]", ruleName(i))
		w.line("  threshold      = 100.00")
		w.line("  amount         = 8.00")
		return
	}
	w.line("  stage              = %d", 1+i%3)
	w.line("  priority           = %d", i%100)
}

// What go-toml's strict decoder is given to decode into: the typed form anyone
// would write for these files.
type (
	tomlStrategy struct {
		Version  string              `toml:"version"`
		Currency string              `toml:"currency"`
		Timezone string              `toml:"timezone"`
		Products []tomlProduct       `toml:"products"`
		Rule     map[string]tomlRule `toml:"rule"`
	}
	tomlProduct struct {
		SKU      string  `toml:"sku"`
		Name     string  `toml:"name"`
		Category string  `toml:"category"`
		Subgroup string  `toml:"subgroup"`
		Price    float64 `toml:"price"`
		Caffeine int64   `toml:"caffeine_mg"`
	}
	tomlRule struct {
		Enabled        bool         `toml:"enabled"`
		SKUs           []string     `toml:"skus"`
		Categories     []string     `toml:"categories"`
		Subgroups      []string     `toml:"subgroups"`
		Coupons        []string     `toml:"coupons"`
		Channels       []string     `toml:"channels"`
		ValidFrom      time.Time    `toml:"valid_from"`
		ValidUntil     time.Time    `toml:"valid_until"`
		Window         tomlWindow   `toml:"time_window"`
		Customer       tomlCustomer `toml:"customer"`
		MinQuantity    int64        `toml:"min_quantity"`
		MinSubtotal    float64      `toml:"min_subtotal"`
		DiscountRate   float64      `toml:"discount_rate"`
		DiscountAmount float64      `toml:"discount_amount"`
		Per            string       `toml:"per"`
		Ladder         []tomlStep   `toml:"ladder"`
		Every          tomlStep     `toml:"every"`
		Group          string       `toml:"group"`
		MaxDiscount    float64      `toml:"max_discount"`
		Stage          int64        `toml:"stage"`
		Priority       int64        `toml:"priority"`
	}
	tomlWindow struct {
		Start string `toml:"start"`
		End   string `toml:"end"`
	}
	tomlCustomer struct {
		Tiers []string `toml:"tiers"`
	}
	tomlStep struct {
		Threshold float64 `toml:"threshold"`
		Amount    float64 `toml:"amount"`
	}
)

func strictUnmarshal(tb testing.TB, data []byte) {
	tb.Helper()
	var into tomlStrategy
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&into); err != nil {
		tb.Fatal(err)
	}
}

func mustParse(tb testing.TB, data []byte) *Model {
	tb.Helper()
	m, err := Parse("", Source{Name: "bench.toml", Data: data})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// piece is how many lines go-toml is given at a time for the harder yardstick:
// its search for duplicates goes through all tables beside the current one, so
// its time for a large strategy is mostly that.
const piece = 1_000

// BenchmarkLoad is what a reload costs, from bytes to a strategy that can go
// into service, beside what go-toml's strict decoder takes to fill structs.
func BenchmarkLoad(b *testing.B) {
	for _, lines := range []int{10, 100, 1_000, 10_000, 100_000} {
		data := strategyOfLines(lines)
		model := mustParse(b, data)
		run := func(name string, load func(b *testing.B)) {
			b.Run(fmt.Sprintf("%d lines/%s", lines, name), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					load(b)
				}
			})
		}
		run("go-toml strict", func(b *testing.B) { strictUnmarshal(b, data) })
		if lines > piece {
			part := strategyOfLines(piece)
			run("go-toml strict, in pieces", func(b *testing.B) {
				for range lines / piece {
					strictUnmarshal(b, part)
				}
			})
		}
		run("all", func(b *testing.B) { Compile(mustParse(b, data)) })
		run("document", func(b *testing.B) {
			if _, err := document.Parse(Source{Name: "bench.toml", Data: data}); err != nil {
				b.Fatal(err)
			}
		})
		run("parse", func(b *testing.B) { mustParse(b, data) })
		run("compile", func(*testing.B) { Compile(model) })
		run("canonical", func(*testing.B) { model.Canonical() })
	}
}

// catalogueOfRows is a strategy with so many products, in TOML and in a spreadsheet.
func catalogueOfRows(rows int) (inTOML, inCSV []Source) {
	const rest = "[rule.a]\ndiscount_rate = 0.1\n"
	w := &strategyWriter{}
	w.line("version = %q", "v")
	var csv strings.Builder
	csv.WriteString("sku,name,category,subgroup,price,caffeine_mg\r\n")
	for i := range rows {
		w.product(i)
		fmt.Fprintf(&csv, "cold-brew-%05d,冷萃冰美式 %d 号,%s,%s,%d.%02d,%d\r\n", i, i,
			benchCategories[i%len(benchCategories)], benchSubgroups[i%len(benchSubgroups)], 10+i%90, i%100, 5*(i%40))
	}
	return []Source{{Name: "t.toml", Data: []byte(w.text.String() + rest)}}, []Source{
		{Name: "t.toml", Data: []byte("version = \"v\"\nproducts = { file = \"catalogue.csv\" }\n" + rest)},
		{Name: "catalogue.csv", Data: []byte(csv.String()), Companion: true},
	}
}

// BenchmarkLoadCatalogue is what a catalogue of 100,000 products costs, by where it stands
// and how it is encoded.
func BenchmarkLoadCatalogue(b *testing.B) {
	inTOML, inCSV := catalogueOfRows(100_000)
	encoded := func(e interface{ encode(string) []byte }) []Source {
		sheet := inCSV[1]
		sheet.Data = e.encode(string(sheet.Data))
		return []Source{inCSV[0], sheet}
	}
	for name, sources := range map[string][]Source{
		"TOML": inTOML, "CSV": inCSV, "CSV in UTF-16": encoded(utf16Seed(unicode.LittleEndian)), "CSV in GB 18030": encoded(gbSeed{}),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Load("", sources...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
