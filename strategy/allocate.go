package strategy

import (
	"cmp"
	"math/bits"

	"github.com/promogate/caddy-discount/money"
)

// portion is some units of one item that a rule is about, and the amount that the rule
// takes off them.
//
// All its units are of one run. They are of one line where the rule looks at lines.
type portion struct {
	item      int32 // index into the evaluation's items
	line      int32 // index of the line if the rule looks at lines; else the same in an item
	from      int64 // how many units of the item come before them
	units     int64
	value     int64  // what the rule computes on, and the weight in sharing
	headroom  int64  // the most that may be taken off, in minor units
	off       int64  // the amount that is taken off, in minor units
	remainder uint64 // a share, while sharing; a number to sort by, while choosing units
	used      bool   // by an earlier buy-and-get rule
	uses      bool   // the rule uses them
}

// sharing divides amounts over portions in proportion to their values. The shares add up to
// the amount, or to the headroom of all portions if that is less. An amount that a portion
// has no headroom for is shared again over the portions that have some.
//
// Shares are multiples of unit. The first three allocations round shares down and differ in
// which portions get the units that remain. The largest remainder method is Hamilton's: it is
// in allocate_largest.go. The allocations that round otherwise are in allocate_rounded.go.
type sharing struct {
	unit       int64
	allocation allocation
	rounding   money.Rounding // of shares that are not rounded down
	e          *evaluation    // counts further rounds as steps, see [MaxSteps], and has memory
}

// share takes the amount off the portions, in addition to what they lose already. It
// reports how much of it they had headroom for.
func (s sharing) share(amount int64, portions []portion) int64 {
	if len(portions) == 1 { // most rules that name one SKU have one portion
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

// shareable is what share would take off the portions.
func (s sharing) shareable(amount int64, portions []portion) int64 {
	headroom := int64(0)
	for i := 0; i < len(portions) && headroom < amount; i++ {
		headroom += s.headroom(&portions[i])
	}
	return min(s.wholeUnits(amount)*s.unit, headroom)
}

// again counts the steps of another round and reports whether the quote may take them.
func (s sharing) again(portions []portion) bool {
	s.e.steps += int64(len(portions))
	return s.e.steps <= MaxSteps
}

// giveAll is share for a single portion.
func (s sharing) giveAll(amount int64, p *portion) int64 {
	if p.value == 0 {
		return 0
	}
	return s.take(p, s.wholeUnits(amount))
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
	switch units := s.wholeUnits(amount); s.allocation {
	case largestRemainder:
		return s.largest(units, total, portions)
	case firstLines, lastLine:
		return s.down(units, total, portions)
	default:
		return s.rounded(units, total, portions)
	}
}

// down rounds each share down, and gives the units that remain to the first portions, one
// each, or to the last one.
func (s sharing) down(units, total int64, portions []portion) int64 {
	given, left := s.roundDown(units, total, portions, false)
	switch {
	case left == 0:
	case s.allocation == firstLines:
		given += s.oneEach(left, portions)
	case left == units:
		given += s.fromLast(left, portions)
	default:
		given += s.toLast(left, portions)
	}
	return given
}

// roundDown takes the share of each portion off it, rounded down. It returns the amount that was
// taken, in minor units, and the units that no share has. It collects the remainders of
// portions that still have headroom, if they are to be ranked.
func (s sharing) roundDown(units, total int64, portions []portion, ranked bool) (given, left int64) {
	left = units
	for i := range portions {
		p := &portions[i]
		if s.headroom(p) == 0 {
			continue
		}
		share, remainder := part(units, p.value, total)
		left -= share
		given += s.take(p, share)
		if ranked && remainder > 0 && s.headroom(p) > 0 {
			s.e.rewards.ranked = append(s.e.rewards.ranked, rank(remainder, p.item, i))
		}
	}
	return given, left
}

// part is the part of units that a value is of a total, rounded down, and the remainder of
// the division.
func part(units, value, total int64) (share int64, remainder uint64) {
	hi, lo := bits.Mul64(uint64(units), uint64(value))
	quotient, remainder := bits.Div64(hi, lo, uint64(total))
	return int64(quotient), remainder
}

// toLast gives units to the last portion that has headroom.
func (s sharing) toLast(left int64, portions []portion) int64 {
	for i := len(portions) - 1; i >= 0; i-- {
		if p := &portions[i]; s.shares(p) {
			return s.take(p, left)
		}
	}
	return 0
}

// fromLast gives units to the last portion, and the units that it has no headroom for to
// the portions before it. Sharing round by round has the same result where no share is a
// whole unit: each round fills the last portion that has headroom, which takes at least one
// unit, and a share of fewer units is no whole unit either.
func (s sharing) fromLast(left int64, portions []portion) (given int64) {
	for i := len(portions) - 1; i >= 0 && left > 0; i-- {
		if p := &portions[i]; s.shares(p) {
			taken := s.take(p, left)
			given, left = given+taken, left-s.wholeUnits(taken)
		}
	}
	return given
}

// byItem compares portions by their order in the cart.
func byItem(a, b portion) int {
	return cmp.Or(cmp.Compare(a.item, b.item), cmp.Compare(a.from, b.from))
}

// oneEach gives one unit each to the portions in their order.
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

// headroom is how much more can be taken off a portion, in minor units, rounded down to
// whole units of the sharing.
func (s sharing) headroom(p *portion) int64 {
	headroom := p.headroom - p.off
	if s.unit == 1 { // a division takes longer than the rest
		return headroom
	}
	return headroom - headroom%s.unit
}

// wholeUnits is how many units of the sharing an amount has.
func (s sharing) wholeUnits(amount int64) int64 {
	if s.unit == 1 {
		return amount
	}
	return amount / s.unit
}

// take takes a number of units off a portion, as far as it has headroom, and reports the
// amount in minor units.
func (s sharing) take(p *portion, units int64) int64 {
	amount := min(units*s.unit, s.headroom(p))
	p.off += amount
	return amount
}

// evenPart is the value of the first units of a line. Where the value does not divide
// evenly, the first units are worth one minor unit more.
func evenPart(value, quantity, units int64) int64 {
	if units >= quantity {
		return value
	}
	return value/quantity*units + min(units, value%quantity)
}
