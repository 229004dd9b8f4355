package guardrail

import (
	"math/big"
	"slices"

	"github.com/promogate/caddy-discount/strategy"
)

// shares are the discounts of carts, each as a share of the cart's cost before discounts, from
// 0 to 1. So an expensive cart counts no more than a cheap one.
type shares []*big.Rat

// shareOf is the discount of a quote on goods and shipping, as a share of their cost. It is
// zero if they cost nothing.
func shareOf(q *strategy.Quote) *big.Rat {
	cost := q.Subtotal + q.Shipping
	if cost <= 0 {
		return new(big.Rat)
	}
	return big.NewRat(q.Discount+q.ShippingDiscount, cost)
}

// mean is the mean of all shares; zero if there are none.
func (s shares) mean() *big.Rat {
	sum := new(big.Rat)
	for _, share := range s {
		sum.Add(sum, share)
	}
	return sum.Mul(sum, big.NewRat(1, int64(max(len(s), 1))))
}

// median is the middle share, or the mean of the two middle ones; zero if there are none.
func (s shares) median() *big.Rat {
	if len(s) == 0 {
		return new(big.Rat)
	}
	sorted := slices.Clone(s)
	slices.SortFunc(sorted, (*big.Rat).Cmp)
	high, low := sorted[len(s)/2], sorted[(len(s)-1)/2]
	middle := new(big.Rat).Add(low, high)
	return middle.Mul(middle, big.NewRat(1, 2))
}
