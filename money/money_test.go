package money_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/money"
)

func currency(t testing.TB, code string) money.Currency {
	t.Helper()
	c, err := money.ParseCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParseMajor(t *testing.T) {
	for _, c := range []struct {
		name, code, text string
		want             int64
		fails            bool
	}{
		{name: "whole yuan", code: "CNY", text: "20", want: 2000, fails: false},
		{name: "one decimal", code: "CNY", text: "9.9", want: 990, fails: false},
		{name: "two decimals", code: "CNY", text: "19.90", want: 1990, fails: false},
		{name: "further zeros", code: "CNY", text: "1.5000", want: 150, fails: false},
		{name: "three decimals", code: "CNY", text: "1.005", want: 0, fails: true},
		{name: "no decimals in yen", code: "JPY", text: "500", want: 500, fails: false},
		{name: "half a yen", code: "JPY", text: "0.5", want: 0, fails: true},
		{name: "three decimals in dinars", code: "KWD", text: "1.234", want: 1234, fails: false},
		{name: "less than nothing", code: "CNY", text: "-1.01", want: -101, fails: false},
		{name: "leading zeros", code: "CNY", text: "007", want: 700, fails: false},
		{name: "the largest", code: "CNY", text: "9999999999999.99", want: 999999999999999, fails: false},
		{name: "one more", code: "CNY", text: "10000000000000", want: 0, fails: true},
		{name: "far more", code: "CNY", text: "99999999999999999999999", want: 0, fails: true},
		{name: "nothing", code: "CNY", text: "", want: 0, fails: true},
		{name: "a sign alone", code: "CNY", text: "-", want: 0, fails: true},
		{name: "no whole part", code: "CNY", text: ".5", want: 0, fails: true},
		{name: "no decimals after the point", code: "CNY", text: "5.", want: 0, fails: true},
		{name: "an exponent", code: "CNY", text: "1e2", want: 0, fails: true},
		{name: "a plus", code: "CNY", text: "+1", want: 0, fails: true},
		{name: "a separator", code: "CNY", text: "1,000", want: 0, fails: true},
		{name: "space", code: "CNY", text: " 1", want: 0, fails: true},
		{name: "other digits", code: "CNY", text: "１", want: 0, fails: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := currency(t, c.code).ParseMajor(c.text)
			if (err != nil) != c.fails || got != c.want {
				t.Fatalf("%d, %v", got, err)
			}
		})
	}
}

func TestParseCurrency(t *testing.T) {
	for code, digits := range map[string]int{"CNY": 2, "USD": 2, "JPY": 0, "KRW": 0, "KWD": 3, "ISK": 0, "CLF": 4, "HUF": 2, "IDR": 2} {
		if got := currency(t, code); got.Digits() != digits || got.Code() != code {
			t.Errorf("%s has %d decimals, want %d", got.Code(), got.Digits(), digits)
		}
	}
	for _, code := range []string{"", "cny", "RMB", "CNYX", "¥"} {
		if c, err := money.ParseCurrency(code); err == nil {
			t.Errorf("%q is %v", code, c)
		}
	}
}

func TestMajorAndMinorAreOneAmount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom([]string{"CNY", "JPY", "KWD", "CLF"}).Draw(t, "code")
		c, _ := money.ParseCurrency(code)
		minor := rapid.Int64Range(-money.Max, money.Max).Draw(t, "minor")
		text := string(c.AppendMajor(nil, minor))
		if back, err := c.ParseMajor(text); err != nil || back != minor {
			t.Fatalf("%d is %q is %d (%v)", minor, text, back, err)
		}
	})
}

// exactly divides with unlimited precision, as the judge.
func exactly(a, b, c int64, r money.Rounding) int64 {
	q, rest := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(a), big.NewInt(b)), big.NewInt(c), new(big.Int))
	half := new(big.Int).Lsh(rest, 1).Cmp(big.NewInt(c))
	up := rest.Sign() > 0 && (r == money.Up ||
		half > 0 && r != money.Down ||
		half == 0 && (r == money.HalfUp || r == money.HalfEven && q.Bit(0) == 1))
	if up {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}

func TestMulDivIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.Int64Range(1, 1_000_000_000).Draw(t, "c")
		a := rapid.Int64Range(0, money.Max).Draw(t, "a")
		b := rapid.Int64Range(0, c).Draw(t, "b")
		r := money.Rounding(rapid.IntRange(0, 4).Draw(t, "rounding"))
		if got, want := money.MulDiv(a, b, c, r), exactly(a, b, c, r); got != want {
			t.Fatalf("%d×%d/%d is %d, want %d", a, b, c, got, want)
		}
	})
}

func TestRate(t *testing.T) {
	for _, c := range []struct {
		name, rate   string
		amount, unit int64
		rounding     money.Rounding
		want         int64
	}{
		{name: "15% of 54.00", rate: "0.15", amount: 5400, unit: 1, rounding: money.HalfUp, want: 810},
		{name: "half a fen goes up", rate: "0.15", amount: 10, unit: 1, rounding: money.HalfUp, want: 2},
		{name: "half a fen goes to the even", rate: "0.25", amount: 10, unit: 1, rounding: money.HalfEven, want: 2},
		{name: "half a fen goes down", rate: "0.15", amount: 10, unit: 1, rounding: money.HalfDown, want: 1},
		{name: "down", rate: "0.19", amount: 10, unit: 1, rounding: money.Down, want: 1},
		{name: "up", rate: "0.11", amount: 10, unit: 1, rounding: money.Up, want: 2},
		{name: "whole yuan", rate: "0.15", amount: 5000, unit: 100, rounding: money.HalfUp, want: 800},
		{name: "all of it", rate: "1", amount: money.Max, unit: 1, rounding: money.HalfUp, want: money.Max},
		{name: "nine decimals", rate: "0.333333333", amount: 3_000_000_000, unit: 1, rounding: money.Down, want: 999_999_999},
	} {
		t.Run(c.name, func(t *testing.T) {
			rate, err := money.ParseRate(c.rate)
			if err != nil {
				t.Fatal(err)
			}
			if got := rate.Of(c.amount, c.unit, c.rounding); got != c.want {
				t.Fatalf("%d, want %d", got, c.want)
			}
			if rate.String() != c.rate {
				t.Fatalf("written %s", rate)
			}
		})
	}
	for _, text := range []string{"", "-0.1", "0.0000000001", "x", "1e-1", "99999999999999999999"} {
		if r, err := money.ParseRate(text); err == nil {
			t.Errorf("%q is %v", text, r)
		}
	}
}

func TestMulAndAddNoticeTooMuch(t *testing.T) {
	if v, ok := money.Mul(333_333_333_333_333, 3); !ok || v != money.Max {
		t.Errorf("%d %v", v, ok)
	}
	for _, f := range [][2]int64{{money.Max, 2}, {1 << 62, 1 << 62}, {1 << 32, 1 << 32}} {
		if v, ok := money.Mul(f[0], f[1]); ok {
			t.Errorf("%d×%d is %d", f[0], f[1], v)
		}
	}
	if v, ok := money.Add(money.Max, 1); ok {
		t.Errorf("%d", v)
	}
}
