package money

import "math/bits"

// Wide is a sum of products that are not negative, exact over 128 bits. The zero
// value is 0.
type Wide struct{ hi, lo uint64 }

// AddMul adds a*b, neither of which may be negative.
func (w Wide) AddMul(a, b int64) Wide {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	lo, over := bits.Add64(w.lo, lo, 0)
	hi, _ = bits.Add64(w.hi, hi, over)
	return Wide{hi, lo}
}

// Div is w/c rounded. c is above 0, and the result must fit.
func (w Wide) Div(c int64, rounding Rounding) int64 {
	quotient, rest := bits.Div64(w.hi, w.lo, uint64(c))
	if rest > 0 && rounding.RoundsUp(quotient, rest, uint64(c)) {
		quotient++
	}
	return int64(quotient)
}

// Excess is by how many bits w is longer than the 63 of an int64 that is not negative.
func (w Wide) Excess() int {
	if w.hi > 0 {
		return bits.Len64(w.hi) + 1
	}
	return max(0, bits.Len64(w.lo)-63)
}

// Shift is w without its last n bits, at most 64; what is left must fit.
func (w Wide) Shift(n int) int64 { return int64(w.hi<<(64-n) | w.lo>>n) }

// Parts writes rates as whole numbers over their smallest common denominator: 0.5 and 0.25 are 2
// and 1 of 4.
func Parts(rates []Rate) (parts []int64, of int64) {
	of = 1
	for _, r := range rates {
		of = max(of, r.den) // all are powers of ten
	}
	common := of
	for _, r := range rates {
		parts = append(parts, r.num*(of/max(1, r.den)))
		common = gcd(common, parts[len(parts)-1])
	}
	for i := range parts {
		parts[i] /= common
	}
	return parts, of / common
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
