package cart

import (
	"fmt"

	"github.com/promogate/caddy-discount/money"
)

// Prices says in which unit a cart writes its amounts.
type Prices uint8

const (
	// Minor amounts are whole numbers of the currency's smallest unit: 1850 fen,
	// as 1850, "1850" or 1850.0.
	Minor Prices = iota
	// Major amounts are numbers of its main unit, 18.5 or "18.50", with no more
	// decimals than the currency has, further zeros and the noise of floating
	// point aside.
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

// wanted says what an amount of a currency looks like, for a reason.
func (p Prices) wanted(currency money.Currency) string {
	if p == Minor {
		return wantMinor
	}
	decimals := "without decimals"
	if currency.Digits() > 0 {
		decimals = fmt.Sprintf("with at most %d decimals", currency.Digits())
	}
	return fmt.Sprintf("an amount of %s such as %s, from 0 to %s, %s",
		currency.Code(), currency.AppendMajor(nil, 1850), currency.AppendMajor(nil, money.Max), decimals)
}

// spelling says how an amount is written, for a reason, where the currency may not be
// known yet.
func (p Prices) spelling() string {
	if p == Minor {
		return wantMinor
	}
	return "an amount such as 18.50"
}

// What a reason asks for in place of a number.
var (
	wantMinor    = fmt.Sprintf("a whole number of minor units from 0 to %d", money.Max)
	wantCount    = fmt.Sprintf("a whole number from 0 to %d", money.Max)
	wantUnits    = fmt.Sprintf("a whole number from 1 to %d", money.Max)
	wantFraction = fmt.Sprintf("a number from 0 to %d", money.Max)
	wantDecimals = "the number of decimals of the currency"
)

// wantText is what a reason asks for in place of a text.
const wantText = JSONText + ", or an integer below 2^53 without sign, fraction and exponent"

// maxExact is up to where every integer is a double of its own (RFC 7493,
// section 2.2).
const maxExact = 1<<53 - 1

// plainInteger reads digits and nothing else, at most [money.Max].
func plainInteger(text string) (int64, bool) {
	if len(text) == 0 || len(text) > mostPlain {
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
