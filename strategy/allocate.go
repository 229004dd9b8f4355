package strategy

import (
	"cmp"
	"math/bits"
	"slices"
)

// part is one line's share while an amount is shared out.
type part struct {
	line   int32
	weight int64 // the line's value
	most   int64 // what the line can take
	share  int64
	rest   uint64 // remainder of the division, for the largest-remainder rule
}

// shareOut divides amount over the parts in proportion to their weights. The
// shares always add up to the amount, or to what all parts can take if that is
// less. Shares are rounded down and the missing units go one each to the
// largest remainders, the earlier line first (the method of Hamilton). What a
// part cannot take is shared again over those that still can.
func shareOut(amount int64, parts []part) int64 {
	shared := int64(0)
	for amount > 0 {
		given := shareOnce(amount, parts)
		if given == 0 {
			break
		}
		shared += given
		amount -= given
	}
	return shared
}

// shareOnce shares the amount over the parts that have room and reports how
// much they took.
func shareOnce(amount int64, parts []part) int64 {
	total := int64(0)
	for i := range parts {
		if parts[i].room() > 0 {
			total += parts[i].weight
		}
	}
	if total == 0 {
		return 0
	}
	left, given := amount, int64(0)
	for i := range parts {
		p := &parts[i]
		p.rest = 0
		if p.room() == 0 {
			continue
		}
		hi, lo := bits.Mul64(uint64(amount), uint64(p.weight))
		quotient, rest := bits.Div64(hi, lo, uint64(total))
		p.rest = rest
		left -= int64(quotient)
		given += p.take(int64(quotient))
	}
	return given + giveRest(left, parts)
}

// giveRest gives the units lost to rounding down, one each, to the largest
// remainders.
func giveRest(left int64, parts []part) int64 {
	if left == 0 {
		return 0
	}
	slices.SortFunc(parts, func(a, b part) int {
		if a.rest != b.rest {
			return cmp.Compare(b.rest, a.rest)
		}
		return cmp.Compare(a.line, b.line)
	})
	given := int64(0)
	for i := range parts {
		if given == left || parts[i].rest == 0 {
			break
		}
		given += parts[i].take(min(1, left-given))
	}
	slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(a.line, b.line) })
	return given
}

func (p *part) room() int64 { return p.most - p.share }

// take adds to the share what fits and reports how much did.
func (p *part) take(amount int64) int64 {
	amount = min(amount, p.room())
	p.share += amount
	return amount
}
