package cart

import (
	"fmt"
	"strings"
	"testing"
)

func TestMalformedJSON(t *testing.T) {
	for name, test := range map[string]struct{ body, pointer, reason string }{
		"empty":                                  {body: "", reason: "is empty, want JSON"},
		"blank":                                  {body: " \n", reason: "is empty, want JSON"},
		"cut off":                                {body: `{"items":[{"sku":"a"`, pointer: "/items/0", reason: "is not JSON at byte 20: unexpected EOF"},
		"trailing data":                          {body: `{"items":[]} {}`, reason: "has more text after the JSON value, at byte 12"},
		"trailing comma":                         {body: `{"items":[1,]}`, pointer: "/items/1", reason: "is not JSON at byte 12: invalid character ']' at start of value"},
		"comment":                                {body: `{/**/"items":[]}`, reason: "is not JSON at byte 1: invalid character '/' at start of string (expecting '\"')"},
		"a byte order mark in the middle":        {body: "{\"items\":\ufeff[]}", pointer: "/items", reason: `is not JSON at byte 9: invalid character '\ufeff' at start of value`},
		"two byte order marks":                   {body: "\ufeff\ufeff{}", reason: `is not JSON at byte 3: invalid character '\ufeff' at start of value`},
		"nothing behind a byte order mark":       {body: "\ufeff", reason: "is empty, want JSON"},
		"trailing data behind a byte order mark": {body: "\ufeff{\"items\":[]} {}", reason: "has more text after the JSON value, at byte 15"},
		"a duplicate behind a byte order mark":   {body: "\ufeff{\"a\":1,\"a\":1}", pointer: "/a", reason: "is in its object twice, again at byte 10"},
		"duplicate name":                         {body: `{"items":[{"sku":"a","sku":"b"}]}`, pointer: "/items/0/sku", reason: "is in its object twice, again at byte 21"},
		"duplicate name, escaped":                {body: `{"items":[],"a":1,"\u0061":2}`, pointer: "/a", reason: "is in its object twice, again at byte 18"},
		"duplicate name, no cart":                {body: `{"a":{"x":1,"x":1}}`, pointer: "/a/x", reason: "is in its object twice, again at byte 12"},
		"duplicate empty name":                   {body: `{"":1,"":1}`, pointer: "/", reason: "is in its object twice, again at byte 6"},
		"name with slash and tilde":              {body: `{"a/b~c":1,"a/b~c":1}`, pointer: "/a~1b~0c", reason: "is in its object twice, again at byte 11"},
		"invalid UTF-8":                          {body: "{\"items\":[\"\xff\"]}", pointer: "/items/0", reason: "is not JSON at byte 11: invalid UTF-8"},
		"surrogate encoded as UTF-8":             {body: "{\"items\":[\"\xed\xa0\x80\"]}", pointer: "/items/0", reason: "is not JSON at byte 11: invalid UTF-8"},
		"lone surrogate":                         {body: `{"items":["\ud800"]}`, pointer: "/items/0", reason: "is not JSON at byte 11: invalid surrogate pair `\\ud800\"]}` in string"},
		"control character":                      {body: "{\"items\":[\"\n\"]}", pointer: "/items/0", reason: `is not JSON at byte 11: invalid character '\n' in string (expecting non-control character)`},
		"NaN":                                    {body: `{"items":[{"quantity":NaN}]}`, pointer: "/items/0/quantity", reason: "is not JSON at byte 22: invalid character 'N' at start of value"},
		"leading zero":                           {body: `{"items":[{"quantity":01}]}`, pointer: "/items/0", reason: "is not JSON at byte 23: invalid character '1' after object value (expecting ',' or '}')"},
		"lone surrogate, unprintable":            {body: "{\"items\":[\"\\ud800\u202e\"]}", pointer: "/items/0", reason: `is not JSON at byte 11: invalid surrogate pair "\\ud800\u202e\"]}" in string`},
		"single quotes":                          {body: `{'items':[]}`, reason: `is not JSON at byte 1: invalid character '\'' at start of string (expecting '"')`},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := reader(t, Options{}).ReadJSON([]byte(test.body), currency(t, "CNY"), new(Cart))
			if got := invalid(t, found, err); *got != (Invalid{Pointer: test.pointer, Reason: test.reason}) {
				t.Errorf("got  %+v\nwant %+v", *got, Invalid{Pointer: test.pointer, Reason: test.reason})
			}
		})
	}
}

func TestInvalidJSONCart(t *testing.T) {
	const inCase = "differs only in case from another member of its object"
	item := func(members string) string { return `{"items":[{"quantity":1},{` + members + `}]}` }
	root := func(members string) string { return `{` + members + `,"items":[]}` }
	for title, test := range map[string]struct{ body, pointer, reason string }{
		"items null":      {body: `{"items":null}`, pointer: "/items", reason: "is null, want an array"},
		"items an object": {body: `{"items":{}}`, pointer: "/items", reason: "is an object, want an array; the path items.* reads the values of an object"},
		"items a string":  {body: `{"items":"a"}`, pointer: "/items", reason: `is "a", want an array`},
		"line null":       {body: `{"items":[null]}`, pointer: "/items/0", reason: "is null, want an object"},
		"line a number":   {body: `{"items":[{"quantity":1},3]}`, pointer: "/items/1", reason: "is 3, want an object"},
		"line a list":     {body: `{"items":[[{"quantity":1}]]}`, pointer: "/items/0", reason: "is an array, want an object"},
		"no quantity":     {body: item(`"sku":"a"`), pointer: "/items/1", reason: `has no "quantity"` + wantsQuantity},
		"quantity null":   {body: item(`"quantity":null`), pointer: "/items/1", reason: `has no "quantity"` + wantsQuantity},
		"quantity far too big": {body: item(`"quantity":` + strings.Repeat("9", 99)), pointer: "/items/1/quantity",
			reason: "is " + strings.Repeat("9", 40) + "…" + wantsQuantity + wantsDigits},
		"infinite, not read":  {body: root(`"total":1e999`), pointer: "/total", reason: "is 1e999, want a number that fits 64 bits of floating point"},
		"too many attributes": {body: item(`"attributes":{"a":1,"b":2,"c":3,"d":4}`), pointer: "/items/1/attributes", reason: "has 4 attributes, want at most 3"},

		"product too big": {body: item(`"quantity":999999999999998,"unit_price":2`), pointer: "/items/1",
			reason: "is 999999999999998 × 2 minor units, want at most 999999999999999"},
		"goods too big": {body: `{"items":[{"quantity":1,"unit_price":999999999999999},{"quantity":1,"unit_price":1}]}`, pointer: "/items/1",
			reason: "the goods up to this line add up to more than 999999999999999"},
		"quantities too big": {body: `{"items":[{"quantity":999999999999999},{"quantity":1}]}`, pointer: "/items/1",
			reason: "the quantities up to this line add up to more than 999999999999999"},
		"shipping too big": {body: root(`"shipping":[{"amount":999999999999999},{"amount":1}]`), pointer: "/shipping/1",
			reason: "the goods and the shipping up to this charge add up to more than 999999999999999"},
		"goods and shipping too big": {body: `{"shipping":[{"amount":1}],"items":[{"quantity":1,"unit_price":999999999999999}]}`, pointer: "/shipping/0",
			reason: "the goods and the shipping up to this charge add up to more than 999999999999999"},
		"too many lines":    {body: `{"items":[` + strings.Repeat(`{"quantity":1},`, 5) + `{}]}`, pointer: "/items/5", reason: "is one too many, want at most 5 lines"},
		"too many coupons":  {body: root(`"coupons":["a","b","c","d","e"]`), pointer: "/coupons/4", reason: "is one too many, want at most 4 coupons"},
		"too many segments": {body: root(`"customer":{"segments":["a","b","c"]}`), pointer: "/customer/segments/2", reason: "is one too many, want at most 2 segments"},
		"too many charges":  {body: root(`"shipping":[{"amount":1},{"amount":1},{"amount":1}]`), pointer: "/shipping/2", reason: "is one too many, want at most 2 shipping charges"},

		"customer a string":      {body: root(`"customer":"u1"`), pointer: "/customer", reason: `is "u1", want an object, or an array of objects`},
		"several customers":      {body: root(`"customer":[{"id":"a"},{"id":"b"}]`), pointer: "/customer/1/id", reason: `is a second value at "customer.id", want one`},
		"wrong before the items": {body: `{"coupons":true,"items":[]}`, pointer: "/coupons", reason: "is true" + wantsName},
		"wrong behind the items": {body: `{"items":[],"coupons":true}`, pointer: "/coupons", reason: "is true" + wantsName},

		"attribute names that differ in case":      {body: item(`"attributes":{"ä":1,"Ä":2}`), pointer: "/items/1/attributes/Ä", reason: inCase},
		"attribute names that differ by an escape": {body: item(`"attributes":{"a":1,"\u0041":2}`), pointer: "/items/1/attributes/A", reason: inCase},
		"the kelvin sign is a k":                   {body: item(`"attributes":{"k":1,"\u212a":2}`), pointer: "/items/1/attributes/\u212a", reason: inCase},
		"the long s is an s":                       {body: item(`"attributes":{"ſ":1,"s":2}`), pointer: "/items/1/attributes/s", reason: inCase},
		"Greek sigmas":                             {body: item(`"attributes":{"σ":1,"ς":2}`), pointer: "/items/1/attributes/ς", reason: inCase},
		"empty names are names":                    {body: item(`"attributes":{"":1,"A":1,"a":1}`), pointer: "/items/1/attributes/a", reason: inCase},
		"the second of several in case":            {body: item(`"attributes":{"b":0,"A":{"x":1},"a":1}`), pointer: "/items/1/attributes/a", reason: inCase},
		"many names that differ in case":           {body: item(`"attributes":` + manyPairs(40)), pointer: "/items/1/attributes/PAIR7", reason: inCase},
		"a field of a charge in another case":      {body: root(`"shipping":[{"amount":1,"Method":"a"}]`), pointer: "/shipping/0/Method", reason: `differs only in case from "method", want it written so`},

		"items in capitals":   {body: `{"ITEMS":[]}`, pointer: "/ITEMS", reason: `differs only in case from "items", want it written so`},
		"Items beside items":  {body: `{"items":[],"Items":[]}`, pointer: "/Items", reason: `differs only in case from "items", want it written so`},
		"items with a long s": {body: `{"itemſ":[]}`, pointer: "/itemſ", reason: `differs only in case from "items", want it written so`},
		"Sku":                 {body: item(`"Sku":"a"`), pointer: "/items/1/Sku", reason: `differs only in case from "sku", want it written so`},
		"escaped variant":     {body: item(`"\u0053ku":"a"`), pointer: "/items/1/Sku", reason: `differs only in case from "sku", want it written so`},
		"Customer":            {body: root(`"Customer":{}`), pointer: "/Customer", reason: `differs only in case from "customer", want it written so`},
		"customer Tier":       {body: root(`"customer":{"Tier":"gold"}`), pointer: "/customer/Tier", reason: `differs only in case from "tier", want it written so`},

		"duplicate in what is not read":  {body: root(`"x":[{"y":{"ab":1,"ab":2}}]`), pointer: "/x/0/y/ab", reason: "is in its object twice, again at byte 19"},
		"duplicate in attributes":        {body: `{"items":[{"quantity":1,"attributes":{"a":1,"a":1}}]}`, pointer: "/items/0/attributes/a", reason: "is in its object twice, again at byte 44"},
		"duplicate of a field of a line": {body: `{"items":[{"quantity":1,"quantity":1}]}`, pointer: "/items/0/quantity", reason: "is in its object twice, again at byte 24"},
		"a NUL in a name":                {body: root(`"a\u0000b":1`), pointer: "", reason: "has a NUL in its name, where some parsers end it"},
		"a NUL in a name, not read":      {body: root(`"x":{"items\u0000":1}`), pointer: "/x", reason: "has a NUL in its name, where some parsers end it"},
		"a NUL in an attribute's name":   {body: item(`"attributes":{"a\u0000":1}`), pointer: "/items/1/attributes", reason: "has a NUL in its name, where some parsers end it"},

		"too deep in what is not read": {body: root(`"x":` + nested(64)), pointer: "/x" + strings.Repeat("/0", 63), reason: "is nested too deep, want at most 64 levels"},
		"too deep in attributes": {body: item(`"attributes":{"x":` + strings.Repeat(`{"y":`, 61) + `1` + strings.Repeat(`}`, 61) + `}`),
			pointer: "/items/1/attributes/x" + strings.Repeat("/y", 60), reason: "is nested too deep, want at most 64 levels"},
		"too deep on the way of a path": {body: root(`"customer":` + strings.Repeat("[", 64) + `{"id":"a"}` + strings.Repeat("]", 64)),
			pointer: "/customer" + strings.Repeat("/0", 63), reason: "is nested too deep, want at most 64 levels"},
		"too deep at the end of a path": {body: root(`"customer":` + strings.Repeat("[", 62) + `{"segments":[]}` + strings.Repeat("]", 62)),
			pointer: "/customer" + strings.Repeat("/0", 62) + "/segments", reason: "is nested too deep, want at most 64 levels"},
		"far too deep": {body: root(`"x":` + nested(5000)), pointer: "/x" + strings.Repeat("/0", 63), reason: "is nested too deep, want at most 64 levels"},

		"a pointer is escaped": {body: root(`"x":{"a/b~":{"c":1,"c":2}}`), pointer: "/x/a~1b~0/c", reason: "is in its object twice, again at byte 20"},
		"a pointer is cut between names": {body: `{"items":[],"` + strings.Repeat("y", 200) + `":{"` + strings.Repeat("z", 100) + `":{"b":1,"b":1}}}`,
			pointer: "/" + strings.Repeat("y", 200), reason: "is in its object twice, again at byte 326"},
		"a pointer can be printed":     {body: `{"items":[],"x":{"\n":{"b":1,"b":1}}}`, pointer: "/x", reason: "is in its object twice, again at byte 29"},
		"what was seen is short":       {body: root(`"currency":"` + strings.Repeat("咖", 100) + `"`), pointer: "/currency", reason: `is "` + strings.Repeat("咖", 12) + `…"` + wantsCode},
		"what was seen can be printed": {body: root(`"currency":"` + strings.Repeat(`\u202e\u0000`, 20) + `"`), pointer: "/currency", reason: `is "` + strings.Repeat(`\u202e\x00`, 3) + `\u202e…"` + wantsCode},
	} {
		t.Run(title, func(t *testing.T) {
			options := Options{MaxLines: 5, MaxCoupons: 4, MaxAttributes: 3, MaxSegments: 2, MaxShipping: 2}
			if got := refusalOf(t, options, test.body); got != (Invalid{Pointer: test.pointer, Reason: test.reason}) {
				t.Errorf("got  %+v\nwant %+v", got, Invalid{Pointer: test.pointer, Reason: test.reason})
			}
		})
	}
}

// What the reason of an amount says depends on the currency, wherever the body states it.
func TestReasonsOfAmountsNameTheCurrencyOfTheBody(t *testing.T) {
	for name, body := range map[string]string{
		"before": `{"currency":"JPY","items":[{"quantity":1,"unit_price":18.5}]}`,
		"behind": `{"items":[{"quantity":1,"unit_price":18.5}],"currency":"JPY"}`,
	} {
		t.Run(name, func(t *testing.T) {
			want := Invalid{Pointer: "/items/0/unit_price", Reason: "is 18.5, want an amount of JPY such as 1850, from 0 to 999999999999999, without decimals"}
			if got := refusalOf(t, Options{Prices: Major}, body); got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
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
