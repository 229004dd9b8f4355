package cart

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{
		whole, string(body(3)), `{}`, `[]`, `null`, ``, `{"items":[]}`, `{"items":null}`, `{"Items":[]}`,
		`{"items":[{"quantity":1}],"a":{"b":1,"B":2}}`, `{"items":[{"quantity":2.0,"unit_price":1e2}]}`,
		`{"items":[{"\u0073ku":"\ud83d\ude00","quantity":999999999999999,"unit_price":1}]}`,
		`{"items":[{"sku":1,"SKU":2,"quantity":1,"unit_price":"18.50"}],"currency":"KWD"}`,
		`{"items":[{"quantity":1,"unit_price":18.50,"attributes":{"a":1e400,"b":[{}]}}],"shipping":[{"amount":"6.00"}]}`,
		`{"x":` + nested(70) + `,"items":[]}`, `{"items":[` + strings.Repeat(`{"quantity":1},`, 20) + `{}]}`,
		`{"ſ":1,"s":2,"items":[]}`, string(manyNames(400)), `{"customer":"u","items":[]}`,
		`{"":[{"":{"":0,"":[]}}],"":[]}`,
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	home := currency(f, "CNY")
	readers := map[bool]*Reader{false: reader(f, Options{MaxLines: 10}), true: reader(f, Options{MaxLines: 10, Prices: Major})}
	var into, large Cart
	workspace := Workspace{piece: 5}
	f.Fuzz(func(t *testing.T, body []byte, major bool) {
		r := readers[major]
		found, err := r.ReadJSON(body, home, &into)
		foundInPieces, errInPieces := workspace.ReadJSON(r, body, home, &large, func() {})
		if found != foundInPieces || grammarAside(err) != grammarAside(errInPieces) || !reflect.DeepEqual(visible(into), visible(large)) {
			t.Fatalf("%s\nat once:   %v, %v, %+v\nin pieces: %v, %v, %+v", body, found, err, into, foundInPieces, errInPieces, large)
		}
		if err != nil {
			checkInvalid(t, body, invalid(t, found, err))
			return
		}
		doc := generic(t, body)
		if !found {
			if _, has := lookup(doc, []string{"items"}).([]any); has {
				t.Fatal("there are items")
			}
			return
		}
		agree(t, body, Mapping{}, r.prices, home, &into)
		if !major {
			agreeLeniently(t, body, &into)
		}
	})
}

// grammarAside is an error without what is wrong with the grammar at its place, of
// which more is said where more of the text was at hand, and without a place that is
// too deep to be named in a large text.
func grammarAside(err error) string {
	text := fmt.Sprint(err)
	if tooDeep := tooDeep().reason; strings.HasSuffix(text, tooDeep) {
		return tooDeep
	}
	if place, _, found := strings.Cut(text, ": invalid "); found && strings.Contains(place, "is not JSON at byte") {
		return place
	}
	return text
}

func checkInvalid(t tester, body []byte, bad *Invalid) {
	t.Helper()
	if bad.Reason == "" || len(bad.Reason) > 250 || !printable(bad.Reason) {
		t.Fatalf("reason %q", bad.Reason)
	}
	if len(bad.Pointer) > maxPointer || !printable(bad.Pointer) {
		t.Fatalf("pointer %q", bad.Pointer)
	}
	// Where the text is no JSON there may be nothing to point to, and of two
	// members with one name encoding/json keeps the last.
	if jsontext.Value(body).IsValid() && !resolves(generic(t, body), bad.Pointer) {
		t.Fatalf("%s leads nowhere in %s: %s", bad.Pointer, body, bad.Reason)
	}
}

func FuzzReadHeaders(f *testing.F) {
	for _, seed := range [][4]string{
		{`"americano-iced";q=2;p=1800, jasmine;q=1;p=1500`, "", "SPRING,618", "standard;p=600"},
		{`%"%e8%8c%b6";p=18.50, a;p="1.5"`, "3500", `"a, b", c`, `"next day";p=6.0`},
		{`a;q=0`, "35.00", "A,,B", "(a b);p=1"}, {`a;q=1;q=2`, `"1"`, `"`, `%"%"`}, {"", "0", "", ""},
		{`"a\";p=1"`, "-0", `%"a\";p=1"`, "*;p=1"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], false)
		f.Add(seed[0], seed[1], seed[2], seed[3], true)
	}
	home := currency(f, "CNY")
	f.Fuzz(func(t *testing.T, items, subtotal, coupons, shipping string, major bool) {
		options := Options{MaxLines: 10}
		if major {
			options.Prices = Major
		}
		headers := map[string][]string{"X-Cart-Items": {items}, "X-Cart-Subtotal": {subtotal},
			"X-Cart-Coupons": {coupons}, "X-Cart-Tier": {coupons}, "X-Cart-Shipping": {shipping}}
		if items == "" {
			delete(headers, "X-Cart-Items")
		}
		var into Cart
		found, err := reader(t, options).ReadHeaders(headers, home, &into)
		if err != nil {
			bad := invalid(t, found, err)
			if _, named := headers[bad.Pointer]; !named || len(bad.Reason) > 300 || !printable(bad.Reason) {
				t.Fatalf("%+v", bad)
			}
			return
		}
		if found != (items != "" || trim(subtotal) != "") {
			t.Fatal("found", found)
		}
		for _, line := range into.Lines {
			if line.Quantity < 1 || line.UnitPrice < NoPrice || line.Subtotal < 0 ||
				!into.Sums && line.UnitPrice != NoPrice && line.Subtotal != line.Quantity*line.UnitPrice {
				t.Fatalf("%+v", line)
			}
		}
		for _, charge := range into.Shipping {
			if charge.Amount < 0 {
				t.Fatalf("%+v", charge)
			}
		}
	})
}

// Whatever mapping is accepted can be followed in a body made for it.
func FuzzMapping(f *testing.F) {
	f.Add("order.lines", "product.code", "qty", "price", "customer")
	f.Add("items", "id", "n.q", "n.p", "order.user.id")
	f.Add("a..b", "-", "", "x", ".")
	f.Add("Items", "SKU", "sku.q", "ſku", "items")
	f.Add(`"`, `\`, "\n", "~/", "\xff")
	home := currency(f, "CNY")
	f.Fuzz(func(t *testing.T, items, sku, quantity, price, customer string) {
		m := Mapping{Items: Paths{items}, SKU: Paths{sku}, Quantity: Paths{quantity}, UnitPrice: Paths{price}, CustomerID: Paths{customer}}
		r, err := NewReader(Options{Map: m})
		if err != nil {
			if r != nil || !printable(err.Error()) {
				t.Fatalf("%v %q", r, err)
			}
			return
		}
		line, doc := map[string]any{}, map[string]any{}
		put(line, m.path(t, "sku"), "a")
		put(line, m.path(t, "quantity"), 2)
		put(line, m.path(t, "unit_price"), 1850)
		put(doc, m.path(t, "items"), []any{line})
		put(doc, m.path(t, "customer_id"), 7)
		body, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		var into Cart
		found, err := r.ReadJSON(body, home, &into)
		if !found || err != nil {
			t.Fatalf("%s: %v, %v", body, found, err)
		}
		agree(t, body, m, Minor, home, &into)
		if into.Lines[0].Quantity != 2 {
			t.Fatalf("%+v", into.Lines)
		}
	})
}

// put sets what is at a path, if there is one.
func put(object map[string]any, path []string, value any) {
	if path == nil {
		return
	}
	for ; len(path) > 1; path = path[1:] {
		next, ok := object[path[0]].(map[string]any)
		if !ok {
			next = map[string]any{}
			object[path[0]] = next
		}
		object = next
	}
	object[path[0]] = value
}
