package cart

import (
	"testing"
)

// The order's own name and the sum that the customer was shown are read where the mapping says, as
// strictly as all else.
func TestOrderInABody(t *testing.T) {
	mapped := Mapping{OrderID: Paths{"order.no"}, ExpectedPayable: Paths{"order.shown"}}
	for name, test := range map[string]struct {
		prices          Prices
		order           string // what is at "order"
		id              string
		expected        int64
		has             bool
		pointer, reason string
	}{
		"both":                         {order: `{"no":"o-1","shown":1800}`, id: "o-1", expected: 1800, has: true},
		"a name of digits":             {order: `{"no":17}`, id: "17"},
		"nothing":                      {order: `{}`},
		"null":                         {order: `{"no":null,"shown":null}`},
		"no order":                     {order: `null`},
		"an empty name":                {order: `{"no":""}`},
		"nothing to pay":               {order: `{"shown":0}`, has: true},
		"a sum as a text":              {order: `{"shown":"1800"}`, expected: 1800, has: true},
		"a sum in major units":         {prices: Major, order: `{"shown":18.5}`, expected: 1850, has: true},
		"a sum with too many decimals": {prices: Major, order: `{"shown":18.505}`, pointer: "/order/shown", reason: "is 18.505" + wantsCNY},
		"a sum that is no number":      {order: `{"shown":true}`, pointer: "/order/shown", reason: "is true" + wantsMinor},
		"a negative sum":               {order: `{"shown":-1}`, pointer: "/order/shown", reason: "is -1" + wantsMinor + " without sign"},
		"an empty sum":                 {order: `{"shown":""}`, pointer: "/order/shown", reason: `is ""` + wantsMinor},
		"a name that is a list":        {order: `{"no":["o-1"]}`, pointer: "/order/no", reason: "is an array" + wantsName},
		"a name that is no integer":    {order: `{"no":1.5}`, pointer: "/order/no", reason: "is 1.5" + wantsName},
	} {
		t.Run(name, func(t *testing.T) {
			options := Options{Prices: test.prices, Map: mapped}
			for _, body := range []string{`{"order":` + test.order + `,"items":[]}`, `{"items":[],"order":` + test.order + `}`} {
				if test.reason != "" {
					if got := refusalOf(t, options, body); got != (Invalid{Pointer: test.pointer, Reason: test.reason}) {
						t.Errorf("got  %+v\nwant %+v", got, Invalid{Pointer: test.pointer, Reason: test.reason})
					}
					continue
				}
				c := cartOf(t, options, body)
				if c.OrderID != test.id || c.ExpectedPayable != test.expected || c.HasExpectedPayable != test.has {
					t.Errorf("got %q, %d, %v, want %q, %d, %v", c.OrderID, c.ExpectedPayable, c.HasExpectedPayable, test.id, test.expected, test.has)
				}
			}
		})
	}
}

func TestOrderIsNotReadUnlessItIsMapped(t *testing.T) {
	c := cartOf(t, Options{}, `{"order_id":{"no":1},"expected_payable":"much","items":[]}`)
	if c.OrderID != "" || c.HasExpectedPayable {
		t.Errorf("read %q, %v", c.OrderID, c.HasExpectedPayable)
	}
}

// A client can send any header: a name that makes two orders one is read only where the mapping has
// one.
func TestOrderInHeaders(t *testing.T) {
	mapped := Mapping{OrderID: Paths{"order.no"}}
	for name, test := range map[string]struct {
		options        Options
		headers        map[string][]string
		id             string
		expected       int64
		has            bool
		header, reason string
	}{
		"both":                     {options: Options{Map: mapped}, headers: map[string][]string{headerOrderID: {"o-1"}, headerExpected: {"1800"}}, id: "o-1", expected: 1800, has: true},
		"a name that is quoted":    {options: Options{Map: mapped}, headers: map[string][]string{headerOrderID: {`"o, 1"`}}, id: "o, 1"},
		"a name that is not read":  {headers: map[string][]string{headerOrderID: {"o-1", "o-2"}}},
		"empty ones":               {options: Options{Map: mapped}, headers: map[string][]string{headerOrderID: {""}, headerExpected: {""}}},
		"a sum in major units":     {options: Options{Prices: Major}, headers: map[string][]string{headerExpected: {"18.50"}}, expected: 1850, has: true},
		"a sum that is quoted":     {options: Options{Prices: Major}, headers: map[string][]string{headerExpected: {`"18.50"`}}, expected: 1850, has: true},
		"two names":                {options: Options{Map: mapped}, headers: map[string][]string{headerOrderID: {"o-1", "o-2"}}, header: headerOrderID, reason: "is given 2 times, want it once"},
		"a sum that is no number":  {headers: map[string][]string{headerExpected: {"much"}}, header: headerExpected, reason: `is "much"` + wantsMinor},
		"major where minor is due": {headers: map[string][]string{headerExpected: {"18.50"}}, header: headerExpected, reason: `is "18.50"` + wantsMinor},
	} {
		t.Run(name, func(t *testing.T) {
			test.headers[headerItems] = []string{"tea;p=1"}
			c := Cart{OrderID: "before", ExpectedPayable: 5, HasExpectedPayable: true}
			found, err := reader(t, test.options).ReadHeaders(test.headers, currency(t, "CNY"), &c)
			if test.reason != "" {
				if bad, ok := err.(*Invalid); !ok || bad.Pointer != test.header || bad.Reason != test.reason {
					t.Errorf("got %v, want %s: %s", err, test.header, test.reason)
				}
				return
			}
			if !found || err != nil || c.OrderID != test.id || c.ExpectedPayable != test.expected || c.HasExpectedPayable != test.has {
				t.Errorf("got %v, %v: %q, %d, %v, want %q, %d, %v", found, err, c.OrderID, c.ExpectedPayable, c.HasExpectedPayable, test.id, test.expected, test.has)
			}
		})
	}
}
