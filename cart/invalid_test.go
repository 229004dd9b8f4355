package cart

import (
	"fmt"
	"strings"
	"testing"
)

func TestMalformedJSON(t *testing.T) {
	for name, test := range map[string]struct{ body, pointer, reason string }{
		"empty":                       {"", "", "is empty, want JSON"},
		"blank":                       {" \n", "", "is empty, want JSON"},
		"cut off":                     {`{"items":[{"sku":"a"`, "/items/0", "is not JSON at byte 20: unexpected EOF"},
		"trailing data":               {`{"items":[]} {}`, "", "has more text after the JSON value, at byte 12"},
		"trailing comma":              {`{"items":[1,]}`, "/items/1", "is not JSON at byte 12: invalid character ']' at start of value"},
		"comment":                     {`{/**/"items":[]}`, "", "is not JSON at byte 1: invalid character '/' at start of string (expecting '\"')"},
		"byte order mark":             {"\ufeff{}", "", `is not JSON at byte 0: invalid character '\ufeff' at start of value`},
		"duplicate name":              {`{"items":[{"sku":"a","sku":"b"}]}`, "/items/0/sku", "is in its object twice, again at byte 21"},
		"duplicate name, escaped":     {`{"items":[],"a":1,"\u0061":2}`, "/a", "is in its object twice, again at byte 18"},
		"duplicate name, no cart":     {`{"a":{"x":1,"x":1}}`, "/a/x", "is in its object twice, again at byte 12"},
		"duplicate empty name":        {`{"":1,"":1}`, "/", "is in its object twice, again at byte 6"},
		"name with slash and tilde":   {`{"a/b~c":1,"a/b~c":1}`, "/a~1b~0c", "is in its object twice, again at byte 11"},
		"invalid UTF-8":               {"{\"items\":[\"\xff\"]}", "/items/0", "is not JSON at byte 11: invalid UTF-8"},
		"surrogate encoded as UTF-8":  {"{\"items\":[\"\xed\xa0\x80\"]}", "/items/0", "is not JSON at byte 11: invalid UTF-8"},
		"lone surrogate":              {`{"items":["\ud800"]}`, "/items/0", "is not JSON at byte 11: invalid surrogate pair `\\ud800\"]}` in string"},
		"control character":           {"{\"items\":[\"\n\"]}", "/items/0", `is not JSON at byte 11: invalid character '\n' in string (expecting non-control character)`},
		"NaN":                         {`{"items":[{"quantity":NaN}]}`, "/items/0/quantity", "is not JSON at byte 22: invalid character 'N' at start of value"},
		"leading zero":                {`{"items":[{"quantity":01}]}`, "/items/0", "is not JSON at byte 23: invalid character '1' after object value (expecting ',' or '}')"},
		"lone surrogate, unprintable": {"{\"items\":[\"\\ud800\u202e\"]}", "/items/0", `is not JSON at byte 11: invalid surrogate pair "\\ud800\u202e\"]}" in string`},
		"single quotes":               {`{'items':[]}`, "", `is not JSON at byte 1: invalid character '\'' at start of string (expecting '"')`},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := reader(t, Options{}).ReadJSON([]byte(test.body), currency(t, "CNY"), new(Cart))
			if got := invalid(t, found, err); *got != (Invalid{test.pointer, test.reason}) {
				t.Errorf("got  %+v\nwant %+v", *got, Invalid{test.pointer, test.reason})
			}
		})
	}
}

func TestInvalidJSONCart(t *testing.T) {
	const quantity = ", want a plain integer from 1 to 999999999999999"
	const minor = ", want a plain integer of minor units from 0 to 999999999999999"
	const count = ", want a plain integer from 0 to 999999999999999"
	const name = ", want a string, or an integer from -9007199254740991 to 9007199254740991 without fraction or exponent"
	const code = ", want an ISO 4217 currency code in capitals, such as CNY"
	item := func(members string) string { return `{"items":[{"quantity":1},{` + members + `}]}` }
	root := func(members string) string { return `{` + members + `,"items":[]}` }
	for title, test := range map[string]struct{ body, pointer, reason string }{
		"items null":           {`{"items":null}`, "/items", "is null, want an array"},
		"items an object":      {`{"items":{}}`, "/items", "is an object, want an array"},
		"items a string":       {`{"items":"a"}`, "/items", `is "a", want an array`},
		"line null":            {`{"items":[null]}`, "/items/0", "is null, want an object"},
		"line a number":        {`{"items":[{"quantity":1},3]}`, "/items/1", "is 3, want an object"},
		"no quantity":          {item(`"sku":"a"`), "/items/1", `has no "quantity"` + quantity},
		"quantity null":        {item(`"quantity":null`), "/items/1", `has no "quantity"` + quantity},
		"quantity zero":        {item(`"quantity":0`), "/items/1/quantity", "is 0" + quantity},
		"quantity negative":    {item(`"quantity":-2`), "/items/1/quantity", "is -2" + quantity},
		"quantity minus zero":  {item(`"quantity":-0`), "/items/1/quantity", "is -0" + quantity},
		"quantity 2.0":         {item(`"quantity":2.0`), "/items/1/quantity", "is 2.0" + quantity},
		"quantity 1e2":         {item(`"quantity":1e2`), "/items/1/quantity", "is 1e2" + quantity},
		"quantity a string":    {item(`"quantity":"2"`), "/items/1/quantity", `is "2"` + quantity},
		"quantity true":        {item(`"quantity":true`), "/items/1/quantity", "is true" + quantity},
		"quantity past Max":    {item(`"quantity":1000000000000000`), "/items/1/quantity", "is 1000000000000000" + quantity},
		"quantity far too big": {item(`"quantity":` + strings.Repeat("9", 99)), "/items/1/quantity", "is " + strings.Repeat("9", 40) + "…" + quantity},
		"price negative":       {item(`"quantity":1,"unit_price":-1`), "/items/1/unit_price", "is -1" + minor},
		"price minus zero":     {item(`"quantity":1,"unit_price":-0`), "/items/1/unit_price", "is -0" + minor},
		"price with fraction":  {item(`"quantity":1,"unit_price":18.50`), "/items/1/unit_price", "is 18.50" + minor},
		"price 18.0":           {item(`"quantity":1,"unit_price":18.0`), "/items/1/unit_price", "is 18.0" + minor},
		"price with exponent":  {item(`"quantity":1,"unit_price":18e2`), "/items/1/unit_price", "is 18e2" + minor},
		"price a string":       {item(`"quantity":1,"unit_price":"1850"`), "/items/1/unit_price", `is "1850"` + minor},
		"price an array":       {item(`"quantity":1,"unit_price":[1]`), "/items/1/unit_price", "is an array" + minor},
		"price past Max":       {item(`"quantity":1,"unit_price":1000000000000000`), "/items/1/unit_price", "is 1000000000000000" + minor},
		"sku a fraction":       {item(`"sku":1.5`), "/items/1/sku", "is 1.5" + name},
		"sku minus zero":       {item(`"sku":-0`), "/items/1/sku", "is -0" + name},
		"sku past 64 bits":     {item(`"sku":9223372036854775808`), "/items/1/sku", "is 9223372036854775808" + name},
		"sku past 2^53":        {item(`"sku":9007199254740992`), "/items/1/sku", "is 9007199254740992" + name},
		"sku true":             {item(`"sku":true`), "/items/1/sku", "is true" + name},
		"id an object":         {item(`"id":{}`), "/items/1/id", "is an object" + name},
		"category a number":    {item(`"category":1`), "/items/1/category", "is 1, want a string"},
		"reduced a number":     {item(`"reduced":1`), "/items/1/reduced", "is 1, want true or false"},
		"reduced a string":     {item(`"reduced":"true"`), "/items/1/reduced", `is "true", want true or false`},
		"attributes an array":  {item(`"attributes":[]`), "/items/1/attributes", "is an array, want an object"},
		"attribute infinite":   {item(`"attributes":{"a":1e999}`), "/items/1/attributes/a", "is 1e999, want a number that fits 64 bits of floating point"},
		"attribute too exact":  {item(`"attributes":{"a":9007199254740993}`), "/items/1/attributes/a", "is 9007199254740993, want a number of no more digits than 64 bits of floating point keep"},
		"infinite, not read":   {root(`"total":1e999`), "/total", "is 1e999, want a number that fits 64 bits of floating point"},
		"too many attributes":  {item(`"attributes":{"a":1,"b":2,"c":3,"d":4}`), "/items/1/attributes", "has 4 attributes, want at most 3"},

		"product too big": {item(`"quantity":999999999999998,"unit_price":2`), "/items/1", "is 999999999999998 × 2 minor units, want at most 999999999999999"},
		"goods too big": {`{"items":[{"quantity":1,"unit_price":999999999999999},{"quantity":1,"unit_price":1}]}`, "/items/1",
			"the goods up to this line add up to more than 999999999999999"},
		"quantities too big": {`{"items":[{"quantity":999999999999999},{"quantity":1}]}`, "/items/1",
			"the quantities up to this line add up to more than 999999999999999"},
		"shipping too big": {root(`"shipping":[{"amount":999999999999999},{"amount":1}]`), "/shipping/1",
			"the goods and the shipping up to this charge add up to more than 999999999999999"},
		"goods and shipping too big": {`{"shipping":[{"amount":1}],"items":[{"quantity":1,"unit_price":999999999999999}]}`, "/shipping/0",
			"the goods and the shipping up to this charge add up to more than 999999999999999"},
		"too many lines":    {`{"items":[` + strings.Repeat(`{"quantity":1},`, 5) + `{}]}`, "/items/5", "is one too many, want at most 5 lines"},
		"too many coupons":  {root(`"coupons":["a","b","c","d","e"]`), "/coupons/4", "is one too many, want at most 4 coupons"},
		"too many segments": {root(`"customer":{"segments":["a","b","c"]}`), "/customer/segments/2", "is one too many, want at most 2 segments"},
		"too many charges":  {root(`"shipping":[{"amount":1},{"amount":1},{"amount":1}]`), "/shipping/2", "is one too many, want at most 2 shipping charges"},

		"currency unknown":       {root(`"currency":"XYZ"`), "/currency", `is "XYZ"` + code},
		"currency in lower case": {root(`"currency":"cny"`), "/currency", `is "cny"` + code},
		"currency empty":         {root(`"currency":""`), "/currency", `is ""` + code},
		"currency a number":      {root(`"currency":156`), "/currency", "is 156, want a string"},
		"customer a string":      {root(`"customer":"u1"`), "/customer", `is "u1", want an object`},
		"customer id a fraction": {root(`"customer":{"id":1.0}`), "/customer/id", "is 1.0" + name},
		"tier a number":          {root(`"customer":{"tier":1}`), "/customer/tier", "is 1, want a string"},
		"orders negative":        {root(`"customer":{"completed_orders":-1}`), "/customer/completed_orders", "is -1" + count},
		"orders a string":        {root(`"customer":{"completed_orders":"1"}`), "/customer/completed_orders", `is "1"` + count},
		"segments a string":      {root(`"customer":{"segments":"vip"}`), "/customer/segments", `is "vip", want an array`},
		"coupons a string":       {root(`"coupons":"A"`), "/coupons", `is "A", want an array`},
		"coupon null":            {root(`"coupons":["A",null]`), "/coupons/1", "is null, want a string"},
		"coupon a number":        {root(`"coupons":[618]`), "/coupons/0", "is 618, want a string"},
		"channel false":          {root(`"channel":false`), "/channel", "is false, want a string"},
		"region an array":        {root(`"region":[]`), "/region", "is an array, want a string"},
		"shipping an object":     {root(`"shipping":{}`), "/shipping", "is an object, want an array"},
		"charge a number":        {root(`"shipping":[600]`), "/shipping/0", "is 600, want an object"},
		"charge without amount":  {root(`"shipping":[{"method":"a"}]`), "/shipping/0", `has no "amount"` + minor},
		"charge negative":        {root(`"shipping":[{"amount":-1}]`), "/shipping/0/amount", "is -1" + minor},
		"wrong before the items": {`{"coupons":7,"items":[]}`, "/coupons", "is 7, want an array"},

		"names that differ in case":             {root(`"a":1,"A":2`), "/A", "differs only in case from another member of its object"},
		"names that differ in case, in a line":  {item(`"x_y":1,"x_Y":1`), "/items/1/x_Y", "differs only in case from another member of its object"},
		"names that differ in case, not read":   {root(`"x":[{"y":{"ab":1,"aB":2}}]`), "/x/0/y/aB", "differs only in case from another member of its object"},
		"names that differ in case, attributes": {item(`"attributes":{"ä":1,"Ä":2}`), "/items/1/attributes/Ä", "differs only in case from another member of its object"},
		"names that differ in case, escaped":    {root(`"a":1,"\u0041":2`), "/A", "differs only in case from another member of its object"},
		"the kelvin sign is a k":                {root(`"k":1,"\u212a":2`), "/\u212a", "differs only in case from another member of its object"},
		"the long s is an s":                    {root(`"x":{"ſ":1,"s":2}`), "/x/s", "differs only in case from another member of its object"},
		"Greek sigmas":                          {root(`"x":{"σ":1,"ς":2}`), "/x/ς", "differs only in case from another member of its object"},
		"charge too":                            {root(`"shipping":[{"amount":1,"Method":"a"}]`), "/shipping/0/Method", `differs only in case from "method", want it written so`},
		"empty names are names":                 {root(`"x":{"":1,"A":1,"a":1}`), "/x/a", "differs only in case from another member of its object"},
		"many names that differ in case":        {root(`"x":` + manyPairs(40)), "/x/PAIR7", "differs only in case from another member of its object"},

		"items in capitals":   {`{"ITEMS":[]}`, "/ITEMS", `differs only in case from "items", want it written so`},
		"Items beside items":  {`{"items":[],"Items":[]}`, "/Items", `differs only in case from "items", want it written so`},
		"items with a long s": {`{"itemſ":[]}`, "/itemſ", `differs only in case from "items", want it written so`},
		"Sku":                 {item(`"Sku":"a"`), "/items/1/Sku", `differs only in case from "sku", want it written so`},
		"escaped variant":     {item(`"\u0053ku":"a"`), "/items/1/Sku", `differs only in case from "sku", want it written so`},
		"Customer":            {root(`"Customer":{}`), "/Customer", `differs only in case from "customer", want it written so`},
		"customer Tier":       {root(`"customer":{"Tier":"gold"}`), "/customer/Tier", `differs only in case from "tier", want it written so`},

		"too deep in what is not read": {root(`"x":` + nested(64)), "/x" + strings.Repeat("/0", 63), "is nested too deep, want at most 64 levels"},
		"too deep in attributes":       {item(`"attributes":{"x":` + strings.Repeat(`{"y":`, 61) + `1` + strings.Repeat(`}`, 61) + `}`), "/items/1/attributes/x" + strings.Repeat("/y", 60), "is nested too deep, want at most 64 levels"},
		"far too deep":                 {root(`"x":` + nested(5000)), "/x" + strings.Repeat("/0", 63), "is nested too deep, want at most 64 levels"},

		"a pointer is escaped":           {root(`"x":{"a/b~":1,"A/b~":2}`), "/x/A~1b~0", "differs only in case from another member of its object"},
		"a pointer is cut between names": {root(`"` + strings.Repeat("y", 200) + `":{"` + strings.Repeat("z", 100) + `":{"b":1,"B":1}}`), "/" + strings.Repeat("y", 200), "differs only in case from another member of its object"},
		"a pointer can be printed":       {root(`"x":{"\n":{"b":1,"B":1}}`), "/x", "differs only in case from another member of its object"},
		"what was seen is short":         {root(`"currency":"` + strings.Repeat("咖", 100) + `"`), "/currency", `is "` + strings.Repeat("咖", 12) + `…"` + code},
		"what was seen can be printed":   {root(`"currency":"` + strings.Repeat(`\u202e\u0000`, 20) + `"`), "/currency", `is "` + strings.Repeat(`\u202e\x00`, 3) + `\u202e…"` + code},
	} {
		t.Run(title, func(t *testing.T) {
			r := reader(t, Options{MaxLines: 5, MaxCoupons: 4, MaxAttributes: 3, MaxSegments: 2, MaxShipping: 2})
			found, err := r.ReadJSON([]byte(test.body), currency(t, "CNY"), new(Cart))
			if got := invalid(t, found, err); *got != (Invalid{test.pointer, test.reason}) {
				t.Errorf("got  %+v\nwant %+v", *got, Invalid{test.pointer, test.reason})
			}
		})
	}
}

// manyPairs is an object of many names, one of which differs from another in
// case only.
func manyPairs(names int) string {
	var b strings.Builder
	for i := range names {
		fmt.Fprintf(&b, `,"Pair%d":%d`, i, i)
	}
	return "{" + b.String()[1:] + `,"PAIR7":1}`
}

func TestInvalidMajorPrice(t *testing.T) {
	want := func(code string, digits int) string {
		return fmt.Sprintf(", want a decimal of %s such as 18.50, not negative, with at most %d decimals and no exponent", code, digits)
	}
	for name, test := range map[string]struct{ price, currency, reason string }{
		"too many decimals":           {"18.505", "CNY", "is 18.505" + want("CNY", 2)},
		"too many decimals as string": {`"18.505"`, "CNY", `is "18.505"` + want("CNY", 2)},
		"decimals of the currency":    {"18.5", "JPY", "is 18.5" + want("JPY", 0)},
		"exponent":                    {"1.85e1", "CNY", "is 1.85e1" + want("CNY", 2)},
		"exponent as string":          {`"1e3"`, "CNY", `is "1e3"` + want("CNY", 2)},
		"negative":                    {"-0.01", "CNY", "is -0.01" + want("CNY", 2)},
		"minus zero":                  {"-0.00", "CNY", "is -0.00" + want("CNY", 2)},
		"plus":                        {`"+1"`, "CNY", `is "+1"` + want("CNY", 2)},
		"space":                       {`" 1"`, "CNY", `is " 1"` + want("CNY", 2)},
		"comma":                       {`"18,50"`, "CNY", `is "18,50"` + want("CNY", 2)},
		"thousands":                   {`"1_000"`, "CNY", `is "1_000"` + want("CNY", 2)},
		"empty":                       {`""`, "CNY", `is ""` + want("CNY", 2)},
		"NaN":                         {`"NaN"`, "CNY", `is "NaN"` + want("CNY", 2)},
		"boolean":                     {"false", "CNY", "is false" + want("CNY", 2)},
		"object":                      {"{}", "CNY", "is an object" + want("CNY", 2)},
		"larger than any amount":      {"10000000000000.00", "CNY", "is 10000000000000.00" + want("CNY", 2)},
	} {
		t.Run(name, func(t *testing.T) {
			body := fmt.Sprintf(`{"items":[{"quantity":1,"unit_price":%s}],"currency":%q}`, test.price, test.currency)
			found, err := reader(t, Options{Prices: Major}).ReadJSON([]byte(body), currency(t, "EUR"), new(Cart))
			if got := invalid(t, found, err); *got != (Invalid{"/items/0/unit_price", test.reason}) {
				t.Errorf("got %+v", *got)
			}
		})
	}
}
