package strategy

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestReadDecimal(t *testing.T) {
	for text, want := range map[string]struct {
		millionths int64
		over       bool
	}{
		"0":                    {millionths: 0},
		"5":                    {millionths: 5_000_000},
		"5.000000000000000":    {millionths: 5_000_000},
		"5e0":                  {millionths: 5_000_000},
		"50e-1":                {millionths: 5_000_000},
		"0.5E+1":               {millionths: 5_000_000},
		"5.0000001":            {millionths: 5_000_000, over: true},
		"0.0000001":            {millionths: 0, over: true},
		"-0.0000001":           {millionths: -1, over: true},
		"-5.0000001":           {millionths: -5_000_001, over: true},
		"-5e0":                 {millionths: -5_000_000},
		"1000000000000":        {millionths: beyond}, // a digit more than numbers of a strategy have
		"1e300":                {millionths: beyond},
		"-1e300":               {millionths: -beyond},
		"1e-300":               {millionths: 0, over: true},
		"0e999999999999999999": {millionths: 0},
		"-0":                   {millionths: 0},
	} {
		if millionths, over := readDecimal(text); millionths != want.millionths || over != want.over {
			t.Errorf("%s: got %d, %v, want %d, %v", text, millionths, over, want.millionths, want.over)
		}
	}
}

// Whatever the spelling, a number is on the right side of every number of a strategy.
func TestReadDecimalIsExact(t *testing.T) {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?`)
	bound := rapid.StringMatching(`-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?`)
	rapid.Check(t, func(t *rapid.T) {
		text, limit := number.Draw(t, "number"), bound.Draw(t, "bound")
		value, _ := new(big.Rat).SetString(text)
		least, _ := new(big.Rat).SetString(limit)
		millionths, over := readDecimal(text)
		exact, ok := parseDecimal(limit)
		if !ok {
			t.Fatalf("%s is none of a strategy", limit)
		}
		if got, want := millionths >= exact, value.Cmp(least) >= 0; got != want {
			t.Fatalf("%s >= %s: got %v", text, limit, got)
		}
		if got, want := millionths < exact || millionths == exact && !over, value.Cmp(least) <= 0; got != want {
			t.Fatalf("%s <= %s: got %v", text, limit, got)
		}
		if got, want := millionths == exact && !over, value.Cmp(least) == 0; got != want {
			t.Fatalf("%s = %s: got %v", text, limit, got)
		}
	})
}
