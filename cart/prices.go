package cart

import (
	"fmt"

	"github.com/promogate/caddy-discount/money"
)

// Prices says in which unit a cart writes its amounts.
type Prices uint8

const (
	// Minor amounts are integers of the currency's smallest unit: 1850 fen.
	Minor Prices = iota
	// Major amounts are decimals of its main unit, 18.50 or "18.50", with no
	// more decimals than the currency has, further zeros aside.
	Major
)

// String is "minor" or "major".
func (p Prices) String() string {
	if p == Major {
		return "major"
	}
	return "minor"
}

// MarshalText writes [Prices.String].
func (p Prices) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads "minor" or "major"; nothing else is a unit.
func (p *Prices) UnmarshalText(text []byte) error {
	switch string(text) {
	case "minor":
		*p = Minor
	case "major":
		*p = Major
	default:
		return fmt.Errorf("prices are %s, want minor or major", quote(string(text)))
	}
	return nil
}

// wanted says what an amount looks like, for a reason.
func (p Prices) wanted(currency money.Currency) string {
	if p == Minor {
		return wantMinor
	}
	return fmt.Sprintf("a decimal of %s such as 18.50, not negative, with at most %d decimals",
		currency.Code(), currency.Digits())
}

// What a reason asks for in place of a number.
var (
	wantMinor    = fmt.Sprintf("a whole number of minor units from 0 to %d", money.Max)
	wantQuantity = fmt.Sprintf("a whole number from 0 to %d", money.Max)
	wantUnits    = fmt.Sprintf("a whole number from 1 to %d", money.Max)
	wantCount    = wantQuantity
	wantDecimals = "the number of decimals of the currency"
)

// wantText is what a reason asks for in place of a text.
const wantText = "a text, or an integer below 2^53 without sign, fraction and exponent"

// maxExact is up to where every integer is a double of its own (RFC 7493,
// section 2.2).
const maxExact = 1<<53 - 1

// plainInteger reads digits and nothing else, at most [money.Max].
func plainInteger(text string) (int64, bool) {
	const mostDigits = 15 // those of money.Max
	if len(text) == 0 || len(text) > mostDigits {
		return 0, false
	}
	value := int64(0)
	for i := range len(text) {
		digit := text[i] - '0'
		if digit > 9 {
			return 0, false
		}
		value = value*10 + int64(digit)
	}
	return value, true
}

// parse reads the text of an amount into minor units. Nothing goes through
// floating point.
func (p Prices) parse(text string, currency money.Currency) (int64, bool) {
	if p == Minor {
		return plainInteger(text)
	}
	amount, err := currency.ParseMajor(text)
	return amount, err == nil && amount >= 0 && text[0] != '-'
}
