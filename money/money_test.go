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
		{"whole yuan", "CNY", "20", 2000, false},
		{"one decimal", "CNY", "9.9", 990, false},
		{"two decimals", "CNY", "19.90", 1990, false},
		{"further zeros", "CNY", "1.5000", 150, false},
		{"three decimals", "CNY", "1.005", 0, true},
		{"no decimals in yen", "JPY", "500", 500, false},
		{"half a yen", "JPY", "0.5", 0, true},
		{"three decimals in dinars", "KWD", "1.234", 1234, false},
		{"less than nothing", "CNY", "-1.01", -101, false},
		{"leading zeros", "CNY", "007", 700, false},
		{"the largest", "CNY", "9999999999999.99", 999999999999999, false},
		{"one more", "CNY", "10000000000000", 0, true},
		{"far more", "CNY", "99999999999999999999999", 0, true},
		{"nothing", "CNY", "", 0, true},
		{"a sign alone", "CNY", "-", 0, true},
		{"no whole part", "CNY", ".5", 0, true},
		{"no decimals after the point", "CNY", "5.", 0, true},
		{"an exponent", "CNY", "1e2", 0, true},
		{"a plus", "CNY", "+1", 0, true},
		{"a separator", "CNY", "1,000", 0, true},
		{"space", "CNY", " 1", 0, true},
		{"other digits", "CNY", "１", 0, true},
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
		{"15% of 54.00", "0.15", 5400, 1, money.HalfUp, 810},
		{"half a fen goes up", "0.15", 10, 1, money.HalfUp, 2},
		{"half a fen goes to the even", "0.25", 10, 1, money.HalfEven, 2},
		{"half a fen goes down", "0.15", 10, 1, money.HalfDown, 1},
		{"down", "0.19", 10, 1, money.Down, 1},
		{"up", "0.11", 10, 1, money.Up, 2},
		{"whole yuan", "0.15", 5000, 100, money.HalfUp, 800},
		{"all of it", "1", money.Max, 1, money.HalfUp, money.Max},
		{"nine decimals", "0.333333333", 3_000_000_000, 1, money.Down, 999_999_999},
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
