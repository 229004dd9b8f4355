package cart

import (
	"fmt"
	"strings"
	"testing"
)

// tracedOf is what is read of a body, a line for each value.
func tracedOf(t *testing.T, options Options, body string) (text string, found bool, err error) {
	t.Helper()
	var c Cart
	reads, found, err := reader(t, options).Trace([]byte(body), currency(t, "CNY"), &c)
	var b strings.Builder
	for _, r := range reads {
		fmt.Fprintf(&b, "%s line=%d charge=%d %s %s\n", r.Field, r.Line, r.Charge, r.Pointer, r.Text)
	}
	return b.String(), found, err
}

func TestTrace(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		body    string
		want    string
	}{
		"the whole cart": {body: whole, want: `
currency line=-1 charge=-1 /currency JPY
items line=0 charge=-1 /items/0 
id line=0 charge=-1 /items/0/id l1
sku line=0 charge=-1 /items/0/sku americano-iced
category line=0 charge=-1 /items/0/category 咖啡
subgroup line=0 charge=-1 /items/0/subgroup 冷饮
quantity line=0 charge=-1 /items/0/quantity 2
unit_price line=0 charge=-1 /items/0/unit_price 1800
reduced line=0 charge=-1 /items/0/reduced true
attributes line=0 charge=-1 /items/0/attributes/caffeine_mg 95
attributes line=0 charge=-1 /items/0/attributes/size L
attributes line=0 charge=-1 /items/0/attributes/hot false
items line=1 charge=-1 /items/1 
id line=1 charge=-1 /items/1/id 7
sku line=1 charge=-1 /items/1/sku 4006381333931
quantity line=1 charge=-1 /items/1/quantity 1
customer_id line=-1 charge=-1 /customer/id 12
customer_tier line=-1 charge=-1 /customer/tier gold
customer_segments line=-1 charge=-1 /customer/segments 
completed_orders line=-1 charge=-1 /customer/completed_orders 3
coupons line=-1 charge=-1 /coupons 
channel line=-1 charge=-1 /channel app
region line=-1 charge=-1 /region sh
shipping line=-1 charge=0 /shipping/0 
shipping_id line=-1 charge=0 /shipping/0/id s1
shipping_method line=-1 charge=0 /shipping/0/method standard
shipping_amount line=-1 charge=0 /shipping/0/amount 600
shipping line=-1 charge=1 /shipping/1 
shipping_amount line=-1 charge=1 /shipping/1/amount 0
`},
		"null and what is not read": {body: `{"x":{"items":[]},"channel":null,"items":[{"quantity":1,"sku":null,"note":"n"}],"coupons":[]}`, want: `
items line=0 charge=-1 /items/0 
quantity line=0 charge=-1 /items/0/quantity 1
coupons line=-1 charge=-1 /coupons 
`},
		"escapes in names and values": {options: Options{Map: Mapping{Items: Paths{"a/b.~"}}}, body: `{"a/b":{"\u007e":[{"quantity":"\u0032","sku":"\u0061\n"}]}}`, want: `
items line=0 charge=-1 /a~1b/~0/0 
quantity line=0 charge=-1 /a~1b/~0/0/quantity 2
sku line=0 charge=-1 /a~1b/~0/0/sku a

`},
		"several paths, in the order of the body with the lines of the cart": {options: Options{Map: Mapping{Items: Paths{"a", "b.*"}}},
			body: `{"b":{"x":{"quantity":1},"y":{"quantity":2}},"a":[{"quantity":3}]}`, want: `
items line=1 charge=-1 /b/x 
quantity line=1 charge=-1 /b/x/quantity 1
items line=2 charge=-1 /b/y 
quantity line=2 charge=-1 /b/y/quantity 2
items line=0 charge=-1 /a/0 
quantity line=0 charge=-1 /a/0/quantity 3
`},
		"through lists": {options: Options{Map: Mapping{Items: Paths{"units.items"}, Coupons: Paths{"units.codes.code"}, Channel: Paths{"meta.0.channel"}}},
			body: `{"meta":[{"channel":"app"}],"units":[null,{"items":[{"quantity":1}],"codes":[{"code":"A"},{"code":"B"}]},[{"items":{"quantity":2}}]]}`, want: `
channel line=-1 charge=-1 /meta/0/channel app
items line=0 charge=-1 /units/1/items/0 
quantity line=0 charge=-1 /units/1/items/0/quantity 1
coupons line=-1 charge=-1 /units/1/codes/0/code A
coupons line=-1 charge=-1 /units/1/codes/1/code B
items line=1 charge=-1 /units/2/0/items 
quantity line=1 charge=-1 /units/2/0/items/quantity 2
`},
		"the body is a list": {options: Options{Map: Mapping{Items: Paths{"0.lines"}}}, body: `[{"lines":[{"quantity":1}]}]`, want: `
items line=0 charge=-1 /0/lines/0 
quantity line=0 charge=-1 /0/lines/0/quantity 1
`},
		"JSON in a text": {options: Options{Map: Mapping{Items: Paths{"order.detail!json.food"}, CustomerID: Paths{"buyer!json"}, Channel: Paths{"empty!json.x"}}},
			body: `{"order":{"detail":"{\"food\":[{\"quantity\":1,\"sku\":\"a\"}]}"},"buyer":"7","empty":""}`, want: `
items line=0 charge=-1 /order/detail!/food/0 
quantity line=0 charge=-1 /order/detail!/food/0/quantity 1
sku line=0 charge=-1 /order/detail!/food/0/sku a
customer_id line=-1 charge=-1 /buyer! 7
`},
		"pairs": {options: Options{Map: Mapping{Attributes: Paths{"more", "k", "v.text"}}},
			body: `{"items":[{"quantity":1,"more":[{"k":"a","v":{"text":1}},{"k":"b","v":{"text":[]}},{"k":"c"},{"v":{"text":"x"},"k":"d"}]}]}`, want: `
items line=0 charge=-1 /items/0 
quantity line=0 charge=-1 /items/0/quantity 1
attributes line=0 charge=-1 /items/0/more/0/v/text 1
attributes line=0 charge=-1 /items/0/more/3/v/text x
`},
		"amounts alone": {body: `{"items":[],"shipping":["5",{"amount":6}]}`, want: `
shipping line=-1 charge=0 /shipping/0 5
shipping_amount line=-1 charge=0 /shipping/0 5
shipping line=-1 charge=1 /shipping/1 
shipping_amount line=-1 charge=1 /shipping/1/amount 6
`},
		"defaults that are absent": {options: Options{Map: Mapping{Decimals: Paths{"digits"}}},
			body: `{"shipping":[{"amount":5},{"city":"x"}],"customer":[{"id":"u","tier":"t"},7],"coupons":["a",{}],"channel":"app","items":[
				{"quantity":1,"sku":"a","category":["x",{}],"attributes":{"a":1}},{"quantity":1,"sku":{},"category":"c","attributes":[1]}],"digits":2}`, want: `
channel line=-1 charge=-1 /channel app
items line=0 charge=-1 /items/0 
quantity line=0 charge=-1 /items/0/quantity 1
sku line=0 charge=-1 /items/0/sku a
attributes line=0 charge=-1 /items/0/attributes/a 1
items line=1 charge=-1 /items/1 
quantity line=1 charge=-1 /items/1/quantity 1
category line=1 charge=-1 /items/1/category c
decimals line=-1 charge=-1 /digits 2
`},
		"totals": {options: Options{Map: Mapping{Subtotal: Paths{"sum"}, Decimals: Paths{"digits"}, LineTotal: Paths{"total"}}}, body: `{"sum":"5","digits":2,"items":[{"quantity":1,"total":5}]}`, want: `
subtotal line=-1 charge=-1 /sum 5
decimals line=-1 charge=-1 /digits 2
items line=0 charge=-1 /items/0 
quantity line=0 charge=-1 /items/0/quantity 1
line_total line=0 charge=-1 /items/0/total 5
`},
		"behind a byte order mark": {body: "\ufeff{\"items\":[{\"quantity\":1}]}", want: `
items line=0 charge=-1 /items/0 
quantity line=0 charge=-1 /items/0/quantity 1
`},
	} {
		t.Run(name, func(t *testing.T) {
			got, found, err := tracedOf(t, test.options, test.body)
			if !found || err != nil {
				t.Error(found, err)
			}
			if got != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("got\n%s\nwant%s", got, test.want)
			}
		})
	}
}

// An invalid cart is told of as far as it was read, and a body that is no cart by what is
// read of it.
func TestTraceOfWhatIsInvalid(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		body    string
		want    string
		err     string // empty for no cart
	}{
		"a wrong value": {body: `{"channel":"app","items":[{"quantity":1,"unit_price":-1,"sku":"a"}],"region":"r"}`, err: "cart: /items/0/unit_price: is -1" + wantsMinor + " without sign", want: `
channel line=-1 charge=-1 /channel app
items line=0 charge=-1 /items/0 
quantity line=0 charge=-1 /items/0/quantity 1
unit_price line=0 charge=-1 /items/0/unit_price -1
`},
		"a sum": {body: `{"items":[{"quantity":2,"unit_price":999999999999999}]}`, err: "cart: /items/0: is 2 × 999999999999999 minor units, want at most 999999999999999", want: `
items line=0 charge=-1 /items/0 
quantity line=0 charge=-1 /items/0/quantity 2
unit_price line=0 charge=-1 /items/0/unit_price 999999999999999
`},
		"a wrong value in the JSON of a text": {options: Options{Map: Mapping{Items: Paths{"x!json"}}}, body: `{"x":"[{\"quantity\":1},7]"}`, err: "cart: /x: in its JSON at /1: is 7, want an object", want: `
items line=0 charge=-1 /x!/0 
quantity line=0 charge=-1 /x!/0/quantity 1
`},
		"no cart":  {body: `{"channel":"app","query":"{ items }"}`, want: "\nchannel line=-1 charge=-1 /channel app\n"},
		"no JSON":  {body: `{"items":[`, err: "cart: /items: is not JSON at byte 10: unexpected EOF"},
		"no bytes": {body: ``, err: "cart: is empty, want JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			got, found, err := tracedOf(t, test.options, test.body)
			message := ""
			if err != nil {
				message = err.Error()
			}
			if found || message != test.err {
				t.Errorf("got %v, %q, want %q", found, message, test.err)
			}
			if got != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("got\n%s\nwant%s", got, test.want)
			}
		})
	}
}
