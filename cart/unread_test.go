package cart

import (
	"strings"
	"testing"
)

func TestUnread(t *testing.T) {
	mapped := Options{Map: Mapping{Items: Paths{"order.lines"}, SKU: Paths{"product.code"}}}
	for name, test := range map[string]struct {
		options Options
		body    string
		want    string // pointers
		known   string // names at the last of them
	}{
		"nothing":    {body: `{"currency":"CNY","items":[{"sku":"a","quantity":1,"attributes":{"x":1}}],"customer":{"tier":"gold"}}`},
		"at the top": {body: `{"items":[],"coupon":["A"],"a/b":1}`, want: "/a~1b /coupon", known: "currency items customer coupons channel region shipping"},
		"of the customer": {body: `{"items":[],"customer":{"teir":"gold","id":"u"}}`, want: "/customer/teir",
			known: "id tier segments completed_orders"},
		"of a line": {body: `{"items":[{"sku":"a"},{"qty":1}]}`, want: "/items/1/qty",
			known: "id sku category subgroup quantity unit_price reduced attributes"},
		"of a charge":                 {body: `{"items":[],"shipping":[{"price":1}]}`, want: "/shipping/0/price", known: "id method amount"},
		"of one charge":               {body: `{"items":[],"shipping":{"price":1}}`, want: "/shipping/price", known: "id method amount"},
		"of attributes as a list":     {body: `{"items":[{"quantity":1,"attributes":[]}]}`},
		"in another shape":            {options: mapped, body: `{"order":{"lines":[{"product":{"kode":"a"}}],"note":1},"items":[]}`, want: "/items /order/lines/0/product/kode /order/note", known: "lines"},
		"in what is no object":        {body: `{"items":1,"customer":"gold"}`},
		"in what is no JSON":          {body: `{"coupon"`},
		"in a list, which is no cart": {body: `[{"coupon":1}]`},
		"behind a byte order mark":    {body: "\ufeff{\"items\":[],\"coupon\":1}", want: "/coupon", known: "currency items customer coupons channel region shipping"},
		"through a list":              {options: mapped, body: `{"order":[{"lines":[]},{"line":1}]}`, want: "/order/1/line", known: "lines"},
		"among every value":           {options: Options{Map: Mapping{Items: Paths{"cart.*"}}}, body: `{"cart":{"x":{"qty":1},"y":{"quantity":1}}}`, want: "/cart/x/qty", known: "id sku category subgroup quantity unit_price reduced attributes"},
		"among every element":         {options: Options{Map: Mapping{Items: Paths{"cart.*"}}}, body: `{"cart":[{"quantity":1},{"qty":1}]}`, want: "/cart/1/qty", known: "id sku category subgroup quantity unit_price reduced attributes"},
		"at a position":               {options: Options{Map: Mapping{Items: Paths{"0.lines"}}}, body: `[{"lines":[],"line":1},{"x":1}]`, want: "/0/line", known: "lines"},
		"an object, not a list":       {options: Options{Map: Mapping{Items: Paths{"0.lines"}}}, body: `{"lines":[]}`},
		"in the JSON of a text":       {options: Options{Map: Mapping{Items: Paths{"detail!json.lines"}}}, body: `{"detail":"{\"lines\":[{\"qty\":1}],\"line\":1}"}`, want: "/detail!/line /detail!/lines/0/qty", known: "id sku category subgroup quantity unit_price reduced attributes"},
		"where no JSON is in a text":  {options: Options{Map: Mapping{Items: Paths{"detail!json.lines"}}}, body: `{"detail":"{"}`},
		"in a pair": {options: Options{Map: Mapping{Attributes: Paths{"more", "k", "v"}}}, body: `{"items":[{"quantity":1,"more":[{"k":"a","v":1,"kind":2}]}]}`,
			want: "/items/0/more/0/kind", known: "k v"},
		"attributes as an object beside pairs": {options: Options{Map: Mapping{Attributes: Paths{"more", "k", "v"}}}, body: `{"items":[{"quantity":1,"more":{"x":1}}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			known := ""
			for _, u := range reader(t, test.options).Unread([]byte(test.body)) {
				got = append(got, u.Pointer)
				known = strings.Join(u.Known, " ")
				if !strings.HasSuffix(u.Pointer, pointerEscapes.Replace(u.Name)) {
					t.Errorf("%s is called %s", u.Pointer, u.Name)
				}
			}
			if text := strings.Join(got, " "); text != test.want {
				t.Errorf("got  %q\nwant %q", text, test.want)
			}
			if test.known != "" && test.known != known {
				t.Errorf("known are %s\nwant %s", known, test.known)
			}
		})
	}
}
