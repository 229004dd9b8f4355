package cart

import (
	"strings"
	"testing"
)

func TestUnread(t *testing.T) {
	mapped := Options{Map: Mapping{Items: Paths{"order.lines"}, SKU: Paths{"product.code"}}}
	for _, c := range []struct {
		name, body string
		options    Options
		want       string
	}{
		{"nothing", `{"currency":"CNY","items":[{"sku":"a","quantity":1,"attributes":{"x":1}}],"customer":{"tier":"gold"}}`, Options{}, ""},
		{"at the top", `{"items":[],"coupon":["A"],"a/b":1}`, Options{}, "/a~1b /coupon"},
		{"of the customer", `{"items":[],"customer":{"teir":"gold","id":"u"}}`, Options{}, "/customer/teir"},
		{"of a line", `{"items":[{"sku":"a"},{"qty":1}]}`, Options{}, "/items/1/qty"},
		{"of a charge", `{"items":[],"shipping":[{"price":1}]}`, Options{}, "/shipping/0/price"},
		{"in another shape", `{"order":{"lines":[{"product":{"kode":"a"}}],"note":1},"items":[]}`, mapped, "/items /order/lines/0/product/kode /order/note"},
		{"in what is no object", `{"items":1,"customer":"gold"}`, Options{}, ""},
		{"in what is no JSON", `{"coupon"`, Options{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := NewReader(c.options)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, u := range r.Unread([]byte(c.body)) {
				got = append(got, u.Pointer)
				if len(u.Known) == 0 {
					t.Errorf("%s: nothing is known there", u.Pointer)
				}
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
		})
	}
}
