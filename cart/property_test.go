package cart

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/dunglas/httpsfv"
	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/money"
)

func drawCart(t *rapid.T) Cart {
	text, some := rapid.String(), rapid.StringN(1, -1, -1)
	c := Cart{
		Currency: rapid.SampledFrom([]string{"", "CNY", "JPY", "KWD"}).Draw(t, "currency"),
		Customer: Customer{
			ID: text.Draw(t, "customer"), Tier: text.Draw(t, "tier"),
			Segments:        rapid.SliceOfN(some, 0, 3).Draw(t, "segments"),
			CompletedOrders: rapid.Int64Range(-1, money.Max).Draw(t, "orders"),
		},
		Coupons: rapid.SliceOfN(some, 0, 3).Draw(t, "coupons"),
		Channel: text.Draw(t, "channel"), Region: text.Draw(t, "region"),
	}
	for range rapid.IntRange(0, 6).Draw(t, "lines") {
		line := Line{
			ID: text.Draw(t, "id"), SKU: text.Draw(t, "sku"),
			Category: text.Draw(t, "category"), Subgroup: text.Draw(t, "subgroup"),
			Quantity:  rapid.Int64Range(1, 1e6).Draw(t, "quantity"),
			UnitPrice: rapid.Int64Range(-1, 1e8).Draw(t, "price"),
			Reduced:   rapid.Bool().Draw(t, "reduced"),
		}
		if line.UnitPrice != NoPrice {
			line.Subtotal = line.Quantity * line.UnitPrice
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "attributes") {
			line.Attributes = append(line.Attributes, Attribute{fmt.Sprint("a", i), text.Draw(t, "attribute"), Text})
		}
		c.Lines = append(c.Lines, line)
	}
	for range rapid.IntRange(0, 3).Draw(t, "shipping") {
		c.Shipping = append(c.Shipping, Charge{text.Draw(t, "id"), text.Draw(t, "method"), rapid.Int64Range(0, 1e8).Draw(t, "amount")})
	}
	return c
}

// writeCart writes a cart in the default shape, amounts by the given function.
func writeCart(t *rapid.T, c Cart, amount func(int64) any) []byte {
	items := []any{}
	for _, l := range c.Lines {
		item := map[string]any{"id": l.ID, "sku": l.SKU, "category": l.Category, "subgroup": l.Subgroup,
			"quantity": l.Quantity, "reduced": l.Reduced}
		if l.UnitPrice != NoPrice {
			item["unit_price"] = amount(l.UnitPrice)
		}
		attributes := map[string]any{}
		for _, a := range l.Attributes {
			attributes[a.Name] = a.Text
		}
		item["attributes"] = attributes
		items = append(items, item)
	}
	shipping := []any{}
	for _, s := range c.Shipping {
		shipping = append(shipping, map[string]any{"id": s.ID, "method": s.Method, "amount": amount(s.Amount)})
	}
	customer := map[string]any{"id": c.Customer.ID, "tier": c.Customer.Tier, "segments": c.Customer.Segments}
	if c.Customer.CompletedOrders >= 0 {
		customer["completed_orders"] = c.Customer.CompletedOrders
	}
	doc := map[string]any{"items": items, "shipping": shipping, "customer": customer,
		"coupons": c.Coupons, "channel": c.Channel, "region": c.Region}
	if c.Currency != "" {
		doc["currency"] = c.Currency
	}
	body, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	defaultCurrency := currency(t, "CNY")
	minor, major := reader(t, Options{}), reader(t, Options{Prices: Major})
	var into Cart // one for all, as a pool would have it
	rapid.Check(t, func(t *rapid.T) {
		want := visible(drawCart(t))
		in := defaultCurrency
		if want.Currency != "" {
			in = currency(t, want.Currency)
		}
		r, amount := minor, func(minor int64) any { return minor }
		switch rapid.IntRange(0, 2).Draw(t, "prices") {
		case 1:
			r, amount = major, func(minor int64) any { return json.Number(in.AppendMajor(nil, minor)) }
		case 2:
			r, amount = major, func(minor int64) any { return string(in.AppendMajor(nil, minor)) }
		}
		body := writeCart(t, want, amount)
		found, err := r.ReadJSON(body, defaultCurrency, &into)
		if !found || err != nil {
			t.Fatalf("%s: %v, %v", body, found, err)
		}
		if got := visible(into); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\ngot  %+v\nwant %+v", body, got, want)
		}
		sameAsPlain(t, Options{Prices: r.prices}, body, defaultCurrency)
	})
}

// Decimals of any length, right or wrong: read are exactly those that are a
// whole number of minor units.
func TestMajorPricesAreExact(t *testing.T) {
	r, defaultCurrency := reader(t, Options{Prices: Major}), currency(t, "CNY")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(0|[1-9][0-9]{0,13})(\.[0-9]{1,4})?`).Draw(t, "price")
		var into Cart
		found, err := r.ReadJSON([]byte(`{"items":[{"quantity":1,"unit_price":`+text+`}]}`), defaultCurrency, &into)
		exact, _ := new(big.Rat).SetString(text)
		exact.Mul(exact, big.NewRat(100, 1))
		possible := exact.IsInt() && exact.Num().IsInt64() && exact.Num().Int64() <= money.Max
		if possible != found || found == (err != nil) {
			t.Fatalf("%s: %v, %v", text, found, err)
		}
		if found && into.Lines[0].UnitPrice != exact.Num().Int64() {
			t.Fatalf("%s: read %d", text, into.Lines[0].UnitPrice)
		}
	})
}

// Decimals of RFC 9651 pass through floating point and must come out as sent.
func TestHeaderDecimalsAreExact(t *testing.T) {
	r, defaultCurrency := reader(t, Options{Prices: Major}), currency(t, "KWD")
	rapid.Check(t, func(t *rapid.T) {
		mills := rapid.Int64Range(0, money.Max).Draw(t, "price")
		text := fmt.Sprintf("%d.%03d", mills/1000, mills%1000)
		if rapid.Bool().Draw(t, "short") {
			text = strings.TrimRight(text, "0")
			if strings.HasSuffix(text, ".") {
				text += "0"
			}
		}
		var into Cart
		found, err := r.ReadHeaders(map[string][]string{"X-Cart-Items": {"a;p=" + text}}, defaultCurrency, &into)
		if !found || err != nil || into.Lines[0].UnitPrice != mills {
			t.Fatalf("%s: %v %v %+v", text, found, err, into.Lines)
		}
	})
}

func TestHeadersThatAreWrittenAreRead(t *testing.T) {
	r, defaultCurrency := reader(t, Options{}), currency(t, "CNY")
	sf := rapid.StringMatching(`[ -~]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		want := Cart{Customer: Customer{CompletedOrders: -1, Tier: sf.Draw(t, "tier")}}
		list := httpsfv.List{}
		for range rapid.IntRange(0, 5).Draw(t, "lines") {
			line := Line{SKU: rapid.String().Draw(t, "sku"), Quantity: rapid.Int64Range(1, 1e6).Draw(t, "q"), UnitPrice: rapid.Int64Range(0, 1e8).Draw(t, "p")}
			line.Subtotal = line.Quantity * line.UnitPrice
			want.Lines = append(want.Lines, line)
			item := httpsfv.NewItem(httpsfv.DisplayString(line.SKU))
			item.Params.Add("q", line.Quantity)
			item.Params.Add("p", line.UnitPrice)
			list = append(list, item)
		}
		want.Coupons = rapid.SliceOfN(sf, 0, 4).Draw(t, "coupons")
		coupons := httpsfv.List{}
		for _, c := range want.Coupons {
			coupons = append(coupons, httpsfv.NewItem(c))
		}
		headers := map[string][]string{"X-Cart-Items": {marshal(t, list)}, "X-Cart-Coupons": {marshal(t, coupons)},
			"X-Cart-Tier": {marshal(t, httpsfv.NewItem(want.Customer.Tier))}}
		var into Cart
		found, err := r.ReadHeaders(headers, defaultCurrency, &into)
		if !found || err != nil || !reflect.DeepEqual(visible(into), visible(want)) {
			t.Fatalf("%q\n%v %v\ngot  %+v\nwant %+v", headers, found, err, visible(into), visible(want))
		}
	})
}

func marshal(t *rapid.T, value httpsfv.StructuredFieldValue) string {
	text, err := httpsfv.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Names are the same if they are to Go, or to Java, which compares the capitals of each
// character and then their small letters.
func TestFoldedNames(t *testing.T) {
	letters := rapid.SliceOfN(rapid.RuneFrom([]rune("aAkK\u212asSſſσΣςäÄßẞİıiIµμΜǅǆǄ1_")), 1, 3)
	rapid.Check(t, func(t *rapid.T) {
		a, b := string(letters.Draw(t, "a")), string(letters.Draw(t, "b"))
		java := func(text string) string {
			return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, text)
		}
		same := sameFolded(a, b)
		if (strings.EqualFold(a, b) || java(a) == java(b)) && !same {
			t.Fatalf("%q and %q are not the same", a, b)
		}
		if same && !strings.EqualFold(java(a), java(b)) {
			t.Fatalf("%q and %q are the same", a, b)
		}
		if folded := string(appendFolded(nil, a)) == string(appendFolded(nil, b)); folded != same {
			t.Fatalf("%q and %q: folded %v, the same %v", a, b, folded, same)
		}
		if a != b && same && plainName(a) && plainName(b) {
			t.Fatalf("%q and %q are both plain", a, b)
		}
	})
}

// Both ways to look for names that are alike find what comparing all of them does.
func TestAlikeByPairsAndByTable(t *testing.T) {
	name := rapid.SliceOfN(rapid.RuneFrom([]rune("aAbBſsäÄ")), 1, 2)
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(name, 0, fewNames).Draw(t, "names")
		start := rapid.SampledFrom([]string{"", "lineitem", "properties_in", "discounted_price_set"}).Draw(t, "start")
		by := rapid.SampledFrom([]sameness{asWritten, asMeant, butForCase}).Draw(t, "by")
		d := document{names: new(seenNames)}
		var spans []span
		want := false
		for i, n := range names {
			text := start + string(n)
			d.text += strconv.Quote(text)
			spans = append(spans, span{int32(len(d.text) - 1 - len(text)), int32(len(d.text) - 1)})
			for _, before := range names[:i] {
				want = want || string(before) == string(n) || by == butForCase && sameFolded(string(before), string(n))
			}
		}
		_, few, found := d.duplicates(spans, by)
		_, many, foundToo := d.duplicatesOfMany(spans, by)
		if found != want || foundToo != want || few != many {
			t.Fatalf("%q: pairs find %v at %v, the table %v at %v, want %v", names, found, few, foundToo, many, want)
		}
	})
}

func TestReasonsAreShortAndPrintable(t *testing.T) {
	r, defaultCurrency := reader(t, Options{}), currency(t, "CNY")
	rapid.Check(t, func(t *rapid.T) {
		value, err := json.Marshal(strings.Repeat(rapid.String().Draw(t, "text"), rapid.IntRange(1, 50).Draw(t, "times")))
		if err != nil {
			t.Fatal(err)
		}
		_, bad := r.ReadJSON([]byte(`{"items":`+string(value)+`}`), defaultCurrency, new(Cart))
		reason := bad.(*Invalid).Reason
		if len(reason) > 80 || !printable(reason) {
			t.Fatalf("%q", reason)
		}
	})
}
