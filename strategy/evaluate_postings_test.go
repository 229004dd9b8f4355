package strategy

import (
	"slices"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// Words that share a slot of the table are told apart, goods without a word are in
// nobody's list, and a list is in the order of the cart.
func TestNarrowedGoods(t *testing.T) {
	const far = 32 // as many slots as the table has for these goods
	words := []symbol{5, unnamed, 5 + far, 7, 5, 7 + far, 7, unnamed, 5 + 2*far, 7}
	e := &evaluation{order: order{goods: len(words)}}
	for _, word := range words {
		e.items = append(e.items, item{sku: word})
	}
	e.items = append(e.items, item{charge: &cart.Charge{}})
	for _, c := range []struct {
		skus []symbol
		want []int32
	}{
		{[]symbol{5}, []int32{0, 4}},
		{[]symbol{5 + far}, []int32{2}},
		{[]symbol{7, 5}, []int32{0, 3, 4, 6, 9}},
		{[]symbol{5, 5 + far, 5 + 2*far}, []int32{0, 2, 4, 8}},
		{[]symbol{6}, nil},
	} {
		got, narrowed := e.narrowed(&matcher{skus: c.skus})
		if !narrowed || !slices.Equal(got, c.want) {
			t.Errorf("%v: got %v and %t, want %v", c.skus, got, narrowed, c.want)
		}
	}
	if _, narrowed := e.narrowed(&matcher{}); narrowed {
		t.Error("a rule about everything is narrowed")
	}
}
