package cart

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// Carts of every shape, some with something a parser could stumble over: what
// is accepted is the same everywhere. Many bodies go through the pipes at once.
func TestAcceptedCartsAreTheSameEverywhere(t *testing.T) {
	needRuntimes(t)
	home := currency(t, "CNY")
	readers := map[string]*Reader{}
	for name, in := range shapes {
		readers[name] = reader(t, Options{Map: in.m, Prices: in.prices})
	}
	names := slices.Sorted(maps.Keys(shapes))
	bodies, compared := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var tasks []task
		for range 8 {
			name := rapid.SampledFrom(names).Draw(t, "shape")
			body := drawBody(t, shapes[name])
			bodies++
			if task, found := accepted(t, readers[name], shapes[name], body, home); found {
				tasks = append(tasks, task)
			}
		}
		sameEverywhere(t, tasks)
		compared += len(tasks)
	})
	t.Logf("%d of %d bodies were accepted", compared, bodies)
	if compared < bodies/10 || compared > bodies*9/10 {
		t.Errorf("%d of %d bodies were accepted: that shows little", compared, bodies)
	}
}

// drawBody writes a random cart in a shape, with mutations.
func drawBody(t *rapid.T, in shape) []byte {
	c := drawCart(t)
	home := "CNY"
	if c.Currency != "" {
		home = c.Currency
	}
	amount := func(minor int64) any { return json.Number(fmt.Sprint(minor)) }
	if in.prices == Major {
		unit := currency(t, home)
		amount = func(minor int64) any { return json.Number(unit.AppendMajor(nil, minor)) }
		if rapid.Bool().Draw(t, "as text") {
			amount = func(minor int64) any { return string(unit.AppendMajor(nil, minor)) }
		}
	}
	w := writer{t: t, often: rapid.SampledFrom([]int{200, 40, 10}).Draw(t, "often")}
	w.value(tree(t, c, in, amount), 1)
	return w.body
}

// tree is a cart as a document of a shape.
func tree(t *rapid.T, c Cart, in shape, amount func(int64) any) map[string]any {
	paths := in.m.paths(t)
	lines, charges, doc := []any{}, []any{}, map[string]any{}
	for _, l := range c.Lines {
		attributes, line := map[string]any{}, map[string]any{}
		for _, a := range l.Attributes {
			attributes[a.Name] = a.Text
		}
		for key, value := range map[string]any{"id": l.ID, "sku": l.SKU, "category": l.Category, "subgroup": l.Subgroup,
			"quantity": json.Number(fmt.Sprint(l.Quantity)), "reduced": l.Reduced, "attributes": attributes} {
			put(line, paths[key], value)
		}
		if l.UnitPrice != NoPrice {
			put(line, paths["unit_price"], amount(l.UnitPrice))
		}
		lines = append(lines, line)
	}
	for _, s := range c.Shipping {
		charge := map[string]any{}
		put(charge, paths["shipping_id"], s.ID)
		put(charge, paths["shipping_method"], s.Method)
		put(charge, paths["shipping_amount"], amount(s.Amount))
		charges = append(charges, charge)
	}
	for key, value := range map[string]any{"items": lines, "shipping": charges, "coupons": anyOf(c.Coupons),
		"customer_segments": anyOf(c.Customer.Segments), "customer_id": c.Customer.ID, "customer_tier": c.Customer.Tier,
		"channel": c.Channel, "region": c.Region} {
		put(doc, paths[key], value)
	}
	if c.Currency != "" {
		put(doc, paths["currency"], c.Currency)
	}
	if c.Customer.CompletedOrders >= 0 {
		put(doc, paths["completed_orders"], json.Number(fmt.Sprint(c.Customer.CompletedOrders)))
	}
	return doc
}

func anyOf(texts []string) []any {
	list := []any{}
	for _, text := range texts {
		list = append(list, text)
	}
	return list
}

// writer writes documents in ways that are hard to read alike.
type writer struct {
	t     *rapid.T
	often int // less than one value or name in so many is changed
	body  []byte
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
	case map[string]any:
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
	default:
		w.body = fmt.Append(w.body, v)
	}
}

func (w *writer) object(members map[string]any, depth int) {
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
	for _, name := range slices.Sorted(maps.Keys(members)) {
		add(name, members[name])
		if w.mutates() {
			add(w.variant(name), json.Number(oddValue.Draw(w.t, "second")))
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

var oddName = rapid.SampledFrom([]string{"", "__proto__", "constructor", "toString", "length", "0", "\x00", "ſ", "s", "S", "\u212a", "k", "items", "Items"})

var oddValue = rapid.OneOf(
	rapid.SampledFrom([]string{"null", "true", "false", "1", "0", `"1"`, `"true"`, `""`, "[]", "{}", "[null]", `{"a":1}`, `{"a":1,"A":2}`,
		`"\ud800"`, `"\u0000"`, "NaN", "-Infinity", `{"__proto__":{"quantity":1}}`, `"0018.50"`, `"18.50"`, `"1e2"`, `" 1"`, `"1_0"`}),
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

// Whatever is accepted is the same for all parsers that are there; without the
// other languages those of Go.
func FuzzAcceptedCartIsTheSameEverywhere(f *testing.F) {
	for _, test := range everywhere {
		if len(test.body) < 1<<12 {
			f.Add([]byte(test.body), test.in == "mapped" || test.in == "mapped major", strings.HasSuffix(test.in, "major"))
		}
	}
	for _, test := range numbers {
		for _, place := range numberPlaces {
			f.Add(fmt.Appendf(nil, place.format, test.number), false, place.letter == "m")
		}
	}
	home := currency(f, "CNY")
	readers := map[string]*Reader{}
	for name, in := range shapes {
		readers[name] = reader(f, Options{Map: in.m, Prices: in.prices})
	}
	f.Fuzz(func(t *testing.T, body []byte, mapped, major bool) {
		name := "default"
		if mapped {
			name = "mapped"
		}
		if major {
			name += " major"
		}
		if found, ok := accepted(t, readers[name], shapes[name], body, home); ok {
			sameEverywhere(t, []task{found})
		}
	})
}
