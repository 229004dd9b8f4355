package strategy

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/promogate/caddy-discount/money"
)

// portion is the units of one item that a rule is about, and what it takes off
// them.
//
// The units are of one run, and of one line where the rule looks at lines.
type portion struct {
	item      int32 // index into the evaluation's items
	line      int32 // index of the line they are of, where the rule looks at lines; -1 for those of an article
	from      int64 // how many units of the item come before them
	units     int64
	value     int64  // what the rule computes on, and the weight in sharing
	headroom  int64  // the most that may be taken off
	off       int64  // what is taken off
	remainder uint64 // remainder of a division while sharing
	used      bool   // by an earlier buy-and-get rule
	uses      bool   // the rule uses them
}

// sharing divides amounts over portions in proportion to their values. The
// shares always add up to the amount, or to what all portions can take if that
// is less: what one cannot take is shared again over those that still can.
//
// Shares are multiples of unit. Those of the first three allocations are rounded
// down, and the allocation is who gets the units that leaves over; the method of the
// largest remainder is Hamilton's. The others are in allocate_rounded.go.
type sharing struct {
	unit       int64
	allocation allocation
	rounding   money.Rounding // of shares that are not rounded down
	steps      *int64         // of the quote, see [MaxSteps]; those of further rounds are added
}

// share adds the amount to what is taken off the portions and reports how much
// of it they could take.
func (s sharing) share(amount int64, portions []portion) int64 {
	if len(portions) == 1 { // which most rules of one SKU have
		return s.giveAll(amount, &portions[0])
	}
	shared := int64(0)
	for amount >= s.unit {
		given := s.once(amount, portions)
		if given == 0 {
			break
		}
		shared += given
		if amount -= given; amount >= s.unit && !s.again(portions) {
			break
		}
	}
	return shared
}

// again counts the steps of another round, and reports whether there may be one.
func (s sharing) again(portions []portion) bool {
	*s.steps += int64(len(portions))
	return *s.steps <= MaxSteps
}

// giveAll is share for a single portion.
func (s sharing) giveAll(amount int64, p *portion) int64 {
	if p.value == 0 {
		return 0
	}
	p.remainder = 0
	return s.take(p, amount/s.unit)
}

// once shares the amount over the portions that have headroom.
func (s sharing) once(amount int64, portions []portion) int64 {
	total := int64(0)
	for i := range portions {
		if s.headroom(&portions[i]) > 0 {
			total += portions[i].value
		}
	}
	if total == 0 {
		return 0
	}
	units := amount / s.unit
	if s.allocation >= roundThenFirst {
		return s.rounded(units, total, portions)
	}
	left, given := units, int64(0)
	for i := range portions {
		p := &portions[i]
		p.remainder = 0
		if s.headroom(p) == 0 {
			continue
		}
		hi, lo := bits.Mul64(uint64(units), uint64(p.value))
		quotient, remainder := bits.Div64(hi, lo, uint64(total))
		p.remainder = remainder
		left -= int64(quotient)
		given += s.take(p, int64(quotient))
	}
	switch {
	case left == 0:
	case left == units && s.allocation == lastLine:
		given += s.fromLast(left, portions)
	default:
		given += s.leftOver(left, portions)
	}
	return given
}

// leftOver hands out the units that rounding down left over.
func (s sharing) leftOver(left int64, portions []portion) int64 {
	switch s.allocation {
	case lastLine:
		for i := len(portions) - 1; i >= 0; i-- {
			if p := &portions[i]; s.headroom(p) > 0 && p.value > 0 {
				return s.take(p, left)
			}
		}
		return 0
	case firstLines:
		return s.oneEach(left, portions)
	}
	return s.byRemainder(left, portions)
}

// fromLast gives units to the last portion, and what it has no headroom for to those before
// it. It is what further rounds of sharing come to where no share is a whole unit: no share
// of fewer units becomes one, since a portion that is full took a unit at least.
func (s sharing) fromLast(left int64, portions []portion) (given int64) {
	for i := len(portions) - 1; i >= 0 && left > 0; i-- {
		if p := &portions[i]; s.shares(p) {
			taken := s.take(p, left)
			given, left = given+taken, left-taken/s.unit
		}
	}
	return given
}

// rankedRemainder is what a division left over for a portion.
type rankedRemainder struct {
	remainder uint64
	item      int32
	at        int32 // place in the list of portions
}

// byRemainder gives a unit each to the portions with the largest remainders, of equal
// ones to the earlier item and line, as far as they have headroom. It sorts the remainders and
// not the portions, which are three times as large, and on the stack for most carts.
func (s sharing) byRemainder(left int64, portions []portion) int64 {
	var few [64]rankedRemainder
	order := few[:0]
	for i := range portions {
		if p := &portions[i]; p.remainder > 0 && p.value > 0 {
			order = append(order, rankedRemainder{p.remainder, p.item, int32(i)})
		}
	}
	slices.SortFunc(order, func(a, b rankedRemainder) int {
		if a.remainder != b.remainder {
			return cmp.Compare(b.remainder, a.remainder)
		}
		return cmp.Or(cmp.Compare(a.item, b.item), cmp.Compare(a.at, b.at))
	})
	given := int64(0)
	for _, r := range order {
		if left == 0 {
			break
		}
		if taken := s.take(&portions[r.at], 1); taken > 0 {
			given += taken
			left--
		}
	}
	return given
}

// byItem is the order of the cart.
func byItem(a, b portion) int {
	return cmp.Or(cmp.Compare(a.item, b.item), cmp.Compare(a.from, b.from))
}

// oneEach gives a unit to one portion after the other.
func (s sharing) oneEach(left int64, portions []portion) int64 {
	given := int64(0)
	for i := range portions {
		if left == 0 {
			break
		}
		if p := &portions[i]; p.value > 0 {
			if taken := s.take(p, 1); taken > 0 {
				given += taken
				left--
			}
		}
	}
	return given
}

// headroom is what a portion can still take, in whole units of the sharing.
func (s sharing) headroom(p *portion) int64 {
	headroom := p.headroom - p.off
	return headroom - headroom%s.unit
}

// take takes a number of units off a portion, as far as it has headroom, and
// reports the amount.
func (s sharing) take(p *portion, units int64) int64 {
	amount := min(units*s.unit, s.headroom(p))
	p.off += amount
	return amount
}

// evenPart is the value of the first units of a line: a value that does not
// divide evenly has its odd minor units on the first ones.
func evenPart(value, quantity, units int64) int64 {
	if units >= quantity {
		return value
	}
	return value/quantity*units + min(units, value%quantity)
}
