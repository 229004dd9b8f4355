package cart

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/internal/cputime"
)

// hostile are bodies made to be slow, by their size in bytes.
var hostile = map[string]func(size int) string{
	"names in lower case": func(size int) string { return manyMembers(size, "n%d") },
	"names in capitals":   func(size int) string { return manyMembers(size, "N%d") },
	"names that fold far": func(size int) string { return manyMembers(size, "ſ\u212aςΩ%d") },
	"names all escaped":   func(size int) string { return manyMembers(size, `\u0041\u017f%d`) },
	"names alike to the end": func(size int) string {
		return manyMembers(size, strings.Repeat("a", 200)+"A%d")
	},
	"the same name in another case at the end": func(size int) string {
		text := manyMembers(size, "N%d")
		return text[:len(text)-1] + `,"n0":1}`
	},
	"the same name at the end": func(size int) string {
		text := manyMembers(size, "n%d")
		return text[:len(text)-1] + `,"n0":1}`
	},
	"few long names": func(size int) string {
		return manyMembers(size, strings.Repeat("Ж", size/2/(fewNames-1))+"%d")
	},
	"names with a long start in common with a field": func(size int) string { return manyMembers(size, "itemS%d") },
	"attributes": func(size int) string {
		inner := manyMembers(size, "A%d")
		return attribute(inner[1 : len(inner)-1])
	},
	"names in attributes not read": func(size int) string { return attribute(`"x":` + manyMembers(size, "A%d")) },
	"escapes":                      func(size int) string { return oneLine(`"sku":"` + strings.Repeat(`\u0041\n`, size/8) + `"`) },
	"escapes cut off":              func(size int) string { return oneLine(`"sku":"` + strings.Repeat(`\ud83d\ude00`, size/12) + `\ud83d"`) },
	"backslashes":                  func(size int) string { return oneLine(`"sku":"` + strings.Repeat(`\\`, size/2) + `"`) },
	"arrays in arrays":             func(size int) string { return `{"items":[],"x":` + nested(size/2) + `}` },
	"objects in objects": func(size int) string {
		return `{"items":[],"x":` + strings.Repeat(`{"A":`, size/6) + "1" + strings.Repeat("}", size/6) + "}"
	},
	"levels beside each other": func(size int) string {
		return `{"items":[],"x":[` + strings.Repeat(nested(60)+",", size/121) + `1]}`
	},
	"objects beside each other": func(size int) string {
		return `{"items":[],"x":[` + strings.Repeat(`{"A":{"B":1}},`, size/14) + `1]}`
	},
	"digits of a price":       func(size int) string { return oneLine(`"unit_price":1.` + strings.Repeat("0", size)) },
	"digits of an attribute":  func(size int) string { return attribute(`"a":0.` + strings.Repeat("3", size)) },
	"digits not read":         func(size int) string { return `{"items":[],"x":` + strings.Repeat("9", size) + `}` },
	"digits of an exponent":   func(size int) string { return attribute(`"a":0e` + strings.Repeat("9", size)) },
	"white space":             func(size int) string { return `{"items":[]` + strings.Repeat(" \n", size/2) + `}` },
	"items in another case":   func(size int) string { return `{"x":"` + strings.Repeat("y", size) + `","ITEMS":[]}` },
	"objects with items each": func(size int) string { return `[` + strings.Repeat(`{"items":[]},`, size/13) + `1]` },
}

// hostileMapped are bodies made to be slow for paths of a mapping.
var hostileMapped = map[string]struct {
	in   Options
	body func(size int) string
}{
	"elements that a path goes through": {
		in:   Options{Map: Mapping{Coupons: Paths{"a.b"}}},
		body: func(size int) string { return `{"items":[],"a":[` + repeated(`{}`, size) + `]}` },
	},
	"empty lists that a path goes through": {
		in:   Options{Map: Mapping{Coupons: Paths{"a.b"}}},
		body: func(size int) string { return `{"items":[],"a":[` + repeated(`[]`, size) + `]}` },
	},
	"values that are as good as absent": {
		in:   Options{Map: Mapping{Coupons: Paths{"a.b"}, Channel: Paths{"a.c"}}},
		body: func(size int) string { return `{"items":[],"a":[` + repeated(`{"b":"","c":""}`, size) + `]}` },
	},
	"lists of no lines": {
		in:   Options{Map: Mapping{Items: Paths{"units.p", "units.q"}}},
		body: func(size int) string { return `{"units":[` + repeated(`{"q":[],"p":[]}`, size) + `]}` },
	},
	"lists of lines the other way round": {
		in: Options{Map: Mapping{Items: Paths{"units.p", "units.q"}, Category: Paths{"c", "d"}}, MaxLines: 1 << 20},
		body: func(size int) string {
			return `{"units":[` + repeated(`{"q":[{"d":1,"c":["a","b"],"quantity":1}],"p":[{"quantity":1}]}`, size) + `]}`
		},
	},
	"a subtotal that is wrong": {
		in: Options{Map: Mapping{Subtotal: Paths{"sum"}, Coupons: Paths{"a.b"}}},
		body: func(size int) string {
			return `{"items":[{"quantity":1,"unit_price":1}],"sum":2,"a":[` + repeated(`{"b":""}`, size) + `]}`
		},
	},
	"a subtotal that is wrong of many lines": {
		in: Options{Map: Mapping{Subtotal: Paths{"sum"}}, MaxLines: 1 << 20},
		body: func(size int) string {
			return `{"sum":2,"items":[` + repeated(`{"quantity":1,"unit_price":1,"category":["a","b"]}`, size) + `]}`
		},
	},
	"values of an object": {
		in:   Options{Map: Mapping{Coupons: Paths{"a.*"}}},
		body: func(size int) string { return `{"items":[],"a":` + numbered(size, `"n%d":""`) + `}` },
	},
	"values of an object with numbers for names": {
		in:   Options{Map: Mapping{Coupons: Paths{"a.*"}}},
		body: func(size int) string { return `{"items":[],"a":` + numbered(size, `"%d":null`) + `}` },
	},
	"values of an object with names all escaped": {
		in:   Options{Map: Mapping{Coupons: Paths{"a.*"}}},
		body: func(size int) string { return `{"items":[],"a":` + numbered(size, `"A%d":""`) + `}` },
	},
	"lines that are values of an object": {
		in:   Options{Map: Mapping{Items: Paths{"a.*"}}, MaxLines: 1 << 20},
		body: func(size int) string { return `{"a":` + numbered(size, `"n%d":{"quantity":1}`) + `}` },
	},
	"a list of which one position is read": {
		in:   Options{Map: Mapping{Channel: Paths{"a.9999.0.b"}, Region: Paths{"a.9998"}}},
		body: func(size int) string { return `{"items":[],"a":[` + repeated(`[]`, size) + `]}` },
	},
	"orders behind the first": {
		in:   Options{Map: Mapping{Items: Paths{"0.items"}}},
		body: func(size int) string { return `[{"items":[]},` + repeated(`{"items":[]}`, size) + `]` },
	},
	"JSON in a text": {
		in:   Options{Map: Mapping{Items: Paths{"text!json.items"}}},
		body: func(size int) string { return `{"text":"{"items":[]` + repeatedAfter(`,"n%d":1`, size) + `}"}` },
	},
	"JSON in a text, escaped": {
		in:   Options{Map: Mapping{Items: Paths{"text!json.items"}}},
		body: func(size int) string { return `{"text":"{"items":[]` + repeatedAfter(`,"N%d":1`, size) + `}"}` },
	},
	"a text in a text that is long": {
		in:   Options{Map: Mapping{Items: Paths{"text!json"}, Channel: Paths{"x!json"}}},
		body: func(size int) string { return `{"text":"[]","x":""` + strings.Repeat("y", size) + `""}` },
	},
	"a text in a text without end": {
		in:   Options{Map: Mapping{Items: Paths{"text!json"}}},
		body: func(size int) string { return `{"text":"` + strings.Repeat("[", size) + `"}` },
	},
	"many texts with JSON": {
		in:   Options{Map: Mapping{Coupons: Paths{"a.b!json"}}},
		body: func(size int) string { return `{"items":[],"a":[` + repeated(`{"b":"["",null]"}`, size) + `]}` },
	},
	"pairs": {
		in: Options{Map: Mapping{Attributes: Paths{"attributes", "name", "value"}}},
		body: func(size int) string {
			return oneLine(`"attributes":[` + strings.TrimPrefix(repeatedAfter(`,{"name":%d}`, size), ",") + `]`)
		},
	},
	"categories": {
		in:   Options{Map: Mapping{Category: Paths{"a.id", "b"}}},
		body: func(size int) string { return oneLine(`"a":[` + repeated(`{"id":""}`, size) + `]`) },
	},
	"commas": {
		in:   Options{Map: Mapping{Coupons: Paths{"coupons", ","}}},
		body: func(size int) string { return `{"items":[],"coupons":"` + strings.Repeat(",", size) + `"}` },
	},
	"white space between commas": {
		in: Options{Map: Mapping{Coupons: Paths{"coupons", ","}}},
		body: func(size int) string {
			return `{"items":[],"coupons":"` + strings.Repeat(`	
 , `, size/7) + `"}`
		},
	},
	"lists in lists on the way": {
		in:   Options{Map: Mapping{Coupons: Paths{"a.b"}}},
		body: func(size int) string { return `{"items":[],"a":[` + repeated(nested(60), size) + `]}` },
	},
	"a default that cannot be read": {
		in: Options{Map: Mapping{Region: Paths{"r"}}},
		body: func(size int) string {
			return `{"items":[],"shipping":[` + repeated(`{"amount":1,"method":{"a":[1]}}`, size) + `]}`
		},
	},
	"a default that is too long": {
		in:   Options{Map: Mapping{Region: Paths{"r"}}},
		body: func(size int) string { return `{"items":[],"coupons":[` + repeated(`"a"`, size) + `]}` },
	},
}

// repeated is an element over and over, about size bytes of it.
func repeated(element string, size int) string {
	return strings.Repeat(element+",", size/(len(element)+1)) + element
}

// repeatedAfter is text over and over with a number in it.
func repeatedAfter(format string, size int) string {
	var b []byte
	for i := 0; len(b) < size; i++ {
		b = fmt.Appendf(b, format, i)
	}
	return string(b)
}

// numbered is an object of members, each with its number.
func numbered(size int, format string) string {
	return "{" + strings.TrimPrefix(repeatedAfter(","+format, size), ",") + "}"
}

// manyMembers is a cart, about size bytes long, with members that are not read.
func manyMembers(size int, format string) string {
	b := []byte(`{"items":[]`)
	for i := 0; len(b) < size; i++ {
		b = fmt.Appendf(b, `,"`+format+`":1`, i)
	}
	return string(append(b, '}'))
}

// Four times the body takes about four times as long, sixteen times if every
// part of it were held against every other.
func TestNoBodyTakesMoreThanItsLength(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	check := func(name string, r *Reader, body func(size int) string) {
		t.Run(name, func(t *testing.T) {
			// Small ones first: what is quadratic would take minutes for a MiB. No
			// step goes past the 10,000 levels at which the grammar check gives up
			// and the body is read again for the reason, which is a jump by itself.
			for _, size := range []int{1 << 12, 1 << 16, 1 << 18} {
				if ratio := growth(t, r, body(size), body(4*size)); ratio >= mostGrowth {
					t.Fatalf("%d KiB take %.1f times as long as %d, want less than %d", 4*size>>10, ratio, size>>10, mostGrowth)
				}
			}
		})
	}
	for name, body := range hostile {
		check(name, reader(t, Options{Prices: Major}), body) // reads prices of any length
	}
	for name, test := range hostileMapped {
		check(name, reader(t, test.in), test.body)
	}
}

// What is read takes no more memory than a few times the body, whatever becomes of it.
func TestNoBodyTakesMuchMoreThanItsMemory(t *testing.T) {
	const size = 1 << 20
	check := func(name string, in Options, body string) {
		t.Run(name, func(t *testing.T) {
			most := uint64(mostMemory)
			if in.MaxLines > 0 {
				most = mostMemoryOfLines
			}
			if taken := memory(t, reader(t, in), body); taken > most*size {
				t.Errorf("takes %d KiB for a body of %d", taken>>10, len(body)>>10)
			}
		})
	}
	for name, body := range hostile {
		check(name, Options{Prices: Major}, body(size))
	}
	for name, test := range hostileMapped {
		check(name, test.in, test.body(size))
	}
}

const (
	mostMemory        = 8  // times the body, with what lists leave behind as they grow
	mostMemoryOfLines = 80 // where there may be a million lines
)

// memory is how much reading a body takes in all.
func memory(t *testing.T, r *Reader, body string) uint64 {
	t.Helper()
	defaultCurrency, text := currency(t, "CNY"), []byte(body)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var into Cart
	_, _ = r.ReadJSON(text, defaultCurrency, &into)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

const mostGrowth = 10

// growth is how many times as long large takes as small, at best: others may
// have the processor.
func growth(t *testing.T, r *Reader, small, large string) float64 {
	t.Helper()
	best := 0.0
	for attempt := range 12 {
		ratio := float64(fastest(t, r, large)) / float64(max(fastest(t, r, small), 20*time.Microsecond))
		if attempt == 0 || ratio < best {
			best = ratio
		}
		if best < mostGrowth {
			break
		}
	}
	return best
}

// fastest is the best of several readings.
func fastest(t *testing.T, r *Reader, body string) time.Duration {
	t.Helper()
	defaultCurrency, bytes := currency(t, "CNY"), []byte(body)
	var into Cart
	best := time.Duration(0)
	for i := range 3 {
		took := cputime.Of(func() { _, _ = r.ReadJSON(bytes, defaultCurrency, &into) }) // refused bodies take time as well
		if i == 0 || took < best {
			best = took
		}
	}
	return best
}

func BenchmarkReadJSONHostile(b *testing.B) {
	for name, body := range hostile {
		for _, size := range []int{1 << 18, 1 << 20} {
			b.Run(fmt.Sprintf("%s/%dKiB", name, size>>10), func(b *testing.B) {
				r, defaultCurrency, text := reader(b, Options{}), currency(b, "CNY"), []byte(body(size))
				var into Cart
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					_, _ = r.ReadJSON(text, defaultCurrency, &into)
				}
			})
		}
	}
}
