package money_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	iso "github.com/Rhymond/go-money"

	"github.com/promogate/caddy-discount/money"
)

// listed is what ISO 4217 has with a minor unit, by its decimals, as of amendment 180.
var listed = map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC " +
		"CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR " +
		"KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN " +
		"PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS " +
		"UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
}

// withoutUnit is what it has besides.
const withoutUnit = "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX"

// Of all codes of three letters, those of the list and no others are taken, with its
// decimals.
func TestCurrenciesAreThoseOfTheList(t *testing.T) {
	want := decimals()
	if got := len(want) + len(strings.Fields(withoutUnit)); got != 178 {
		t.Fatalf("the list has %d codes, the one of amendment 180 has 178", got)
	}
	for code := range codes() {
		c, err := money.ParseCurrency(code)
		digits, is := want[code]
		switch {
		case is && (err != nil || c.Digits() != digits || c.Code() != code):
			t.Errorf("%s is %v with %d decimals, %v, want %d", code, c.Code(), c.Digits(), err, digits)
		case !is && err == nil:
			t.Errorf("%s is taken, with %d decimals", code, c.Digits())
		}
	}
}

// What the library has and what the list has are told apart here, code by code. When
// the library gains one, this says which line above its table is not needed any more.
func TestWhereTheLibraryIsNotTheList(t *testing.T) {
	want := decimals()
	difference := map[string][]string{}
	note := func(kind, code string) { difference[kind] = append(difference[kind], code) }
	for code := range codes() {
		digits, is := want[code]
		known := iso.GetCurrency(code)
		switch {
		case is && known == nil:
			note("only in the list", code)
		case is && known.Fraction != digits:
			note("other decimals", code)
		case !is && known != nil:
			note("only in the library", code)
		}
	}
	for kind, codes := range map[string]string{
		"only in the list":    "BOV CHE CHW COU MXV USN UYI UYW VED XAD ZWG",
		"other decimals":      "",
		"only in the library": "ANG BGN BYR CUC EEK GGP GHC HRK IMP JEP LTL LVL RUR SKK SLL STD TRL VEF XAG XAU XDR ZWD ZWL",
	} {
		if got := strings.Join(difference[kind], " "); got != codes {
			t.Errorf("%s: %s, want %s", kind, got, codes)
		}
	}
}

// Nothing is replaced by what is itself refused, and no refused code is in the list.
func TestWhatReplacedACodeIsInTheList(t *testing.T) {
	want := decimals()
	replaced := 0
	for code := range codes() {
		_, err := money.ParseCurrency(code)
		var refused *money.CodeError
		if err == nil || !errors.As(err, &refused) {
			continue
		}
		if _, is := want[code]; is {
			t.Errorf("%s is in the list and refused: %v", code, err)
		}
		if refused.Instead == "" {
			continue
		}
		replaced++
		if _, is := want[refused.Instead]; !is {
			t.Errorf("%s is said to be %s, which is not in the list", code, refused.Instead)
		}
	}
	if replaced < 100 {
		t.Errorf("%d codes are replaced", replaced)
	}
}

func TestWhyACodeIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ code, says, instead, example string }{
		"unknown": {code: "XYZ", says: `"XYZ" is not an ISO 4217 currency code`, example: "CNY"},
		"small":   {code: "eur", says: `"eur" is not an ISO 4217 currency code`, example: "CNY"},
		"empty":   {code: "", says: `"" is not an ISO 4217 currency code`, example: "CNY"},
		"retired for the euro": {
			code: "HRK", says: `"HRK" is a retired ISO 4217 currency code, EUR replaced it`, instead: "EUR", example: "EUR, which replaced HRK",
		},
		"retired lately": {
			code: "BGN", says: `"BGN" is a retired ISO 4217 currency code, EUR replaced it`, instead: "EUR", example: "EUR, which replaced BGN",
		},
		"retired for a new unit": {
			code: "ZWL", says: `"ZWL" is a retired ISO 4217 currency code, ZWG replaced it`, instead: "ZWG", example: "ZWG, which replaced ZWL",
		},
		"retired twice over": {
			code: "BYB", says: `"BYB" is a retired ISO 4217 currency code, BYN replaced it`, instead: "BYN", example: "BYN, which replaced BYB",
		},
		"retired for none": {code: "XRE", says: `"XRE" is a retired ISO 4217 currency code`, example: "CNY"},
		"never listed":     {code: "JEP", says: `"JEP" is not an ISO 4217 currency code, GBP is`, instead: "GBP", example: "GBP"},
		"a metal": {
			code: "XAU", says: `"XAU" is gold, which has no minor unit in ISO 4217, so no amount can be in it`, example: "CNY, since XAU has no minor unit",
		},
		"for tests": {
			code: "XTS", says: `"XTS" is the code for tests, which has no minor unit in ISO 4217, so no amount can be in it`,
			example: "CNY, since XTS has no minor unit",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := money.ParseCurrency(c.code)
			var refused *money.CodeError
			if !errors.As(err, &refused) {
				t.Fatalf("the error is %v", err)
			}
			if got := err.Error(); got != c.says || refused.Code != c.code || refused.Instead != c.instead || refused.Example() != c.example {
				t.Errorf("it says\n%s\n%q, in place of %q, such as %s", got, refused.Code, refused.Instead, refused.Example())
			}
		})
	}
}

// decimals are those of the codes in the list.
func decimals() map[string]int {
	of := map[string]int{}
	for digits, list := range listed {
		for _, code := range strings.Fields(list) {
			if _, twice := of[code]; twice {
				panic(fmt.Sprintf("%s is in the list twice", code))
			}
			of[code] = digits
		}
	}
	return of
}

// codes are all that three capitals can be, in order.
func codes() iter.Seq[string] {
	return func(yield func(string) bool) {
		for n := range 26 * 26 * 26 {
			if !yield(string([]byte{'A' + byte(n/26/26), 'A' + byte(n/26%26), 'A' + byte(n%26)})) {
				return
			}
		}
	}
}
