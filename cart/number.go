package cart

import (
	"math"
	"strconv"

	"github.com/promogate/caddy-discount/money"
)

// decimal is a number as it was written: digits × 10^-places, without zeros at the
// end of a fraction.
type decimal struct {
	digits int64
	places int
}

// flaw says why a text is no number of a cart.
type flaw uint8

const (
	flawless flaw = iota
	flawNumber
	flawExponent
	flawSign
	flawLength
	flawDigits
)

// reason says what a number without the flaw looks like, for the reason of a fault.
func (f flaw) reason() string {
	switch f {
	case flawExponent:
		return " without exponent"
	case flawSign:
		return " without sign"
	case flawLength:
		return " of at most " + strconv.Itoa(maxNumberText) + " characters"
	case flawDigits:
		return ", with at most " + strconv.Itoa(maxDigits) + " significant digits, which every parser keeps"
	}
	return ""
}

const (
	// maxDigits is how many significant digits a number may have: as many as a
	// number of 64 bits of floating point is written with to be read back the same.
	maxDigits = 17
	// maxNumberText bounds a number in a text, in characters.
	maxNumberText = 32
)

// parseDecimal reads a number in the grammar of JSON (RFC 8259, section 6) without
// sign and exponent.
func parseDecimal(text string) (decimal, flaw) {
	var d decimal
	significant, zeros := 0, 0 // zeros: at the end of the fraction so far
	fraction := false
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '0' && fraction:
			zeros++
			continue
		case c == '0' && i == 0 && len(text) > 1 && isDigit(text[1]):
			return d, flawNumber
		case isDigit(c):
		case c == '.' && !fraction && i > 0 && i < len(text)-1:
			fraction = true
			continue
		case (c == 'e' || c == 'E') && i > 0:
			return d, flawExponent
		case i == 0 && (c == '-' || c == '+'):
			return d, flawSign
		default:
			return d, flawNumber
		}
		if d.digits > 0 {
			significant += zeros
		}
		if d.digits > 0 || c != '0' {
			significant++
		}
		if significant > maxDigits {
			return d, flawDigits
		}
		d.append(zeros, c, fraction)
		zeros = 0
	}
	if text == "" {
		return d, flawNumber
	}
	return d, flawless
}

// append adds zeros and a digit.
func (d *decimal) append(zeros int, digit byte, fraction bool) {
	if d.digits > 0 {
		d.digits *= powersOfTen[zeros] // as many as are significant at most
	}
	d.digits = d.digits*10 + int64(digit-'0')
	if d.places += zeros; fraction {
		d.places++
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// powersOfTen are those of 64 bits; they are never written to.
var powersOfTen = func() (powers [19]int64) {
	powers[0] = 1
	for i := range len(powers) - 1 {
		powers[i+1] = powers[i] * 10
	}
	return powers
}()

// whole is the number if it is a whole one of at most [money.Max].
func (d decimal) whole() (int64, bool) {
	return d.digits, d.places == 0 && d.digits <= money.Max
}

// isWholeDouble reports whether a number that is no whole one is one as a double; text
// is the number as it is written.
func (d decimal) isWholeDouble(text string) bool {
	if d.digits < powersOfTen[surelyKept] {
		return false
	}
	double, err := strconv.ParseFloat(text, 64)
	return err == nil && double == math.Trunc(double)
}

// minor is the number as an amount of a currency's main unit, in minor units. A number that differs
// from a whole number of minor units only by the noise of floating point counts as whole. It
// reports false for other fractions, and above [money.Max].
func (d decimal) minor(decimals int) (int64, bool) {
	excess := d.places - decimals
	if excess <= 0 {
		if -excess >= len(powersOfTen) {
			return 0, d.digits == 0
		}
		return money.Mul(d.digits, powersOfTen[-excess])
	}
	if excess >= len(powersOfTen) {
		// The digits are fewer than 10^17, and so the number is less than a tenth.
		most := excess - noiseDigits
		return 0, most >= len(powersOfTen) || d.digits <= powersOfTen[most]
	}
	unit := powersOfTen[excess]
	noise := int64(0) // the most that one minor unit's part may differ by
	if excess >= noiseDigits {
		noise = powersOfTen[excess-noiseDigits]
	}
	amount, odd := d.digits/unit, d.digits%unit
	switch {
	case odd <= noise:
	case unit-odd <= noise:
		amount++
	default:
		return 0, false
	}
	return amount, amount <= money.Max
}

// noiseDigits is how small noise is: 10^-6 of a minor unit.
const noiseDigits = 6

// packed is the number in one integer, until the currency is known.
func (d decimal) packed() int64 {
	if d.places > maxPackedPlaces { // less than 10^-14 of anything
		return 0
	}
	return d.digits<<packedBits | int64(d.places)
}

const (
	packedBits      = 5
	maxPackedPlaces = 1<<packedBits - 1
)

func unpacked(packed int64) decimal {
	return decimal{digits: packed >> packedBits, places: int(packed & maxPackedPlaces)}
}
