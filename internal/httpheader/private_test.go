package httpheader

import (
	"net/http"
	"reflect"
	"testing"
)

func TestStripPrivate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ header, want http.Header }{
		"nothing":            {header: http.Header{}, want: http.Header{}},
		"others":             {header: http.Header{"X-Discount-Amount": {"1"}, "X-Reservation": {"2"}}, want: http.Header{"X-Discount-Amount": {"1"}, "X-Reservation": {"2"}}},
		"the names":          {header: http.Header{"X-Discount-Reservation": {"commit"}, "X-Discount-Exhausted": {`"a"`}}, want: http.Header{}},
		"other spellings":    {header: http.Header{"x_discount.RESERVATION": {"commit"}}, want: http.Header{}},
		"longer names":       {header: http.Header{"X-Discount-Reservations": {"1"}}, want: http.Header{"X-Discount-Reservations": {"1"}}},
		"a trailer":          {header: http.Header{"Trailer:X-Discount-Reservation": {"commit"}, "Trailer:X-Own": {"1"}}, want: http.Header{"Trailer:X-Own": {"1"}}},
		"an announcement":    {header: http.Header{"Trailer": {"X-Discount-Reservation, X-Own"}}, want: http.Header{"Trailer": {"X-Own"}}},
		"announced alone":    {header: http.Header{"Trailer": {"X-Discount-Exhausted"}}, want: http.Header{}},
		"another prefix":     {header: http.Header{"X-Shop-Reservation": {"1"}}, want: http.Header{"X-Shop-Reservation": {"1"}}},
		"members":            {header: http.Header{"X-Discount": {`amount=5, reservation="r";until=@1, exhausted=("a" "b"), strategy="v"`}}, want: http.Header{"X-Discount": {`amount=5, strategy="v"`}}},
		"members, two lines": {header: http.Header{"x.discount": {`amount=5`, `exhausted=("a")`}}, want: http.Header{"x.discount": {"amount=5"}}},
		"members alone":      {header: http.Header{"X-Discount": {`reservation=commit`}}, want: http.Header{}},
		"the word in a text": {header: http.Header{"X-Discount": {`amount=5, reason="no reservation"`}}, want: http.Header{"X-Discount": {`amount=5, reason="no reservation"`}}},
		"what cannot be read, with the word": {
			header: http.Header{"X-Discount": {`amount=;, Reservation=1`}}, want: http.Header{},
		},
		"what cannot be read, without it": {header: http.Header{"X-Discount": {`amount=;`}}, want: http.Header{"X-Discount": {`amount=;`}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := New(DefaultPrefix, func(int) {})
			if n.StripPrivate(c.header); !reflect.DeepEqual(c.header, c.want) {
				t.Errorf("left %v, want %v", c.header, c.want)
			}
		})
	}
}
