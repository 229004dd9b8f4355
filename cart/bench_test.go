package cart

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

func body(lines int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"currency":"CNY","items":[`)
	for i := range lines {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"l%d","sku":"americano-iced","category":"咖啡","subgroup":"冷饮",`+
			`"quantity":2,"unit_price":1800,"reduced":false,"attributes":{"caffeine_mg":95}}`, i)
	}
	b.WriteString(`],"customer":{"id":"u1","tier":"gold","segments":["student"],"completed_orders":0},` +
		`"coupons":["SPRING"],"channel":"app","region":"sh","shipping":[{"id":"s1","method":"standard","amount":600}]}`)
	return b.Bytes()
}

func BenchmarkReadJSON(b *testing.B) {
	for _, lines := range []int{3, 50, 500} {
		b.Run(strconv.Itoa(lines)+"-lines", func(b *testing.B) {
			benchmarkBody(b, Options{}, body(lines))
		})
	}
	b.Run("50-lean-lines", func(b *testing.B) {
		lean := strings.Repeat(`{"sku":"americano-iced","quantity":2,"unit_price":1800},`, 50)
		benchmarkBody(b, Options{}, []byte(`{"items":[`+lean[:len(lean)-1]+`]}`))
	})
	b.Run("3-lines-camel-case", func(b *testing.B) {
		camel := bytes.ReplaceAll(body(3), []byte("unit_price"), []byte("unitPrice"))
		camel = bytes.ReplaceAll(camel, []byte("sku"), []byte("articleNumber"))
		benchmarkBody(b, Options{Map: Mapping{UnitPrice: Paths{"unitPrice"}, SKU: Paths{"articleNumber"}}}, camel)
	})
	b.Run("3-lines-major", func(b *testing.B) {
		major := bytes.ReplaceAll(body(3), []byte("1800"), []byte(`"18.00"`))
		benchmarkBody(b, Options{Prices: Major}, major)
	})
	b.Run("3-lines-indented", func(b *testing.B) {
		var indented bytes.Buffer
		if err := json.Indent(&indented, body(3), "", "  "); err != nil {
			b.Fatal(err)
		}
		benchmarkBody(b, Options{}, indented.Bytes())
	})
	b.Run("3-lines-64KiB-notes", func(b *testing.B) {
		notes := `,"notes":"` + strings.Repeat("please ring twice. ", 64<<10/19) + `"}`
		benchmarkBody(b, Options{}, append(bytes.TrimSuffix(body(3), []byte("}")), notes...))
	})
}

// One name per member, so that the table of names is as large as it gets: the
// time per byte must not depend on the size.
func BenchmarkReadJSONManyNames(b *testing.B) {
	for _, size := range []int{1 << 16, 1 << 18, 1 << 20} {
		b.Run(strconv.Itoa(size>>10)+"KiB", func(b *testing.B) {
			benchmarkBody(b, Options{}, manyNames(size))
		})
	}
}

// Few names that are the same for a long way, in letters that are slow to fold.
func BenchmarkReadJSONLongNames(b *testing.B) {
	for _, size := range []int{1 << 16, 1 << 20} {
		b.Run(strconv.Itoa(size>>10)+"KiB", func(b *testing.B) {
			long := []byte(`{"items":[]`)
			for i := range fewNames {
				long = fmt.Appendf(long, `,"%s%d":0`, strings.Repeat("Ж", size/2/fewNames), i)
			}
			benchmarkBody(b, Options{}, append(long, '}'))
		})
	}
}

func BenchmarkReadHeaders(b *testing.B) {
	reader, defaultCurrency := reader(b, Options{}), currency(b, "CNY")
	headers := map[string][]string{
		"X-Cart-Items":   {`"americano-iced";q=2;p=1800, "jasmine";q=1;p=1500, "croissant";p=1200`},
		"X-Cart-Coupons": {"SPRING"}, "X-Cart-Tier": {"gold"}, "X-Cart-Channel": {"app"},
	}
	var cart Cart
	b.ReportAllocs()
	for b.Loop() {
		if found, err := reader.ReadHeaders(headers, defaultCurrency, &cart); !found || err != nil {
			b.Fatal(found, err)
		}
	}
}

// manyNames is a cart of about size bytes of short names that are not plain.
func manyNames(size int) []byte {
	b := []byte(`{"items":[]`)
	for i := 0; len(b) < size; i++ {
		b = append(b, `,"N`...)
		b = strconv.AppendInt(b, int64(i), 36)
		b = append(b, `":0`...)
	}
	return append(b, '}')
}

func benchmarkBody(b *testing.B, options Options, body []byte) {
	b.Helper()
	reader, defaultCurrency := reader(b, options), currency(b, "CNY")
	var cart Cart
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if found, err := reader.ReadJSON(body, defaultCurrency, &cart); !found || err != nil {
			b.Fatal(found, err)
		}
	}
}
