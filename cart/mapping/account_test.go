package mapping

import (
	"reflect"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// shopOptions read the orders of these tests.
var shopOptions = cart.Options{Prices: cart.Major, Map: cart.Mapping{
	Items: cart.Paths{"lines"}, Quantity: cart.Paths{"qty"}, UnitPrice: cart.Paths{"price"}, Coupons: cart.Paths{"code"},
}}

func TestWhatIsIgnored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		want []Ignored
	}{
		"nothing": {body: `{"lines": [{"sku": "a", "qty": 1, "price": "1.50", "note": "x", "weight": 3, "total": 0}], "code": "X", "id": 7}`},
		"amounts": {
			body: `{"lines": [{"qty": 1, "price": "1.50", "list_price": "2.00"}, {"qty": 2, "price": "1.50", "list_price": "2.50"}], "discount": "0.50"}`,
			want: []Ignored{
				{Path: "lines.list_price", Pointer: "/lines/0/list_price", Text: "2.00", Count: 2, Like: "amount"},
				{Path: "discount", Pointer: "/discount", Text: "0.50", Count: 1, Like: "amount"},
			},
		},
		"a coupon before a quantity": {
			body: `{"lines": [{"qty": 1, "price": "1.50", "units": 6}], "voucher_code": "V"}`,
			want: []Ignored{
				{Path: "voucher_code", Pointer: "/voucher_code", Text: "V", Count: 1, Like: "coupon"},
				{Path: "lines.units", Pointer: "/lines/0/units", Text: "6", Count: 1, Like: "quantity"},
			},
		},
		"another currency": {
			body: `{"lines": [{"qty": 1, "price": "1.50"}], "currency": "EUR", "shop_currency": "eur", "base_currency": "USD"}`,
			want: []Ignored{{Path: "base_currency", Pointer: "/base_currency", Text: "USD", Count: 1, Like: "currency"}},
		},
		"what is read elsewhere": {
			body: `{"lines": [{"id": 1, "qty": 1, "price": "1.50"}, {"id": 9007199254740993, "qty": 1, "price": "1.50"}]}`,
			want: []Ignored{{Path: "lines.id", Pointer: "/lines/1/id", Text: "9007199254740993", Count: 1, Like: "id"}},
		},
		"a list of texts that is read": {body: `{"lines": [{"qty": 1, "price": "1.50"}], "code": ["A", null, "B"]}`},
		"a list that looks a little like goods": {
			body: `{"lines": [{"qty": 1, "price": "1.50"}], "given": [{"code": "X", "amount": "2.00", "price": "1.00"}]}`,
			want: []Ignored{{Path: "given.price", Pointer: "/given/0/price", Text: "1.00", Count: 1, Like: "amount"}},
		},
		"what is in a text": {
			body: `{"lines": [{"qty": 1, "price": "1.50"}], "extra": "{\"coupon_code\": \"X/Y\"}", "a/b": {"coupon": "Z"}}`,
			want: []Ignored{
				{Path: "extra!json.coupon_code", Pointer: "/extra!/coupon_code", Text: "X/Y", Count: 1, Like: "coupon"},
				{Path: "a/b.coupon", Pointer: "/a~1b/coupon", Text: "Z", Count: 1, Like: "coupon"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := AccountOf([]byte(c.body), shopOptions, currency(t, "EUR"))
			if err != nil || !reflect.DeepEqual(a.Ignored, c.want) {
				t.Errorf("ignored %+v, %v; want %+v", a.Ignored, err, c.want)
			}
			if a.Cart == nil || len(a.Reads) == 0 {
				t.Errorf("it is not read: %v", a.Invalid)
			}
		})
	}
}

func TestListsOfTextsAreReadOneByOne(t *testing.T) {
	t.Parallel()
	a, err := AccountOf([]byte(`{"lines": [{"qty": 1, "price": "1.50"}], "code": ["A", null, "B"]}`), shopOptions, currency(t, "EUR"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range a.Reads {
		if r.Field == "coupons" {
			got = append(got, r.Pointer+"="+r.Text)
		}
	}
	if want := []string{"/code/0=A", "/code/2=B"}; !reflect.DeepEqual(got, want) {
		t.Errorf("coupons are read from %q, want %q", got, want)
	}
}

func TestWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body    string
		options cart.Options
		want    string // empty if it is fine
	}{
		"no sum":                             {body: `{"lines": [{"qty": 2, "price": "1.50"}], "total": "9.99"}`},
		"the sum":                            {body: `{"lines": [{"qty": 2, "price": "1.50"}], "subtotal": "3.00"}`},
		"another sum":                        {body: `{"lines": [{"qty": 2, "price": "1.50"}], "subtotal": "3.50"}`, want: "the lines come to 3.00, and subtotal says 3.50: 0.50 apart"},
		"one of two sums":                    {body: `{"lines": [{"qty": 2, "price": "1.50"}], "subtotal": "2.52", "subtotal_incl_tax": "3.00"}`},
		"a sum after a discount":             {body: `{"lines": [{"qty": 2, "price": "1.50"}], "subtotal": "2.70", "discount_amount": "0.30"}`},
		"a sum and another discount":         {body: `{"lines": [{"qty": 2, "price": "1.50"}], "subtotal": "2.70", "discount_amount": "0.20"}`, want: "the lines come to 3.00, and subtotal says 2.70: 0.30 apart"},
		"a line without a price":             {body: `{"lines": [{"sku": "a", "qty": 2}]}`, want: `line 1 has no price: the catalogue of the strategy has to know "a"`},
		"a line without a price and a name":  {body: `{"lines": [{"qty": 2}]}`, want: "line 1 has no price: the catalogue of the strategy has to know it, and it has no SKU"},
		"a cancelled line without a price":   {body: `{"lines": [{"qty": 0}, {"qty": 1, "price": "1"}]}`},
		"no lines":                           {body: `{"lines": []}`, want: "there are no lines"},
		"goods elsewhere":                    {body: `{"lines": [{"qty": 1, "price": "1"}], "more": [{"sku": "b", "qty": 1, "price": "2"}]}`, want: "more has lines with quantities and prices, and none of them is read"},
		"goods that are none":                {body: `{"lines": [{"qty": 1, "price": "1"}], "refunds": [{"items": [{"sku": "b", "qty": 1, "price": "2"}]}]}`},
		"the sum in minor units":             {body: `{"lines": [{"qty": 2, "price": 150}], "subtotal": 300}`, options: cart.Options{Map: shopOptions.Map}},
		"another sum in minor units":         {body: `{"lines": [{"qty": 2, "price": 150}], "subtotal": 301}`, options: cart.Options{Map: shopOptions.Map}, want: "the lines come to 300, and subtotal says 301: 1 apart"},
		"the sum of an order in a list":      {body: `[{"lines": [{"qty": 2, "price": "1.50"}], "subtotal": "3.01"}]`, options: cart.Options{Prices: cart.Major, Map: cart.Mapping{Items: cart.Paths{"0.lines"}, Quantity: cart.Paths{"qty"}, UnitPrice: cart.Paths{"price"}, Currency: cart.Paths{"-"}, CustomerID: cart.Paths{"-"}, CustomerTier: cart.Paths{"-"}, CustomerSegments: cart.Paths{"-"}, CompletedOrders: cart.Paths{"-"}, Coupons: cart.Paths{"-"}, Channel: cart.Paths{"-"}, Region: cart.Paths{"-"}, Shipping: cart.Paths{"-"}}}, want: "the lines come to 3.00, and subtotal says 3.01: 0.01 apart"},
		"the total of a line is not the sum": {body: `{"lines": [{"qty": 2, "price": "1.50", "subtotal": "2.70"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := c.options
			if o.Map.Items == nil {
				o = shopOptions
			}
			a, err := AccountOf([]byte(c.body), o, currency(t, "EUR"))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(a.Odds, "\n"); got != c.want || a.Fine() != (c.want == "") {
				t.Errorf("odds are %q, fine %v; want %q (%v)", got, a.Fine(), c.want, a.Invalid)
			}
		})
	}
}

func TestOrdersThatAreNotRead(t *testing.T) {
	t.Parallel()
	defaultCurrency := currency(t, "EUR")
	a, err := AccountOf([]byte(`{"lines": [{"qty": 1, "price": "ten"}], "voucher": "V"}`), shopOptions, defaultCurrency)
	if err != nil || a.Cart != nil || a.Fine() || a.Invalid == nil || a.Invalid.Pointer != "/lines/0/price" || len(a.Ignored) != 1 {
		t.Errorf("an invalid one: %+v, %v", a, err)
	}
	a, err = AccountOf([]byte(`{"items": [{"sku": "a", "qty": 1, "price": "1"}]}`), shopOptions, defaultCurrency)
	if err != nil || a.Cart != nil || a.Fine() || a.Invalid != nil {
		t.Errorf("no goods: %+v, %v", a, err)
	}
	if _, err := AccountOf([]byte(`{`), shopOptions, defaultCurrency); err == nil {
		t.Error("half an object was read")
	}
	if _, err := AccountOf([]byte(`{}`), cart.Options{MaxLines: -1}, defaultCurrency); err == nil {
		t.Error("impossible options were taken")
	}
}
