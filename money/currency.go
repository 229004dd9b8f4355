// Package money is exact amounts: ISO 4217 currencies, integers of minor units (fen, cents, whole
// yen), and the few operations that promotions need on them. Nothing here uses floating point.
package money

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	iso "github.com/Rhymond/go-money"
)

// Max is the largest amount, in minor units, that a cart, a rule or a header
// may carry: fifteen digits, the largest integer of RFC 9651, section 3.3.1.
const Max int64 = 999_999_999_999_999

// Currency is an ISO 4217 currency and its number of decimals. The zero value
// is no currency; obtain one from [ParseCurrency].
type Currency struct {
	code   string
	digits int
}

// ParseCurrency looks up an ISO 4217 alphabetic code such as "CNY". Codes are
// upper case. Those that the list has retired, or has without a minor unit, are
// refused. The error is a [*CodeError]. Neither shares memory with the code.
func ParseCurrency(code string) (Currency, error) {
	if known, is := amended[code]; is {
		return known, nil
	}
	if err := refused(code); err != nil {
		return Currency{}, err
	}
	known := iso.GetCurrency(code)
	if known == nil || known.Code != code {
		return Currency{}, &CodeError{Code: strings.Clone(code)}
	}
	return Currency{code: known.Code, digits: known.Fraction}, nil
}

// Code is the ISO 4217 alphabetic code.
func (c Currency) Code() string { return c.code }

// Digits is the number of decimals between the major and the minor unit: 2 for
// CNY, 0 for JPY, 3 for KWD.
func (c Currency) Digits() int { return c.digits }

// The reasons why a text is no amount.
var (
	errNotNumber = errors.New("not a decimal number")
	errTooBig    = fmt.Errorf("larger than %d minor units", Max)
)

// ParseMajor turns an amount in major units, such as "19.90" or "-3", into
// minor units. It is exact: an amount with more decimals than the currency has
// is an error unless the further ones are zero. Exponents, signs other than a
// leading minus, separators and surrounding space are refused.
func (c Currency) ParseMajor(text string) (int64, error) {
	whole, decimals, negative, err := splitDecimal(text)
	if err != nil {
		return 0, err
	}
	decimals = strings.TrimRight(decimals, "0")
	if len(decimals) > c.digits {
		noun := "decimals"
		if len(decimals) == 1 {
			noun = "decimal"
		}
		return 0, fmt.Errorf("%s has %d %s, %s has %d", text, len(decimals), noun, c.code, c.digits)
	}
	digits := whole + decimals + strings.Repeat("0", c.digits-len(decimals))
	minor, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || minor > Max {
		return 0, errTooBig
	}
	if negative {
		minor = -minor
	}
	return minor, nil
}

// AppendMajor appends the amount in major units with all the decimals of the
// currency: 1990 fen as "19.90".
func (c Currency) AppendMajor(dst []byte, minor int64) []byte {
	if minor < 0 {
		dst, minor = append(dst, '-'), -minor
	}
	scale := int64(1)
	for range c.digits {
		scale *= 10
	}
	dst = strconv.AppendInt(dst, minor/scale, 10)
	if c.digits > 0 {
		point := len(dst)
		dst = strconv.AppendInt(dst, scale+minor%scale, 10)
		dst[point] = '.' // in place of the 1 that kept the zeros behind it
	}
	return dst
}

// splitDecimal splits "-12.50" into "12", "50" and whether it is negative.
func splitDecimal(text string) (whole, decimals string, negative bool, err error) {
	text, negative = strings.CutPrefix(text, "-")
	whole, decimals, point := strings.Cut(text, ".")
	if !allDigits(whole) || point && !allDigits(decimals) {
		return "", "", false, errNotNumber
	}
	return whole, decimals, negative, nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
