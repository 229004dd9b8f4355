package cart

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/money"
)

// FuzzReadJSON reads a body by the paths of a mapping, one field a line: the key and its
// paths. The reader agrees with the reference, at once and in pieces.
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
		f.Add("", []byte(seed), uint8(0))
		f.Add("", []byte(seed), uint8(1))
	}
	for _, test := range everywhere {
		if in := shapes[test.in]; len(test.body) < 1<<12 {
			f.Add(writtenMap(in.Map), []byte(test.body), bitsOf(in))
		}
	}
	defaultCurrency := currency(f, "CNY")
	for seed := range 200 {
		in, body := exampleBody(seed, defaultCurrency)
		f.Add(writtenMap(in.Map), body, bitsOf(in))
	}
	var into, large Cart
	workspace := Workspace{piece: 5}
	f.Fuzz(func(t *testing.T, mapping string, body []byte, bits uint8) {
		m, err := readMap(mapping)
		in := optionsOf(m, bits)
		_, refuses := plainRoutes(m)
		r, errOfReader := NewReader(in)
		if err == nil && (errOfReader == nil) != (refuses == nil) {
			t.Fatalf("%+v: the reader says %v, the reference %v", m, errOfReader, refuses)
		}
		if err != nil || refuses != nil {
			return
		}
		sameAsPlain(t, in, body, defaultCurrency)
		found, err := r.ReadJSON(body, defaultCurrency, &into)
		foundInPieces, errInPieces := workspace.ReadJSON(r, body, defaultCurrency, &large, func() {})
		if found != foundInPieces || grammarAside(err) != grammarAside(errInPieces) || !reflect.DeepEqual(visible(into), visible(large)) {
			t.Fatalf("%s\nat once:   %v, %v, %+v\nin pieces: %v, %v, %+v", body, found, err, into, foundInPieces, errInPieces, large)
		}
	})
}

// exampleBody is a body made for a mapping, always the same for a seed.
func exampleBody(seed int, defaultCurrency money.Currency) (in Options, body []byte) {
	rapid.Custom(func(t *rapid.T) int {
		in = drawOptions(t)
		routes, err := plainRoutes(in.Map)
		if err != nil {
			in.Map = Mapping{}
			routes, _ = plainRoutes(in.Map)
		}
		body = drawBody(t, drawDocument(t, in, routes, defaultCurrency))
		return len(body)
	}).Example(seed)
	return in, body
}

// writtenMap is a mapping with one field a line.
func writtenMap(m Mapping) string {
	var lines []string
	for _, f := range plainFields {
		if paths := f.of(&m); paths != nil {
			lines = append(lines, f.key+" "+paths.String())
		}
	}
	return strings.Join(lines, "\n")
}

// readMap reads what writtenMap writes.
func readMap(text string) (m Mapping, err error) {
	for line := range strings.SplitSeq(text, "\n") {
		if words := strings.Split(line, " "); len(words) > 1 {
			if err := m.Set(words[0], words[1:]...); err != nil {
				return m, err
			}
		}
	}
	return m, nil
}

const (
	bitMajor = 1 << iota
	bitFractional
	bitExactIDs
	bitTextFlags
	bitSmall
)

func bitsOf(in Options) (bits uint8) {
	for bit, set := range map[uint8]bool{
		bitMajor: in.Prices == Major, bitFractional: in.Fractional, bitExactIDs: in.ExactIDs, bitTextFlags: in.TextFlags, bitSmall: in.MaxLines > 0,
	} {
		if set {
			bits |= bit
		}
	}
	return bits
}

func optionsOf(m Mapping, bits uint8) Options {
	in := Options{Map: m, Fractional: bits&bitFractional > 0, ExactIDs: bits&bitExactIDs > 0, TextFlags: bits&bitTextFlags > 0, MaxLines: 10}
	if bits&bitMajor > 0 {
		in.Prices = Major
	}
	if bits&bitSmall > 0 {
		in.MaxLines, in.MaxCoupons, in.MaxSegments, in.MaxShipping, in.MaxAttributes = 2, 2, 2, 1, 2
	}
	return in
}

// FuzzTrace reads a body by the paths of a mapping with a trace: the cart is the same,
// and every read is of a value that is where its pointer says.
func FuzzTrace(f *testing.F) {
	defaultCurrency := currency(f, "CNY")
	for _, test := range everywhere {
		if in := shapes[test.in]; len(test.body) < 1<<12 {
			f.Add(writtenMap(in.Map), []byte(test.body), bitsOf(in))
		}
	}
	for seed := range 200 {
		in, body := exampleBody(seed, defaultCurrency)
		f.Add(writtenMap(in.Map), body, bitsOf(in))
	}
	f.Fuzz(func(t *testing.T, mapping string, body []byte, bits uint8) {
		m, err := readMap(mapping)
		if err != nil {
			return
		}
		r, err := NewReader(optionsOf(m, bits))
		if err != nil {
			return
		}
		var read, traced Cart
		found, err := r.ReadJSON(body, defaultCurrency, &read)
		reads, foundToo, errToo := r.Trace(body, defaultCurrency, &traced)
		if found != foundToo || fmt.Sprint(err) != fmt.Sprint(errToo) || !reflect.DeepEqual(visible(read), visible(traced)) {
			t.Fatalf("%q\nread:   %v, %v, %+v\ntraced: %v, %v, %+v", body, found, err, visible(read), foundToo, errToo, visible(traced))
		}
		doc, bad := parsePlain(withoutMark(body))
		if bad != nil {
			if len(reads) > 0 {
				t.Fatalf("%q is not JSON, but %+v was read", body, reads)
			}
			return
		}
		for _, of := range reads {
			checkRead(t, doc, of, body)
		}
		if found {
			checkTrace(t, reads, &traced, body)
		}
	})
}

// checkRead fails unless the value is where the pointer says.
func checkRead(t tester, doc any, of Read, body []byte) {
	t.Helper()
	for _, value := range pointed(doc, of.Pointer) {
		text := fmt.Sprint(value)
		switch value.(type) {
		case object, []any:
			text = ""
		case nil:
			text = "null"
		}
		if text == of.Text {
			return
		}
	}
	t.Fatalf("%+v is not so in %q: %v", of, body, pointed(doc, of.Pointer))
}

// checkTrace fails unless the reads are those of the cart: its lines and charges, one by
// one, with the texts and the numbers that they have.
func checkTrace(t tester, reads []Read, c *Cart, body []byte) {
	t.Helper()
	want := map[Read]int{}
	text := func(field string, line, charge int, text string) {
		if text != "" {
			want[Read{Field: field, Line: line, Charge: charge, Text: text}]++
		}
	}
	text("customer_id", -1, -1, c.Customer.ID)
	text("customer_tier", -1, -1, c.Customer.Tier)
	text("channel", -1, -1, c.Channel)
	text("region", -1, -1, c.Region)
	text("order_id", -1, -1, c.OrderID)
	for i, l := range c.Lines {
		want[Read{Field: "items", Line: i, Charge: -1}]++
		want[Read{Field: "quantity", Line: i, Charge: -1}]++
		if l.UnitPrice != NoPrice {
			want[Read{Field: "unit_price", Line: i, Charge: -1}]++
		}
		if l.HasTotal {
			want[Read{Field: "line_total", Line: i, Charge: -1}]++
		}
		text("id", i, -1, l.ID)
		text("sku", i, -1, l.SKU)
		text("subgroup", i, -1, l.Subgroup)
		for _, a := range l.Attributes {
			text("attributes", i, -1, a.Text)
		}
	}
	for i, charge := range c.Shipping {
		want[Read{Field: "shipping", Line: -1, Charge: i}]++
		want[Read{Field: "shipping_amount", Line: -1, Charge: i}]++
		text("shipping_id", -1, i, charge.ID)
		text("shipping_method", -1, i, charge.Method)
	}
	got := map[Read]int{}
	for _, of := range reads {
		of.Pointer = ""
		switch of.Field {
		case "items", "shipping", "quantity", "unit_price", "line_total", "shipping_amount": // the text may be that of an amount alone
			of.Text = ""
		case "currency", "subtotal", "decimals", "expected_payable", "completed_orders", "coupons", "customer_segments", "category", "reduced":
			continue
		default:
			if of.Text == "" { // as good as absent
				continue
			}
		}
		got[of]++
	}
	if !maps.Equal(got, want) {
		t.Fatalf("traced %v\nof the cart %v\nin %q", got, want, body)
	}
}

// grammarAside is an error without what is wrong with the grammar at its place, of
// which more is said where more of the text was read, and without a place that is
// too deep to be named in a large text.
func grammarAside(err error) string {
	text := fmt.Sprint(err)
	if tooDeep := tooDeep().reason(); strings.HasSuffix(text, tooDeep) {
		return tooDeep
	}
	for _, what := range []string{": invalid ", `: "invalid `} {
		if place, _, found := strings.Cut(text, what); found && strings.Contains(place, "is not JSON at byte") {
			return place
		}
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
	// Where the text is no JSON there may be nothing to point to.
	if doc, err := parsePlain(withoutMark(body)); err == nil {
		if len(pointed(doc, bad.Pointer)) == 0 {
			t.Fatalf("%s leads nowhere in %s: %s", bad.Pointer, body, bad.Reason)
		}
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
	defaultCurrency := currency(f, "CNY")
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
		found, err := reader(t, options).ReadHeaders(headers, defaultCurrency, &into)
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

// FuzzMapping compiles paths of several fields: the reader and the reference agree on
// whether they can be, and on a body that is made for them.
func FuzzMapping(f *testing.F) {
	f.Add("order.lines", "product.code", "qty", "price", "customer")
	f.Add("items", "id", "n.q", "n.p", "order.user.id")
	f.Add("a..b", "-", "", "x", ".")
	f.Add("Items", "SKU", "sku.q", "ſku", "items")
	f.Add(`"`, `\`, "\n", "~/", "\xff")
	f.Add("0.lines.*", "codes.1", "*.q", "p!json.v", "0.user!json.id")
	f.Add("a!json.b!json", "1.x", "01", "10000", "**")
	defaultCurrency := currency(f, "CNY")
	f.Fuzz(func(t *testing.T, items, sku, quantity, price, customer string) {
		in := Options{Map: Mapping{Items: Paths{items}, SKU: Paths{sku}, Quantity: Paths{quantity}, UnitPrice: Paths{price}, CustomerID: Paths{customer}}}
		r, err := NewReader(in)
		routes, refuses := plainRoutes(in.Map)
		if (err == nil) != (refuses == nil) {
			t.Fatalf("the reader says %v, the reference %v", err, refuses)
		}
		if err != nil {
			if r != nil || !printable(err.Error()) {
				t.Fatalf("%v %q", r, err)
			}
			return
		}
		var body []byte
		rapid.Custom(func(t *rapid.T) int {
			body = drawBody(t, drawDocument(t, in, routes, defaultCurrency))
			return 0
		}).Example(len(items) + len(sku))
		sameAsPlain(t, in, body, defaultCurrency)
	})
}
