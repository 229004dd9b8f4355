package cart

import (
	"reflect"
	"testing"
)

func TestLineTotals(t *testing.T) {
	for name, test := range map[string]struct {
		options Options // its map is set
		line    string
		want    Line
		reason  string
	}{
		"in place of a price":              {line: `"quantity":3,"total":1000`, want: Line{Quantity: 3, UnitPrice: NoPrice, HasTotal: true, Subtotal: 1000}},
		"beside a price that agrees":       {line: `"quantity":3,"unit_price":333,"total":999`, want: Line{Quantity: 3, UnitPrice: 333, HasTotal: true, Subtotal: 999}},
		"the units do not share it evenly": {line: `"quantity":3,"unit_price":333,"total":1000`, want: Line{Quantity: 3, UnitPrice: 333, HasTotal: true, Subtotal: 1000}},
		"half a minor unit a unit":         {line: `"quantity":4,"unit_price":250,"total":1002`, want: Line{Quantity: 4, UnitPrice: 250, HasTotal: true, Subtotal: 1002}},
		"half a minor unit a unit less":    {line: `"quantity":4,"unit_price":250,"total":998`, want: Line{Quantity: 4, UnitPrice: 250, HasTotal: true, Subtotal: 998}},
		"more than half a unit": {line: `"quantity":4,"unit_price":250,"total":1003`,
			reason: "has a total of 1003 minor units, want 4 × 250, give or take half a minor unit a unit"},
		"more than half a unit less": {line: `"quantity":4,"unit_price":250,"total":997`,
			reason: "has a total of 997 minor units, want 4 × 250, give or take half a minor unit a unit"},
		"an odd number of units": {line: `"quantity":3,"unit_price":250,"total":751`, want: Line{Quantity: 3, UnitPrice: 250, HasTotal: true, Subtotal: 751}},
		"an odd number, just above": {line: `"quantity":3,"unit_price":250,"total":752`,
			reason: "has a total of 752 minor units, want 3 × 250, give or take half a minor unit a unit"},
		"one unit": {line: `"quantity":1,"unit_price":250,"total":250`, want: Line{Quantity: 1, UnitPrice: 250, HasTotal: true, Subtotal: 250}},
		"one unit, off by one": {line: `"quantity":1,"unit_price":250,"total":251`,
			reason: "has a total of 251 minor units, want 1 × 250, give or take half a minor unit a unit"},
		"a total of nothing": {line: `"quantity":2,"total":0`, want: Line{Quantity: 2, UnitPrice: NoPrice, HasTotal: true}},
		"no units":           {line: `"quantity":0,"unit_price":250,"total":1000`, want: Line{UnitPrice: 250, HasTotal: true}},
		"a null total":       {line: `"quantity":2,"unit_price":250,"total":null`, want: Line{Quantity: 2, UnitPrice: 250, Subtotal: 500}},
		"the largest of both": {line: `"quantity":999999999999999,"unit_price":1,"total":999999999999999`,
			want: Line{Quantity: 999999999999999, UnitPrice: 1, HasTotal: true, Subtotal: 999999999999999}},
		"far apart": {line: `"quantity":999999999999999,"unit_price":999999999999999,"total":1`,
			reason: "has a total of 1 minor units, want 999999999999999 × 999999999999999, give or take half a minor unit a unit"},
		"major": {options: Options{Prices: Major}, line: `"quantity":3,"unit_price":"3.33","total":"10.00"`,
			want: Line{Quantity: 3, UnitPrice: 333, HasTotal: true, Subtotal: 1000}},
		"by weight": {options: Options{Fractional: true}, line: `"quantity":0.25,"unit_price":400,"total":100`,
			want: Line{Quantity: 1, Weight: Decimal{Digits: 25, Places: 2}, UnitPrice: 400, HasTotal: true, Subtotal: 100}},
		"by weight, without a price": {options: Options{Fractional: true}, line: `"quantity":0.25,"total":100`,
			want: Line{Quantity: 1, Weight: Decimal{Digits: 25, Places: 2}, UnitPrice: NoPrice, HasTotal: true, Subtotal: 100}},
		"by weight, rounded": {options: Options{Fractional: true}, line: `"quantity":0.333,"unit_price":1299,"total":433`, // 432.567
			want: Line{Quantity: 1, Weight: Decimal{Digits: 333, Places: 3}, UnitPrice: 1299, HasTotal: true, Subtotal: 433}},
		"by weight, half a unit rounded up": {options: Options{Fractional: true}, line: `"quantity":0.5,"unit_price":333,"total":167`,
			want: Line{Quantity: 1, Weight: Decimal{Digits: 5, Places: 1}, UnitPrice: 333, HasTotal: true, Subtotal: 167}},
		"by weight, half a unit rounded down": {options: Options{Fractional: true}, line: `"quantity":0.5,"unit_price":333,"total":166`,
			want: Line{Quantity: 1, Weight: Decimal{Digits: 5, Places: 1}, UnitPrice: 333, HasTotal: true, Subtotal: 166}},
		"by weight, off by one": {options: Options{Fractional: true}, line: `"quantity":0.5,"unit_price":333,"total":168`,
			reason: "has a total of 168 minor units, want 0.5 × 333, give or take half a minor unit a unit"},
		"by much weight, half a minor unit a unit": {options: Options{Fractional: true}, line: `"quantity":12.5,"unit_price":100,"total":1256`, // at most 6.25 off
			want: Line{Quantity: 1, Weight: Decimal{Digits: 125, Places: 1}, UnitPrice: 100, HasTotal: true, Subtotal: 1256}},
		"by much weight, just above": {options: Options{Fractional: true}, line: `"quantity":12.5,"unit_price":100,"total":1257`,
			reason: "has a total of 1257 minor units, want 12.5 × 100, give or take half a minor unit a unit"},
	} {
		t.Run(name, func(t *testing.T) {
			options := test.options
			options.Map = Mapping{LineTotal: Paths{"total"}}
			body := `{"items":[{` + test.line + `}]}`
			if test.reason != "" {
				if got := refusalOf(t, options, body); got != (Invalid{Pointer: "/items/0", Reason: test.reason}) {
					t.Errorf("got %+v\nwant %s", got, test.reason)
				}
			} else if c := cartOf(t, options, body); !reflect.DeepEqual(c.Lines, []Line{test.want}) {
				t.Errorf("got  %+v\nwant %+v", c.Lines, test.want)
			}
		})
	}
}

func TestSubtotals(t *testing.T) {
	const noPrice = "has no price, want one: the subtotal of the body cannot be compared with the lines without it"
	for name, test := range map[string]struct {
		prices          Prices
		items, subtotal string
		pointer, reason string
	}{
		"that agrees":                       {items: `{"quantity":2,"unit_price":150},{"quantity":1,"unit_price":50}`, subtotal: `350`},
		"as a text":                         {items: `{"quantity":2,"unit_price":150}`, subtotal: `"300.0"`},
		"of nothing":                        {subtotal: `0`},
		"not stated":                        {items: `{"quantity":2,"unit_price":150}`, subtotal: `null`},
		"of totals":                         {items: `{"quantity":3,"unit_price":333,"total":1000},{"quantity":1,"total":1}`, subtotal: `1001`},
		"of major amounts":                  {prices: Major, items: `{"quantity":3,"unit_price":"0.10"}`, subtotal: `0.30000000000000004`},
		"without cancelled lines":           {items: `{"quantity":0,"unit_price":150},{"quantity":1,"unit_price":50}`, subtotal: `50`},
		"beside a cancelled one, no price":  {items: `{"quantity":0},{"quantity":1,"unit_price":50}`, subtotal: `50`},
		"more by one":                       {items: `{"quantity":2,"unit_price":150}`, subtotal: `301`, pointer: "/sum", reason: "is 301 minor units, want 300, which the lines add up to: it is 1 more"},
		"less by one":                       {items: `{"quantity":2,"unit_price":150}`, subtotal: `299`, pointer: "/sum", reason: "is 299 minor units, want 300, which the lines add up to: it is 1 less"},
		"more by one, major":                {prices: Major, items: `{"quantity":2,"unit_price":1.5}`, subtotal: `"3.01"`, pointer: "/sum", reason: "is 301 minor units, want 300, which the lines add up to: it is 1 more"},
		"of a line after discounts":         {items: `{"quantity":1,"unit_price":2000},{"quantity":1,"unit_price":1000}`, subtotal: `2700`, pointer: "/sum", reason: "is 2700 minor units, want 3000, which the lines add up to: it is 300 less"},
		"with a cancelled line":             {items: `{"quantity":0,"unit_price":150},{"quantity":1,"unit_price":50}`, subtotal: `200`, pointer: "/sum", reason: "is 200 minor units, want 50, which the lines add up to: it is 150 more"},
		"of no lines":                       {subtotal: `5`, pointer: "/sum", reason: "is 5 minor units, want 0, which the lines add up to: it is 5 more"},
		"a line without a price":            {items: `{"quantity":1,"unit_price":50},{"quantity":1}`, subtotal: `50`, pointer: "/items/1", reason: noPrice},
		"a line without a price, sum right": {items: `{"quantity":1}`, subtotal: `0`, pointer: "/items/0", reason: noPrice},
		"that cannot be read":               {items: `{"quantity":1,"unit_price":50}`, subtotal: `"50 EUR"`, pointer: "/sum", reason: `is "50 EUR"` + wantsMinor},
		"of too many decimals":              {prices: Major, items: `{"quantity":1,"unit_price":50}`, subtotal: `50.001`, pointer: "/sum", reason: "is 50.001" + wantsCNY},
		"an empty text":                     {items: `{"quantity":1,"unit_price":50}`, subtotal: `""`, pointer: "/sum", reason: `is ""` + wantsMinor},
	} {
		t.Run(name, func(t *testing.T) {
			options := Options{Prices: test.prices, Map: Mapping{Subtotal: Paths{"sum"}, LineTotal: Paths{"total"}}}
			for _, body := range []string{
				`{"sum":` + test.subtotal + `,"items":[` + test.items + `]}`,
				`{"items":[` + test.items + `],"sum":` + test.subtotal + `}`,
			} {
				if test.reason == "" {
					cartOf(t, options, body)
				} else if got := refusalOf(t, options, body); got != (Invalid{Pointer: test.pointer, Reason: test.reason}) {
					t.Errorf("got  %+v\nwant %+v", got, Invalid{Pointer: test.pointer, Reason: test.reason})
				}
			}
		})
	}
	t.Run("by weight", func(t *testing.T) {
		options := Options{Fractional: true, Map: Mapping{Subtotal: Paths{"sum"}}}
		cartOf(t, options, `{"items":[{"quantity":0.5,"unit_price":333},{"quantity":0.5,"unit_price":333}],"sum":334}`) // each line is rounded
		got := refusalOf(t, options, `{"items":[{"quantity":0.5,"unit_price":333},{"quantity":0.5,"unit_price":333}],"sum":333}`)
		if want := (Invalid{Pointer: "/sum", Reason: "is 333 minor units, want 334, which the lines add up to: it is 1 less"}); got != want {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("in the JSON of a text", func(t *testing.T) {
		got := refusalOf(t, Options{Map: Mapping{Subtotal: Paths{"x!json.sum"}}}, `{"x":"{\"sum\":7}","items":[]}`)
		if want := (Invalid{Pointer: "/x", Reason: "in its JSON at /sum: is 7 minor units, want 0, which the lines add up to: it is 7 more"}); got != want {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("of lines from several paths", func(t *testing.T) {
		options := Options{Map: Mapping{Items: Paths{"a", "b"}, Subtotal: Paths{"sum"}}}
		got := refusalOf(t, options, `{"b":[{"quantity":1,"unit_price":1}],"a":[{"quantity":1,"unit_price":1},{"quantity":1}],"sum":2}`)
		if want := (Invalid{Pointer: "/a/1", Reason: noPrice}); got != want {
			t.Errorf("got %+v", got)
		}
	})
}

func TestDecimalsOfTheCurrency(t *testing.T) {
	for name, test := range map[string]struct{ currency, value, reason string }{
		"as they are":       {value: `2`},
		"as a text":         {value: `"2"`},
		"as a fraction":     {value: `2.0`},
		"not stated":        {value: `null`},
		"none of the yen":   {currency: "JPY", value: `0`},
		"three of a dinar":  {currency: "KWD", value: `3`},
		"another number":    {value: `3`, reason: "is 3, want 2, the decimals of CNY"},
		"another, as text":  {value: `"0"`, reason: `is "0", want 2, the decimals of CNY`},
		"two of the yen":    {currency: "JPY", value: `2`, reason: "is 2, want 0, the decimals of JPY"},
		"a power of ten":    {value: `100`, reason: "is 100, want 2, the decimals of CNY"},
		"negative":          {value: `-2`, reason: "is -2, want the number of decimals of the currency without sign"},
		"a word":            {value: `"two"`, reason: `is "two", want the number of decimals of the currency`},
		"a fraction of one": {value: `2.5`, reason: "is 2.5, want the number of decimals of the currency"},
	} {
		t.Run(name, func(t *testing.T) {
			options := Options{Map: Mapping{Decimals: Paths{"minor_unit"}}}
			for _, body := range []string{
				`{"currency":"` + test.currency + `","minor_unit":` + test.value + `,"items":[]}`,
				`{"items":[],"minor_unit":` + test.value + `,"currency":"` + test.currency + `"}`,
			} {
				if test.reason == "" {
					cartOf(t, options, body)
				} else if got := refusalOf(t, options, body); got != (Invalid{Pointer: "/minor_unit", Reason: test.reason}) {
					t.Errorf("got %+v\nwant %s", got, test.reason)
				}
			}
		})
	}
}

// None of the three has a default: their names may be anything in a body.
func TestTotalsAreUnreadUnlessMapped(t *testing.T) {
	c := cartOf(t, Options{}, `{"subtotal":true,"decimals":"x","items":[{"quantity":1,"unit_price":5,"line_total":{}}]}`)
	if want := []Line{{Quantity: 1, UnitPrice: 5, Subtotal: 5}}; !reflect.DeepEqual(c.Lines, want) {
		t.Errorf("got %+v", c.Lines)
	}
}
