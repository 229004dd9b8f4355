package cart

import "testing"

func TestInHeaders(t *testing.T) {
	for name, test := range map[string]struct {
		headers map[string][]string
		want    bool
	}{
		"items":                  {headers: map[string][]string{"X-Cart-Items": {"a"}}, want: true},
		"an empty list of items": {headers: map[string][]string{"X-Cart-Items": {""}}, want: true},
		"a subtotal":             {headers: map[string][]string{"X-Cart-Subtotal": {"1"}}, want: true},
		"an empty subtotal":      {headers: map[string][]string{"X-Cart-Subtotal": {" "}}, want: false},
		"others":                 {headers: map[string][]string{"X-Cart-Quantity": {"1"}}, want: false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := InHeaders(test.headers); got != test.want {
				t.Error(got)
			}
		})
	}
}

func TestPointerToALine(t *testing.T) {
	twoPaths := Options{Map: Mapping{Items: Paths{"a", "b"}}}
	price := Options{Map: Mapping{UnitPrice: Paths{"price.net"}}}
	text := Options{Map: Mapping{Items: Paths{"x!json.lines"}}}
	for name, test := range map[string]struct {
		options Options
		body    string
		line    int
		key     string
		want    string
	}{
		"a line":               {body: `{"items":[{"quantity":1},{"quantity":2}]}`, line: 1, want: "/items/1"},
		"a quantity":           {body: `{"items":[{"quantity":1},{"quantity":2}]}`, line: 1, key: "quantity", want: "/items/1/quantity"},
		"a price":              {body: `{"items":[{"quantity":1,"unit_price":5}]}`, key: "unit_price", want: "/items/0/unit_price"},
		"a price not there":    {body: `{"items":[{"quantity":1}]}`, key: "unit_price", want: "/items/0/unit_price"},
		"another key":          {body: `{"items":[{"quantity":1,"sku":"a"}]}`, key: "sku", want: "/items/0"},
		"a mapped price":       {options: price, body: `{"items":[{"quantity":1,"price":{"net":1}}]}`, key: "unit_price", want: "/items/0/price/net"},
		"a price, nowhere":     {options: price, body: `{"items":[{"quantity":1}]}`, key: "unit_price", want: "/items/0/price/net"},
		"a price in a list":    {options: price, body: `{"items":[{"quantity":1,"price":[{},{"net":1}]}]}`, key: "unit_price", want: "/items/0/price/1/net"},
		"names with a slash":   {options: Options{Map: Mapping{Items: Paths{"a/b.~"}}}, body: `{"a/b":{"~":[{"quantity":1}]}}`, want: "/a~1b/~0/0"},
		"a price left unread":  {options: Options{Map: Mapping{UnitPrice: Paths{Unread}}}, body: `{"items":[{"quantity":1}]}`, key: "unit_price", want: "/items/0"},
		"a price by position":  {options: Options{Map: Mapping{UnitPrice: Paths{"price.0.net"}}}, body: `{"items":[{"quantity":1}]}`, key: "unit_price", want: "/items/0/price"},
		"the first path":       {options: twoPaths, body: `{"b":[{"quantity":1}],"a":[{"quantity":2}]}`, line: 0, key: "quantity", want: "/a/0/quantity"},
		"the second path":      {options: twoPaths, body: `{"b":[{"quantity":1}],"a":[{"quantity":2}]}`, line: 1, key: "quantity", want: "/b/0/quantity"},
		"through lists":        {options: Options{Map: Mapping{Items: Paths{"units.items"}}}, body: `{"units":[{"items":[]},{"items":[{"quantity":1},{"quantity":1}]}]}`, line: 1, key: "quantity", want: "/units/1/items/1/quantity"},
		"every value":          {options: Options{Map: Mapping{Items: Paths{"items.*"}}}, body: `{"items":{"x":{"quantity":1},"y/z":{"quantity":1}}}`, line: 1, want: "/items/y~1z"},
		"a list as the body":   {options: Options{Map: Mapping{Items: Paths{"0.lines"}}}, body: `[{"lines":[{"quantity":1}]}]`, key: "quantity", want: "/0/lines/0/quantity"},
		"JSON in a text":       {options: text, body: `{"x":"{\"lines\":[{\"quantity\":1}]}"}`, key: "quantity", want: "/x"},
		"no price in a text":   {options: text, body: `{"x":"{\"lines\":[{\"quantity\":1}]}"}`, key: "unit_price", want: "/x"},
		"a text within a line": {options: Options{Map: Mapping{UnitPrice: Paths{"x!json.net"}}}, body: `{"items":[{"quantity":1,"x":"{}"}]}`, key: "unit_price", want: "/items/0/x"},
		"a byte order mark":    {body: "\ufeff{\"items\":[{\"quantity\":1}]}", want: "/items/0"},
		"no such line":         {body: `{"items":[{"quantity":1}]}`, line: 1, key: "quantity", want: ""},
		"no JSON":              {body: `{"items`, want: ""},
		"nothing":              {want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := reader(t, test.options).Pointer([]byte(test.body), test.line, test.key); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestItems(t *testing.T) {
	for name, test := range map[string]struct {
		paths Paths
		want  string
	}{
		"the default": {want: "items"},
		"one path":    {paths: Paths{"order.lines"}, want: "order.lines"},
		"several":     {paths: Paths{"line_items.physical", "line_items.digital"}, want: "line_items.physical line_items.digital"},
		"every kind":  {paths: Paths{"a.0.b!json.*"}, want: "a.0.b!json.*"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := reader(t, Options{Map: Mapping{Items: test.paths}}).Items(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
