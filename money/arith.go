package money

import (
	"bytes"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Rounding says where an amount between two steps goes. Amounts are never
// negative, so up is away from zero and down is towards it.
type Rounding uint8

// The roundings, HalfUp being the default.
const (
	HalfUp Rounding = iota
	HalfEven
	HalfDown
	Down
	Up
)

// Rate is an exact fraction that is not negative, written as a decimal: 0.15 is 15%.
type Rate struct {
	num, den int64 // den is a power of ten, at most 10^9
}

// maxRateDecimals bounds the denominator of a rate.
const maxRateDecimals = 9

// ParseRate reads a decimal such as "0.15". It may have nine decimals and be
// of any size, so that a caller can say what was probably meant by 15.
func ParseRate(text string) (Rate, error) {
	whole, decimals, negative, err := splitDecimal(text)
	if err != nil || negative {
		return Rate{}, errNotNumber
	}
	decimals = strings.TrimRight(decimals, "0")
	if len(decimals) > maxRateDecimals {
		return Rate{}, fmt.Errorf("%s has more than %d decimals", text, maxRateDecimals)
	}
	num, err := strconv.ParseInt(whole+decimals, 10, 64)
	if err != nil || num > Max {
		return Rate{}, fmt.Errorf("%s is too large", text)
	}
	den := int64(1)
	for range len(decimals) {
		den *= 10
	}
	return Rate{num: num, den: den}, nil
}

// Compare is -1, 0 or 1 as r is less than, equal to or greater than other.
func (r Rate) Compare(other Rate) int {
	aHi, aLo := bits.Mul64(uint64(r.num), uint64(other.den))
	bHi, bLo := bits.Mul64(uint64(other.num), uint64(r.den))
	switch {
	case aHi < bHi || aHi == bHi && aLo < bLo:
		return -1
	case aHi == bHi && aLo == bLo:
		return 0
	}
	return 1
}

// IsZero reports whether the rate is nothing at all.
func (r Rate) IsZero() bool { return r.num == 0 }

// Complement is what the rate, at most 1, leaves: of 0.15 it is 0.85.
func (r Rate) Complement() Rate { return Rate{num: r.den - r.num, den: r.den} }

// String writes the shortest decimal: "0.15", "1".
func (r Rate) String() string { return string(r.Append(nil)) }

// Append appends the shortest decimal.
func (r Rate) Append(dst []byte) []byte {
	if r.den == 0 {
		return append(dst, '0')
	}
	dst = strconv.AppendInt(dst, r.num/r.den, 10)
	rest := r.num % r.den
	if rest == 0 {
		return dst
	}
	point := len(dst)
	dst = strconv.AppendInt(dst, r.den+rest, 10)
	dst[point] = '.' // in place of the 1 that kept the zeros behind it
	return bytes.TrimRight(dst, "0")
}

// Of is the rate's part of amount (at least 0, at most [Max]), rounded to a
// multiple of unit minor units.
func (r Rate) Of(amount, unit int64, rounding Rounding) int64 {
	if r.num == 0 {
		return 0
	}
	return MulDiv(amount, r.num, r.den*unit, rounding) * unit
}

// MulDiv is a*b/c rounded, exact over the 128-bit product. None may be
// negative, c may not be zero, and the result must fit; a and b are amounts,
// quantities or rates within [Max], which the callers check.
func MulDiv(a, b, c int64, rounding Rounding) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	quotient, rest := bits.Div64(hi, lo, uint64(c))
	if rest == 0 {
		return int64(quotient)
	}
	if rounding.RoundsUp(quotient, rest, uint64(c)) {
		quotient++
	}
	return int64(quotient)
}

// RoundsUp reports whether a quotient is rounded up to the next whole number. rest is the remainder
// of the division by divisor, and less than that.
func (r Rounding) RoundsUp(quotient, rest, divisor uint64) bool {
	twice := rest * 2 // rest < divisor ≤ 2^63, so this cannot wrap
	switch r {
	case HalfUp:
		return twice >= divisor
	case HalfEven:
		return twice > divisor || twice == divisor && quotient%2 == 1
	case HalfDown:
		return twice > divisor
	case Up:
		return rest > 0
	}
	return false
}

// Scale is amount × digits × 10^-places rounded half up, and reports whether it is
// within [Max]. Neither amount nor digits may be negative, and places at most 18.
func Scale(amount, digits int64, places uint8) (int64, bool) {
	scale := int64(1)
	for range places {
		scale *= 10
	}
	if hi, _ := bits.Mul64(uint64(amount), uint64(digits)); hi >= uint64(scale) {
		return 0, false
	}
	scaled := MulDiv(amount, digits, scale, HalfUp)
	return scaled, 0 <= scaled && scaled <= Max
}

// Mul multiplies two amounts or quantities that are not negative and reports
// whether the product is within [Max].
func Mul(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 || lo > uint64(Max) {
		return 0, false
	}
	return int64(lo), true
}

// Add adds two amounts that are not negative and within [Max] and reports
// whether the sum is too.
func Add(a, b int64) (int64, bool) {
	sum := a + b
	return sum, sum <= Max
}
