package cart

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/money"
)

// What a reason asks for in place of a value.
const (
	wantsQuantity = ", want a whole number from 0 to 999999999999999"
	wantsMinor    = ", want a whole number of minor units from 0 to 999999999999999"
	wantsAmount   = ", want an amount such as 18.50"
	wantsCNY      = ", want an amount of CNY such as 18.50, from 0 to 9999999999999.99, with at most 2 decimals"
	wantsName     = ", want a text, or an integer below 2^53 without sign, fraction and exponent"
	wantsLongName = ", want a text, or an integer below 2^53; exact_ids on takes its digits"
	wantsCode     = ", want an ISO 4217 currency code, such as CNY"
	wantsFlag     = ", want true, false, 1 or 0"
	wantsDigits   = ", with at most 17 significant digits, which every parser keeps"
	wantsShort    = " of at most 32 characters"
)

func TestQuantities(t *testing.T) {
	for name, test := range map[string]struct {
		value  string
		want   int64
		reason string
	}{
		"a whole number":               {value: `2`, want: 2},
		"with a fraction of zero":      {value: `2.0`, want: 2},
		"with many zeros":              {value: `2.000000000000000000000`, want: 2},
		"a text":                       {value: `"2"`, want: 2},
		"a text with a fraction":       {value: `"2.00"`, want: 2},
		"a text of 32 characters":      {value: `"2.` + strings.Repeat("0", 30) + `"`, want: 2},
		"a text with escapes":          {value: `"\u0032"`, want: 2},
		"none":                         {value: `0`, want: 0},
		"none as a fraction":           {value: `0.0`, want: 0},
		"none as a text":               {value: `"0"`, want: 0},
		"none as a text with decimals": {value: `"0.00"`, want: 0},
		"the largest":                  {value: `999999999999999`, want: money.Max},
		"the largest as a text":        {value: `"999999999999999.0"`, want: money.Max},

		"a fraction":                   {value: `0.5`, reason: `is 0.5` + wantsQuantity + "; fractional line takes it"},
		"a fraction in a text":         {value: `"2.50"`, reason: `is "2.50"` + wantsQuantity + "; fractional line takes it"},
		"almost a whole number":        {value: `2.0000000000000001`, reason: `is 2.0000000000000001` + wantsQuantity + "; fractional line takes it"},
		"a text of 33 characters":      {value: `"2.` + strings.Repeat("0", 31) + `"`, reason: `is "2.` + strings.Repeat("0", 31) + `"` + wantsQuantity + wantsShort},
		"negative":                     {value: `-2`, reason: `is -2` + wantsQuantity + " without sign"},
		"minus zero":                   {value: `-0`, reason: `is -0` + wantsQuantity + " without sign"},
		"negative in a text":           {value: `"-2"`, reason: `is "-2"` + wantsQuantity + " without sign"},
		"plus":                         {value: `"+2"`, reason: `is "+2"` + wantsQuantity + " without sign"},
		"exponent":                     {value: `1e2`, reason: `is 1e2` + wantsQuantity + " without exponent"},
		"exponent of nothing":          {value: `2E0`, reason: `is 2E0` + wantsQuantity + " without exponent"},
		"exponent in a text":           {value: `"2e1"`, reason: `is "2e1"` + wantsQuantity + " without exponent"},
		"zero before digits":           {value: `"010"`, reason: `is "010"` + wantsQuantity},
		"white space in a text":        {value: `" 2"`, reason: `is " 2"` + wantsQuantity},
		"white space behind":           {value: `"2\n"`, reason: `is "2\n"` + wantsQuantity},
		"hexadecimal":                  {value: `"0x2"`, reason: `is "0x2"` + wantsQuantity},
		"a word":                       {value: `"two"`, reason: `is "two"` + wantsQuantity},
		"an empty text":                {value: `""`, reason: `is ""` + wantsQuantity},
		"one more than the largest":    {value: `1000000000000000`, reason: `is 1000000000000000` + wantsQuantity},
		"2^53":                         {value: `9007199254740992`, reason: `is 9007199254740992` + wantsQuantity},
		"18 digits":                    {value: `100000000000000000`, reason: `is 100000000000000000` + wantsQuantity + wantsDigits},
		"18 digits of a fraction":      {value: `2.00000000000000001`, reason: `is 2.00000000000000001` + wantsQuantity + wantsDigits},
		"true":                         {value: `true`, reason: `is true` + wantsQuantity},
		"a list":                       {value: `[2]`, reason: `is an array` + wantsQuantity},
		"an object":                    {value: `{"value":2}`, reason: `is an object` + wantsQuantity},
		"a number past floating point": {value: `1e999`, reason: `is 1e999` + wantsQuantity + " without exponent"},
	} {
		t.Run(name, func(t *testing.T) {
			body := `{"items":[{"quantity":` + test.value + `,"unit_price":0}]}`
			if test.reason != "" {
				if got := refusalOf(t, Options{}, body); got != (Invalid{Pointer: "/items/0/quantity", Reason: test.reason}) {
					t.Errorf("got %+v\nwant %s", got, test.reason)
				}
				return
			}
			c := cartOf(t, Options{}, body)
			if want := (Line{Quantity: test.want}); !reflect.DeepEqual(c.Lines[0], want) {
				t.Errorf("got  %+v\nwant %+v", c.Lines[0], want)
			}
		})
	}
}

func TestALineWithoutUnits(t *testing.T) {
	c := cartOf(t, Options{Map: Mapping{LineTotal: Paths{"total"}}}, `{"items":[
		{"sku":"a","quantity":1,"unit_price":300},
		{"sku":"b","quantity":0,"unit_price":999999999999999},
		{"sku":"c","quantity":"0.00","unit_price":5,"total":700},
		{"sku":"d","quantity":2,"unit_price":100}]}`)
	want := []Line{
		{SKU: "a", Quantity: 1, UnitPrice: 300, Subtotal: 300},
		{SKU: "b", UnitPrice: 999999999999999},
		{SKU: "c", UnitPrice: 5, HasTotal: true},
		{SKU: "d", Quantity: 2, UnitPrice: 100, Subtotal: 200},
	}
	if !reflect.DeepEqual(c.Lines, want) {
		t.Errorf("got  %+v\nwant %+v", c.Lines, want)
	}
}

func TestFractionalQuantities(t *testing.T) {
	const wantsFraction = ", want a number from 0 to 999999999999999"
	for name, test := range map[string]struct {
		value, price string
		want         Line
		reason       string
	}{
		"half a unit": {value: `0.5`, price: `300`,
			want: Line{Quantity: 1, Weight: Decimal{Digits: 5, Places: 1}, UnitPrice: 300, Subtotal: 150}},
		"a text": {value: `"1.250"`, price: `399`,
			want: Line{Quantity: 1, Weight: Decimal{Digits: 125, Places: 2}, UnitPrice: 399, Subtotal: 499}}, // 498.75
		"half a minor unit goes up": {value: `0.5`, price: `333`,
			want: Line{Quantity: 1, Weight: Decimal{Digits: 5, Places: 1}, UnitPrice: 333, Subtotal: 167}},
		"less than half goes down": {value: `0.333`, price: `100`,
			want: Line{Quantity: 1, Weight: Decimal{Digits: 333, Places: 3}, UnitPrice: 100, Subtotal: 33}},
		"next to nothing": {value: `0.000000000000000001`, price: `999999999999999`,
			want: Line{Quantity: 1, Weight: Decimal{Digits: 1, Places: 18}, UnitPrice: 999999999999999}},
		"17 digits": {value: `0.30000000000000004`, price: `100`,
			want: Line{Quantity: 1, Weight: Decimal{Digits: 30000000000000004, Places: 17}, UnitPrice: 100, Subtotal: 30}},
		"a whole number":              {value: `2`, price: `300`, want: Line{Quantity: 2, UnitPrice: 300, Subtotal: 600}},
		"a whole number with zeros":   {value: `2.000`, price: `300`, want: Line{Quantity: 2, UnitPrice: 300, Subtotal: 600}},
		"none":                        {value: `0.0`, price: `300`, want: Line{UnitPrice: 300}},
		"no price":                    {value: `2.5`, price: `null`, want: Line{Quantity: 1, Weight: Decimal{Digits: 25, Places: 1}, UnitPrice: NoPrice}},
		"more than 18 decimals":       {value: `0.0000000000000000001`, reason: "is 0.0000000000000000001" + wantsFraction + " with at most 18 decimals"},
		"more than the largest":       {value: `1000000000000000.5`, reason: "is 1000000000000000.5" + wantsFraction + " with at most 18 decimals"},
		"more than the largest whole": {value: `1000000000000000`, reason: "is 1000000000000000" + wantsFraction},
		"18 digits":                   {value: `0.123456789012345678`, reason: "is 0.123456789012345678" + wantsFraction + wantsDigits},
		"negative":                    {value: `-0.5`, reason: "is -0.5" + wantsFraction + " without sign"},
		"exponent":                    {value: `5e-1`, reason: "is 5e-1" + wantsFraction + " without exponent"},
		"comma":                       {value: `"0,5"`, reason: `is "0,5"` + wantsFraction},
	} {
		t.Run(name, func(t *testing.T) {
			options := Options{Fractional: true}
			if test.reason != "" {
				got := refusalOf(t, options, `{"items":[{"quantity":`+test.value+`}]}`)
				if got != (Invalid{Pointer: "/items/0/quantity", Reason: test.reason}) {
					t.Errorf("got %+v\nwant %s", got, test.reason)
				}
				return
			}
			c := cartOf(t, options, `{"items":[{"quantity":`+test.value+`,"unit_price":`+test.price+`}]}`)
			if !reflect.DeepEqual(c.Lines[0], test.want) {
				t.Errorf("got  %+v\nwant %+v", c.Lines[0], test.want)
			}
		})
	}
	t.Run("worth too much", func(t *testing.T) {
		got := refusalOf(t, Options{Fractional: true}, `{"items":[{"quantity":1.5,"unit_price":999999999999999}]}`)
		if got != (Invalid{Pointer: "/items/0", Reason: "is 1.5 × 999999999999999 minor units, want at most 999999999999999"}) {
			t.Errorf("got %+v", got)
		}
	})
}

// amountPlaces are bodies with an amount at each place that takes one, and 1 at all
// others, by the pointer of the amount.
var amountPlaces = map[string]string{
	"/items/0/unit_price": `{"currency":"%[2]s","items":[{"quantity":1,"unit_price":%[1]s}],"shipping":1}`,
	"/items/0/total":      `{"currency":"%[2]s","items":[{"quantity":1,"total":%[1]s}],"shipping":1}`,
	"/sum":                `{"currency":"%[2]s","items":[{"quantity":1,"total":1}],"sum":%[1]s}`,
	"/shipping":           `{"currency":"%[2]s","items":[],"shipping":%[1]s}`,
	"/shipping/1/amount":  `{"currency":"%[2]s","items":[],"shipping":[1,{"amount":%[1]s}]}`,
}

// Amounts are the same wherever they are.
func TestAmounts(t *testing.T) {
	const wantsJPY = ", want an amount of JPY such as 1850, from 0 to 999999999999999, without decimals"
	const wantsKWD = ", want an amount of KWD such as 1.850, from 0 to 999999999999.999, with at most 3 decimals"
	const takesDecimals = wantsMinor + "; prices major takes decimals"
	for name, test := range map[string]struct {
		prices   Prices
		currency string // CNY if empty
		value    string
		want     int64
		reason   string
	}{
		"minor":                            {value: `300`, want: 300},
		"minor text":                       {value: `"300"`, want: 300},
		"minor with a fraction of zero":    {value: `1999.0`, want: 1999},
		"minor text, a fraction of zero":   {value: `"1999.0"`, want: 1999},
		"minor nothing":                    {value: `0`, want: 0},
		"minor nothing with a fraction":    {value: `0.0`, want: 0},
		"minor nothing as a text":          {value: `"0"`, want: 0},
		"minor largest":                    {value: `999999999999999.0`, want: money.Max},
		"minor with two zeros":             {value: `18.00`, reason: `is 18.00` + takesDecimals},
		"minor with decimals":              {value: `18.50`, reason: `is 18.50` + takesDecimals},
		"minor text with decimals":         {value: `"18.50"`, reason: `is "18.50"` + takesDecimals},
		"minor text with two zeros":        {value: `"18.00"`, reason: `is "18.00"` + takesDecimals},
		"minor nothing with two zeros":     {value: `0.00`, reason: `is 0.00` + takesDecimals},
		"minor noise":                      {value: `299.9999999`, reason: `is 299.9999999` + takesDecimals},
		"minor past the largest":           {value: `1000000000000000`, reason: `is 1000000000000000` + wantsMinor},
		"minor past the largest, fraction": {value: `1000000000000000.0`, reason: `is 1000000000000000.0` + wantsMinor},
		"minor 2^53":                       {value: `9007199254740992`, reason: `is 9007199254740992` + wantsMinor},
		"minor 18 digits":                  {value: `100000000000000000`, reason: `is 100000000000000000` + wantsMinor + wantsDigits},
		"minor negative":                   {value: `-1`, reason: `is -1` + wantsMinor + " without sign"},
		"minor minus zero":                 {value: `-0`, reason: `is -0` + wantsMinor + " without sign"},
		"minor exponent":                   {value: `18e2`, reason: `is 18e2` + wantsMinor + " without exponent"},
		"minor empty text":                 {value: `""`, reason: `is ""` + wantsMinor},
		"minor zero before digits":         {value: `"0300"`, reason: `is "0300"` + wantsMinor},
		"minor long text":                  {value: `"300.` + strings.Repeat("0", 29) + `"`, reason: `is "300.` + strings.Repeat("0", 29) + `"` + wantsMinor + wantsShort},

		"major":                           {prices: Major, value: `18.5`, want: 1850},
		"major without decimals":          {prices: Major, value: `18`, want: 1800},
		"major text":                      {prices: Major, value: `"18.50"`, want: 1850},
		"major more zeros than decimals":  {prices: Major, value: `"30.0000"`, want: 3000},
		"major nothing":                   {prices: Major, value: `0`, want: 0},
		"major nothing with decimals":     {prices: Major, value: `"0.00"`, want: 0},
		"major one minor unit":            {prices: Major, value: `0.01`, want: 1},
		"major noise below":               {prices: Major, value: `14.309999999999999`, want: 1431},
		"major noise above":               {prices: Major, value: `14.310000000000002`, want: 1431},
		"major noise in a text":           {prices: Major, value: `"14.309999999999999"`, want: 1431},
		"major 10^-6 of a minor unit":     {prices: Major, value: `14.31000001`, want: 1431},
		"major 10^-6 below":               {prices: Major, value: `14.30999999`, want: 1431},
		"major noise about nothing":       {prices: Major, value: `0.0000000000000000000000000000000000001`, want: 0},
		"major largest":                   {prices: Major, value: `9999999999999.99`, want: money.Max},
		"major more than noise":           {prices: Major, value: `14.310000011`, reason: `is 14.310000011` + wantsCNY},
		"major more than noise below":     {prices: Major, value: `14.309999989`, reason: `is 14.309999989` + wantsCNY},
		"major too many decimals":         {prices: Major, value: `18.505`, reason: `is 18.505` + wantsCNY},
		"major text of too many decimals": {prices: Major, value: `"18.505"`, reason: `is "18.505"` + wantsCNY},
		"major past the largest":          {prices: Major, value: `10000000000000.00`, reason: `is 10000000000000.00` + wantsCNY},
		"major 18 digits":                 {prices: Major, value: `14.3099999999999999`, reason: `is 14.3099999999999999` + wantsAmount + wantsDigits},
		"major exponent":                  {prices: Major, value: `1.85e1`, reason: `is 1.85e1` + wantsAmount + " without exponent"},
		"major exponent in a text":        {prices: Major, value: `"1e3"`, reason: `is "1e3"` + wantsAmount + " without exponent"},
		"major negative":                  {prices: Major, value: `-0.01`, reason: `is -0.01` + wantsAmount + " without sign"},
		"major minus zero":                {prices: Major, value: `-0.00`, reason: `is -0.00` + wantsAmount + " without sign"},
		"major plus":                      {prices: Major, value: `"+1"`, reason: `is "+1"` + wantsAmount + " without sign"},
		"major space":                     {prices: Major, value: `" 1"`, reason: `is " 1"` + wantsAmount},
		"major comma":                     {prices: Major, value: `"18,50"`, reason: `is "18,50"` + wantsAmount},
		"major thousands":                 {prices: Major, value: `"1_000"`, reason: `is "1_000"` + wantsAmount},
		"major currency":                  {prices: Major, value: `"18.50 EUR"`, reason: `is "18.50 EUR"` + wantsAmount},
		"major empty text":                {prices: Major, value: `""`, reason: `is ""` + wantsAmount},
		"major NaN":                       {prices: Major, value: `"NaN"`, reason: `is "NaN"` + wantsAmount},
		"major long text":                 {prices: Major, value: `"3.` + strings.Repeat("0", 31) + `"`, reason: `is "3.` + strings.Repeat("0", 31) + `"` + wantsAmount + wantsShort},

		"yen":                         {prices: Major, currency: "JPY", value: `1850`, want: 1850},
		"yen with zeros":              {prices: Major, currency: "JPY", value: `"1850.00"`, want: 1850},
		"yen with noise":              {prices: Major, currency: "JPY", value: `1849.9999999`, want: 1850},
		"yen with decimals":           {prices: Major, currency: "JPY", value: `18.5`, reason: `is 18.5` + wantsJPY},
		"dinar":                       {prices: Major, currency: "KWD", value: `1.85`, want: 1850},
		"dinar with three decimals":   {prices: Major, currency: "KWD", value: `"1.855"`, want: 1855},
		"dinar with noise":            {prices: Major, currency: "KWD", value: `1.8549999999999998`, want: 1855},
		"dinar with four decimals":    {prices: Major, currency: "KWD", value: `1.8555`, reason: `is 1.8555` + wantsKWD},
		"dinar in lower case":         {prices: Major, currency: "kwd", value: `1.855`, want: 1855},
		"a thousandth of a dinar off": {prices: Major, currency: "KWD", value: `1.85500001`, reason: `is 1.85500001` + wantsKWD},
	} {
		if test.currency == "" {
			test.currency = "CNY"
		}
		options := Options{Prices: test.prices, Map: Mapping{LineTotal: Paths{"total"}, Subtotal: Paths{"sum"}, Shipping: Paths{"shipping"}}}
		if test.reason == "" {
			t.Run(name, func(t *testing.T) {
				body := fmt.Sprintf(`{"items":[{"quantity":1,"unit_price":%[1]s,"total":%[1]s}],"sum":%[1]s,"currency":%[2]q}`, test.value, test.currency)
				c := cartOf(t, options, body)
				if want := (Line{Quantity: 1, UnitPrice: test.want, HasTotal: true, Subtotal: test.want}); !reflect.DeepEqual(c.Lines, []Line{want}) {
					t.Errorf("got  %+v\nwant %+v", c.Lines, want)
				}
				body = fmt.Sprintf(`{"items":[],"shipping":[%[1]s,{"amount":%[1]s}],"currency":%[2]q}`, test.value, test.currency)
				if test.want == money.Max { // two of them are too much
					body = fmt.Sprintf(`{"items":[],"shipping":%s,"currency":%q}`, test.value, test.currency)
				}
				for _, charge := range cartOf(t, options, body).Shipping {
					if charge.Amount != test.want {
						t.Errorf("shipping is %d, want %d", charge.Amount, test.want)
					}
				}
			})
			continue
		}
		for pointer, format := range amountPlaces {
			t.Run(name+pointer, func(t *testing.T) {
				got := refusalOf(t, options, fmt.Sprintf(format, test.value, test.currency))
				if got != (Invalid{Pointer: pointer, Reason: test.reason}) {
					t.Errorf("got  %+v\nwant %s", got, test.reason)
				}
			})
		}
	}
}

func TestAmountsOfOtherKinds(t *testing.T) {
	for name, test := range map[string]struct {
		prices                Prices
		body, pointer, reason string
	}{
		"a list": {body: `{"items":[{"quantity":1,"unit_price":[1]}]}`, pointer: "/items/0/unit_price", reason: "is an array" + wantsMinor},
		"an object": {prices: Major, body: `{"items":[{"quantity":1,"unit_price":{"amount":1}}]}`, pointer: "/items/0/unit_price",
			reason: "is an object" + wantsAmount},
		"false": {prices: Major, body: `{"items":[{"quantity":1,"unit_price":false}]}`, pointer: "/items/0/unit_price", reason: "is false" + wantsAmount},
		"a charge without one": {body: `{"items":[],"shipping":[{"amount":1},{"method":"a"}]}`, pointer: "/shipping/1",
			reason: `has no "amount"` + wantsMinor},
		"a charge without one, major": {prices: Major, body: `{"items":[],"shipping":{"amount":null}}`, pointer: "/shipping",
			reason: `has no "amount"` + wantsAmount},
	} {
		t.Run(name, func(t *testing.T) {
			if got := refusalOf(t, Options{Prices: test.prices}, test.body); got != (Invalid{Pointer: test.pointer, Reason: test.reason}) {
				t.Errorf("got %+v\nwant %s", got, test.reason)
			}
		})
	}
}

func TestCompletedOrders(t *testing.T) {
	for name, test := range map[string]struct {
		value  string
		want   int64
		reason string
	}{
		"a whole number":     {value: `3`, want: 3},
		"none":               {value: `0`, want: 0},
		"a fraction of zero": {value: `3.0`, want: 3},
		"a text":             {value: `"3"`, want: 3},
		"not stated":         {value: `null`, want: -1},
		"a fraction":         {value: `3.5`, reason: "is 3.5" + wantsQuantity},
		"negative":           {value: `-1`, reason: "is -1" + wantsQuantity + " without sign"},
		"exponent":           {value: `"3e0"`, reason: `is "3e0"` + wantsQuantity + " without exponent"},
		"an empty text":      {value: `""`, reason: `is ""` + wantsQuantity},
	} {
		t.Run(name, func(t *testing.T) {
			body := `{"items":[],"customer":{"completed_orders":` + test.value + `}}`
			if test.reason != "" {
				if got := refusalOf(t, Options{}, body); got != (Invalid{Pointer: "/customer/completed_orders", Reason: test.reason}) {
					t.Errorf("got %+v\nwant %s", got, test.reason)
				}
			} else if c := cartOf(t, Options{}, body); c.Customer.CompletedOrders != test.want {
				t.Errorf("got %d, want %d", c.Customer.CompletedOrders, test.want)
			}
		})
	}
}

func TestCurrencies(t *testing.T) {
	for name, test := range map[string]struct {
		value, want, reason string
	}{
		"capitals":         {value: `"EUR"`, want: "EUR"},
		"lower case":       {value: `"eur"`, want: "EUR"},
		"mixed case":       {value: `"eUr"`, want: "EUR"},
		"of the default":   {value: `"cny"`, want: "CNY"},
		"an empty text":    {value: `""`},
		"null":             {value: `null`},
		"unknown":          {value: `"XYZ"`, reason: `is "XYZ"` + wantsCode},
		"retired":          {value: `"HRK"`, reason: `is "HRK", want an ISO 4217 currency code, such as EUR, which replaced HRK`},
		"retired, small":   {value: `"sll"`, reason: `is "sll", want an ISO 4217 currency code, such as SLE, which replaced SLL`},
		"never listed":     {value: `"JEP"`, reason: `is "JEP", want an ISO 4217 currency code, such as GBP`},
		"a metal":          {value: `"XAU"`, reason: `is "XAU", want an ISO 4217 currency code, such as CNY, since XAU has no minor unit`},
		"a new one":        {value: `"ZWG"`, want: "ZWG"},
		"a fund":           {value: `"uyw"`, want: "UYW"},
		"a name":           {value: `"euro"`, reason: `is "euro"` + wantsCode},
		"a symbol":         {value: `"€"`, reason: `is "€"` + wantsCode},
		"with white space": {value: `"EUR "`, reason: `is "EUR "` + wantsCode},
		"a number":         {value: `978`, reason: "is 978" + wantsCode},
		"an object":        {value: `{"code":"EUR"}`, reason: "is an object" + wantsCode},
	} {
		t.Run(name, func(t *testing.T) {
			body := `{"currency":` + test.value + `,"items":[]}`
			if test.reason != "" {
				if got := refusalOf(t, Options{}, body); got != (Invalid{Pointer: "/currency", Reason: test.reason}) {
					t.Errorf("got %+v\nwant %s", got, test.reason)
				}
			} else if c := cartOf(t, Options{}, body); c.Currency != test.want {
				t.Errorf("got %q, want %q", c.Currency, test.want)
			}
		})
	}
}

// namePlaces are bodies with a text at each place that takes one, and what is read of
// it, by the pointer of the text.
var namePlaces = map[string]struct {
	body string
	read func(Cart) string
}{
	"/items/0/id":        {body: `{"items":[{"quantity":1,"id":%s}]}`, read: func(c Cart) string { return c.Lines[0].ID }},
	"/items/0/sku":       {body: `{"items":[{"quantity":1,"sku":%s}]}`, read: func(c Cart) string { return c.Lines[0].SKU }},
	"/items/0/category":  {body: `{"items":[{"quantity":1,"category":%s}]}`, read: func(c Cart) string { return c.Lines[0].Category }},
	"/items/0/subgroup":  {body: `{"items":[{"quantity":1,"subgroup":%s}]}`, read: func(c Cart) string { return c.Lines[0].Subgroup }},
	"/customer/id":       {body: `{"items":[],"customer":{"id":%s}}`, read: func(c Cart) string { return c.Customer.ID }},
	"/customer/tier":     {body: `{"items":[],"customer":{"tier":%s}}`, read: func(c Cart) string { return c.Customer.Tier }},
	"/channel":           {body: `{"items":[],"channel":%s}`, read: func(c Cart) string { return c.Channel }},
	"/region":            {body: `{"items":[],"region":%s}`, read: func(c Cart) string { return c.Region }},
	"/shipping/0/id":     {body: `{"items":[],"shipping":[{"amount":1,"id":%s}]}`, read: func(c Cart) string { return c.Shipping[0].ID }},
	"/shipping/0/method": {body: `{"items":[],"shipping":[{"amount":1,"method":%s}]}`, read: func(c Cart) string { return c.Shipping[0].Method }},
	"/coupons":           {body: `{"items":[],"coupons":%s}`, read: func(c Cart) string { return strings.Join(c.Coupons, "|") }},
	"/coupons/0":         {body: `{"items":[],"coupons":[%s]}`, read: func(c Cart) string { return strings.Join(c.Coupons, "|") }},
	"/customer/segments": {body: `{"items":[],"customer":{"segments":%s}}`, read: func(c Cart) string { return strings.Join(c.Customer.Segments, "|") }},
}

func TestNames(t *testing.T) {
	for name, test := range map[string]struct {
		exact  bool
		value  string
		want   string
		reason string
	}{
		"a text":                     {value: `"a-1"`, want: "a-1"},
		"a text of digits":           {value: `"007"`, want: "007"},
		"an empty text":              {value: `""`},
		"null":                       {value: `null`},
		"an integer":                 {value: `1008009`, want: "1008009"},
		"zero":                       {value: `0`, want: "0"},
		"the largest exact":          {value: `9007199254740991`, want: "9007199254740991"},
		"2^53":                       {value: `9007199254740992`, reason: "is 9007199254740992" + wantsLongName},
		"past 64 bits":               {value: `9223372036854775808`, reason: "is 9223372036854775808" + wantsLongName},
		"2^53, exact":                {exact: true, value: `9007199254740992`, want: "9007199254740992"},
		"past 64 bits, exact":        {exact: true, value: `92233720368547758080`, want: "92233720368547758080"},
		"a short one, exact":         {exact: true, value: `7`, want: "7"},
		"a fraction":                 {value: `1.5`, reason: "is 1.5" + wantsName},
		"a fraction of zero":         {value: `1.0`, reason: "is 1.0" + wantsName},
		"a fraction of zero, exact":  {exact: true, value: `1.0`, reason: "is 1.0" + wantsName},
		"an exponent":                {value: `1e3`, reason: "is 1e3" + wantsName},
		"negative":                   {value: `-5`, reason: "is -5" + wantsName},
		"negative, exact":            {exact: true, value: `-9007199254740993`, reason: "is -9007199254740993" + wantsName},
		"minus zero":                 {value: `-0`, reason: "is -0" + wantsName},
		"true":                       {value: `true`, reason: "is true" + wantsName},
		"past floating point, exact": {exact: true, value: strings.Repeat("9", 400), reason: "is " + strings.Repeat("9", 40) + "…" + wantsLongName},
	} {
		for pointer, place := range namePlaces {
			t.Run(name+pointer, func(t *testing.T) {
				options, body := Options{ExactIDs: test.exact}, fmt.Sprintf(place.body, test.value)
				if test.reason != "" {
					if got := refusalOf(t, options, body); got != (Invalid{Pointer: pointer, Reason: test.reason}) {
						t.Errorf("got %+v\nwant %s", got, test.reason)
					}
				} else if got := place.read(cartOf(t, options, body)); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		}
	}
}

func TestFlags(t *testing.T) {
	const textFlags = "; text_flags on takes it as a text"
	for name, test := range map[string]struct {
		texts  bool
		value  string
		want   bool
		reason string
	}{
		"true":                 {value: `true`, want: true},
		"false":                {value: `false`},
		"one":                  {value: `1`, want: true},
		"zero":                 {value: `0`},
		"null":                 {value: `null`},
		"true as a text":       {value: `"true"`, reason: `is "true"` + wantsFlag + textFlags},
		"false as a text":      {value: `"false"`, reason: `is "false"` + wantsFlag + textFlags},
		"one as a text":        {value: `"1"`, reason: `is "1"` + wantsFlag + textFlags},
		"zero as a text":       {value: `"0"`, reason: `is "0"` + wantsFlag + textFlags},
		"a text":               {value: `"yes"`, reason: `is "yes"` + wantsFlag},
		"an empty text":        {value: `""`, reason: `is ""` + wantsFlag},
		"two":                  {value: `2`, reason: `is 2` + wantsFlag},
		"one with a fraction":  {value: `1.0`, reason: `is 1.0` + wantsFlag},
		"minus one":            {value: `-1`, reason: `is -1` + wantsFlag},
		"a list":               {value: `[true]`, reason: `is an array` + wantsFlag},
		"true, texts":          {texts: true, value: `true`, want: true},
		"one, texts":           {texts: true, value: `1`, want: true},
		"true as a text, on":   {texts: true, value: `"true"`, want: true},
		"false as a text, on":  {texts: true, value: `"false"`},
		"one as a text, on":    {texts: true, value: `"1"`, want: true},
		"zero as a text, on":   {texts: true, value: `"0"`},
		"in capitals, on":      {texts: true, value: `"True"`, reason: `is "True"` + wantsFlag},
		"another text, on":     {texts: true, value: `"no"`, reason: `is "no"` + wantsFlag},
		"an empty text, on":    {texts: true, value: `""`, reason: `is ""` + wantsFlag},
		"with white space, on": {texts: true, value: `"true "`, reason: `is "true "` + wantsFlag},
	} {
		t.Run(name, func(t *testing.T) {
			options, body := Options{TextFlags: test.texts}, `{"items":[{"quantity":1,"reduced":`+test.value+`}]}`
			if test.reason != "" {
				if got := refusalOf(t, options, body); got != (Invalid{Pointer: "/items/0/reduced", Reason: test.reason}) {
					t.Errorf("got %+v\nwant %s", got, test.reason)
				}
			} else if got := cartOf(t, options, body).Lines[0].Reduced; got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
