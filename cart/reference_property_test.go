package cart

import (
	"reflect"
	"testing"

	"github.com/promogate/caddy-discount/money"
	"pgregory.net/rapid"
)

// sameAsPlain fails unless the reader and the reference make the same of a body.
func sameAsPlain(t tester, in Options, body []byte, defaultCurrency money.Currency) verdict {
	t.Helper()
	var got Cart
	found, err := reader(t, in).ReadJSON(body, defaultCurrency, &got)
	want, is, why := newPlain(t, in).read(body, defaultCurrency)
	has := isNoCart
	switch {
	case err != nil:
		has = isInvalid
		checkInvalid(t, body, invalid(t, found, err))
	case found:
		has = isCart
	}
	if has != is {
		t.Fatalf("%s to the reader (%v), %s to the reference (%s)\n%.2000q\nby %+v", has, err, is, why, body, in)
	}
	if got, want := visible(got), visible(want); is == isCart && !reflect.DeepEqual(got, want) {
		t.Fatalf("%.2000q\nby  %+v\nread %+v\nwant %+v", body, in, got, want)
	}
	return is
}

// Mappings of every kind, and bodies made for them, with mutations: the reader and the
// reference agree on what can be compiled, what is a cart, and on the cart.
func TestTheReaderAgreesWithTheReference(t *testing.T) {
	defaultCurrency := currency(t, "CNY")
	verdicts := map[verdict]int{}
	mappings, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		in := drawOptions(t)
		_, err := NewReader(in)
		routes, refuses := plainRoutes(in.Map)
		if (err == nil) != (refuses == nil) {
			t.Fatalf("%+v: the reader says %v, the reference %v", in.Map, err, refuses)
		}
		if mappings++; err != nil {
			refused++
			return
		}
		for range 3 {
			body := drawBody(t, drawDocument(t, in, routes, defaultCurrency))
			verdicts[sameAsPlain(t, in, body, defaultCurrency)]++
		}
	})
	t.Logf("%d of %d mappings were refused; bodies: %v", refused, mappings, verdicts)
	total := verdicts[isCart] + verdicts[isInvalid] + verdicts[isNoCart]
	if verdicts[isCart] < total/5 || verdicts[isInvalid] < total/20 || verdicts[isNoCart] < total/200 {
		t.Errorf("of %d bodies %v: that shows little", total, verdicts)
	}
}
