package strategy

import (
	"cmp"
	"math/bits"
	"slices"
)

// rankedRemainder is the remainder of the division for a portion.
type rankedRemainder struct {
	remainder uint64
	place     uint64 // the portion's item, above its index in the list of portions
}

// rank is the remainder of the portion at an index of the list, which is of an item.
func rank(remainder uint64, item int32, at int) rankedRemainder {
	return rankedRemainder{remainder, uint64(item)<<32 | uint64(at)}
}

// at is the index of the portion.
func (r rankedRemainder) at() int { return int(uint32(r.place)) }

// before is 1 if a remainder is larger than another one, or equal and of an earlier item or
// line; otherwise it is 0. It compares numbers of 128 bits and takes no branch: a processor
// could not predict it.
func (r rankedRemainder) before(other rankedRemainder) uint64 {
	_, less := bits.Sub64(r.place, other.place, 0)
	_, less = bits.Sub64(other.remainder, r.remainder, less)
	return less
}

// byRank compares remainders in the order of before.
func byRank(a, b rankedRemainder) int {
	return cmp.Or(cmp.Compare(b.remainder, a.remainder), cmp.Compare(a.place, b.place))
}

// largest rounds each share down, and gives the units that remain, one each, to the portions
// with the largest remainders of those that still have headroom. Of equal remainders, the
// earlier item and line comes first.
func (s sharing) largest(units, total int64, portions []portion) int64 {
	s.e.rewards.ranked = s.e.rewards.ranked[:0]
	given, left := s.roundDown(units, total, portions, true)
	list := s.e.rewards.ranked
	if left < int64(len(list)) {
		selectFirst(list, int(left))
		list = list[:left]
	}
	for _, r := range list {
		given += s.take(&portions[r.at()], 1)
	}
	return given
}

// selectFirst moves the first n of a list to its beginning, in any order: each of them gets
// one unit. It takes time in proportion to the list, where sorting takes more.
func selectFirst(list []rankedRemainder, n int) { selectWithin(list, n, maxRounds(len(list))) }

// maxRounds is how many pivots a selection may choose. A cart whose remainders make for bad
// pivots would otherwise take time quadratic in its lines.
func maxRounds(length int) int { return 2 * bits.Len(uint(length)) }

// selectWithin is Hoare's quickselect. After so many rounds it sorts the elements that are
// left.
func selectWithin(list []rankedRemainder, n, rounds int) {
	for ; len(list) > fewRanked && rounds > 0; rounds-- {
		switch at := partition(list); {
		case n < at:
			list = list[:at]
		case n > at+1:
			list, n = list[at+1:], n-at-1
		default:
			return
		}
	}
	slices.SortFunc(list, byRank)
}

// fewRanked is the length up to which sorting a list is as fast as selecting from it.
const fewRanked = 8

// partition moves what is before a pivot to the beginning of a list, and returns the index of
// the pivot, which is the median of three.
func partition(list []rankedRemainder) int {
	last := len(list) - 1
	medianToLast(list, 0, last/2)
	pivot, at := list[last], 0
	for i, r := range list[:last] {
		list[i], list[at] = list[at], r
		at += int(r.before(pivot))
	}
	list[at], list[last] = pivot, list[at]
	return at
}

// medianToLast moves the median of two elements and the last one to the end of a list.
func medianToLast(list []rankedRemainder, a, b int) {
	last := len(list) - 1
	if list[b].before(list[a]) == 1 {
		a, b = b, a
	}
	switch { // a is before b
	case list[last].before(list[a]) == 1:
		list[a], list[last] = list[last], list[a]
	case list[b].before(list[last]) == 1:
		list[b], list[last] = list[last], list[b]
	}
}
