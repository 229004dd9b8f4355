package cart

import "testing"

func TestInHeaders(t *testing.T) {
	for name, test := range map[string]struct {
		headers map[string][]string
		want    bool
	}{
		"items":                  {map[string][]string{"X-Cart-Items": {"a"}}, true},
		"an empty list of items": {map[string][]string{"X-Cart-Items": {""}}, true},
		"a subtotal":             {map[string][]string{"X-Cart-Subtotal": {"1"}}, true},
		"an empty subtotal":      {map[string][]string{"X-Cart-Subtotal": {" "}}, false},
		"others":                 {map[string][]string{"X-Cart-Quantity": {"1"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := InHeaders(test.headers); got != test.want {
				t.Error(got)
			}
		})
	}
}

func TestPointerToALine(t *testing.T) {
	r := reader(t, Options{Map: Mapping{Items: Paths{"a/b.lines"}, UnitPrice: Paths{"price.net"}}})
	for field, want := range map[string]string{
		"unit_price": "/a~1b/lines/3/price/net", "quantity": "/a~1b/lines/3/quantity", "": "/a~1b/lines/3",
	} {
		if got := r.Pointer(nil, 3, field); got != want {
			t.Errorf("%q: got %s, want %s", field, got, want)
		}
	}
}
