package mapping

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/cart/preset"
	"github.com/promogate/caddy-discount/money"
)

var update = flag.Bool("update", false, "rewrite what the samples have to give")

func currency(t testing.TB, code string) money.Currency {
	t.Helper()
	c, err := money.ParseCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// read is what options read of a body.
func read(t testing.TB, o cart.Options, body []byte, home money.Currency) *cart.Cart {
	t.Helper()
	r, err := cart.NewReader(o)
	if err != nil {
		t.Fatal(err)
	}
	c := new(cart.Cart)
	if found, err := r.ReadJSON(body, home, c); err != nil || !found {
		t.Fatalf("found %v: %v", found, err)
	}
	return c
}

// goodsOf is what rules need of the goods: currency, and of each line the quantity, the
// SKU and what it is worth in minor units.
func goodsOf(c *cart.Cart) string {
	var b strings.Builder
	b.WriteString(c.Currency)
	for _, l := range c.Lines {
		quantity := fmt.Sprint(l.Quantity)
		if !l.Weight.IsZero() {
			quantity = fmt.Sprintf("%de-%d", l.Weight.Digits, l.Weight.Places)
		}
		fmt.Fprintf(&b, "\n%s %s %d", quantity, l.SKU, l.Subtotal)
		if l.Category != "" {
			fmt.Fprintf(&b, " category=%s", l.Category)
		}
		if l.Reduced {
			b.WriteString(" reduced")
		}
		for _, a := range l.Attributes {
			fmt.Fprintf(&b, " %s=%s", a.Name, a.Text)
		}
	}
	return b.String()
}

// summary is all that is read of an order.
func summary(c *cart.Cart) string {
	text := goodsOf(c) + "\n"
	for _, part := range []struct{ name, value string }{
		{"customer", c.Customer.ID}, {"tier", c.Customer.Tier}, {"segments", strings.Join(c.Customer.Segments, " ")},
		{"coupons", strings.Join(c.Coupons, " ")}, {"channel", c.Channel}, {"region", c.Region},
	} {
		if part.value != "" {
			text += part.name + " " + part.value + "\n"
		}
	}
	if c.Customer.CompletedOrders >= 0 {
		text += fmt.Sprintf("orders %d\n", c.Customer.CompletedOrders)
	}
	for _, s := range c.Shipping {
		text += strings.Join(strings.Fields(fmt.Sprintf("shipping %s %d", s.Method, s.Amount)), " ") + "\n"
	}
	return text
}

// Each body of testdata, all of them of no preset's system or bare of what tells it, is
// read as its .want says by what is proposed for it.
func TestProposalsReadWhatIsWanted(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d samples: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			body, home := readFile(t, file), currency(t, "USD")
			search := Search{Currency: home, Presets: preset.All()}
			p, err := search.Find([][]byte{body})
			if err != nil {
				t.Fatal(err)
			}
			got := summary(read(t, p.Options, body, home))
			want := strings.TrimSuffix(file, ".json") + ".want"
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got != string(readFile(t, want)) {
				t.Errorf("read\n%s\nwant\n%s\nby\n%s", got, readFile(t, want), p.Caddyfile())
			}
			again, err := search.Find([][]byte{body})
			if err != nil || !reflect.DeepEqual(again, p) {
				t.Errorf("the same body gave another proposal: %+v, %+v", again, p)
			}
			if a, err := AccountOf(body, p.Options, home); err != nil || !a.Fine() {
				t.Errorf("it is not fine: %+v, %v", a, err)
			}
		})
	}
}

// The samples of the presets are read alike by what is proposed for them: the preset
// itself where it may be, and paths that are found where it may not.
func TestProposalsForTheSamplesOfPresets(t *testing.T) {
	t.Parallel()
	for _, own := range preset.All() {
		t.Run(own.Name, func(t *testing.T) {
			t.Parallel()
			body, home := readFile(t, filepath.Join("..", "preset", "testdata", own.Name+".json")), currency(t, "CNY")
			want := read(t, own.Options, body, home)
			p, err := Search{Currency: home, Presets: preset.All()}.Find([][]byte{body})
			if err != nil || p.Preset != own.Name {
				t.Errorf("proposed %+v, %v", p, err)
			}
			found, err := Search{Currency: home}.Find([][]byte{body})
			if err != nil {
				t.Fatal(err)
			}
			got := read(t, found.Options, body, home)
			if worth(got) != worth(want) {
				t.Errorf("without presets it reads\n%s\nwant\n%s\nby\n%s", worth(got), worth(want), found.Caddyfile())
			}
		})
	}
}

// worth is the goods without what presets alone know, such as attributes.
func worth(c *cart.Cart) string {
	text := c.Currency
	for _, l := range c.Lines {
		text += fmt.Sprintf("\n%d %s %d", l.Quantity, l.SKU, l.Subtotal)
	}
	return text
}

func TestSeveralSamplesSayMore(t *testing.T) {
	t.Parallel()
	orders := [][]byte{
		[]byte(`{"order": {"rows": [{"sku": "a", "qty": 1, "price": 12}]}}`),
		[]byte(`{"order": {"rows": [{"sku": "b", "qty": 2, "price": 4.5}], "promo_code": "X"}}`),
		[]byte(`{"order": {"rows": [{"sku": "c", "qty": 0.5, "price": 8}], "freight": "3.00"}}`),
	}
	p, err := Search{Currency: currency(t, "EUR")}.Find(orders)
	if err != nil {
		t.Fatal(err)
	}
	const want = `prices major
fractional line
map {
	items      order.rows
	quantity   qty
	unit_price price
	coupons    order.promo_code
	shipping   order.freight
}
`
	if got := p.Caddyfile(); got != want {
		t.Errorf("proposed\n%s\nwant\n%s", got, want)
	}
}

// Orders of two kinds are read by one map where their lines are written alike.
func TestSamplesOfTwoKinds(t *testing.T) {
	t.Parallel()
	p, err := Search{Currency: currency(t, "EUR")}.Find([][]byte{
		[]byte(`{"items": [{"sku": "a", "qty": 1, "price": 1.5}]}`), []byte(`{"lines": [{"sku": "a", "qty": 1, "price": 1.5}]}`),
	})
	if err != nil || !reflect.DeepEqual(p.Map.Items, cart.Paths{"items", "lines"}) {
		t.Errorf("proposed %+v, %v", p, err)
	}
}

// With lists beside each other that are empty, the map reads those that are called like
// goods, too: a later order is not to be half priced.
func TestEmptyListsBesideGoodsAreRead(t *testing.T) {
	t.Parallel()
	body := []byte(`{"cart": {"physical_items": [{"sku": "a", "qty": 1, "price": "12.00"}], "digital_items": [], "gift_certificates": [], "tags": []}}`)
	p, err := Search{Currency: currency(t, "EUR")}.Find([][]byte{body})
	if err != nil || !reflect.DeepEqual(p.Map.Items, cart.Paths{"cart.physical_items", "cart.digital_items"}) {
		t.Fatalf("items are at %v, %v", p.Map.Items, err)
	}
	if text := strings.Join(p.Doubts, "\n"); !strings.Contains(text, "cart.digital_items is empty in every sample") {
		t.Errorf("doubts are %s", text)
	}
}

func TestUnitOfPrices(t *testing.T) {
	t.Parallel()
	major, minor := cart.Major, cart.Minor
	for name, c := range map[string]struct {
		body   string
		home   string
		given  *cart.Prices
		want   cart.Prices
		doubts int
	}{
		"decimals":                          {body: `{"currency": "EUR", "items": [{"sku": "a", "qty": 1, "price": 12.5}]}`, want: cart.Major},
		"a point":                           {body: `{"currency": "EUR", "items": [{"sku": "a", "qty": 1, "price": "1200.00"}]}`, want: cart.Major},
		"decimals of another amount":        {body: `{"currency": "EUR", "items": [{"sku": "a", "qty": 1, "price": 1200}], "shipping_cost": 4.5}`, want: cart.Major},
		"a name":                            {body: `{"currency": "EUR", "items": [{"sku": "a", "qty": 1, "price_cents": 50}]}`, want: cart.Minor},
		"a number of decimals beside":       {body: `{"currency": "EUR", "items": [{"sku": "a", "qty": 1, "price": "50", "currency_minor_unit": 2}]}`, want: cart.Minor},
		"a currency without decimals":       {body: `{"currency": "JPY", "items": [{"sku": "a", "qty": 1, "price": 50}]}`, want: cart.Minor},
		"a home currency without decimals":  {body: `{"items": [{"sku": "a", "qty": 1, "price": 50}]}`, home: "JPY", want: cart.Minor, doubts: 1},
		"large whole numbers":               {body: `{"currency": "EUR", "items": [{"sku": "a", "qty": 1, "price": 1200}]}`, want: cart.Minor, doubts: 1},
		"large whole numbers that are said": {body: `{"currency": "EUR", "items": [{"sku": "a", "qty": 1, "price": 1200}]}`, given: &major, want: cart.Major},
		"small whole numbers":               {body: `{"currency": "EUR", "items": [{"sku": "a", "qty": 1, "price": 12}]}`, want: cart.Major, doubts: 1},
		"small whole numbers that are said": {body: `{"currency": "EUR", "items": [{"sku": "a", "qty": 1, "price": 12}]}`, given: &minor, want: cart.Minor},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := "EUR"
			if c.home != "" {
				home = c.home
			}
			p, err := Search{Currency: currency(t, home), Prices: c.given}.Find([][]byte{[]byte(c.body)})
			if err != nil || p.Options.Prices != c.want || len(p.Doubts) != c.doubts {
				t.Errorf("proposed %+v, %v; want %v and %d doubts", p, err, c.want, c.doubts)
			}
		})
	}
}

func TestNothingIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		samples []string
		nothing bool // it is errNothing
		says    string
	}{
		"no order":              {says: "there is no order"},
		"no JSON":               {samples: []string{`{"items": [`}, says: "order 1: it is no JSON"},
		"more after it":         {samples: []string{`{} {}`}, says: "order 1: there is more after the JSON value"},
		"a number":              {samples: []string{`1`}, says: "order 1 is none, want an object"},
		"a list of two":         {samples: []string{`[{}, {}]`}, says: "order 1: the body is a list of 2, and only a list of one order is read"},
		"an empty list":         {samples: []string{`[]`}, says: "the body is a list of 0"},
		"lists and objects":     {samples: []string{`[{}]`, `{}`}, says: "some of the orders are in a list, and others are not"},
		"an empty object":       {samples: []string{`{}`}, nothing: true, says: "no list of objects has a quantity and a price"},
		"no quantities":         {samples: []string{`{"items": [{"sku": "a", "price": 1}]}`}, nothing: true, says: "no list of objects"},
		"two kinds of orders":   {samples: []string{`{"items": [{"sku": "a", "qty": 1, "price": 1.5}]}`, `{"lines": [{"sku": "a", "count": 1, "price": 1.5}]}`}, nothing: true, says: "there is nothing at items"},
		"prices with a comma":   {samples: []string{`{"items": [{"sku": "a", "qty": 1, "price": "1,50"}, {"qty": "-1"}]}`}, nothing: true, says: "items.qty is -1, and a quantity is never negative"},
		"quantities with signs": {samples: []string{`{"items": [{"sku": "a", "qty": -1, "price": 1.5}]}`}, nothing: true, says: "items.qty is -1, and a quantity is never negative"},
		"signs in a list":       {samples: []string{`[{"o": {"rows": [{"sku": "a", "qty": 2, "price": 1.5}, {"sku": "b", "qty": "-1.50", "price": 1.5}]}}]`}, nothing: true, says: "0.o.rows.qty is -1.50, and"},
		"a name given twice":    {samples: []string{`{"items": [{"sku": "a", "sku": "b", "qty": 1, "price": 1.5}]}`}, says: "it is no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var bodies [][]byte
			for _, sample := range c.samples {
				bodies = append(bodies, []byte(sample))
			}
			p, err := Search{Currency: currency(t, "EUR"), Presets: preset.All()}.Find(bodies)
			if err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, errNothing) != c.nothing {
				t.Errorf("gave %+v, %v; want %s", p, err, c.says)
			}
		})
	}
}

// Names that a path cannot have, or a Caddyfile has only in quotes.
func TestStrangeNames(t *testing.T) {
	t.Parallel()
	body := []byte("{\"the order\": {\"li\\\"nes {x}\": [{\"sku\": \"a\", \"qty\": 1, \"unit`price\": 1.5, \"price\": 2.5, \"a.b\": 3}], \"2\": {\"qty\": 1}, \"*\": 1, \"\": 2, \"x!json\": 3}}")
	p, err := Search{Currency: currency(t, "EUR")}.Find([][]byte{body})
	if err != nil {
		t.Fatal(err)
	}
	if want := "\titems      `the order.li\"nes {x}`\n"; !strings.Contains(p.Caddyfile(), want) {
		t.Errorf("proposed\n%s\nwant %s", p.Caddyfile(), want)
	}
	if got := token("a`b c\"d"); got != "\"a`b c\\\"d\"" {
		t.Errorf("token = %s", got)
	}
}

// What is looked at is bounded, whatever an order has.
func TestLargeOrders(t *testing.T) {
	t.Parallel()
	var wide, deep, many bytes.Buffer
	wide.WriteString(`{"items": [{"sku": "a", "qty": 1, "price": 1.5}], "more": {`)
	for i := range 50_000 {
		fmt.Fprintf(&wide, `"m%d": {"qty": 1, "price": {"amount": "1.50", "tax": {"a": 1}}},`, i)
	}
	wide.WriteString(`"end": null}}`)
	deep.WriteString(`{"items": [{"sku": "a", "qty": 1, "price": 1.5}], "more": `)
	deep.WriteString(strings.Repeat(`{"items": [`, 25) + "1" + strings.Repeat("]}", 25) + "}")
	many.WriteString(`{"items": [`)
	for i := range 500 {
		if i > 0 {
			many.WriteByte(',')
		}
		fmt.Fprintf(&many, `{"id": %d, "sku": "s%d", "qty": 1, "price": "1.50", "row_total": "1.50", "notes": [%s1]}`, i, i, strings.Repeat("1,", 400))
	}
	many.WriteString(`], "subtotal": "750.00"}`)
	for name, body := range map[string][]byte{"wide": wide.Bytes(), "deep": deep.Bytes(), "many lines": many.Bytes()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Search{Currency: currency(t, "EUR"), Presets: preset.All()}.Find([][]byte{body})
			if err != nil || p.Map.Items != nil || p.Options.Map.Quantity.String() != "qty" {
				t.Errorf("proposed %+v, %v", p, err)
			}
		})
	}
	if _, err := parse([]byte("[" + strings.Repeat("1,", maxValues) + "1]")); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("too many values: %v", err)
	}
}

// A currency that is stated, but cannot be read, is named with the reason.
func TestCurrenciesThatAreNotRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ code, doubt string }{
		"retired": {
			code:  "HRK",
			doubt: `order.currency is not read, since "HRK" is a retired ISO 4217 currency code, EUR replaced it: amounts are taken to be in CNY`,
		},
		"small": {
			code:  "bgn",
			doubt: `order.currency is not read, since "BGN" is a retired ISO 4217 currency code, EUR replaced it: amounts are taken to be in CNY`,
		},
		"of no minor unit": {
			code:  "XAU",
			doubt: `order.currency is not read, since "XAU" is gold, which has no minor unit in ISO 4217, so no amount can be in it: amounts are taken to be in CNY`,
		},
		"unknown": {code: "XYZ", doubt: "no order states its currency: amounts are taken to be in CNY"},
		"listed":  {code: "ZWG"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := `{"order": {"currency": "` + c.code + `", "items": [{"sku": "a", "qty": 1, "price": "3.00"}]}}`
			p, err := Search{Currency: currency(t, "CNY")}.Find([][]byte{[]byte(body)})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(p.Doubts, "\n"); got != c.doubt {
				t.Errorf("doubts\n%s\nwant\n%s", got, c.doubt)
			}
		})
	}
}
