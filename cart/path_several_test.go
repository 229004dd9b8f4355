package cart

import (
	"reflect"
	"testing"
)

// What several paths lead to is read in the order of the paths, wherever the members of
// an object are: two bodies with the same members are the same cart.
func TestSeveralPathsAreReadInTheirOrder(t *testing.T) {
	in := Options{Map: Mapping{
		Items: Paths{"a.lines", "b.lines"}, Coupons: Paths{"a.codes", "b.codes", "code"}, CustomerSegments: Paths{"a.tags", "b.tags", ","},
		Shipping: Paths{"a.fees", "b.fee"}, Category: Paths{"main", "more.id", "tags", ","},
	}}
	a := `"a":{"lines":[{"id":"1","quantity":1,"tags":"u,v","more":[{"id":"w"},{"id":7}],"main":"z"}],"codes":["A",null,"B"],"tags":"p,q","fees":[{"amount":1},2]}`
	b := `"b":{"fee":3,"codes":"C","tags":["r"],"lines":[{"id":"2","quantity":1,"main":["x","y"]},{"id":"3","quantity":1,"tags":"s","main":""}]}`
	want := Cart{
		Lines: []Line{
			{ID: "1", Category: "z", MoreCategories: []string{"w", "7", "u", "v"}, Quantity: 1, UnitPrice: NoPrice},
			{ID: "2", Category: "x", MoreCategories: []string{"y"}, Quantity: 1, UnitPrice: NoPrice},
			{ID: "3", Category: "s", Quantity: 1, UnitPrice: NoPrice},
		},
		Coupons:  []string{"A", "B", "C", "D"},
		Customer: Customer{Segments: []string{"p", "q", "r"}, CompletedOrders: -1},
		Shipping: []Charge{{Amount: 1}, {Amount: 2}, {Amount: 3}},
	}
	for name, body := range map[string]string{
		"in the order of the paths": `{` + a + `,` + b + `,"code":"D"}`,
		"the other way round":       `{"code":"D",` + b + `,` + a + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			var into Cart
			found, err := reader(t, in).ReadJSON([]byte(body), currency(t, "CNY"), &into)
			if !found || err != nil || !reflect.DeepEqual(visible(into), want) {
				t.Errorf("%v, %v\ngot  %+v\nwant %+v", found, err, visible(into), want)
			}
		})
	}
}

// The reads of a charge have the position that it has in the cart.
func TestATraceFollowsTheOrderOfThePaths(t *testing.T) {
	r := reader(t, Options{Map: Mapping{Shipping: Paths{"first", "second"}}})
	body := []byte(`{"items":[],"second":{"id":"b","amount":2},"first":{"id":"a","amount":1}}`)
	var into Cart
	reads, found, err := r.Trace(body, currency(t, "CNY"), &into)
	if !found || err != nil {
		t.Fatal(found, err)
	}
	for _, read := range reads {
		if read.Field == "shipping_id" && into.Shipping[read.Charge].ID != read.Text {
			t.Errorf("charge %d is called %s, the trace says %s", read.Charge, into.Shipping[read.Charge].ID, read.Text)
		}
	}
	found, err = r.ReadJSON([]byte(`{"items":[],"second":{"amount":2},"first":{"amount":999999999999999}}`), currency(t, "CNY"), &into)
	if bad := invalid(t, found, err); bad.Pointer != "/second" {
		t.Errorf("%s, want the charge that comes second: %s", bad.Pointer, bad.Reason)
	}
}
