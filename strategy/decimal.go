package strategy

import (
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// decimalPlaces is how many decimals of attributes are compared.
const decimalPlaces = 6

// parseDecimal reads a plain decimal number as an integer of millionths. It reports false
// for a text that is no such number, has an exponent, or has more than twelve digits before
// the point or more than six after it. Zeros at the end do not count.
func parseDecimal(text string) (int64, bool) {
	text, negative := strings.CutPrefix(text, "-")
	whole, decimals, _ := strings.Cut(text, ".")
	decimals = strings.TrimRight(decimals, "0")
	if len(whole) > 12 || len(decimals) > decimalPlaces {
		return 0, false
	}
	v, err := strconv.ParseUint(whole, 10, 63)
	if err != nil {
		return 0, false
	}
	fraction := uint64(0)
	for i := range decimalPlaces {
		fraction *= 10
		if i < len(decimals) {
			c := decimals[i]
			if c < '0' || c > '9' {
				return 0, false
			}
			fraction += uint64(c - '0')
		}
	}
	value := int64(v*1_000_000 + fraction)
	if negative {
		value = -value
	}
	return value, true
}

// beyond is greater than every number of a strategy, in millionths.
const beyond = 1 << 62

// readDecimal reads the number of an attribute as millionths, rounded down, and reports
// whether rounding made it smaller. A number further from zero than any number of a
// strategy becomes beyond or -beyond.
func readDecimal(text string) (millionths int64, over bool) {
	if value, ok := parseDecimal(text); ok {
		return value, false
	}
	text, negative := strings.CutPrefix(text, "-")
	digits, exponent := cart.Significand(text)
	millionths, over = scaled(digits, exponent+decimalPlaces)
	if negative {
		millionths = -millionths
		if over {
			millionths-- // down is away from zero
		}
	}
	return millionths, over
}

// scaled is digits × 10^exponent, rounded down; over reports whether rounding made it
// smaller.
func scaled(digits string, exponent int) (value int64, over bool) {
	const most = 18 // digits that fit
	switch {
	case digits == "":
		return 0, false
	case len(digits)+exponent > most:
		return beyond, false
	case len(digits)+exponent <= 0:
		return 0, true
	case exponent < 0:
		over = true // the last digit is not 0
		digits, exponent = digits[:len(digits)+exponent], 0
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return beyond, false
	}
	for range exponent {
		value *= 10
	}
	return value, over
}
