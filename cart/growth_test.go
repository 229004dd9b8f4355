package cart

import (
	"fmt"
	"strings"
	"testing"
	"time"
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
	r := reader(t, Options{Prices: Major}) // reads prices of any length
	for name, body := range hostile {
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
	home, bytes := currency(t, "CNY"), []byte(body)
	var into Cart
	best := time.Duration(0)
	for i := range 3 {
		begin := time.Now()
		_, _ = r.ReadJSON(bytes, home, &into) // refused bodies take time as well
		if took := time.Since(begin); i == 0 || took < best {
			best = took
		}
	}
	return best
}

func BenchmarkReadJSONHostile(b *testing.B) {
	for name, body := range hostile {
		for _, size := range []int{1 << 18, 1 << 20} {
			b.Run(fmt.Sprintf("%s/%dKiB", name, size>>10), func(b *testing.B) {
				r, home, text := reader(b, Options{}), currency(b, "CNY"), []byte(body(size))
				var into Cart
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					_, _ = r.ReadJSON(text, home, &into)
				}
			})
		}
	}
}
