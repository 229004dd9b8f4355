package cart

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/money"
)

var (
	plainNumber = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	plainDigits = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)
)

// readCurrency reads a code in any case.
func (r *plainRead) readCurrency(v any) *plainFault {
	code, ok := v.(string)
	if !ok || !regexp.MustCompile(`^[A-Za-z]{3}$`).MatchString(code) {
		return wrong("no code")
	}
	stated, err := money.ParseCurrency(strings.ToUpper(code))
	if err != nil {
		return wrong("%v", err)
	}
	r.currency, r.cart.Currency = stated, stated.Code()
	return nil
}

// text is a text, or an integer that every parser keeps.
func (r *plainRead) text(v any) (string, *plainFault) {
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		if plainDigits.MatchString(string(v)) && finite(v) {
			if value, err := strconv.ParseUint(string(v), 10, 64); r.options.ExactIDs || err == nil && value < 1<<53 {
				return string(v), nil
			}
		}
	}
	return "", wrong("no text")
}

// number is one as it is written, in a text or not, with its exact value.
func (r *plainRead) number(v any) (string, *big.Rat, *plainFault) {
	text := ""
	switch v := v.(type) {
	case json.Number:
		text = string(v)
	case string:
		if len(v) > 32 {
			return "", nil, wrong("too long")
		}
		text = v
	}
	whole, fraction, _ := strings.Cut(text, ".")
	significant := strings.TrimLeft(whole+strings.TrimRight(fraction, "0"), "0")
	if !plainNumber.MatchString(text) || len(significant) > 17 {
		return "", nil, wrong("no number")
	}
	exact, _ := new(big.Rat).SetString(text)
	return text, exact, nil
}

// amount is one in the unit in which it is written.
func (r *plainRead) amount(v any) (*big.Rat, *plainFault) {
	text, exact, f := r.number(v)
	if f != nil {
		return nil, f
	}
	if r.options.Prices == Minor {
		_, fraction, has := strings.Cut(text, ".")
		if has && fraction != "0" || exact.Cmp(new(big.Rat).SetInt64(money.Max)) > 0 {
			return nil, wrong("no minor units")
		}
	}
	return exact, nil
}

func (r *plainRead) count(v any) (int64, *plainFault) {
	_, exact, f := r.number(v)
	if f != nil {
		return -1, f
	}
	if !exact.IsInt() || exact.Cmp(new(big.Rat).SetInt64(money.Max)) > 0 {
		return -1, wrong("no count")
	}
	return exact.Num().Int64(), nil
}

func (r *plainRead) quantity(v any) *plainFault {
	text, exact, f := r.number(v)
	if f != nil {
		return f
	}
	r.amounts.quantity = true
	if exact.IsInt() {
		r.line.Quantity, f = r.count(v)
		return f
	}
	whole, fraction, _ := strings.Cut(text, ".")
	fraction = strings.TrimRight(fraction, "0")
	if !r.options.Fractional || len(fraction) > 18 || floor(exact) > money.Max {
		return wrong("no whole quantity")
	}
	if double, _ := exact.Float64(); double == math.Trunc(double) {
		return wrong("a fraction that is whole to who has doubles")
	}
	digits, _ := strconv.ParseInt(whole+fraction, 10, 64)
	r.line.Quantity, r.line.Weight = 1, Decimal{Digits: digits, Places: uint8(len(fraction))}
	return nil
}

func (r *plainRead) flag(v any) (bool, *plainFault) {
	if text, ok := v.(string); ok && !r.options.TextFlags {
		return false, wrong("the text %.40q", text)
	}
	switch v {
	case true, json.Number("1"), "1", "true":
		return true, nil
	case false, json.Number("0"), "0", "false":
		return false, nil
	}
	return false, wrong("no flag")
}
