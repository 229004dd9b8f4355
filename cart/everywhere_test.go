package cart

import (
	"fmt"
	"strings"
	"testing"
)

// Every body is either refused, with the place, or the same cart for the
// standard parsers of Go, Node and Python. The pointer "=" is acceptance.
var everywhere = map[string]struct {
	body, pointer string
	in            string // a shape, default if empty
}{
	"the whole of a cart":             {body: whole, pointer: "="},
	"the whole of a mapped cart":      {body: mappedWhole, pointer: "=", in: "mapped"},
	"a mapped cart in major decimals": {body: strings.ReplaceAll(mappedWhole, "1800", "18.05"), pointer: "=", in: "mapped major"},
	"a mapped cart in major strings":  {body: strings.ReplaceAll(mappedWhole, "1800", `"18.05"`), pointer: "=", in: "mapped major"},

	"a name twice at the top":                   {body: `{"items":[],"channel":"a","channel":"b"}`, pointer: "/channel"},
	"a name twice in a line":                    {body: oneLine(`"sku":"a","sku":"b"`), pointer: "/items/0/sku"},
	"a name twice with one value":               {body: oneLine(`"sku":"a","sku":"a"`), pointer: "/items/0/sku"},
	"a name twice in attributes":                {body: attribute(`"a":1,"a":2`), pointer: "/items/0/attributes/a"},
	"a name twice in an attribute passed over":  {body: attribute(`"a":{"b":1,"b":2}`), pointer: "/items/0/attributes/a/b"},
	"a name twice where nothing is read":        {body: `{"items":[],"x":[{"y":{"b":1,"b":2}}]}`, pointer: "/x/0/y/b"},
	"a name twice, first escaped":               {body: `{"\u0069tems":[],"items":[]}`, pointer: "/items"},
	"a name twice, in mapped parents":           {body: `{"order":{"lines":[]},"order":{"codes":["A"]}}`, pointer: "/order", in: "mapped"},
	"__proto__ twice":                           {body: `{"items":[],"__proto__":1,"__proto__":2}`, pointer: "/__proto__"},
	"the empty name twice":                      {body: `{"items":[],"":1,"":2}`, pointer: "/"},
	"Items for items":                           {body: `{"Items":[]}`, pointer: "/Items"},
	"Items beside items":                        {body: `{"items":[],"Items":[{}]}`, pointer: "/Items"},
	"items beside Items before it":              {body: `{"Items":[{}],"items":[]}`, pointer: "/Items"},
	"a long s in items":                         {body: `{"items":[],"item\u017f":[{}]}`, pointer: "/itemſ"},
	"a kelvin sign in sku":                      {body: oneLine(`"s\u212au":"b"`), pointer: "/items/0/s\u212au"},
	"a kelvin sign in sku, not escaped":         {body: oneLine(`"s` + "\u212a" + `u":"b"`), pointer: "/items/0/s\u212au"},
	"a long s in a mapped parent":               {body: `{"order":{"lines":[]},"u\u017fer":{"no":"x"}}`, pointer: "/uſer", in: "mapped"},
	"another case of a mapped parent":           {body: `{"order":{"lines":[]},"Order":{"codes":["A"]}}`, pointer: "/Order", in: "mapped"},
	"another case of a mapped leaf":             {body: `{"order":{"lines":[{"qty":1,"price":{"Each":1}}]}}`, pointer: "/order/lines/0/price/Each", in: "mapped"},
	"names differing in case in attributes":     {body: attribute(`"a":1,"A":2`), pointer: "/items/0/attributes/A"},
	"names differing in case not read":          {body: `{"items":[],"x":{"a":1,"A":2}}`, pointer: "/x/A"},
	"a default name that the mapping left":      {body: `{"order":{"lines":[]},"items":[{}],"Coupons":["A"]}`, pointer: "=", in: "mapped"},
	"a dotless i is no i":                       {body: `{"items":[],"ıtems":[{}]}`, pointer: "="},
	"a ligature is not its letters":             {body: `{"items":[],"x":{"ﬁ":1,"fi":2}}`, pointer: "="},
	"a combined letter is not a composed one":   {body: `{"items":[],"x":{"e\u0301":1,"\u00e9":2}}`, pointer: "="},
	"escaped names":                             {body: `{"\u0069tems":[{"\u0073\u006b\u0075":"a","quantit\u0079":2}]}`, pointer: "="},
	"a zero in a name":                          {body: `{"items":[],"items\u0000":[{}],"\u0000items":1}`, pointer: "="},
	"a zero in a string":                        {body: oneLine(`"sku":"a\u0000b"`), pointer: "="},
	"a zero as it is":                           {body: oneLine("\"sku\":\"a\x00b\""), pointer: "/items/0/sku"},
	"a lone high surrogate":                     {body: oneLine(`"sku":"\ud800"`), pointer: "/items/0/sku"},
	"a lone low surrogate":                      {body: oneLine(`"sku":"\udc00"`), pointer: "/items/0/sku"},
	"surrogates the wrong way round":            {body: oneLine(`"sku":"\udc00\ud800"`), pointer: "/items/0/sku"},
	"a lone surrogate in a name":                {body: `{"items":[],"\ud800":1}`, pointer: ""},
	"a lone surrogate in what is not read":      {body: `{"items":[],"x":["\ud800"]}`, pointer: "/x/0"},
	"a pair of surrogates":                      {body: oneLine(`"sku":"\ud83d\ude00","category":"😀"`), pointer: "="},
	"the replacement character":                 {body: oneLine(`"sku":"\ufffd","category":"` + "\ufffd" + `"`), pointer: "="},
	"characters that are none":                  {body: oneLine(`"sku":"\uffff\ufffe"`), pointer: "="},
	"line separators":                           {body: oneLine(`"sku":"` + "\u2028\u2029\u0085" + `"`), pointer: "="},
	"every short escape":                        {body: oneLine(`"sku":"\"\\\/\b\f\n\r\t"`), pointer: "="},
	"an escape that is none":                    {body: oneLine(`"sku":"\x41"`), pointer: "/items/0/sku"},
	"invalid UTF-8":                             {body: oneLine("\"sku\":\"\xff\""), pointer: "/items/0/sku"},
	"overlong UTF-8":                            {body: oneLine("\"sku\":\"\xc0\x80\""), pointer: "/items/0/sku"},
	"surrogates in UTF-8":                       {body: oneLine("\"sku\":\"\xed\xa0\xbd\xed\xb8\x80\""), pointer: "/items/0/sku"},
	"past the last character":                   {body: oneLine("\"sku\":\"\xf4\x90\x80\x80\""), pointer: "/items/0/sku"},
	"a byte order mark":                         {body: "\ufeff" + `{"items":[]}`, pointer: ""},
	"UTF-16":                                    {body: "{\x00\"\x00i\x00t\x00e\x00m\x00s\x00\"\x00:\x00[\x00]\x00}\x00", pointer: ""},
	"a comment":                                 {body: `{"items":[]/**/}`, pointer: ""},
	"a comment to the end":                      {body: `{"items":[]} // x`, pointer: ""},
	"a comma behind the last member":            {body: `{"items":[],}`, pointer: ""},
	"a comma behind the last element":           {body: `{"items":[],"x":[1,]}`, pointer: "/x/1"},
	"more behind":                               {body: `{"items":[]}x`, pointer: ""},
	"a second document":                         {body: `{"items":[]}{"items":[{}]}`, pointer: ""},
	"a second document on its line":             {body: "{\"items\":[]}\n{\"items\":[{}]}", pointer: ""},
	"a zero behind":                             {body: "{\"items\":[]}\x00", pointer: ""},
	"__proto__ with a cart in it":               {body: `{"items":[],"__proto__":{"coupons":["A"],"customer":{"tier":"gold"}}}`, pointer: "="},
	"__proto__ in a line":                       {body: oneLine(`"__proto__":{"unit_price":1,"reduced":true}`), pointer: "="},
	"__proto__ as an attribute":                 {body: attribute(`"__proto__":"a","constructor":1,"toString":true`), pointer: "="},
	"constructor":                               {body: `{"items":[],"constructor":{"prototype":{"channel":"x"}}}`, pointer: "="},
	"the empty name":                            {body: `{"items":[],"":{"":1}}`, pointer: "="},
	"names that are indexes":                    {body: attribute(`"1":1,"0":"a","length":9`), pointer: "="},
	"a no-break space":                          {body: "{\u00a0\"items\":[]}", pointer: ""},
	"a form feed":                               {body: "{\f\"items\":[]}", pointer: ""},
	"a vertical tab":                            {body: "{\"items\":\v[]}", pointer: "/items"},
	"all white space there is":                  {body: " \t\r\n{ \t\r\n\"items\" \t\r\n: \t\r\n[ \t\r\n] \t\r\n} \t\r\n", pointer: "="},
	"null for everything but items":             {body: `{"items":[{"id":null,"sku":null,"category":null,"subgroup":null,"quantity":1,"unit_price":null,"reduced":null,"attributes":null}],"currency":null,"customer":null,"coupons":null,"channel":null,"region":null,"shipping":null}`, pointer: "="},
	"null in a customer":                        {body: `{"items":[],"customer":{"id":null,"tier":null,"segments":null,"completed_orders":null}}`, pointer: "="},
	"null for items":                            {body: `{"items":null}`, pointer: "/items"},
	"null for a line":                           {body: `{"items":[null]}`, pointer: "/items/0"},
	"null for a quantity":                       {body: `{"items":[{"quantity":null}]}`, pointer: "/items/0"},
	"null for a coupon":                         {body: `{"items":[],"coupons":[null]}`, pointer: "/coupons/0"},
	"null for an attribute":                     {body: attribute(`"a":null`), pointer: "="},
	"true for reduced":                          {body: oneLine(`"reduced":true`), pointer: "="},
	"one for reduced":                           {body: oneLine(`"reduced":1`), pointer: "/items/0/reduced"},
	"true for a quantity":                       {body: `{"items":[{"quantity":true}]}`, pointer: "/items/0/quantity"},
	"true for a name":                           {body: oneLine(`"sku":true`), pointer: "/items/0/sku"},
	"true, one and their texts in attributes":   {body: attribute(`"a":true,"b":1,"c":"true","d":"1","e":false,"f":0,"g":""`), pointer: "="},
	"a string for a quantity":                   {body: `{"items":[{"quantity":"1"}]}`, pointer: "/items/0/quantity"},
	"a string for a price in minor units":       {body: oneLine(`"unit_price":"1800"`), pointer: "/items/0/unit_price"},
	"a number for a category":                   {body: oneLine(`"category":1`), pointer: "/items/0/category"},
	"a number for a coupon":                     {body: `{"items":[],"coupons":[1]}`, pointer: "/coupons/0"},
	"a list for a customer":                     {body: `{"items":[],"customer":[]}`, pointer: "/customer"},
	"an object for items":                       {body: `{"items":{"0":{"quantity":1},"length":1}}`, pointer: "/items"},
	"nested to the last level":                  {body: `{"items":[],"x":` + nested(62) + `}`, pointer: "="},
	"nested to the last level there is":         {body: `{"items":[],"x":` + nested(63) + `}`, pointer: "="},
	"nested one too deep":                       {body: `{"items":[],"x":` + nested(64) + `}`, pointer: "/x" + strings.Repeat("/0", 63)},
	"nested ten thousand deep":                  {body: `{"items":[],"x":` + nested(9000) + `}`, pointer: "/x" + strings.Repeat("/0", 63)},
	"nested deeper than any parser follows":     {body: `{"items":[],"x":` + nested(100_000) + `}`, pointer: ""},
	"objects nested one too deep in attributes": {body: attribute(`"x":` + strings.Repeat(`{"y":`, 61) + "1" + strings.Repeat("}", 61)), pointer: "/items/0/attributes/x" + strings.Repeat("/y", 60)},
	"a MiB of names":                            {body: string(manyNames(1 << 20)), pointer: "="},
	"an escaped name of a map":                  {body: `{"ord\u0065r":{"l\u0069nes":[{"q\u0074y":1}]}}`, pointer: "=", in: "mapped"},
}

const mappedWhole = `{
  "order": {"money": {"code": "CNY"}, "codes": ["A", "B"],
    "lines": [
      {"no": "l1", "product": {"code": "a", "group": {"name": "咖啡", "sub": "冷饮"}, "info": {"mg": 95, "hot": false}},
       "qty": 2, "price": {"each": 1800, "sale": true}},
      {"no": 2, "qty": 1}],
    "to": {"region": "sh", "fees": [{"no": 1, "how": "post", "fee": {"net": 1800}}]}},
  "user": {"no": 7, "level": "gold", "in": ["vip"], "history": {"orders": 3}}, "via": "app",
  "items": "not these", "coupons": 17
}`

func oneLine(members string) string {
	return `{"items":[{"quantity":1,` + members + `}]}`
}

func attribute(members string) string {
	return oneLine(`"attributes":{` + members + `}`)
}

// Numbers of every form in every place that takes one. The value is the
// verdict: "" accepts it in attributes, names, minor and major amounts; the
// letters a, n, i and m refuse it there, and u where nothing is read.
var numbers = map[string]struct{ number, refused string }{
	"zero":                           {"0", ""},
	"minus zero":                     {"-0", "nim"},
	"minus zero with decimals":       {"-0.0", "nim"},
	"an integer":                     {"1800", ""},
	"a negative integer":             {"-5", "im"},
	"a fraction of nothing":          {"1800.0", "ni"},
	"a fraction":                     {"18.5", "ni"},
	"more decimals than there are":   {"18.505", "nim"},
	"zeros past the decimals":        {"18.50000000000000000000000", "ni"},
	"an exponent":                    {"1e2", "nim"},
	"an exponent in capitals":        {"1E+2", "nim"},
	"a negative exponent":            {"100e-2", "nim"},
	"an exponent of nothing":         {"1e0", "nim"},
	"a zero in front":                {"01", "animu"},
	"a plus":                         {"+1", "animu"},
	"a point in front":               {".5", "animu"},
	"a point behind":                 {"5.", "animu"},
	"hexadecimal":                    {"0x10", "animu"},
	"underscores":                    {"1_000", "animu"},
	"a big suffix":                   {"1n", "animu"},
	"NaN":                            {"NaN", "animu"},
	"Infinity":                       {"Infinity", "animu"},
	"minus Infinity":                 {"-Infinity", "animu"},
	"the largest amount":             {"999999999999999", "m"},
	"one more than an amount":        {"1000000000000000", "im"},
	"the last integer of a double":   {"9007199254740991", "im"},
	"the last negative one":          {"-9007199254740991", "im"},
	"the first that is not alone":    {"9007199254740992", "nim"},
	"2^53 and one":                   {"9007199254740993", "anim"},
	"minus 2^53 and one":             {"-9007199254740993", "anim"},
	"the largest of 64 bits":         {"9223372036854775807", "anim"},
	"more than 64 bits":              {"9223372036854775808", "anim"},
	"ten to the thirty":              {"1" + strings.Repeat("0", 30), "nim"},
	"ten to the thirty and one":      {"1" + strings.Repeat("0", 29) + "1", "anim"},
	"all digits a double keeps":      {"0.30000000000000004", "nim"},
	"more digits than a double":      {"0.300000000000000004", "anim"},
	"the largest double":             {"1.7976931348623157e308", "nim"},
	"more than the largest double":   {"1e309", "animu"},
	"an exponent past all":           {"1e400", "animu"},
	"an exponent past integers":      {"1e99999999999999999999", "animu"},
	"less than the least double":     {"1e-400", "anim"},
	"nothing with any exponent":      {"0e99999999999999999999", "nim"},
	"the least double":               {"5e-324", "nim"},
	"integers without end":           {strings.Repeat("9", 5000), "animu"},
	"decimals without end":           {"0." + strings.Repeat("3", 5000), "anim"},
	"a double by many zeros":         {"1" + strings.Repeat("0", 308), "nim"},
	"more than one by many zeros":    {"1" + strings.Repeat("0", 309), "animu"},
	"a double behind many zeros":     {"0." + strings.Repeat("0", 320) + "5", "nim"},
	"half a cent by a long exponent": {"5E-0000000003", "nim"},
}

var numberPlaces = []struct{ letter, format, pointer, shape string }{
	{"a", attribute(`"a":%s`), "/items/0/attributes/a", "default"},
	{"n", oneLine(`"sku":%s`), "/items/0/sku", "default"},
	{"n", oneLine(`"id":%s`), "/items/0/id", "default"},
	{"n", `{"items":[],"customer":{"id":%s}}`, "/customer/id", "default"},
	{"i", oneLine(`"unit_price":%s`), "/items/0/unit_price", "default"},
	{"i", `{"items":[],"shipping":[{"amount":%s}]}`, "/shipping/0/amount", "default"},
	{"i", `{"items":[],"customer":{"completed_orders":%s}}`, "/customer/completed_orders", "default"},
	{"m", oneLine(`"unit_price":%s`), "/items/0/unit_price", "default major"},
	{"u", `{"items":[],"x":%s}`, "/x", "default"},
	{"u", attribute(`"x":[%s]`), "/items/0/attributes/x/0", "default"},
}

func TestEveryParserSeesTheCart(t *testing.T) {
	needRuntimes(t)
	for name, test := range everywhere {
		t.Run(name, func(t *testing.T) {
			if test.in == "" {
				test.in = "default"
			}
			checkEverywhere(t, test.body, test.in, test.pointer)
		})
	}
}

func TestEveryParserSeesTheNumber(t *testing.T) {
	needRuntimes(t)
	for name, test := range numbers {
		t.Run(name, func(t *testing.T) {
			for _, place := range numberPlaces {
				pointer := "="
				if strings.Contains(test.refused, place.letter) {
					pointer = place.pointer
				}
				checkEverywhere(t, fmt.Sprintf(place.format, test.number), place.shape, pointer)
			}
		})
	}
}

// checkEverywhere reads a body that is refused at a pointer, or near it where
// it is not even JSON, or accepted and then the same everywhere.
func checkEverywhere(t *testing.T, body, in, pointer string) {
	t.Helper()
	shape := shapes[in]
	r := reader(t, Options{Map: shape.m, Prices: shape.prices})
	var into Cart
	found, err := r.ReadJSON([]byte(body), currency(t, "CNY"), &into)
	if pointer != "=" {
		bad := invalid(t, found, err)
		near := strings.HasPrefix(bad.Reason, "is not JSON") && strings.HasPrefix(pointer, bad.Pointer)
		if bad.Pointer != pointer && !near {
			t.Errorf("refused at %s, want %s: %s\n%.300s", bad.Pointer, pointer, bad.Reason, body)
		}
		return
	}
	if err != nil || !found {
		t.Errorf("%v, %v, want it accepted\n%.300s", found, err, body)
		return
	}
	sameEverywhere(t, []task{{[]byte(body), shape, facts(t, &into, shape.prices, currency(t, "CNY"))}})
}
