package strategy

import (
	"math/bits"

	"github.com/promogate/caddy-discount/money"
)

// The allocations of this file do not round shares down. Each computes shares that add up
// to the units to share, over the portions that have headroom. Then each portion takes its
// share, as far as it has headroom.

// rounded shares units over the portions that have headroom, and reports the amount that
// they took. The values of these portions add up to total.
func (s sharing) rounded(units, total int64, portions []portion) int64 {
	switch s.allocation {
	case roundThenFirst:
		s.roundThenFirst(units, total, portions)
	case roundThenLast:
		if none := s.roundThenLast(units, total, portions); none {
			return s.fromLast(units, portions)
		}
	case carry:
		s.carry(units, total, portions)
	case cascadeUp:
		s.cascadeUp(units, total, portions)
	}
	given := int64(0)
	for i := range portions {
		p := &portions[i]
		if s.shares(p) {
			given += s.take(p, int64(p.remainder))
		}
	}
	return given
}

// shares reports whether a portion gets a share: it has headroom and a value. The remainder
// of any other portion has no meaning.
func (s sharing) shares(p *portion) bool { return p.value > 0 && s.headroom(p) > 0 }

// roundThenFirst rounds each share. If the shares add up to less than the units, the first
// portions get one more unit each. If they add up to more, the first portions get one unit
// less each.
func (s sharing) roundThenFirst(units, total int64, portions []portion) {
	left := units
	for i := range portions {
		if p := &portions[i]; s.shares(p) {
			p.remainder = uint64(money.MulDiv(units, p.value, total, s.rounding))
			left -= int64(p.remainder)
		}
	}
	for i := 0; i < len(portions) && left != 0; i++ {
		p := &portions[i]
		switch {
		case !s.shares(p):
		case left > 0:
			p.remainder++
			left--
		case p.remainder > 0:
			p.remainder--
			left++
		}
	}
}

// roundThenLast rounds each share but the last, which gets the units that remain. No share
// is larger than the units that remain. It reports whether no share is a whole unit, so
// that the last portion gets all units.
func (s sharing) roundThenLast(units, total int64, portions []portion) (none bool) {
	left, last := units, -1
	for i := range portions {
		p := &portions[i]
		if !s.shares(p) {
			continue
		}
		p.remainder = uint64(min(left, money.MulDiv(units, p.value, total, s.rounding)))
		left -= int64(p.remainder)
		last = i
	}
	if last >= 0 {
		portions[last].remainder += uint64(left)
	}
	return left == units
}

// carry adds the rounding error of the shares before to each share and rounds it. The last
// share comes out whole, since the shares add up to whole units.
func (s sharing) carry(units, total int64, portions []portion) {
	off := int64(0) // by which the shares before are too small, in parts of total; within ±total
	for i := range portions {
		p := &portions[i]
		if !s.shares(p) {
			continue
		}
		hi, lo := bits.Mul64(uint64(units), uint64(p.value))
		if off < 0 && hi == 0 && lo < uint64(-off) { // the share is below zero, so it is 0
			p.remainder, off = 0, off+int64(lo)
			continue
		}
		var over uint64
		if off < 0 {
			lo, over = bits.Sub64(lo, uint64(-off), 0)
			hi -= over
		} else {
			lo, over = bits.Add64(lo, uint64(off), 0)
			hi += over
		}
		quotient, remainder := bits.Div64(hi, lo, uint64(total))
		p.remainder, off = quotient, int64(remainder)
		if s.rounding.RoundsUp(quotient, remainder, uint64(total)) {
			p.remainder, off = quotient+1, int64(remainder)-total
		}
	}
}

// cascadeUp shares the units that remain over the portions that remain, one portion after
// the other, and rounds each share up.
func (s sharing) cascadeUp(units, total int64, portions []portion) {
	for i := range portions {
		p := &portions[i]
		if !s.shares(p) {
			continue
		}
		share := money.MulDiv(units, p.value, total, money.Up)
		p.remainder = uint64(share)
		units -= share
		total -= p.value
	}
}
