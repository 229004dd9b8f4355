package cart

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
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
					Attributes: []Attribute{{Name: "mg", Text: "1", Kind: Number}}}},
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
		"price": {body: `{"order/x":{"Lines":[{"count":{"qty":1},"price":{"net~":-7}}]}}`, pointer: "/order~1x/Lines/0/price/net~0",
			reason: "is -7" + wantsMinor + " without sign"},
		"quantity": {body: `{"order/x":{"Lines":[{"count":{"qty":-1}}]}}`, pointer: "/order~1x/Lines/0/count/qty",
			reason: "is -1" + wantsQuantity + " without sign"},
		"no quantity": {body: `{"order/x":{"Lines":[{"count":null}]}}`, pointer: "/order~1x/Lines/0",
			reason: `has no "count.qty"` + wantsQuantity},
		"no quantity in a list": {body: `{"order/x":{"Lines":[{"count":[]}]}}`, pointer: "/order~1x/Lines/0",
			reason: `has no "count.qty"` + wantsQuantity},
		"product": {body: `{"order/x":{"Lines":[{"count":{"qty":1000000},"price":{"net~":1000000000}}]}}`, pointer: "/order~1x/Lines/0",
			reason: "is 1000000 × 1000000000 minor units, want at most 999999999999999"},
		"shipping": {body: `{"order/x":{"Lines":[],"parcels":[{"cost":{"net":"5 EUR"}}]}}`, pointer: "/order~1x/parcels/0/cost/net",
			reason: `is "5 EUR"` + wantsMinor},
		"a charge without amount": {body: `{"order/x":{"Lines":[],"parcels":{"cost":null}}}`, pointer: "/order~1x/parcels",
			reason: `has no "cost.net"` + wantsMinor},
		"lower case where capitals are mapped": {body: `{"order/x":{"lines":[]}}`, pointer: "/order~1x/lines",
			reason: `differs only in case from "Lines", want it written so`},
		"on the way to the items": {body: `{"Order/X":{"Lines":[]}}`, pointer: "/Order~1X",
			reason: `differs only in case from "order/x", want it written so`},
		"not an object on the way": {body: `{"order/x":{"Lines":[{"product":"p","count":{"qty":1}}]}}`, pointer: "/order~1x/Lines/0/product",
			reason: `is "p", want an object, or an array of objects`},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := reader(t, Options{Map: m}).ReadJSON([]byte(test.body), currency(t, "CNY"), new(Cart))
			if got := invalid(t, found, err); *got != (Invalid{Pointer: test.pointer, Reason: test.reason}) {
				t.Errorf("got  %+v\nwant %+v", *got, Invalid{Pointer: test.pointer, Reason: test.reason})
			}
		})
	}
}

func TestImpossibleOptions(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		want    string
	}{
		"empty segment":                  {options: Options{Map: Mapping{Items: Paths{"a..b"}}}, want: `map: items: path "a..b" has an empty segment`},
		"leading dot":                    {options: Options{Map: Mapping{SKU: Paths{".a"}}}, want: `map: sku: path ".a" has an empty segment`},
		"trailing dot":                   {options: Options{Map: Mapping{SKU: Paths{"a."}}}, want: `map: sku: path "a." has an empty segment`},
		"invalid UTF-8":                  {options: Options{Map: Mapping{SKU: Paths{"\xff"}}}, want: `map: sku: path "\xff" is not valid UTF-8`},
		"a NUL":                          {options: Options{Map: Mapping{SKU: Paths{"a.b\x00"}}}, want: `map: sku: path "a.b\x00" has a NUL in segment "b\x00"`},
		"too many segments":              {options: Options{Map: Mapping{Items: Paths{strings.Repeat("a.", 16) + "a"}}}, want: `map: items: path "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a" has 17 segments, at most 16 can be followed`},
		"no path":                        {options: Options{Map: Mapping{SKU: Paths{}}}, want: `map: sku: there is no path`},
		"an empty path":                  {options: Options{Map: Mapping{SKU: Paths{""}}}, want: `map: sku: the path is empty`},
		"an empty path among several":    {options: Options{Map: Mapping{Items: Paths{"a", ""}}}, want: `map: items: the path is empty`},
		"several for one value":          {options: Options{Map: Mapping{SKU: Paths{"a", "b"}}}, want: `map: sku: takes one path, not 2`},
		"several totals":                 {options: Options{Map: Mapping{LineTotal: Paths{"a", "b", "c"}}}, want: `map: line_total: takes one path, not 3`},
		"too many paths":                 {options: Options{Map: Mapping{Items: slices.Repeat(Paths{"a"}, 17)}}, want: `map: items: has 17 paths, want at most 16`},
		"* inside a number":              {options: Options{Map: Mapping{Items: Paths{"a.1*.b"}}}, want: `map: items: path "a.1*.b" has * beside other characters in segment "1*", want it alone`},
		"* behind a name":                {options: Options{Map: Mapping{Items: Paths{"item*"}}}, want: `map: items: path "item*" has * beside other characters in segment "item*", want it alone`},
		"two stars in a segment":         {options: Options{Map: Mapping{Items: Paths{"a.**"}}}, want: `map: items: path "a.**" has * beside other characters in segment "**", want it alone`},
		"two !json":                      {options: Options{Map: Mapping{Items: Paths{"a!json.b!json"}}}, want: `map: items: path "a!json.b!json" has 2 !json, at most one can be followed`},
		"!json with more behind it":      {options: Options{Map: Mapping{Items: Paths{"a!jsonx"}}}, want: `map: items: path "a!jsonx" has !json inside segment "a!jsonx", want it once, at the end of a name`},
		"two !json in a segment":         {options: Options{Map: Mapping{Items: Paths{"a!json!json"}}}, want: `map: items: path "a!json!json" has !json inside segment "a!json!json", want it once, at the end of a name`},
		"!json without a name":           {options: Options{Map: Mapping{Items: Paths{"a.!json"}}}, want: `map: items: path "a.!json" has !json without a name before it`},
		"a position with a zero":         {options: Options{Map: Mapping{Coupons: Paths{"a.01"}}}, want: `map: coupons: path "a.01" has the position "01", want a number from 0 to 9999`},
		"a position too large":           {options: Options{Map: Mapping{Coupons: Paths{"a.10000"}}}, want: `map: coupons: path "a.10000" has the position "10000", want a number from 0 to 9999`},
		"a position past all integers":   {options: Options{Map: Mapping{Coupons: Paths{"a.99999999999999999999"}}}, want: `map: coupons: path "a.99999999999999999999" has the position "99999999999999999999", want a number from 0 to 9999`},
		"the second of the items":        {options: Options{Map: Mapping{Items: Paths{"a.1.b"}}}, want: `map: items: path "a.1.b" has the position 1, want 0: the list may hold nothing else, so that no order is half priced`},
		"- beside a path":                {options: Options{Map: Mapping{Coupons: Paths{"a", "-"}}}, want: `map: coupons: has "-", which leaves a part unread, beside other paths`},
		"- in a pair":                    {options: Options{Map: Mapping{Attributes: Paths{"a", "-", "b"}}}, want: `map: attributes: has "-", which leaves a part unread, beside other paths`},
		"a comma alone":                  {options: Options{Map: Mapping{Coupons: Paths{","}}}, want: `map: coupons: has "," without a path before it`},
		"a comma before the path":        {options: Options{Map: Mapping{Coupons: Paths{",", "a"}}}, want: `map: coupons: has "," before a path, want it last`},
		"a comma where none is cut":      {options: Options{Map: Mapping{Items: Paths{"a", ","}}}, want: `map: items: has ",", which cuts the texts of coupons, customer_segments and category alone`},
		"a comma at one value":           {options: Options{Map: Mapping{SKU: Paths{"a", ","}}}, want: `map: sku: has ",", which cuts the texts of coupons, customer_segments and category alone`},
		"attributes of two paths":        {options: Options{Map: Mapping{Attributes: Paths{"a", "b"}}}, want: `map: attributes: takes one path, or a path and those of name and value in a pair, not 2`},
		"attributes of four paths":       {options: Options{Map: Mapping{Attributes: Paths{"a", "b", "c", "d"}}}, want: `map: attributes: takes one path, or a path and those of name and value in a pair, not 4`},
		"pairs at a wrong path":          {options: Options{Map: Mapping{Attributes: Paths{"a..b", "c", "d"}}}, want: `map: attributes: path "a..b" has an empty segment`},
		"a pair with a wrong path":       {options: Options{Map: Mapping{Attributes: Paths{"a", "b..c", "d"}}}, want: `map: attributes: path "b..c" has an empty segment`},
		"name and value at one path":     {options: Options{Map: Mapping{Attributes: Paths{"a", "b", "b"}}}, want: `map: attributes NAME and attributes VALUE are both at "b"`},
		"the same path twice":            {options: Options{Map: Mapping{ID: Paths{"code"}, SKU: Paths{"code"}}}, want: `map: id and sku are both at "code"`},
		"the same items twice":           {options: Options{Map: Mapping{Items: Paths{"a", "b", "a"}}}, want: `map: items and items are both at "a"`},
		"items inside items":             {options: Options{Map: Mapping{Items: Paths{"a", "a.b"}}}, want: `map: items at "a.b" is inside items at "a"`},
		"one inside the other":           {options: Options{Map: Mapping{SKU: Paths{"product"}, Category: Paths{"product.group"}}}, want: `map: category at "product.group" is inside sku at "product"`},
		"one around the other":           {options: Options{Map: Mapping{SKU: Paths{"product.code"}, Category: Paths{"product"}}}, want: `map: sku at "product.code" is inside category at "product"`},
		"differing in case":              {options: Options{Map: Mapping{SKU: Paths{"product.code"}, Category: Paths{"Product.group"}}}, want: `map: sku at "product.code" and category at "Product.group" differ only in case`},
		"a position beside a name":       {options: Options{Map: Mapping{Currency: Paths{"a.b"}, Items: Paths{"a.0"}}}, want: `map: currency at "a.b" and items at "a.0" want different things of one value: a member by its name, a position in a list, or *`},
		"* beside a name":                {options: Options{Map: Mapping{SKU: Paths{"a.*.b"}, Category: Paths{"a.c"}}}, want: `map: sku at "a.*.b" and category at "a.c" want different things of one value: a member by its name, a position in a list, or *`},
		"* beside a position":            {options: Options{Map: Mapping{SKU: Paths{"a.*.b"}, Category: Paths{"a.0.c"}}}, want: `map: sku at "a.*.b" and category at "a.0.c" want different things of one value: a member by its name, a position in a list, or *`},
		"the body by position and name":  {options: Options{Map: Mapping{Items: Paths{"0.lines"}, Coupons: Paths{"coupon"}}}, want: `map: items at "0.lines" and coupons at "coupon" want different things of one value: a member by its name, a position in a list, or *`},
		"a text and the JSON in it":      {options: Options{Map: Mapping{Items: Paths{"detail!json.lines"}, Channel: Paths{"detail"}}}, want: `map: items at "detail!json.lines" and channel at "detail" read one value as it is and as a text with JSON in it`},
		"an object and the JSON in it":   {options: Options{Map: Mapping{Items: Paths{"detail!json.lines"}, Channel: Paths{"detail.name"}}}, want: `map: items at "detail!json.lines" and channel at "detail.name" read one value as it is and as a text with JSON in it`},
		"every value, and JSON in each":  {options: Options{Map: Mapping{SKU: Paths{"a.*!json.b"}, Category: Paths{"a.*.c"}}}, want: `map: sku at "a.*!json.b" and category at "a.*.c" read one value as it is and as a text with JSON in it`},
		"JSON that differs in case":      {options: Options{Map: Mapping{Items: Paths{"detail!json.lines"}, Channel: Paths{"Detail!json.x"}}}, want: `map: items at "detail!json.lines" and channel at "Detail!json.x" differ only in case`},
		"names of other scripts by case": {options: Options{Map: Mapping{SKU: Paths{"артикул"}, ID: Paths{"Артикул"}}}, want: `map: id at "Артикул" and sku at "артикул" differ only in case`},
		"coupons in the items":           {options: Options{Map: Mapping{Items: Paths{"order"}, Coupons: Paths{"order.coupons"}}}, want: `map: coupons at "order.coupons" is inside items at "order"`},
		"items in the way":               {options: Options{Map: Mapping{Coupons: Paths{"items"}}}, want: `map: coupons and items are both at "items"`},
		"quantity in the way":            {options: Options{Map: Mapping{SKU: Paths{"quantity"}}}, want: `map: sku and quantity are both at "quantity"`},
		"items unread":                   {options: Options{Map: Mapping{Items: Paths{Unread}}}, want: "map: items: cannot be left unread: a cart needs it"},
		"quantity unread":                {options: Options{Map: Mapping{Quantity: Paths{Unread}}}, want: "map: quantity: cannot be left unread: a cart needs it"},
		"negative bound":                 {options: Options{MaxLines: -1}, want: "at most -1 lines: the bound must be positive"},
		"unknown unit":                   {options: Options{Prices: 2}, want: "prices: unknown unit 2"},
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
	for name, test := range map[string]struct {
		mapping Mapping
		key     string
		paths   []string
		want    string
	}{
		"unknown": {key: "prize", paths: []string{"a"}, want: `there is no field "prize" to map, only currency, subtotal, decimals, order_id, expected_payable, items, id, sku, category, subgroup, ` +
			`quantity, unit_price, line_total, reduced, attributes, customer_id, customer_tier, customer_segments, completed_orders, coupons, channel, region, ` +
			`shipping, shipping_id, shipping_method, shipping_amount`},
		"twice":                 {mapping: m, key: "sku", paths: []string{"a"}, want: `sku is mapped twice, to "sku.x" and to "a"`},
		"several, twice":        {mapping: Mapping{Items: Paths{"a", "b"}}, key: "items", paths: []string{"c", "d"}, want: `items is mapped twice, to "a b" and to "c d"`},
		"no path":               {key: "sku", want: "sku: there is no path"},
		"an empty path":         {key: "sku", paths: []string{""}, want: "sku: the path is empty"},
		"several for one value": {key: "sku", paths: []string{"a", "b"}, want: "sku: takes one path, not 2"},
		"attributes of two":     {key: "attributes", paths: []string{"a", "b"}, want: "attributes: takes one path, or a path and those of name and value in a pair, not 2"},
		"the second element":    {key: "items", paths: []string{"a.1"}, want: `items: path "a.1" has the position 1, want 0: the list may hold nothing else, so that no order is half priced`},
		"unread":                {key: "items", paths: []string{Unread}, want: "items: cannot be left unread: a cart needs it"},
	} {
		t.Run(name, func(t *testing.T) {
			before := fmt.Sprint(test.mapping)
			if err := test.mapping.Set(test.key, test.paths...); err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
			if after := fmt.Sprint(test.mapping); after != before {
				t.Errorf("changed to %s", after)
			}
		})
	}
}

func TestMappingSetTakesSeveralPaths(t *testing.T) {
	for name, test := range map[string]struct {
		key   string
		paths []string
	}{
		"items":              {key: "items", paths: []string{"line_items.physical", "line_items.digital"}},
		"coupons":            {key: "coupons", paths: []string{"a", "b.code", ","}},
		"segments":           {key: "customer_segments", paths: []string{"customer.tags", ","}},
		"categories":         {key: "category", paths: []string{"categories.id", "tags"}},
		"shipping":           {key: "shipping", paths: []string{"a", "b"}},
		"attributes":         {key: "attributes", paths: []string{"properties", "name", "value"}},
		"left unread":        {key: "coupons", paths: []string{Unread}},
		"as many as allowed": {key: "items", paths: strings.Fields("a b c d e f g h i j k l m n o p")},
	} {
		t.Run(name, func(t *testing.T) {
			var m Mapping
			if err := m.Set(test.key, test.paths...); err != nil {
				t.Fatal(err)
			}
			for _, e := range m.entries() {
				if e.key == test.key && !slices.Equal(*e.paths, test.paths) {
					t.Errorf("got %q, want %q", *e.paths, test.paths)
				} else if e.key != test.key && *e.paths != nil {
					t.Errorf("%s is %q, too", e.key, *e.paths)
				}
			}
			if _, err := NewReader(Options{Map: m}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestMappingOver(t *testing.T) {
	base := Mapping{Items: Paths{"lines"}, SKU: Paths{"code"}, Coupons: Paths{"a", "b"}, Channel: Paths{Unread}}
	for name, test := range map[string]struct{ over, want Mapping }{
		"nothing":               {over: Mapping{}, want: base},
		"a field of its own":    {over: Mapping{Region: Paths{"r"}}, want: Mapping{Items: Paths{"lines"}, SKU: Paths{"code"}, Coupons: Paths{"a", "b"}, Channel: Paths{Unread}, Region: Paths{"r"}}},
		"in place of another":   {over: Mapping{SKU: Paths{"sku"}}, want: Mapping{Items: Paths{"lines"}, SKU: Paths{"sku"}, Coupons: Paths{"a", "b"}, Channel: Paths{Unread}}},
		"several are one field": {over: Mapping{Coupons: Paths{"c"}}, want: Mapping{Items: Paths{"lines"}, SKU: Paths{"code"}, Coupons: Paths{"c"}, Channel: Paths{Unread}}},
		"left unread":           {over: Mapping{SKU: Paths{Unread}}, want: Mapping{Items: Paths{"lines"}, SKU: Paths{Unread}, Coupons: Paths{"a", "b"}, Channel: Paths{Unread}}},
		"read again":            {over: Mapping{Channel: Paths{"c"}}, want: Mapping{Items: Paths{"lines"}, SKU: Paths{"code"}, Coupons: Paths{"a", "b"}, Channel: Paths{"c"}}},
	} {
		t.Run(name, func(t *testing.T) {
			given := test.over
			if got := test.over.Over(base); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
			if !reflect.DeepEqual(test.over, given) || base.SKU.String() != "code" {
				t.Error("one of the two has changed")
			}
		})
	}
}

func TestPathsInJSON(t *testing.T) {
	for name, test := range map[string]struct {
		json string
		want Paths
		back string // if it is written in another way
	}{
		"a text":            {json: `"a.b"`, want: Paths{"a.b"}},
		"a list of one":     {json: `["a"]`, want: Paths{"a"}, back: `"a"`},
		"a list of several": {json: `["a","b.*",","]`, want: Paths{"a", "b.*", ","}},
		"nothing":           {json: `null`, want: nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got Paths
			if err := json.Unmarshal([]byte(test.json), &got); err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %#v, %v", got, err)
			}
			if test.back == "" {
				test.back = test.json
			}
			if text, err := json.Marshal(got); err != nil || string(text) != test.back {
				t.Errorf("written %s, %v", text, err)
			}
		})
	}
	for name, text := range map[string]string{"a number": `{"sku":7}`, "an object": `{"sku":{}}`, "a list with a number": `{"sku":["a",7]}`} {
		t.Run(name, func(t *testing.T) {
			var m Mapping
			if err := json.Unmarshal([]byte(text), &m); err == nil || err.Error() != "want a path as a text, or a list of paths" {
				t.Error(err)
			}
		})
	}
	t.Run("fields without paths are left out", func(t *testing.T) {
		m := Mapping{SKU: Paths{"code"}, Attributes: Paths{"properties", "name", "value"}}
		text, err := json.Marshal(m)
		if want := `{"sku":"code","attributes":["properties","name","value"]}`; err != nil || string(text) != want {
			t.Errorf("got %s, %v", text, err)
		}
		back := Mapping{Items: Paths{"kept"}}
		if err := json.Unmarshal([]byte(`{"sku":"code","items":null}`), &back); err != nil || !reflect.DeepEqual(back, Mapping{SKU: Paths{"code"}, Items: Paths{"kept"}}) {
			t.Errorf("got %+v, %v", back, err)
		}
	})
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
