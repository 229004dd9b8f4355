package cart

import (
	"math/big"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/money"
)

// FuzzNumber reads a number and makes minor units of it, held against rational
// arithmetic. What is a millionth of a minor unit off is that minor unit.
func FuzzNumber(f *testing.F) {
	for _, test := range numbers {
		if len(test.number) < 400 {
			for _, decimals := range []uint8{0, 2, 3} {
				f.Add(test.number, decimals)
			}
		}
	}
	for _, text := range []string{
		"1.000001", "1.0000010", "1.0000010000000001", "0.999999", "0.99999899999999999", "0.01000001", "0.0010000000009", "0.00099999900000000000",
		"0.00000000000000000000000000000000000001", "99999999999999999", "9999999999999.99", "999999999999999.000001", "0.00000001", "00", "", "1.", "1.2.3", "1e5", "-1", "+1", "1,5", " 1",
	} {
		f.Add(text, uint8(2))
	}
	f.Fuzz(func(t *testing.T, text string, decimals uint8) {
		if len(text) > 1000 || decimals > 4 {
			return
		}
		number, flaw := parseDecimal(text)
		whole, fraction, _ := strings.Cut(text, ".")
		significant := strings.TrimLeft(whole+strings.TrimRight(fraction, "0"), "0")
		if sound := plainNumber.MatchString(text) && len(significant) <= 17; sound != (flaw == flawless) {
			t.Fatalf("%q: flaw %d, want it sound %v", text, flaw, sound)
		}
		checkPlain(t, text, number, flaw)
		if flaw != flawless {
			return
		}
		exact, _ := new(big.Rat).SetString(text)
		scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(number.places)), nil)
		if read := new(big.Rat).SetFrac(big.NewInt(number.digits), scale); read.Cmp(exact) != 0 {
			t.Fatalf("%q: read %d × 10^-%d", text, number.digits, number.places)
		}
		checkWhole(t, text, number, exact)
		checkMinor(t, text, number, exact, int(decimals))
	})
}

// checkPlain reads the number while it is scanned, which takes those of a few digits.
func checkPlain(t tester, text string, number decimal, flaw flaw) {
	t.Helper()
	if strings.HasPrefix(text, `"`) {
		return // as a body, it is a number in a text
	}
	short := flaw == flawless && len(strings.Replace(text, ".", "", 1)) <= mostPlain
	for _, body := range []string{text, `"` + text + `"`} {
		s := scanner{text: body}
		got, ok := s.plainDecimal()
		if whole := ok && s.pos == len(body); whole != short || whole && got != number {
			t.Fatalf("%q: %+v, %v of the text read, want %+v, %v", body, got, s.pos, number, short)
		}
	}
	s := scanner{text: text}
	value, ok := s.plain()
	short = short && !strings.Contains(text, ".")
	if whole := ok && s.pos == len(text); whole != short || whole && value != number.digits {
		t.Fatalf("%q: %d, %v of the text read, want %+v, %v", text, value, s.pos, number, short)
	}
}

func checkWhole(t tester, text string, number decimal, exact *big.Rat) {
	t.Helper()
	most := new(big.Rat).SetInt64(money.Max)
	value, ok := number.whole()
	if possible := exact.IsInt() && exact.Cmp(most) <= 0; ok != possible || ok && new(big.Rat).SetInt64(value).Cmp(exact) != 0 {
		t.Fatalf("%q: %d, %v as a whole number", text, value, ok)
	}
}

// checkMinor holds an amount, at once and from its packed form, against the nearest
// number of minor units.
func checkMinor(t tester, text string, number decimal, exact *big.Rat, decimals int) {
	t.Helper()
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	minor := new(big.Rat).Mul(exact, new(big.Rat).SetInt(unit))
	nearest := new(big.Rat).Add(minor, big.NewRat(1, 2))
	want := new(big.Int).Div(nearest.Num(), nearest.Denom())
	off := new(big.Rat).Sub(minor, new(big.Rat).SetInt(want))
	possible := off.Abs(off).Cmp(big.NewRat(1, 1_000_000)) <= 0 && want.Cmp(big.NewInt(money.Max)) <= 0
	for form, d := range map[string]decimal{"at once": number, "packed": unpacked(number.packed())} {
		if got, ok := d.minor(decimals); ok != possible || ok && got != want.Int64() {
			t.Fatalf("%q with %d decimals, %s: %d, %v, want %s, %v", text, decimals, form, got, ok, want, possible)
		}
	}
}
