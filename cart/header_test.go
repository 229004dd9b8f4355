package cart

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestReadHeaders(t *testing.T) {
	customer := Customer{CompletedOrders: -1}
	tea := Line{SKU: "tea", Quantity: 2, UnitPrice: 1850, Subtotal: 3700}
	lines := func(lines ...Line) Cart { return Cart{Lines: lines, Customer: customer} }
	sums := func(quantity, subtotal int64) Cart {
		return Cart{Sums: true, Customer: customer, Lines: []Line{{Quantity: quantity, UnitPrice: NoPrice, Subtotal: subtotal}}}
	}
	for name, test := range map[string]struct {
		headers map[string][]string
		prices  Prices
		want    Cart
	}{
		"everything": {
			headers: map[string][]string{
				"X-Cart-Items":    {`"americano-iced";q=2;p=1800, jasmine;p=1500`, `%"%e8%8c%b6;";q=3`},
				"X-Cart-Currency": {"EUR"}, "X-Cart-Customer": {"u1"}, "X-Cart-Tier": {`"gold, and more"`},
				"X-Cart-Segments": {"student,  vip", `"a, b"`}, "X-Cart-Coupons": {"SPRING,618"},
				"X-Cart-Channel": {" app "}, "X-Cart-Region": {`%"%e4%b8%8a"`},
				"X-Cart-Shipping": {`standard;p=600`},
			},
			want: Cart{
				Currency: "EUR", Channel: "app", Region: "上", Coupons: []string{"SPRING", "618"},
				Customer: Customer{ID: "u1", Tier: "gold, and more", Segments: []string{"student", "vip", "a, b"}, CompletedOrders: -1},
				Lines: []Line{{SKU: "americano-iced", Quantity: 2, UnitPrice: 1800, Subtotal: 3600},
					{SKU: "jasmine", Quantity: 1, UnitPrice: 1500, Subtotal: 1500}, {SKU: "茶;", Quantity: 3, UnitPrice: NoPrice}},
				Shipping: []Charge{{Method: "standard", Amount: 600}},
			},
		},
		"an empty list is an empty cart": {headers: map[string][]string{"X-Cart-Items": {""}}, want: lines()},
		"a string of anything":           {headers: map[string][]string{"X-Cart-Items": {`"a\";q=7,\\"`}}, want: lines(Line{SKU: `a";q=7,\`, Quantity: 1, UnitPrice: NoPrice})},
		"major decimal":                  {headers: map[string][]string{"X-Cart-Items": {`tea;q=2;p=18.50`}}, prices: Major, want: lines(tea)},
		"major integer":                  {headers: map[string][]string{"X-Cart-Items": {`tea;q=2;p=18`}}, prices: Major, want: lines(Line{SKU: "tea", Quantity: 2, UnitPrice: 1800, Subtotal: 3600})},
		"major string":                   {headers: map[string][]string{"X-Cart-Items": {`tea;q=2;p="18.50"`}}, prices: Major, want: lines(tea)},
		"major shipping": {
			headers: map[string][]string{"X-Cart-Items": {""}, "X-Cart-Shipping": {`"next day";p=6.5`}}, prices: Major,
			want: Cart{Customer: customer, Shipping: []Charge{{Method: "next day", Amount: 650}}},
		},
		"sums":                             {headers: map[string][]string{"X-Cart-Subtotal": {"3500"}, "X-Cart-Quantity": {"3"}}, want: sums(3, 3500)},
		"one unit if it does not say":      {headers: map[string][]string{"X-Cart-Subtotal": {"3500"}}, want: sums(1, 3500)},
		"a subtotal of nothing":            {headers: map[string][]string{"X-Cart-Subtotal": {"0"}}, want: sums(1, 0)},
		"major subtotal":                   {headers: map[string][]string{"X-Cart-Subtotal": {"35.00"}}, prices: Major, want: sums(1, 3500)},
		"major subtotal as string":         {headers: map[string][]string{"X-Cart-Subtotal": {`"35.00"`}}, prices: Major, want: sums(1, 3500)},
		"sums that agree":                  {headers: map[string][]string{"X-Cart-Items": {"tea;q=2;p=1850"}, "X-Cart-Subtotal": {"3700"}, "X-Cart-Quantity": {"2"}}, want: lines(tea)},
		"sums of nothing that agree":       {headers: map[string][]string{"X-Cart-Items": {""}, "X-Cart-Subtotal": {"0"}, "X-Cart-Quantity": {"0"}}, want: lines()},
		"a quantity that agrees, no price": {headers: map[string][]string{"X-Cart-Items": {"tea;q=2"}, "X-Cart-Quantity": {"2"}}, want: lines(Line{SKU: "tea", Quantity: 2, UnitPrice: NoPrice})},
		"empty texts are absent": {
			headers: map[string][]string{"X-Cart-Items": {"tea;q=2;p=1850"}, "X-Cart-Tier": {""}, "X-Cart-Coupons": {" "}, "X-Cart-Subtotal": {""}, "X-Cart-Currency": {"\t"}},
			want:    lines(tea),
		},
		"the stated currency has the decimals": {
			headers: map[string][]string{"X-Cart-Items": {"tea;q=2;p=1.85"}, "X-Cart-Currency": {`"KWD"`}}, prices: Major,
			want: Cart{Currency: "KWD", Customer: customer, Lines: []Line{tea}},
		},
		"a currency in lower case": {
			headers: map[string][]string{"X-Cart-Items": {"tea;q=2;p=1.85"}, "X-Cart-Currency": {"kwd"}}, prices: Major,
			want: Cart{Currency: "KWD", Customer: customer, Lines: []Line{tea}},
		},
		"plain text of many characters": {
			headers: map[string][]string{"X-Cart-Items": {""}, "X-Cart-Customer": {"a.b+c@example.org"}, "X-Cart-Region": {"New York/5th"}, "X-Cart-Coupons": {"*x=1,_y"}},
			want:    Cart{Customer: Customer{ID: "a.b+c@example.org", CompletedOrders: -1}, Region: "New York/5th", Coupons: []string{"*x=1", "_y"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := wholeCart()
			found, err := reader(t, Options{Prices: test.prices}).ReadHeaders(test.headers, currency(t, "CNY"), &got)
			if !found || err != nil {
				t.Fatal(found, err)
			}
			if got = visible(got); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestReadHeadersOfWhatIsNoCart(t *testing.T) {
	for name, headers := range map[string]map[string][]string{
		"none":                       nil,
		"others":                     {"Accept": {"*/*"}},
		"only a quantity":            {"X-Cart-Quantity": {"x"}},
		"only a currency":            {"X-Cart-Currency": {"nothing"}},
		"a subtotal without a value": {"X-Cart-Subtotal": {""}, "X-Cart-Currency": {"nothing"}},
	} {
		t.Run(name, func(t *testing.T) {
			if found, err := reader(t, Options{}).ReadHeaders(headers, currency(t, "CNY"), new(Cart)); found || err != nil {
				t.Error(found, err)
			}
		})
	}
}

func TestInvalidHeaders(t *testing.T) {
	const minor = wantsMinor
	const quantity = ", want a whole number from 1 to 999999999999999"
	const count = ", want a whole number from 0 to 999999999999999"
	with := func(name string, values ...string) map[string][]string {
		return map[string][]string{"X-Cart-Items": {"tea;q=2;p=1850"}, name: values}
	}
	items := func(values ...string) map[string][]string { return with("X-Cart-Items", values...) }
	for name, test := range map[string]struct {
		headers        map[string][]string
		header, reason string
	}{
		"no list":                     {headers: items(`"a"; q=1,`), header: "X-Cart-Items", reason: "is not a list as in RFC 9651: invalid list format: character 9"},
		"bytes above ASCII":           {headers: items(`"茶"`), header: "X-Cart-Items", reason: "is not a list as in RFC 9651: invalid string format: character 2"},
		"a list in the list":          {headers: items(`tea, (a b)`), header: "X-Cart-Items", reason: "position 2: is a list, want a string or token"},
		"a number as article":         {headers: items(`618`), header: "X-Cart-Items", reason: "position 1: is 618, want a string or token"},
		"a boolean as article":        {headers: items(`?1`), header: "X-Cart-Items", reason: "position 1: is true, want a string or token"},
		"bytes as article":            {headers: items(`:AA==:`), header: "X-Cart-Items", reason: "position 1: is a value of another type, want a string or token"},
		"an unknown parameter":        {headers: items(`tea;price=1`), header: "X-Cart-Items", reason: `position 1: has the parameter "price", want only q and p`},
		"a parameter twice":           {headers: items(`tea;q=1;q=2`), header: "X-Cart-Items", reason: "has the same parameter twice on one member, want it once"},
		"a string over two fields":    {headers: items(`"te`, `a"`), header: "X-Cart-Items", reason: "has a string that does not end in its field, want it whole"},
		"a string without an end":     {headers: items(`tea, "te`), header: "X-Cart-Items", reason: "has a string that does not end in its field, want it whole"},
		"a list in a further field":   {headers: items(`tea`, `a, b`, `c, (d)`), header: "X-Cart-Items", reason: "position 5: is a list, want a string or token"},
		"too many parameters":         {headers: items(`a;a;b;c;d;e;f;g`), header: "X-Cart-Items", reason: "has 7 parameters, want at most 6"},
		"quantity zero":               {headers: items(`tea, tea;q=0`), header: "X-Cart-Items", reason: "position 2: is q=0" + quantity},
		"quantity negative":           {headers: items(`tea;q=-1`), header: "X-Cart-Items", reason: "position 1: is q=-1" + quantity},
		"quantity a decimal":          {headers: items(`tea;q=2.0`), header: "X-Cart-Items", reason: "position 1: is q=2.0" + quantity},
		"quantity without a value":    {headers: items(`tea;q`), header: "X-Cart-Items", reason: "position 1: is q=true" + quantity},
		"quantity a string":           {headers: items(`tea;q="2"`), header: "X-Cart-Items", reason: `position 1: is q="2"` + quantity},
		"price negative":              {headers: items(`tea;p=-1`), header: "X-Cart-Items", reason: "position 1: is p=-1" + minor},
		"price a decimal":             {headers: items(`tea;p=18.5`), header: "X-Cart-Items", reason: "position 1: is p=18.5" + minor},
		"price with zeros":            {headers: items(`"a;p=1,b";q=1;p=3, "x;p=5"; q=1; p=12.00`), header: "X-Cart-Items", reason: "position 2: is p=12.00" + minor},
		"price in a further field":    {headers: items(`tea, a`, `b;p=1.50`), header: "X-Cart-Items", reason: "position 3: is p=1.50" + minor},
		"quantity with zeros before":  {headers: items(`tea;q=-007`), header: "X-Cart-Items", reason: "position 1: is q=-007" + quantity},
		"shipping with zeros":         {headers: with("X-Cart-Shipping", "standard;p=6.50"), header: "X-Cart-Shipping", reason: "position 1: is p=6.50" + minor},
		"price a string":              {headers: items(`tea;p="1850"`), header: "X-Cart-Items", reason: `position 1: is p="1850"` + minor},
		"price a token":               {headers: items(`tea;p=free`), header: "X-Cart-Items", reason: "position 1: is p=free" + minor},
		"price too large":             {headers: items(`tea;p=1000000000000000`), header: "X-Cart-Items", reason: "is not a list as in RFC 9651: integer or decimal out of range: character 22"},
		"product too large":           {headers: items(`tea;q=2;p=999999999999999`), header: "X-Cart-Items", reason: "position 1: is 2 × 999999999999999 minor units, want at most 999999999999999"},
		"goods too large":             {headers: items(`tea;p=999999999999999, tea;p=1`), header: "X-Cart-Items", reason: "position 2: the goods up to this line add up to more than 999999999999999"},
		"too many lines":              {headers: items(`a,b,c,d`), header: "X-Cart-Items", reason: "has 4 lines, want at most 3"},
		"currency unknown":            {headers: with("X-Cart-Currency", "xyz"), header: "X-Cart-Currency", reason: `is "xyz"` + wantsCode},
		"currency twice":              {headers: with("X-Cart-Currency", "CNY", "CNY"), header: "X-Cart-Currency", reason: "is given 2 times, want it once"},
		"tier twice":                  {headers: with("X-Cart-Tier", "gold", "silver"), header: "X-Cart-Tier", reason: "is given 2 times, want it once"},
		"tier with a comma":           {headers: with("X-Cart-Tier", "gold, silver"), header: "X-Cart-Tier", reason: `is "gold, silver", want plain text, which cannot have "," at byte 4, or a quoted string`},
		"tier with a parameter":       {headers: with("X-Cart-Tier", "gold;x"), header: "X-Cart-Tier", reason: `is "gold;x", want plain text, which cannot have ";" at byte 4, or a quoted string`},
		"string with a parameter":     {headers: with("X-Cart-Tier", `"gold";x`), header: "X-Cart-Tier", reason: `is "\"gold\";x", want one string as in RFC 9651, without parameters`},
		"string not closed":           {headers: with("X-Cart-Tier", `"gold`), header: "X-Cart-Tier", reason: `is "\"gold", want one string as in RFC 9651, without parameters`},
		"plain text above ASCII":      {headers: with("X-Cart-Region", "上"), header: "X-Cart-Region", reason: `is "上", want plain text, which cannot have "\xe4" at byte 0, or a quoted string`},
		"plain text like a boolean":   {headers: with("X-Cart-Region", "?1"), header: "X-Cart-Region", reason: `is "?1", want plain text, which cannot have "?" at byte 0, or a quoted string`},
		"an empty coupon":             {headers: with("X-Cart-Coupons", "A,,B"), header: "X-Cart-Coupons", reason: `is "", want a text, or no comma`},
		"a coupon at the end missing": {headers: with("X-Cart-Coupons", "A,"), header: "X-Cart-Coupons", reason: `is "", want a text, or no comma`},
		"coupons in a list":           {headers: with("X-Cart-Coupons", "(A B)"), header: "X-Cart-Coupons", reason: `is "(A B)", want plain text, which cannot have "(" at byte 0, or a quoted string`},
		"too many coupons":            {headers: with("X-Cart-Coupons", "A,B", "C"), header: "X-Cart-Coupons", reason: "has more than 2 coupons"},
		"too many segments":           {headers: with("X-Cart-Segments", "A,B", "C"), header: "X-Cart-Segments", reason: "has more than 2 segments"},
		"shipping without amount":     {headers: with("X-Cart-Shipping", "standard"), header: "X-Cart-Shipping", reason: `position 1: has no p, want the amount as in "standard";p=600`},
		"shipping with a quantity":    {headers: with("X-Cart-Shipping", "standard;q=1;p=6"), header: "X-Cart-Shipping", reason: `position 1: has the parameter "q", want only p`},
		"shipping negative":           {headers: with("X-Cart-Shipping", "standard;p=-6"), header: "X-Cart-Shipping", reason: "position 1: is p=-6" + minor},
		"shipping too large":          {headers: with("X-Cart-Shipping", "standard;p=999999999999999"), header: "X-Cart-Shipping", reason: "position 1: the goods and the shipping up to this charge add up to more than 999999999999999"},
		"too many charges":            {headers: with("X-Cart-Shipping", "a;p=1,b;p=1,c;p=1"), header: "X-Cart-Shipping", reason: "has 3 shipping charges, want at most 2"},
		"subtotal negative":           {headers: map[string][]string{"X-Cart-Subtotal": {"-5"}}, header: "X-Cart-Subtotal", reason: `is "-5"` + minor},
		"subtotal a decimal":          {headers: map[string][]string{"X-Cart-Subtotal": {"5.0"}}, header: "X-Cart-Subtotal", reason: `is "5.0"` + minor},
		"subtotal quoted, minor":      {headers: map[string][]string{"X-Cart-Subtotal": {`"5"`}}, header: "X-Cart-Subtotal", reason: `is "\"5\""` + minor},
		"subtotal twice":              {headers: map[string][]string{"X-Cart-Subtotal": {"5", "5"}}, header: "X-Cart-Subtotal", reason: "is given 2 times, want it once"},
		"subtotal in a list":          {headers: map[string][]string{"X-Cart-Subtotal": {"5, 5"}}, header: "X-Cart-Subtotal", reason: `is "5, 5"` + minor},
		"quantity of sums zero":       {headers: map[string][]string{"X-Cart-Subtotal": {"5"}, "X-Cart-Quantity": {"0"}}, header: "X-Cart-Quantity", reason: "is 0" + quantity},
		"quantity of sums a text":     {headers: map[string][]string{"X-Cart-Subtotal": {"5"}, "X-Cart-Quantity": {"two"}}, header: "X-Cart-Quantity", reason: `is "two"` + count},
		"subtotal disagrees":          {headers: with("X-Cart-Subtotal", "3699"), header: "X-Cart-Subtotal", reason: "is 3699 minor units, want 3700 as X-Cart-Items has it"},
		"quantity disagrees":          {headers: with("X-Cart-Quantity", "3"), header: "X-Cart-Quantity", reason: "is 3, want 2 as X-Cart-Items has it"},
		"subtotal beside no price": {headers: map[string][]string{"X-Cart-Items": {"tea;p=1, jasmine"}, "X-Cart-Subtotal": {"1"}}, header: "X-Cart-Subtotal",
			reason: "cannot be compared with X-Cart-Items, where the article at position 2 has no price, want it left out"},
	} {
		t.Run(name, func(t *testing.T) {
			r := reader(t, Options{MaxLines: 3, MaxCoupons: 2, MaxSegments: 2, MaxShipping: 2})
			var into Cart
			found, err := r.ReadHeaders(test.headers, currency(t, "CNY"), &into)
			if got := invalid(t, found, err); *got != (Invalid{Pointer: test.header, Reason: test.reason}) {
				t.Errorf("got  %+v\nwant %+v", *got, Invalid{Pointer: test.header, Reason: test.reason})
			}
			if len(into.Lines) > 0 {
				t.Error("the cart is not empty")
			}
		})
	}
}

func TestInvalidMajorHeaders(t *testing.T) {
	const major = wantsCNY
	for name, test := range map[string]struct {
		header, value, reason string
	}{
		"too many decimals":           {header: "X-Cart-Items", value: "tea;p=18.505", reason: "position 1: is p=18.505" + major},
		"too many decimals, a string": {header: "X-Cart-Items", value: `tea;p="18.505"`, reason: `position 1: is p="18.505"` + major},
		"minus zero":                  {header: "X-Cart-Items", value: "tea;p=-0.0", reason: "position 1: is p=-0.0" + major},
		"exponent":                    {header: "X-Cart-Items", value: `tea;p="1e3"`, reason: `position 1: is p="1e3"` + major},
		"subtotal with exponent":      {header: "X-Cart-Subtotal", value: `1e3`, reason: `is "1e3"` + major},
		"subtotal as broken string":   {header: "X-Cart-Subtotal", value: `"1`, reason: `is "\"1", want one string as in RFC 9651, without parameters`},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := reader(t, Options{Prices: Major}).ReadHeaders(
				map[string][]string{test.header: {test.value}}, currency(t, "CNY"), new(Cart))
			if got := invalid(t, found, err); *got != (Invalid{Pointer: test.header, Reason: test.reason}) {
				t.Errorf("got  %+v\nwant %+v", *got, Invalid{Pointer: test.header, Reason: test.reason})
			}
		})
	}
}

func TestHeadersOfACartAreBoundedTogether(t *testing.T) {
	reader, err := NewReader(Options{MaxLines: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	const line = `"a";q=1;p=1, `
	items := strings.TrimSuffix(strings.Repeat(line, maxHeaders/2/len(line)), ", ")
	room := maxHeaders - 2*len(items)
	for name, c := range map[string]struct {
		tier  string
		found bool
	}{
		"up to the bound": {tier: strings.Repeat("g", room), found: true},
		"over the bound":  {tier: strings.Repeat("g", room+1), found: false},
	} {
		var into Cart
		headers := map[string][]string{"X-Cart-Items": {items, items}, "X-Cart-Tier": {c.tier}}
		found, err := reader.ReadHeaders(headers, currency(t, "CNY"), &into)
		var bad *Invalid
		if found != c.found || !found && (!errors.As(err, &bad) || bad.Pointer != "X-Cart-Tier") {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
}
