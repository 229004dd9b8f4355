package cart

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// textLists are the lists of texts by where they are in a body of the default shape, and
// what is read of them.
var textLists = map[string]struct {
	key  string
	body string
	read func(Cart) []string
}{
	"/coupons":           {key: "coupons", body: `{"items":[],"coupons":%s}`, read: func(c Cart) []string { return c.Coupons }},
	"/customer/segments": {key: "customer_segments", body: `{"items":[],"customer":{"segments":%s}}`, read: func(c Cart) []string { return c.Customer.Segments }},
	"/items/0/category":  {key: "category", body: `{"items":[{"quantity":1,"category":%s}]}`, read: func(c Cart) []string { return categoriesOf(c.Lines[0]) }},
}

// categoriesOf are all categories of a line.
func categoriesOf(l Line) []string {
	if l.Category == "" {
		return l.MoreCategories
	}
	return append([]string{l.Category}, l.MoreCategories...)
}

func TestListsOfTexts(t *testing.T) {
	for name, test := range map[string]struct {
		commas bool
		value  string
		want   []string
		at     string // behind the list's pointer
		reason string
	}{
		"a list":                     {value: `["a","b"]`, want: []string{"a", "b"}},
		"one value alone":            {value: `"a"`, want: []string{"a"}},
		"an integer alone":           {value: `618`, want: []string{"618"}},
		"integers":                   {value: `[618,"b",7]`, want: []string{"618", "b", "7"}},
		"an empty list":              {value: `[]`},
		"an empty text":              {value: `""`},
		"null":                       {value: `null`},
		"null and empty elements":    {value: `[null,"","a",null,"b",""]`, want: []string{"a", "b"}},
		"nothing but empty elements": {value: `[null,"",null]`},
		"commas without the mark":    {value: `"a,b"`, want: []string{"a,b"}},
		"the same text twice":        {value: `["a","a"]`, want: []string{"a", "a"}},
		"white space is kept":        {value: `[" a "," "]`, want: []string{" a ", " "}},

		"cut at commas":                {commas: true, value: `"a,b"`, want: []string{"a", "b"}},
		"cut with white space":         {commas: true, value: `" a ,\tb c\n, d"`, want: []string{"a", "b c", "d"}},
		"cut with empty pieces":        {commas: true, value: `",a,, ,b,"`, want: []string{"a", "b"}},
		"one piece":                    {commas: true, value: `"a"`, want: []string{"a"}},
		"an empty text, cut":           {commas: true, value: `""`},
		"nothing but commas":           {commas: true, value: `" , ,"`},
		"elements are cut, too":        {commas: true, value: `["a,b",null,"c",7]`, want: []string{"a", "b", "c", "7"}},
		"an escaped comma is a comma":  {commas: true, value: `"a\u002cb"`, want: []string{"a", "b"}},
		"white space of other scripts": {commas: true, value: `"\u00a0a,b"`, want: []string{"\u00a0a", "b"}},

		"a fraction":          {value: `["a",1.5]`, at: "/1", reason: "is 1.5" + wantsName},
		"true":                {value: `[true]`, at: "/0", reason: "is true" + wantsName},
		"true alone":          {value: `true`, reason: "is true" + wantsName},
		"a list in the list":  {value: `["a",["b"]]`, at: "/1", reason: "is an array" + wantsName},
		"an object":           {value: `{"code":"a"}`, reason: `is an object, want a text or an integer; the path PATH can go on into it, such as PATH.code`},
		"an object in a list": {value: `["a",{"code":"b"}]`, at: "/1", reason: `is an object, want a text or an integer; the path PATH can go on into it, such as PATH.code`},
	} {
		for pointer, list := range textLists {
			t.Run(name+pointer, func(t *testing.T) {
				path := map[string]string{"coupons": "coupons", "customer_segments": "customer.segments", "category": "category"}[list.key]
				var m Mapping
				if test.commas {
					if err := m.Set(list.key, path, ","); err != nil {
						t.Fatal(err)
					}
				}
				options, body := Options{Map: m}, fmt.Sprintf(list.body, test.value)
				if test.reason != "" {
					want := Invalid{Pointer: pointer + test.at, Reason: strings.ReplaceAll(test.reason, "PATH", path)}
					if got := refusalOf(t, options, body); got != want {
						t.Errorf("got  %+v\nwant %+v", got, want)
					}
				} else if got := list.read(cartOf(t, options, body)); len(got)+len(test.want) > 0 && !reflect.DeepEqual(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		}
	}
}

func TestListsOfTextsAreBounded(t *testing.T) {
	texts := func(n int) string { return strings.Repeat(`"x",`, n-1) + `"x"` }
	objects := func(n int) string { return strings.Repeat(`{"name":"x"},`, n-1) + `{"name":"x"}` }
	line := func(category string) string { return `{"items":[{"quantity":1,"category":` + category + `}]}` }
	for name, test := range map[string]struct {
		options Options
		body    string
		reason  string // empty if it is within the bound
		pointer string
	}{
		"coupons":                      {options: Options{MaxCoupons: 3}, body: `{"items":[],"coupons":[` + texts(3) + `]}`},
		"empty ones are not counted":   {options: Options{MaxCoupons: 1}, body: `{"items":[],"coupons":["",null,"a",""]}`},
		"a coupon too many":            {options: Options{MaxCoupons: 3}, body: `{"items":[],"coupons":[` + texts(4) + `]}`, pointer: "/coupons/3", reason: "is one too many, want at most 3 coupons"},
		"a coupon too many, by commas": {options: Options{MaxCoupons: 1, Map: Mapping{Coupons: Paths{"c", ","}}}, body: `{"items":[],"c":"a,b"}`, pointer: "/c", reason: "is one too many, want at most 1 coupons"},
		"categories":                   {body: line(`[` + texts(64) + `]`)},
		"a category too many":          {body: line(`[` + texts(65) + `]`), pointer: "/items/0/category/64", reason: "is one too many, want at most 64 categories"},
		"categories of objects":        {options: Options{Map: Mapping{Category: Paths{"category.name"}}}, body: line(`[` + objects(64) + `]`)},
		"a category of an object too many": {options: Options{Map: Mapping{Category: Paths{"category.name"}}}, body: line(`[` + objects(65) + `]`),
			pointer: "/items/0/category/64/name", reason: "is one too many, want at most 64 categories"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.reason == "" {
				cartOf(t, test.options, test.body)
			} else if got := refusalOf(t, test.options, test.body); got != (Invalid{Pointer: test.pointer, Reason: test.reason}) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// Every line has the categories of its own.
func TestCategories(t *testing.T) {
	c := cartOf(t, Options{Map: Mapping{Category: Paths{"category", "tags.name", "groups"}}}, `{"items":[
		{"quantity":1,"category":"a","tags":[{"name":"b"},{"name":"c"}]},
		{"quantity":1},
		{"quantity":1,"groups":["d","e"]},
		{"quantity":1,"tags":{"name":"f"},"groups":"g"},
		{"quantity":1,"category":["","h"]}]}`)
	want := [][]string{{"a", "b", "c"}, nil, {"d", "e"}, {"f", "g"}, {"h"}}
	for i, line := range c.Lines {
		if got := categoriesOf(line); !reflect.DeepEqual(got, want[i]) {
			t.Errorf("line %d: got %q, want %q", i, got, want[i])
		}
	}
}

func TestShippingForms(t *testing.T) {
	for name, test := range map[string]struct {
		value   string
		want    []Charge
		at      string
		reason  string
		prices  Prices
		mapping Mapping
	}{
		"a list":            {value: `[{"id":"s","method":"m","amount":5},{"amount":0}]`, want: []Charge{{ID: "s", Method: "m", Amount: 5}, {}}},
		"one object":        {value: `{"id":"s","amount":5}`, want: []Charge{{ID: "s", Amount: 5}}},
		"an amount alone":   {value: `5`, want: []Charge{{Amount: 5}}},
		"a text alone":      {value: `"5"`, want: []Charge{{Amount: 5}}},
		"a major text":      {value: `"6.50"`, prices: Major, want: []Charge{{Amount: 650}}},
		"a list of amounts": {value: `[5,"6"]`, want: []Charge{{Amount: 5}, {Amount: 6}}},
		"an empty list":     {value: `[]`},
		"null":              {value: `null`},
		"a null charge":     {value: `[{"amount":1},null]`, at: "/1", reason: "is null, want an object or an amount"},
		"true":              {value: `true`, reason: "is true, want an object or an amount"},
		"a list in a list":  {value: `[[1]]`, at: "/0", reason: "is an array, want an object or an amount"},
		"an empty text":     {value: `""`, reason: `is ""` + wantsMinor},
		"an empty object":   {value: `{}`, reason: `has no "amount"` + wantsMinor},
		"a null amount":     {value: `[{"amount":null}]`, at: "/0", reason: `has no "amount"` + wantsMinor},
		"an object where its amount is not read": {value: `{"amount":1}`, mapping: Mapping{Shipping: Paths{"shipping"}, ShippingAmount: Paths{Unread}},
			reason: `is an object, want an amount`},
	} {
		t.Run(name, func(t *testing.T) {
			options, body := Options{Prices: test.prices, Map: test.mapping}, `{"items":[],"shipping":`+test.value+`}`
			if test.reason != "" {
				if got := refusalOf(t, options, body); got != (Invalid{Pointer: "/shipping" + test.at, Reason: test.reason}) {
					t.Errorf("got %+v\nwant %s", got, test.reason)
				}
			} else if got := cartOf(t, options, body).Shipping; !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestAttributeForms(t *testing.T) {
	pairs := Mapping{Attributes: Paths{"attributes", "name", "value"}}
	for name, test := range map[string]struct {
		mapping Mapping
		value   string
		want    []Attribute
		at      string
		reason  string
	}{
		"an object": {value: `{"size":"L","mg":95,"hot":false}`, want: []Attribute{
			{Name: "size", Text: "L", Kind: Text}, {Name: "mg", Text: "95", Kind: Number}, {Name: "hot", Text: "false", Kind: Bool}}},
		"an empty object":               {value: `{}`},
		"null":                          {value: `null`},
		"an empty list is no attribute": {value: ` [ ] `},
		"nested values are passed over": {value: `{"a":{"b":1},"c":[1],"d":null,"e":1}`, want: []Attribute{{Name: "e", Text: "1", Kind: Number}}},
		"a negative number":             {value: `{"a":-1.5}`, want: []Attribute{{Name: "a", Text: "-1.5", Kind: Number}}},
		"an exponent that is kept":      {value: `{"a":1e2}`, want: []Attribute{{Name: "a", Text: "1e2", Kind: Number}}},
		"an empty text is a value":      {value: `{"a":""}`, want: []Attribute{{Name: "a", Kind: Text}}},
		"a list":                        {value: `[{"name":"a","value":1}]`, reason: "is an array, want an object; attributes PATH NAME VALUE reads an array of pairs"},
		"a text":                        {value: `"a"`, reason: `is "a", want an object`},
		"a number past floating point":  {value: `{"a":1e999}`, at: "/a", reason: "is 1e999, want a number that fits 64 bits of floating point"},
		"a number not every parser keeps": {value: `{"a":9007199254740993}`, at: "/a",
			reason: "is 9007199254740993, want a number of no more digits than 64 bits of floating point keep"},
		"names that differ in case": {value: `{"a":1,"A":1}`, at: "/A", reason: "differs only in case from another member of its object"},

		"pairs": {mapping: pairs, value: `[{"name":"size","value":"L"},{"name":"mg","value":95,"x":{}},{"value":true,"name":"hot"}]`, want: []Attribute{
			{Name: "size", Text: "L", Kind: Text}, {Name: "mg", Text: "95", Kind: Number}, {Name: "hot", Text: "true", Kind: Bool}}},
		"no pairs":                 {mapping: pairs, value: `[]`},
		"an object in their place": {mapping: pairs, value: `{"size":"L"}`, want: []Attribute{{Name: "size", Text: "L", Kind: Text}}},
		"a name that is an integer": {mapping: pairs, value: `[{"name":7,"value":"L"}]`,
			want: []Attribute{{Name: "7", Text: "L", Kind: Text}}},
		"values of pairs that are passed over": {mapping: pairs, value: `[{"name":"a","value":{"b":1}},{"name":"c","value":[1]},{"name":"d","value":null},{"name":"e"},{"name":"f","value":1}]`,
			want: []Attribute{{Name: "f", Text: "1", Kind: Number}}},
		"paths within a pair": {mapping: Mapping{Attributes: Paths{"attributes", "attribute.code", "values.label"}},
			value: `[{"attribute":{"code":"a"},"values":[{"label":"x"}]},{"attribute":{"code":"b"},"values":[]}]`,
			want:  []Attribute{{Name: "a", Text: "x", Kind: Text}}},
		"a name given twice": {mapping: pairs, value: `[{"name":"a","value":1},{"name":"b","value":1},{"name":"a","value":1}]`, at: "/2",
			reason: `has the name "a", which an earlier pair has, too`},
		"a name given twice, first without a value": {mapping: pairs, value: `[{"name":"a","value":null},{"name":"a","value":1}]`, at: "/1",
			reason: `has the name "a", which an earlier pair has, too`},
		"a name given twice, then without a value": {mapping: pairs, value: `[{"name":"a","value":1},{"name":"a"}]`, at: "/1",
			reason: `has the name "a", which an earlier pair has, too`},
		"a name given twice, both nested": {mapping: pairs, value: `[{"name":"a","value":{}},{"name":"a","value":[]}]`, at: "/1",
			reason: `has the name "a", which an earlier pair has, too`},
		"a pair without a name":    {mapping: pairs, value: `[{"value":1}]`, at: "/0", reason: `has no name, want one at "name"`},
		"a pair with an empty one": {mapping: pairs, value: `[{"name":"","value":1}]`, at: "/0", reason: `has no name, want one at "name"`},
		"a name that is an object": {mapping: pairs, value: `[{"name":{},"value":1}]`, at: "/0/name", reason: "is an object" + wantsName},
		"a null pair":              {mapping: pairs, value: `[null]`, at: "/0", reason: "is null, want an object with a name and a value"},
		"a text as a pair":         {mapping: pairs, value: `["a"]`, at: "/0", reason: `is "a", want an object with a name and a value`},
		"several values": {mapping: Mapping{Attributes: Paths{"attributes", "name", "values.label"}}, at: "/0/values/1/label",
			value: `[{"name":"a","values":[{"label":"x"},{"label":"y"}]}]`, reason: `is a second value at "values.label", want one`},
		"a name in another case": {mapping: pairs, value: `[{"name":"a","value":1,"Value":2}]`, at: "/0/Value",
			reason: `differs only in case from "value", want it written so`},
	} {
		t.Run(name, func(t *testing.T) {
			options, body := Options{Map: test.mapping}, `{"items":[{"quantity":1,"attributes":`+test.value+`}]}`
			if test.reason != "" {
				if got := refusalOf(t, options, body); got != (Invalid{Pointer: "/items/0/attributes" + test.at, Reason: test.reason}) {
					t.Errorf("got %+v\nwant %s", got, test.reason)
				}
			} else if got := cartOf(t, options, body).Lines[0].Attributes; !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// Pairs without a value count, too: else there would be no bound to the names that are
// compared.
func TestPairsAreBounded(t *testing.T) {
	options := Options{MaxAttributes: 2, Map: Mapping{Attributes: Paths{"attributes", "name", "value"}}}
	for name, test := range map[string]struct{ value, reason string }{
		"as many":                  {value: `[{"name":"a","value":1},{"name":"b"}]`},
		"one too many":             {value: `[{"name":"a","value":1},{"name":"b","value":1},{"name":"c","value":1}]`, reason: "has 3 attributes, want at most 2"},
		"one too many, no values":  {value: `[{"name":"a"},{"name":"b"},{"name":"c"}]`, reason: "has 3 attributes, want at most 2"},
		"many members of no value": {value: `{"a":1,"b":2,"c":null,"d":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			body := `{"items":[{"quantity":1},{"quantity":1,"attributes":` + test.value + `}]}`
			if test.reason == "" {
				cartOf(t, options, body)
			} else if got := refusalOf(t, options, body); got != (Invalid{Pointer: "/items/1/attributes", Reason: test.reason}) {
				t.Errorf("got %+v", got)
			}
		})
	}
}
