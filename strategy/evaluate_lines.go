package strategy

import (
	"math/bits"
	"slices"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// This file handles lines of a cart that are more than units at a price: goods by weight, a
// total in place of a price, several categories.

// worth is the value of a line at a price, in minor units. It reports false where the value
// is above the maximum.
func worth(from *cart.Line, price int64) (int64, bool) {
	if from.Weight.IsZero() {
		return money.Mul(from.Quantity, price)
	}
	return from.Weight.Of(price)
}

// categorize adds the symbols of the further categories of a line that is not in the
// catalogue, each once. It leaves out categories that no rule names.
func (e *evaluation) categorize(s *Strategy, l *item) {
	first := len(e.lookup.categories)
	for _, name := range l.from.MoreCategories {
		if category := s.categories[name]; category != unnamed {
			e.lookup.categories = append(e.lookup.categories, category)
		}
	}
	further := distinct(e.lookup.categories[first:])
	e.lookup.categories = e.lookup.categories[:first+len(further)]
	if len(further) > 0 {
		e.lookup.further = append(e.lookup.further, further)
		l.further = &e.lookup.further[len(e.lookup.further)-1]
	}
}

// furtherCategories are the further categories of all goods, each once, so that many goods
// in the same categories cost no more than one.
func (e *evaluation) furtherCategories() []symbol {
	if len(e.lookup.categories) == 0 {
		return nil
	}
	e.lookup.distinct = append(e.lookup.distinct[:0], e.lookup.categories...)
	e.lookup.distinct = distinct(e.lookup.distinct)
	return e.lookup.distinct
}

// distinct sorts a list and removes repetitions, in the same memory.
func distinct(list []symbol) []symbol {
	slices.Sort(list)
	return slices.Compact(list)
}

// priceByTotal computes the list price of a line that states only its total: the total
// divided by the quantity or weight. unitPrice is rounded down. priceOver reports whether
// the exact price is higher, so that comparisons with an amount are exact.
func (l *item) priceByTotal() {
	total, digits, scale := uint64(l.from.Subtotal), uint64(l.quantity), uint64(1)
	if l.weighed {
		digits, scale = uint64(l.from.Weight.Digits), tenTo(l.from.Weight.Places)
	}
	hi, lo := bits.Mul64(total, scale)
	if hi >= digits { // the price is above every amount
		l.unitPrice, l.priceOver = money.Max, true
		return
	}
	price, remainder := bits.Div64(hi, lo, digits)
	l.unitPrice, l.priceOver = int64(min(price, uint64(money.Max))), remainder > 0 || price > uint64(money.Max)
}

// setFloor sets the floor of a line from the floor of a unit, in minor units. The floor of
// goods by weight is the floor times the weight, rounded up, so that the line never goes
// below the exact product.
func (l *item) setFloor(unit int64) {
	if l.weighed {
		unit = scaledUp(unit, l.from.Weight)
	}
	l.unitFloor, l.floor = unit, times(unit, l.quantity)
}

// scaledUp is an amount times a weight, rounded up, at most money.Max.
func scaledUp(amount int64, weight cart.Decimal) int64 {
	scale := tenTo(weight.Places)
	if hi, _ := bits.Mul64(uint64(amount), uint64(weight.Digits)); hi >= scale {
		return money.Max
	}
	scaled := money.MulDiv(amount, weight.Digits, int64(scale), money.Up)
	if scaled < 0 { // beyond 63 bits
		return money.Max
	}
	return min(scaled, money.Max)
}

// tenTo is a power of ten, at most 10^18.
func tenTo(places uint8) uint64 {
	scale := uint64(1)
	for range places {
		scale *= 10
	}
	return scale
}
