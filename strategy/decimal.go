package strategy

import (
	"strconv"
	"strings"
)

// decimalPlaces is how many decimals attributes are compared with.
const decimalPlaces = 6

// parseDecimal reads a plain decimal number as an integer of millionths. It
// reports false for what has more than twelve digits before the point, more
// than six after it, or an exponent: such an attribute matches nothing.
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
	rest := uint64(0)
	for i := range decimalPlaces {
		rest *= 10
		if i < len(decimals) {
			c := decimals[i]
			if c < '0' || c > '9' {
				return 0, false
			}
			rest += uint64(c - '0')
		}
	}
	value := int64(v*1_000_000 + rest)
	if negative {
		value = -value
	}
	return value, true
}
