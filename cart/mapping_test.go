package cart

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestMapping(t *testing.T) {
	none := Customer{CompletedOrders: -1}
	for name, test := range map[string]struct {
		m    Mapping
		body string
		want Cart
	}{
		"a shop's own shape": {
			m: Mapping{Currency: Paths{"order.cur"}, Items: Paths{"order.lines"}, SKU: Paths{"product.code"}, Category: Paths{"product.group.main"},
				Quantity: Paths{"qty"}, UnitPrice: Paths{"price.net"}, Reduced: Paths{"price.sale"}, Attributes: Paths{"product.more"},
				CustomerID: Paths{"user"}, CompletedOrders: Paths{"order.history.count"}, Shipping: Paths{"order.parcels"}, ShippingAmount: Paths{"cost.net"}},
			body: `{"user":"u9","order":{"cur":"EUR","history":{"count":2},"parcels":[{"id":1,"cost":{"net":5}}],
				"lines":[{"id":"x","product":{"code":"p","group":{"main":"tea"},"more":{"mg":1}},"qty":3,"price":{"net":7,"sale":true}}]}}`,
			want: Cart{Currency: "EUR", Customer: Customer{ID: "u9", CompletedOrders: 2},
				Lines: []Line{{ID: "x", SKU: "p", Category: "tea", Quantity: 3, UnitPrice: 7, Subtotal: 21, Reduced: true,
					Attributes: []Attribute{{"mg", "1", Number}}}},
				Shipping: []Charge{{ID: "1", Amount: 5}}},
		},
		"a default gives way to the same path": {
			m:    Mapping{SKU: Paths{"id"}},
			body: `{"items":[{"id":"a","sku":7.5,"quantity":1}]}`,
			want: Cart{Customer: none, Lines: []Line{{SKU: "a", Quantity: 1, UnitPrice: NoPrice}}},
		},
		"defaults inside a path give way": {
			m:    Mapping{CustomerID: Paths{"customer"}},
			body: `{"customer":"u1","items":[]}`,
			want: Cart{Customer: Customer{ID: "u1", CompletedOrders: -1}},
		},
		"a default around a path gives way": {
			m:    Mapping{Channel: Paths{"region.channel"}},
			body: `{"region":{"channel":"app"},"items":[]}`,
			want: Cart{Customer: none, Channel: "app"},
		},
		"a default that differs in case gives way": {
			m:    Mapping{Channel: Paths{"Region"}},
			body: `{"Region":"app","items":[]}`,
			want: Cart{Customer: none, Channel: "app"},
		},
		"a field left unread": {
			m:    Mapping{Attributes: Paths{Unread}, Channel: Paths{Unread}},
			body: `{"channel":{"not":"text"},"items":[{"quantity":1,"attributes":[{"k":1},{"k":2}]}]}`,
			want: Cart{Customer: none, Lines: []Line{{Quantity: 1, UnitPrice: NoPrice}}},
		},
		"names with spaces, quotes and other scripts": {
			m:    Mapping{Items: Paths{`订单."the lines"`}, Quantity: Paths{"数量 "}},
			body: `{"订单":{"\"the lines\"":[{"数量 ":4}]}}`,
			want: Cart{Customer: none, Lines: []Line{{Quantity: 4, UnitPrice: NoPrice}}},
		},
		"capitals": {
			m:    Mapping{Items: Paths{"Order.Lines"}, Quantity: Paths{"Qty"}},
			body: `{"Order":{"Lines":[{"Qty":4}]}}`,
			want: Cart{Customer: none, Lines: []Line{{Quantity: 4, UnitPrice: NoPrice}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got Cart
			found, err := reader(t, Options{Map: test.m}).ReadJSON([]byte(test.body), currency(t, "CNY"), &got)
			if !found || err != nil {
				t.Fatal(found, err)
			}
			if got = visible(got); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestMappedPlacesInErrors(t *testing.T) {
	m := Mapping{Items: Paths{"order/x.Lines"}, Quantity: Paths{"count.qty"}, UnitPrice: Paths{"price.net~"}, SKU: Paths{"product.code"},
		Shipping: Paths{"order/x.parcels"}, ShippingAmount: Paths{"cost.net"}}
	for name, test := range map[string]struct{ body, pointer, reason string }{
		"price": {`{"order/x":{"Lines":[{"count":{"qty":1},"price":{"net~":-7}}]}}`, "/order~1x/Lines/0/price/net~0",
			"is -7, want a plain integer of minor units from 0 to 999999999999999"},
		"quantity": {`{"order/x":{"Lines":[{"count":{"qty":0}}]}}`, "/order~1x/Lines/0/count/qty",
			"is 0, want a plain integer from 1 to 999999999999999"},
		"no quantity": {`{"order/x":{"Lines":[{"count":null}]}}`, "/order~1x/Lines/0",
			`has no "count.qty", want a plain integer from 1 to 999999999999999`},
		"product": {`{"order/x":{"Lines":[{"count":{"qty":1000000},"price":{"net~":1000000000}}]}}`, "/order~1x/Lines/0",
			"is 1000000 × 1000000000 minor units, want at most 999999999999999"},
		"shipping": {`{"order/x":{"Lines":[],"parcels":[{"cost":{"net":"5"}}]}}`, "/order~1x/parcels/0/cost/net",
			`is "5", want a plain integer of minor units from 0 to 999999999999999`},
		"lower case where capitals are mapped": {`{"order/x":{"lines":[]}}`, "/order~1x/lines",
			`differs only in case from "Lines", want it written so`},
		"on the way to the items": {`{"Order/X":{"Lines":[]}}`, "/Order~1X",
			`differs only in case from "order/x", want it written so`},
		"not an object on the way": {`{"order/x":{"Lines":[{"product":"p","count":{"qty":1}}]}}`, "/order~1x/Lines/0/product",
			`is "p", want an object`},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := reader(t, Options{Map: m}).ReadJSON([]byte(test.body), currency(t, "CNY"), new(Cart))
			if got := invalid(t, found, err); *got != (Invalid{test.pointer, test.reason}) {
				t.Errorf("got  %+v\nwant %+v", *got, Invalid{test.pointer, test.reason})
			}
		})
	}
}

func TestImpossibleOptions(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		want    string
	}{
		"empty segment":        {Options{Map: Mapping{Items: Paths{"a..b"}}}, `map: items: path "a..b" has an empty segment`},
		"leading dot":          {Options{Map: Mapping{SKU: Paths{".a"}}}, `map: sku: path ".a" has an empty segment`},
		"trailing dot":         {Options{Map: Mapping{SKU: Paths{"a."}}}, `map: sku: path "a." has an empty segment`},
		"invalid UTF-8":        {Options{Map: Mapping{SKU: Paths{"\xff"}}}, `map: sku: path "\xff" is not valid UTF-8`},
		"too many segments":    {Options{Map: Mapping{Items: Paths{strings.Repeat("a.", 16) + "a"}}}, `map: items: path "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a" has 17 segments, at most 16 can be followed`},
		"the same path twice":  {Options{Map: Mapping{ID: Paths{"code"}, SKU: Paths{"code"}}}, `map: id and sku are both at "code"`},
		"one inside the other": {Options{Map: Mapping{SKU: Paths{"product"}, Category: Paths{"product.group"}}}, `map: category at "product.group" is inside sku at "product"`},
		"one around the other": {Options{Map: Mapping{SKU: Paths{"product.code"}, Category: Paths{"product"}}}, `map: sku at "product.code" is inside category at "product"`},
		"differing in case":    {Options{Map: Mapping{SKU: Paths{"product.code"}, Category: Paths{"Product.group"}}}, `map: sku at "product.code" and category at "Product.group" differ only in case`},
		"coupons in the items": {Options{Map: Mapping{Items: Paths{"order"}, Coupons: Paths{"order.coupons"}}}, `map: coupons at "order.coupons" is inside items at "order"`},
		"items in the way":     {Options{Map: Mapping{Coupons: Paths{"items"}}}, `map: coupons and items are both at "items"`},
		"quantity in the way":  {Options{Map: Mapping{SKU: Paths{"quantity"}}}, `map: sku and quantity are both at "quantity"`},
		"items unread":         {Options{Map: Mapping{Items: Paths{Unread}}}, "map: items cannot be left unread: a cart needs it"},
		"quantity unread":      {Options{Map: Mapping{Quantity: Paths{Unread}}}, "map: quantity cannot be left unread: a cart needs it"},
		"negative bound":       {Options{MaxLines: -1}, "at most -1 lines: the bound must be positive"},
		"unknown unit":         {Options{Prices: 2}, "prices: unknown unit 2"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := NewReader(test.options)
			if r != nil || err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %v", err, test.want)
			}
		})
	}
}

func TestMappingSet(t *testing.T) {
	var m Mapping
	for _, e := range m.entries() {
		if err := m.Set(e.key, e.key+".x"); err != nil {
			t.Error(err)
		}
		if e.paths.String() != e.key+".x" {
			t.Error(e.key, "is not set")
		}
	}
	for name, test := range map[string]struct{ key, path, want string }{
		"unknown": {"prize", "a", `there is no field "prize" to map, only currency, items, id, sku, category, subgroup, quantity, unit_price, reduced, attributes, customer_id, customer_tier, customer_segments, completed_orders, coupons, channel, region, shipping, shipping_id, shipping_method, shipping_amount`},
		"twice":   {"sku", "a", `sku is mapped twice, to "sku.x" and to "a"`},
	} {
		t.Run(name, func(t *testing.T) {
			if err := m.Set(test.key, test.path); err == nil || err.Error() != test.want {
				t.Error(err)
			}
		})
	}
	if err := new(Mapping).Set("sku", ""); err == nil || err.Error() != "sku: the path is empty" {
		t.Error(err)
	}
}

// The JSON names and the configuration keys are one.
func TestMappingInJSON(t *testing.T) {
	var m Mapping
	want := map[string]string{}
	for _, e := range m.entries() {
		*e.paths, want[e.key] = Paths{e.usual}, e.usual
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) || reflect.TypeFor[Mapping]().NumField() != len(want) {
		t.Errorf("got %v", got)
	}
}

func TestPricesAsText(t *testing.T) {
	for _, p := range []Prices{Minor, Major} {
		var back Prices
		text, _ := p.MarshalText()
		if err := back.UnmarshalText(text); err != nil || back != p {
			t.Error(p, back, err)
		}
	}
	if err := new(Prices).UnmarshalText([]byte("cents")); err == nil || err.Error() != `prices are "cents", want minor or major` {
		t.Error(err)
	}
}
