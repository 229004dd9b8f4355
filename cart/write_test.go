package cart

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"pgregory.net/rapid"
)

// writer writes documents in ways that are hard to read alike.
type writer struct {
	t     *rapid.T
	often int // less than one value or name in so many is changed
	body  []byte
}

// drawBody writes a document of a shape, with mutations.
func drawBody(t *rapid.T, doc any) []byte {
	w := writer{t: t, often: rapid.SampledFrom([]int{2000, 200, 40}).Draw(t, "often")}
	if w.mutates() {
		w.body = append(w.body, "\ufeff"...)
	}
	w.value(doc, 1)
	if w.mutates() {
		w.body = append(w.body, rapid.SampledFrom([]string{" ", "\n", "x", "{}", "\x00", "\ufeff"}).Draw(t, "behind")...)
	}
	return w.body
}

// mutates is rare: small numbers are drawn more often than others.
func (w *writer) mutates() bool {
	return rapid.IntRange(0, w.often).Draw(w.t, "mutates") == w.often*3/4
}

func (w *writer) value(value any, depth int) {
	if depth > 2 && w.mutates() {
		w.body = append(w.body, oddValue.Draw(w.t, "odd")...)
		return
	}
	switch v := value.(type) {
	case late:
		w.value(v(), depth)
	case jsonText:
		inner := writer{t: w.t, often: w.often}
		inner.value(v.value, depth)
		w.text(string(inner.body))
	case object:
		w.object(v, depth)
	case []any:
		w.body = append(w.body, '[')
		for i, element := range v {
			if i > 0 {
				w.body = append(w.body, ',')
			}
			w.value(element, depth+1)
		}
		w.body = append(w.body, ']')
	case string:
		w.text(v)
	case nil:
		w.body = append(w.body, "null"...)
	default:
		w.body = fmt.Append(w.body, v)
	}
}

func (w *writer) object(members object, depth int) {
	w.body = append(w.body, '{')
	first := true
	add := func(name string, value any) {
		if !first {
			w.body = append(w.body, ',')
		}
		first = false
		w.text(name)
		w.body = append(w.body, space.Draw(w.t, "space")...)
		w.body = append(w.body, ':')
		w.value(value, depth+1)
	}
	for _, m := range members {
		add(m.name, m.value)
		if w.mutates() {
			add(w.variant(m.name), json.Number(oddValue.Draw(w.t, "second")))
		}
	}
	if w.mutates() {
		add(oddName.Draw(w.t, "name"), json.Number(oddValue.Draw(w.t, "value")))
	}
	w.body = append(w.body, '}')
}

// variant is the name again or one that some parser could take for it.
func (w *writer) variant(name string) string {
	letters := []rune(name)
	if i := rapid.IntRange(-1, len(letters)-1).Draw(w.t, "letter"); i >= 0 {
		if alike := map[rune]string{'i': "ıİI", 'k': "\u212aK", 's': "ſS"}[letters[i]]; alike != "" {
			letters[i] = rapid.SampledFrom([]rune(alike)).Draw(w.t, "alike")
			return string(letters)
		}
		letters[i] = unicode.SimpleFold(letters[i])
		if rapid.Bool().Draw(w.t, "again") {
			letters[i] = unicode.SimpleFold(letters[i])
		}
		return string(letters)
	}
	return rapid.SampledFrom([]string{name, name + "\x00", "\ufeff" + name, name + " ", strings.ToUpper(name), ""}).Draw(w.t, "variant")
}

// text writes a string, one of its characters escaped where others need not be.
func (w *writer) text(text string) {
	w.body = append(w.body, '"')
	escaped := -1
	if w.mutates() {
		escaped = rapid.IntRange(0, len(text)).Draw(w.t, "escaped")
	}
	for i, r := range text {
		switch {
		case r > 0xffff && i >= escaped && escaped >= 0:
			r -= 0x10000
			w.body = fmt.Appendf(w.body, `\u%04x\u%04X`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		case r < ' ' || r == '"' || r == '\\' || i == escaped && r <= 0xffff:
			w.body = fmt.Appendf(w.body, `\u%04x`, r)
		default:
			w.body = append(w.body, string(r)...)
		}
	}
	if escaped == len(text) && w.mutates() {
		w.body = append(w.body, `\ud800`...)
	}
	w.body = append(w.body, '"')
}

var space = rapid.SampledFrom([]string{"", "", "", " ", "\t\r\n"})

var oddName = rapid.SampledFrom([]string{
	"", "__proto__", "constructor", "toString", "length", "0", "1", "01", "\x00", "ſ", "s", "S", "\u212a", "k", "items", "Items", "ıtems", "İD", "quantity",
})

var oddValue = rapid.OneOf(
	rapid.SampledFrom([]string{
		"null", "true", "false", "1", "0", `"1"`, `"true"`, `""`, "[]", "{}", "[null]", "[[]]", `{"a":1}`, `{"a":1,"A":2}`, `{"a":1,"a":1}`,
		`"\ud800"`, `"\u0000"`, "NaN", "-Infinity", `{"__proto__":{"quantity":1}}`, `"0018.50"`, `"18.50"`, `"1e2"`, `" 1"`, `"1_0"`,
		`"[]"`, `"{\"a\":1,\"a\":2}"`, `"null"`, `"[1,"`, `{"0":"a","1":"b"}`, `{"1":"a","0":"b"}`, `["a","a"]`, `["",null,"a"]`, `"a,,b"`,
		`{"\u0000":1}`, `"2.00"`, "2.0", "2.50", `"010"`, `"+2"`, `"2e1"`, `"0x2"`, "-5", "-0", "1e5", `"` + strings.Repeat("1", 33) + `"`,
		`"1.` + strings.Repeat("0", 30) + `"`, `"1.` + strings.Repeat("0", 31) + `"`,
	}),
	rapid.SampledFrom(numberTexts()),
	rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?`),
	rapid.StringMatching(`(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?`),
)

func numberTexts() (texts []string) {
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		texts = append(texts, numbers[name].number)
	}
	return texts
}
