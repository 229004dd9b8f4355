package mapping

import (
	"math/big"
	"strings"
)

// maxNumber bounds the text of a number, as the reader does.
const maxNumber = 32

// number is the value of a number without sign and exponent, or of a text that is such a number.
func (v *value) number() (*big.Rat, bool) {
	if v.kind != '0' && v.kind != '"' || len(v.text) > maxNumber {
		return nil, false
	}
	whole, decimals, point := strings.Cut(v.text, ".")
	if !digits(whole) || point && !digits(decimals) || len(whole) > 1 && whole[0] == '0' {
		return nil, false
	}
	return new(big.Rat).SetString(v.text)
}

func digits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// whole reports whether a number has nothing after the point.
func whole(n *big.Rat) bool { return n.IsInt() }

// numeric reports whether all values that say anything are numbers, and one does.
func numeric(values []*value) bool {
	some := false
	for _, v := range values {
		if v.blank() {
			continue
		}
		if _, ok := v.number(); !ok {
			return false
		}
		some = true
	}
	return some
}

// pointed reports whether one of the values is written with a point.
func pointed(values []*value) bool {
	for _, v := range values {
		if _, ok := v.number(); ok && strings.Contains(v.text, ".") {
			return true
		}
	}
	return false
}

// one is the one value a path leads to that says anything; nil if there is none or if
// there are several.
func (v *value) one(p path) *value {
	var found *value
	for _, at := range elements(v.at(p)) {
		if at.blank() {
			continue
		}
		if found != nil {
			return nil
		}
		found = at
	}
	return found
}

// single reports whether a path leads to at most one scalar in each of some values,
// and to one in at least one of them.
func single(in []*value, p path) bool {
	some := false
	for _, v := range in {
		n := 0
		for _, at := range elements(v.at(p)) {
			if at.blank() {
				continue
			}
			if n++; n > 1 || !at.scalar() {
				return false
			}
		}
		some = some || n == 1
	}
	return some
}

// scalars are the values a path leads to in some values, without blank ones.
func scalars(in []*value, p path) []*value {
	var all []*value
	for _, v := range in {
		for _, at := range elements(v.at(p)) {
			if !at.blank() {
				all = append(all, at)
			}
		}
	}
	return all
}
