package cart

import (
	"reflect"
	"strings"
	"testing"
)

// skus are the SKUs of the lines, in order.
func skus(c Cart) string {
	var list []string
	for _, line := range c.Lines {
		list = append(list, line.SKU)
	}
	return strings.Join(list, " ")
}

// listOfLines is a list of lines of one unit, by their SKUs.
func listOfLines(skus string) string {
	var lines []string
	for _, sku := range strings.Fields(skus) {
		lines = append(lines, lineOf(sku))
	}
	return "[" + strings.Join(lines, ",") + "]"
}

func lineOf(sku string) string { return `{"sku":"` + sku + `","quantity":1}` }

func TestPathsOfItems(t *testing.T) {
	const inOrder = "is behind a member that JavaScript lists after it, want numbers first and ascending"
	for name, test := range map[string]struct {
		items           Paths
		body            string
		want            string // SKUs
		none            bool   // no cart
		pointer, reason string
	}{
		"several, in the order of the paths": {items: Paths{"physical", "digital"},
			body: `{"digital":` + listOfLines("c d") + `,"physical":` + listOfLines("a b") + `}`, want: "a b c d"},
		"several, in the order of the body, too": {items: Paths{"physical", "digital"},
			body: `{"physical":` + listOfLines("a b") + `,"digital":` + listOfLines("c d") + `}`, want: "a b c d"},
		"several within one object": {items: Paths{"line_items.physical", "line_items.digital", "line_items.gift"},
			body: `{"line_items":{"gift":` + listOfLines("e") + `,"digital":` + listOfLines("c d") + `,"physical":` + listOfLines("a b") + `}}`, want: "a b c d e"},
		"several, through lists": {items: Paths{"units.a", "units.b"},
			body: `{"units":[{"b":` + listOfLines("x") + `,"a":` + listOfLines("p q") + `},{"a":` + listOfLines("r") + `,"b":` + listOfLines("y z") + `}]}`, want: "p q r x y z"},
		"several, one of them not there": {items: Paths{"a", "b"}, body: `{"b":` + listOfLines("x") + `}`, want: "x"},
		"several, one of them empty":     {items: Paths{"a", "b"}, body: `{"b":` + listOfLines("x") + `,"a":[]}`, want: "x"},
		"several, one of them null":      {items: Paths{"a", "b"}, body: `{"b":` + listOfLines("x") + `,"a":null}`, pointer: "/a", reason: "is null, want an array"},
		"several, one an object": {items: Paths{"a", "b"}, body: `{"b":` + listOfLines("x") + `,"a":{}}`, pointer: "/a",
			reason: "is an object, want an array; the path a.* reads the values of an object"},
		"several, none there":            {items: Paths{"a", "b"}, body: `{"items":[]}`, none: true},
		"several, one in another case":   {items: Paths{"a", "b"}, body: `{"b":[],"A":[]}`, pointer: "/A", reason: `differs only in case from "a", want it written so`},
		"several and wrong in the first": {items: Paths{"a", "b"}, body: `{"b":` + listOfLines("x y") + `,"a":[{"quantity":-1}]}`, pointer: "/a/0/quantity", reason: "is -1" + wantsQuantity + " without sign"},

		"through a list":                     {items: Paths{"units.items"}, body: `{"units":[{"items":` + listOfLines("a b") + `},{"items":` + listOfLines("c") + `}]}`, want: "a b c"},
		"through a list of one":              {items: Paths{"units.items"}, body: `{"units":[{"items":` + listOfLines("a b") + `}]}`, want: "a b"},
		"through a list of lists":            {items: Paths{"units.items"}, body: `{"units":[[{"items":` + listOfLines("a") + `}],[[{"items":` + listOfLines("b") + `}],{"items":` + listOfLines("c") + `}]]}`, want: "a b c"},
		"through two lists":                  {items: Paths{"shops.units.items"}, body: `{"shops":[{"units":[{"items":` + listOfLines("a") + `},{"items":` + listOfLines("b") + `}]},{"units":{"items":` + listOfLines("c") + `}}]}`, want: "a b c"},
		"through null in a list":             {items: Paths{"units.items"}, body: `{"units":[null,{"items":` + listOfLines("a") + `},null]}`, want: "a"},
		"through an element without":         {items: Paths{"units.items"}, body: `{"units":[{},{"items":` + listOfLines("a") + `},{"x":1}]}`, want: "a"},
		"through an empty list of PHP":       {items: Paths{"units.items"}, body: `{"units":[[],{"items":` + listOfLines("a") + `}]}`, want: "a"},
		"through an empty list alone":        {items: Paths{"units.items"}, body: `{"units":[]}`, none: true},
		"through null alone":                 {items: Paths{"units.items"}, body: `{"units":null}`, none: true},
		"through an object without":          {items: Paths{"units.items"}, body: `{"units":{"lines":[]}}`, none: true},
		"through a text":                     {items: Paths{"units.items"}, body: `{"units":"x"}`, none: true},
		"a text beside items":                {items: Paths{"units.items"}, body: `{"units":[{"items":` + listOfLines("a") + `},"x"]}`, pointer: "/units/1", reason: `is "x", want an object, or an array of objects`},
		"a text before items":                {items: Paths{"units.items"}, body: `{"units":["x",{"items":` + listOfLines("a") + `}]}`, pointer: "/units/0", reason: `is "x", want an object, or an array of objects`},
		"items that are null":                {items: Paths{"units.items"}, body: `{"units":[{"items":` + listOfLines("a") + `},{"items":null}]}`, pointer: "/units/1/items", reason: "is null, want an object"},
		"each is one line":                   {items: Paths{"lines.edges.node"}, body: `{"lines":{"edges":[{"node":` + lineOf("a") + `},{"cursor":1,"node":` + lineOf("b") + `}]}}`, want: "a b"},
		"one line, not through a list":       {items: Paths{"lines.node"}, body: `{"lines":{"node":` + lineOf("a") + `}}`, pointer: "/lines/node", reason: "is an object, want an array; the path lines.node.* reads the values of an object"},
		"a list in a list of lines":          {items: Paths{"lines"}, body: `{"lines":[` + listOfLines("a") + `]}`, pointer: "/lines/0", reason: "is an array, want an object"},
		"no implicit way into a body's list": {items: Paths{"items"}, body: `[{"items":` + listOfLines("a") + `}]`, none: true},

		"every value of an object":            {items: Paths{"cart.items.*"}, body: `{"cart":{"items":{"x":` + lineOf("a") + `,"b":` + lineOf("b") + `,"":` + lineOf("c") + `}}}`, want: "a b c"},
		"every element of a list":             {items: Paths{"cart.items.*"}, body: `{"cart":{"items":` + listOfLines("a b") + `}}`, want: "a b"},
		"every value, into each":              {items: Paths{"groups.*.items"}, body: `{"groups":{"x":{"items":` + listOfLines("a b") + `},"y":{"items":` + listOfLines("c") + `},"z":{}}}`, want: "a b c"},
		"every value is a list":               {items: Paths{"groups.*"}, body: `{"groups":{"x":` + listOfLines("a b") + `,"y":` + listOfLines("c") + `}}`, want: "a b c"},
		"every value of every value":          {items: Paths{"groups.*.*"}, body: `{"groups":{"x":{"1":` + lineOf("a") + `},"y":` + listOfLines("b c") + `}}`, want: "a b c"},
		"every value, numbers ascending":      {items: Paths{"items.*"}, body: `{"items":{"0":` + lineOf("a") + `,"7":` + lineOf("b") + `,"4294967294":` + lineOf("c") + `,"x":` + lineOf("d") + `}}`, want: "a b c d"},
		"every value, numbers descending":     {items: Paths{"items.*"}, body: `{"items":{"7":` + lineOf("a") + `,"1":` + lineOf("b") + `}}`, pointer: "/items/1", reason: inOrder},
		"every value, a number behind a name": {items: Paths{"items.*"}, body: `{"items":{"x":` + lineOf("a") + `,"1":` + lineOf("b") + `}}`, pointer: "/items/1", reason: inOrder},
		"every value, numbers as text":        {items: Paths{"items.*"}, body: `{"items":{"10":` + lineOf("a") + `,"9":` + lineOf("b") + `}}`, pointer: "/items/9", reason: inOrder},
		"every value, an escaped number":      {items: Paths{"items.*"}, body: `{"items":{"7":` + lineOf("a") + `,"\u0031":` + lineOf("b") + `}}`, pointer: "/items/1", reason: inOrder},
		"every value, no numbers to JavaScript": {items: Paths{"items.*"},
			body: `{"items":{"x":` + lineOf("a") + `,"01":` + lineOf("b") + `,"-1":` + lineOf("c") + `,"1.5":` + lineOf("d") + `,"4294967295":` + lineOf("e") + `,"１":` + lineOf("f") + `}}`, want: "a b c d e f"},
		"every value, one name twice":   {items: Paths{"items.*"}, body: `{"items":{"x":` + lineOf("a") + `,"x":` + lineOf("b") + `}}`, pointer: "/items/x", reason: "is in its object twice, again at byte 39"},
		"every value, one number twice": {items: Paths{"items.*"}, body: `{"items":{"1":` + lineOf("a") + `,"1":` + lineOf("b") + `}}`, pointer: "/items/1", reason: "is in its object twice, again at byte 39"},
		"every value, a NUL in a name":  {items: Paths{"items.*"}, body: `{"items":{"x\u0000":` + lineOf("a") + `}}`, pointer: "/items", reason: hasNUL},
		"every value, names that differ in case": {items: Paths{"items.*"}, body: `{"items":{"x":` + lineOf("a") + `,"X":` + lineOf("b") + `}}`,
			want: "a b"},
		"every value, a null line":       {items: Paths{"items.*"}, body: `{"items":{"x":` + lineOf("a") + `,"y":null}}`, pointer: "/items/y", reason: "is null, want an object"},
		"every element, a null line":     {items: Paths{"items.*"}, body: `{"items":[null]}`, pointer: "/items/0", reason: "is null, want an object"},
		"every value, a text":            {items: Paths{"items.*"}, body: `{"items":{"x":"a"}}`, pointer: "/items/x", reason: `is "a", want an object`},
		"every value of an empty object": {items: Paths{"items.*"}, body: `{"items":{}}`, none: true},
		"every element of an empty list": {items: Paths{"items.*"}, body: `{"items":[]}`, none: true},
		"every value of a text":          {items: Paths{"items.*"}, body: `{"items":"x"}`, none: true},
		"every value on the way is null": {items: Paths{"groups.*.items"}, body: `{"groups":{"x":null,"y":{"items":` + listOfLines("a") + `}}}`, want: "a"},
		"every value on the way is a text": {items: Paths{"groups.*.items"}, body: `{"groups":{"x":"t","y":{"items":` + listOfLines("a") + `}}}`, pointer: "/groups/x",
			reason: `is "t", want an object, or an array of objects`},
		"every value, items in another case": {items: Paths{"groups.*.items"}, body: `{"groups":{"x":{"Items":` + listOfLines("a") + `}}}`, pointer: "/groups/x/Items",
			reason: `differs only in case from "items", want it written so`},
		"every value of the body": {items: Paths{"*.items"}, body: `{"x":{"items":` + listOfLines("a") + `},"y":{"items":` + listOfLines("b") + `}}`, want: "a b"},

		"the body is a list of one":             {items: Paths{"0.lines"}, body: `[{"lines":` + listOfLines("a b") + `}]`, want: "a b"},
		"the body is a list of lines":           {items: Paths{"0"}, body: `[` + listOfLines("a b") + `]`, want: "a b"},
		"the body is a list of two":             {items: Paths{"0.lines"}, body: `[{"lines":` + listOfLines("a") + `},{"lines":` + listOfLines("b") + `}]`, pointer: "/1", reason: `is one more than "0.lines" reads, want an array of one: an order is not priced in part`},
		"the body is a list of one and null":    {items: Paths{"0.lines"}, body: `[{"lines":` + listOfLines("a") + `},null]`, pointer: "/1", reason: `is one more than "0.lines" reads, want an array of one: an order is not priced in part`},
		"the body is an empty list":             {items: Paths{"0.lines"}, body: `[]`, none: true},
		"the body is an object, not a list":     {items: Paths{"0.lines"}, body: `{"lines":` + listOfLines("a") + `}`, none: true},
		"the body is an object with a number":   {items: Paths{"0.lines"}, body: `{"0":{"lines":` + listOfLines("a") + `}}`, none: true},
		"the body is a list of a list":          {items: Paths{"0.0.lines"}, body: `[[{"lines":` + listOfLines("a") + `}]]`, want: "a"},
		"the body's list has other names":       {items: Paths{"0.lines"}, body: `[{"items":[]}]`, none: true},
		"the body's list has null":              {items: Paths{"0.lines"}, body: `[null]`, none: true},
		"the first of a list":                   {items: Paths{"units.0.items"}, body: `{"units":[{"items":` + listOfLines("a b") + `}]}`, want: "a b"},
		"the first of two":                      {items: Paths{"units.0.items"}, body: `{"units":[{"items":` + listOfLines("a") + `},{}]}`, pointer: "/units/1", reason: `is one more than "units.0.items" reads, want an array of one: an order is not priced in part`},
		"the first of an object":                {items: Paths{"units.0.items"}, body: `{"units":{"0":{"items":` + listOfLines("a") + `}}}`, none: true},
		"the first, in another case":            {items: Paths{"units.0.items"}, body: `{"units":[{"Items":[]}]}`, pointer: "/units/0/Items", reason: `differs only in case from "items", want it written so`},
		"the first in each of a list":           {items: Paths{"shops.units.0.items"}, body: `{"shops":[{"units":[{"items":` + listOfLines("a") + `}]},{"units":[{"items":` + listOfLines("b") + `}]}]}`, want: "a b"},
		"the first in each, one of them of two": {items: Paths{"shops.units.0.items"}, body: `{"shops":[{"units":[{"items":` + listOfLines("a") + `}]},{"units":[{},{}]}]}`, pointer: "/shops/1/units/1", reason: `is one more than "shops.units.0.items" reads, want an array of one: an order is not priced in part`},

		"JSON in a text":                        {items: Paths{"detail!json"}, body: `{"detail":"` + escaped(listOfLines("a b")) + `"}`, want: "a b"},
		"a path into the JSON of a text":        {items: Paths{"order.detail!json.food.lines"}, body: `{"order":{"detail":"` + escaped(`{"food":{"lines":`+listOfLines("a b")+`}}`) + `"}}`, want: "a b"},
		"JSON in texts of a list":               {items: Paths{"orders.detail!json.lines"}, body: `{"orders":[{"detail":"` + escaped(`{"lines":`+listOfLines("a")+`}`) + `"},{"detail":"` + escaped(`{"lines":`+listOfLines("b")+`}`) + `"}]}`, want: "a b"},
		"JSON in every text of an object":       {items: Paths{"lines.*!json"}, body: `{"lines":{"x":"` + escaped(lineOf("a")) + `","y":"` + escaped(lineOf("b")) + `"}}`, want: "a b"},
		"JSON in the first text":                {items: Paths{"0!json.lines"}, body: `["` + escaped(`{"lines":`+listOfLines("a")+`}`) + `"]`, want: "a"},
		"every value in the JSON of a text":     {items: Paths{"detail!json.*"}, body: `{"detail":"` + escaped(`{"x":`+lineOf("a")+`}`) + `"}`, want: "a"},
		"white space around the JSON of a text": {items: Paths{"detail!json"}, body: `{"detail":" \n` + escaped(listOfLines("a")) + `\t "}`, want: "a"},
		"names on the way out of the text":      {items: Paths{"detail!json"}, body: `{"a":1,"detail":"` + escaped(listOfLines("a")) + `","b":2}`, want: "a"},
		"the JSON of an empty text":             {items: Paths{"detail!json.lines"}, body: `{"detail":""}`, none: true},
		"the JSON of null":                      {items: Paths{"detail!json.lines"}, body: `{"detail":null}`, none: true},
		"null in the JSON of a text":            {items: Paths{"detail!json.lines"}, body: `{"detail":"null"}`, none: true},
		"other names in the JSON of a text":     {items: Paths{"detail!json.lines"}, body: `{"detail":"{\"items\":[]}"}`, none: true},
		"items null in the JSON of a text":      {items: Paths{"detail!json.lines"}, body: `{"detail":"{\"lines\":null}"}`, pointer: "/detail", reason: "in its JSON at /lines: is null, want an array"},
		"broken JSON in a text":                 {items: Paths{"detail!json.lines"}, body: `{"detail":"{\"lines\":[}"}`, pointer: "/detail", reason: "in its JSON at /lines/0: is not JSON at byte 10: invalid character '}' at start of value"},
		"a word in a text":                      {items: Paths{"detail!json.lines"}, body: `{"detail":"none"}`, pointer: "/detail", reason: "in its JSON: is not JSON at byte 1: invalid character 'o' in literal null (expecting 'u')"},
		"more behind the JSON in a text":        {items: Paths{"detail!json"}, body: `{"detail":"[] []"}`, pointer: "/detail", reason: "in its JSON: has more text after the JSON value, at byte 2"},
		"white space alone in a text":           {items: Paths{"detail!json"}, body: `{"detail":"  "}`, pointer: "/detail", reason: "in its JSON: is empty, want JSON"},
		"a byte order mark in a text":           {items: Paths{"detail!json"}, body: "{\"detail\":\"\ufeff[]\"}", pointer: "/detail", reason: `in its JSON: is not JSON at byte 0: invalid character '\ufeff' at start of value`},
		"a name twice in the JSON of a text":    {items: Paths{"detail!json.lines"}, body: `{"detail":"{\"lines\":[],\"x\":{\"a\":1,\"a\":1}}"}`, pointer: "/detail", reason: "in its JSON at /x/a: is in its object twice, again at byte 23"},
		"another case in the JSON of a text":    {items: Paths{"detail!json.lines"}, body: `{"detail":"{\"Lines\":[]}"}`, pointer: "/detail", reason: `in its JSON at /Lines: differs only in case from "lines", want it written so`},
		"a wrong line in the JSON of a text":    {items: Paths{"detail!json"}, body: `{"detail":"[{\"quantity\":-1}]"}`, pointer: "/detail", reason: "in its JSON at /0/quantity: is -1" + wantsQuantity + " without sign"},
		"a sum in the JSON of a text":           {items: Paths{"detail!json"}, body: `{"detail":"[{\"quantity\":2,\"unit_price\":999999999999999}]"}`, pointer: "/detail", reason: "in its JSON at /0: is 2 × 999999999999999 minor units, want at most 999999999999999"},
		"an object where a text is mapped":      {items: Paths{"detail!json.lines"}, body: `{"detail":{"lines":[]}}`, pointer: "/detail", reason: "is an object, want a text with JSON in it"},
		"a list of texts":                       {items: Paths{"detail!json"}, body: `{"detail":["[]"]}`, pointer: "/detail", reason: "is an array, want a text with JSON in it"},
		"JSON in JSON is a text":                {items: Paths{"detail!json"}, body: `{"detail":"` + escaped(`"`+escaped(listOfLines("a"))+`"`) + `"}`, pointer: "/detail", reason: `in its JSON: is "[{\"sku\":\"a\",\"quantity\":1}]", want an array`},
		"JSON in JSON in JSON is a text":        {items: Paths{"detail!json.lines"}, body: `{"detail":"` + escaped(`{"lines":"`+escaped(`"`+escaped(`[]`)+`"`)+`"}`) + `"}`, pointer: "/detail", reason: `in its JSON at /lines: is "\"[]\"", want an array`},
		"JSON in a text is nested as the body":  {items: Paths{"detail!json.lines"}, body: `{"detail":"` + escaped(`{"lines":[],"x":`+nested(62)+`}`) + `"}`, want: ""},
		"too deep in the JSON of a text":        {items: Paths{"detail!json.lines"}, body: `{"detail":"` + escaped(`{"lines":[],"x":`+nested(63)+`}`) + `"}`, pointer: "/detail", reason: "in its JSON at /x" + strings.Repeat("/0", 62) + ": is nested too deep, want at most 64 levels"},
		"far too deep in the JSON of a text":    {items: Paths{"detail!json.lines"}, body: `{"detail":"` + nested(20000) + `"}`, pointer: "/detail", reason: "in its JSON: is nested too deep, want at most 64 levels"},
	} {
		t.Run(name, func(t *testing.T) {
			options := Options{Map: Mapping{Items: test.items}}
			switch {
			case test.none:
				c := Cart{}
				if found, err := reader(t, options).ReadJSON([]byte(test.body), currency(t, "CNY"), &c); found || err != nil {
					t.Errorf("got %v, %v of %+v", found, err, visible(c))
				}
			case test.reason != "":
				if got := refusalOf(t, options, test.body); got != (Invalid{Pointer: test.pointer, Reason: test.reason}) {
					t.Errorf("got  %+v\nwant %+v", got, Invalid{Pointer: test.pointer, Reason: test.reason})
				}
			default:
				if got := skus(cartOf(t, options, test.body)); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			}
		})
	}
}

// escaped is a text as it is written between quotes.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}

// The positions of lines from several paths are those of the cart, not of the body.
func TestLinesOfSeveralPathsKeepTheirPositions(t *testing.T) {
	c := cartOf(t, Options{Map: Mapping{Items: Paths{"a", "b", "c"}, Category: Paths{"tags"}}}, `{
		"c":[{"sku":"c1","quantity":1,"tags":["x","y","z"],"attributes":{"n":"c1"}}],
		"a":[{"sku":"a1","quantity":2,"unit_price":5,"tags":["p","q"],"attributes":{"n":"a1"}},{"sku":"a2","quantity":0}],
		"b":[]}`)
	want := []Line{
		{SKU: "a1", Category: "p", MoreCategories: []string{"q"}, Quantity: 2, UnitPrice: 5, Subtotal: 10, Attributes: []Attribute{{Name: "n", Text: "a1"}}},
		{SKU: "a2", UnitPrice: NoPrice},
		{SKU: "c1", Category: "x", MoreCategories: []string{"y", "z"}, Quantity: 1, UnitPrice: NoPrice, Attributes: []Attribute{{Name: "n", Text: "c1"}}},
	}
	if !reflect.DeepEqual(c.Lines, want) {
		t.Errorf("got  %+v\nwant %+v", c.Lines, want)
	}
}

func TestSeveralPathsShareOneBound(t *testing.T) {
	options := Options{MaxLines: 3, MaxShipping: 1, Map: Mapping{Items: Paths{"a", "b"}, Shipping: Paths{"s", "fees.*"}}}
	for name, test := range map[string]struct {
		body string
		want Invalid
	}{
		"lines":   {body: `{"b":` + listOfLines("x y") + `,"a":` + listOfLines("p q") + `}`, want: Invalid{Pointer: "/a/1", Reason: "is one too many, want at most 3 lines"}},
		"charges": {body: `{"a":[],"fees":{"x":1,"y":2}}`, want: Invalid{Pointer: "/fees/y", Reason: "is one too many, want at most 1 shipping charges"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := refusalOf(t, options, test.body); got != test.want {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// What fields other than the items are along every kind of path.
func TestPathsOfOtherFields(t *testing.T) {
	type want struct {
		channel  string
		coupons  []string
		segments []string
		shipping []Charge
		currency string
	}
	const taken = `is a second value at "PATH", want one`
	for name, test := range map[string]struct {
		key             string
		paths           Paths
		body            string // without items
		want            want
		pointer, reason string
	}{
		"codes of a list":                {key: "coupons", paths: Paths{"discounts.code"}, body: `"discounts":[{"code":"a"},{"code":null},{},{"code":""},{"code":"b"}]`, want: want{coupons: []string{"a", "b"}}},
		"codes of an object":             {key: "coupons", paths: Paths{"discounts.code"}, body: `"discounts":{"code":"a"}`, want: want{coupons: []string{"a"}}},
		"lists of codes in a list":       {key: "coupons", paths: Paths{"discounts.codes"}, body: `"discounts":[{"codes":["a","b"]},{"codes":"c"}]`, want: want{coupons: []string{"a", "b", "c"}}},
		"codes in nested lists":          {key: "coupons", paths: Paths{"discounts.code"}, body: `"discounts":[[{"code":"a"}],[],null,[[{"code":"b"}]]]`, want: want{coupons: []string{"a", "b"}}},
		"values of an object":            {key: "coupons", paths: Paths{"codes.*"}, body: `"codes":{"x":"a","y":["b","c"],"z":null}`, want: want{coupons: []string{"a", "b", "c"}}},
		"values of an object, cut":       {key: "coupons", paths: Paths{"codes.*", ","}, body: `"codes":{"x":"a, b","y":"c"}`, want: want{coupons: []string{"a", "b", "c"}}},
		"several, one after the other":   {key: "coupons", paths: Paths{"a", "b.code"}, body: `"a":["x"],"b":[{"code":"y"}]`, want: want{coupons: []string{"x", "y"}}},
		"a position":                     {key: "coupons", paths: Paths{"codes.1"}, body: `"codes":["a","b","c"]`, want: want{coupons: []string{"b"}}},
		"two positions, in their order":  {key: "coupons", paths: Paths{"codes.2", "codes.0"}, body: `"codes":["a","b","c"]`, want: want{coupons: []string{"c", "a"}}},
		"a position past the end":        {key: "coupons", paths: Paths{"codes.7"}, body: `"codes":["a"]`},
		"a position of an object":        {key: "coupons", paths: Paths{"codes.0"}, body: `"codes":{"0":"a"}`, pointer: "/codes", reason: "is an object, want an array"},
		"a name of a text":               {key: "coupons", paths: Paths{"codes.code"}, body: `"codes":["a"]`, pointer: "/codes/0", reason: `is "a", want an object, or an array of objects`},
		"every value of a text":          {key: "coupons", paths: Paths{"codes.*"}, body: `"codes":"a"`, pointer: "/codes", reason: `is "a", want an object or an array`},
		"JSON in a text":                 {key: "coupons", paths: Paths{"detail!json.code"}, body: `"detail":"{\"code\":[\"a\",\"b\"]}"`, want: want{coupons: []string{"a", "b"}}},
		"JSON in an empty text":          {key: "coupons", paths: Paths{"detail!json.code"}, body: `"detail":""`},
		"no JSON in a text":              {key: "coupons", paths: Paths{"detail!json.code"}, body: `"detail":"{"`, pointer: "/detail", reason: "in its JSON: is not JSON at byte 1: unexpected EOF"},
		"a wrong value in a text's JSON": {key: "coupons", paths: Paths{"detail!json.code"}, body: `"detail":"{\"code\":[true]}"`, pointer: "/detail", reason: "in its JSON at /code/0: is true" + wantsName},
		"segments of several paths":      {key: "customer_segments", paths: Paths{"tags", "customer.groups.name", ","}, body: `"tags":"a, b","customer":{"groups":[{"name":"c"},{"name":"d,e"}]}`, want: want{segments: []string{"a", "b", "c", "d", "e"}}},

		"one value in a list":             {key: "channel", paths: Paths{"meta.channel"}, body: `"meta":[{"channel":"a"}]`, want: want{channel: "a"}},
		"one value among empty ones":      {key: "channel", paths: Paths{"meta.channel"}, body: `"meta":[{"channel":null},{"channel":""},{"channel":"a"},{},{"channel":""},{"channel":null}]`, want: want{channel: "a"}},
		"two values":                      {key: "channel", paths: Paths{"meta.channel"}, body: `"meta":[{"channel":"a"},{"channel":"b"}]`, pointer: "/meta/1/channel", reason: taken},
		"the same value twice":            {key: "channel", paths: Paths{"meta.channel"}, body: `"meta":[{"channel":"a"},{"channel":"a"}]`, pointer: "/meta/1/channel", reason: taken},
		"two values of an object":         {key: "channel", paths: Paths{"meta.*"}, body: `"meta":{"x":"a","y":"b"}`, pointer: "/meta/y", reason: taken},
		"two values by a position":        {key: "channel", paths: Paths{"meta.1.channel"}, body: `"meta":[{"channel":"a"},{"channel":"b"}]`, want: want{channel: "b"}},
		"two currencies":                  {key: "currency", paths: Paths{"units.currency"}, body: `"units":[{"currency":"EUR"},{"currency":"EUR"}]`, pointer: "/units/1/currency", reason: taken},
		"one currency among empty ones":   {key: "currency", paths: Paths{"units.currency"}, body: `"units":[{"currency":"EUR"},{"currency":""}]`, want: want{currency: "EUR"}},
		"null on the way":                 {key: "channel", paths: Paths{"meta.a.b"}, body: `"meta":{"a":null}`},
		"an empty list on the way":        {key: "channel", paths: Paths{"meta.a.b"}, body: `"meta":{"a":[]}`},
		"a text on the way":               {key: "channel", paths: Paths{"meta.a.b"}, body: `"meta":{"a":"x"}`, pointer: "/meta/a", reason: `is "x", want an object, or an array of objects`},
		"another case on the way":         {key: "channel", paths: Paths{"meta.a.b"}, body: `"meta":{"A":null}`, pointer: "/meta/A", reason: `differs only in case from "a", want it written so`},
		"amounts of charges":              {key: "shipping", paths: Paths{"fees.amount"}, body: `"fees":[{"amount":5},{"amount":"6"},{"amount":null}]`, want: want{shipping: []Charge{{Amount: 5}, {Amount: 6}}}},
		"charges of several paths":        {key: "shipping", paths: Paths{"total", "fees"}, body: `"total":5,"fees":[{"id":"x","amount":6}]`, want: want{shipping: []Charge{{Amount: 5}, {ID: "x", Amount: 6}}}},
		"charges in every value":          {key: "shipping", paths: Paths{"fees.*"}, body: `"fees":{"x":5,"y":{"amount":6},"z":[7,{"amount":8}]}`, want: want{shipping: []Charge{{Amount: 5}, {Amount: 6}, {Amount: 7}, {Amount: 8}}}},
		"a null charge among every value": {key: "shipping", paths: Paths{"fees.*"}, body: `"fees":{"x":5,"y":null}`, pointer: "/fees/y", reason: "is null, want an object or an amount"},
		"a null charge in a list":         {key: "shipping", paths: Paths{"fees.*"}, body: `"fees":[5,null]`, pointer: "/fees/1", reason: "is null, want an object or an amount"},
		"no shipping":                     {key: "shipping", paths: Paths{"units.shipping"}, body: `"units":[{"shipping":null},{"shipping":5}]`, want: want{shipping: []Charge{{Amount: 5}}}},
	} {
		t.Run(name, func(t *testing.T) {
			var m Mapping
			if err := m.Set(test.key, test.paths...); err != nil {
				t.Fatal(err)
			}
			options, body := Options{Map: m}, `{`+test.body+`,"items":[]}`
			if test.reason != "" {
				want := Invalid{Pointer: test.pointer, Reason: strings.ReplaceAll(test.reason, "PATH", test.paths[0])}
				if got := refusalOf(t, options, body); got != want {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
				return
			}
			c := cartOf(t, options, body)
			if got := (want{c.Channel, c.Coupons, c.Customer.Segments, c.Shipping, c.Currency}); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestPathsWithinALine(t *testing.T) {
	m := Mapping{SKU: Paths{"variants.sku"}, UnitPrice: Paths{"prices.*.amount"}, Quantity: Paths{"info!json.qty"}, Attributes: Paths{"options.0"}}
	line := func(members string) string { return `{"items":[{` + members + `}]}` }
	for name, test := range map[string]struct {
		body            string
		want            Line
		pointer, reason string
	}{
		"everything": {body: line(`"variants":[{"sku":"a"}],"prices":{"eur":{"amount":5}},"info":"{\"qty\":2}","options":[{"x":1},{"y":2}]`),
			want: Line{SKU: "a", Quantity: 2, UnitPrice: 5, Subtotal: 10, Attributes: []Attribute{{Name: "x", Text: "1", Kind: Number}}}},
		"nothing but a quantity": {body: line(`"variants":[],"prices":[],"options":[],"info":"{\"qty\":2}"`), want: Line{Quantity: 2, UnitPrice: NoPrice}},
		"two articles":           {body: line(`"variants":[{"sku":"a"},{"sku":"b"}],"info":"{\"qty\":2}"`), pointer: "/items/0/variants/1/sku", reason: `is a second value at "variants.sku", want one`},
		"two prices":             {body: line(`"prices":{"eur":{"amount":5},"usd":{"amount":6}},"info":"{\"qty\":2}"`), pointer: "/items/0/prices/usd/amount", reason: `is a second value at "prices.*.amount", want one`},
		"a wrong quantity":       {body: line(`"info":"{\"qty\":-2}"`), pointer: "/items/0/info", reason: "in its JSON at /qty: is -2" + wantsQuantity + " without sign"},
		"no quantity":            {body: line(`"info":""`), pointer: "/items/0", reason: `has no "info!json.qty"` + wantsQuantity},
		"no text":                {body: line(`"info":{"qty":1}`), pointer: "/items/0/info", reason: "is an object, want a text with JSON in it"},
	} {
		t.Run(name, func(t *testing.T) {
			options := Options{Map: m}
			if test.reason != "" {
				if got := refusalOf(t, options, test.body); got != (Invalid{Pointer: test.pointer, Reason: test.reason}) {
					t.Errorf("got  %+v\nwant %+v", got, Invalid{Pointer: test.pointer, Reason: test.reason})
				}
			} else if c := cartOf(t, options, test.body); !reflect.DeepEqual(c.Lines, []Line{test.want}) {
				t.Errorf("got  %+v\nwant %+v", c.Lines, test.want)
			}
		})
	}
}

// Each line, charge and pair has values of its own, however many lists are around it.
func TestValuesOfOneLineAreNotThoseOfAnother(t *testing.T) {
	c := cartOf(t, Options{Map: Mapping{Items: Paths{"units.items"}, SKU: Paths{"product.sku"}, Shipping: Paths{"units.fees"}, Attributes: Paths{"more", "k", "v"}}}, `{"units":[
		{"items":[{"product":[{"sku":"a"}],"quantity":1,"more":[{"k":"x","v":1},{"k":"y","v":2}]},{"product":{"sku":"b"},"quantity":1}],"fees":[{"id":"1","amount":1},{"id":"2","amount":2}]},
		{"items":[{"product":[{"sku":"c"}],"quantity":1,"more":[{"k":"x","v":3}]}],"fees":{"id":"3","amount":3}}]}`)
	want := Cart{
		Customer: Customer{CompletedOrders: -1},
		Lines: []Line{
			{SKU: "a", Quantity: 1, UnitPrice: NoPrice, Attributes: []Attribute{{Name: "x", Text: "1", Kind: Number}, {Name: "y", Text: "2", Kind: Number}}},
			{SKU: "b", Quantity: 1, UnitPrice: NoPrice},
			{SKU: "c", Quantity: 1, UnitPrice: NoPrice, Attributes: []Attribute{{Name: "x", Text: "3", Kind: Number}}},
		},
		Shipping: []Charge{{ID: "1", Amount: 1}, {ID: "2", Amount: 2}, {ID: "3", Amount: 3}},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

// A body that is a list is read at several fields by the same position.
func TestABodyThatIsAList(t *testing.T) {
	m := Mapping{Items: Paths{"0.lines"}, Currency: Paths{"0.currency"}, CustomerID: Paths{"0.partner.0"}, CustomerTier: Paths{"0.partner.1"}}
	c := cartOf(t, Options{Map: m}, `[{"lines":`+listOfLines("a")+`,"currency":"eur","partner":[7,"Gold"]}]`)
	want := Cart{Currency: "EUR", Customer: Customer{ID: "7", Tier: "Gold", CompletedOrders: -1}, Lines: []Line{{SKU: "a", Quantity: 1, UnitPrice: NoPrice}}}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}
