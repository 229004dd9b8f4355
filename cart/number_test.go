package cart

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/money"
)

func TestParseDecimal(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want decimal
		flaw flaw
	}{
		"zero":                              {text: "0", want: decimal{}},
		"zero with a fraction":              {text: "0.000", want: decimal{}},
		"whole":                             {text: "1850", want: decimal{digits: 1850}},
		"whole with zeros":                  {text: "100", want: decimal{digits: 100}},
		"fraction":                          {text: "18.5", want: decimal{digits: 185, places: 1}},
		"zeros at the end of a fraction":    {text: "18.5000", want: decimal{digits: 185, places: 1}},
		"nothing but zeros in a fraction":   {text: "30.0000", want: decimal{digits: 30}},
		"zeros within a fraction":           {text: "1.00050", want: decimal{digits: 10005, places: 4}},
		"zeros before the first digit":      {text: "0.0005", want: decimal{digits: 5, places: 4}},
		"many zeros before the first digit": {text: "0." + strings.Repeat("0", 400) + "1", want: decimal{digits: 1, places: 401}},
		"many zeros after the last digit":   {text: "1." + strings.Repeat("0", 400), want: decimal{digits: 1}},
		"17 digits":                         {text: "14.309999999999999", want: decimal{digits: 14309999999999999, places: 15}},
		"17 digits of a whole number":       {text: "99999999999999999", want: decimal{digits: 99999999999999999}},
		"17 digits with a zero between":     {text: "1.0000000000000001", want: decimal{digits: 10000000000000001, places: 16}},
		"17 digits, zeros around them":      {text: "0.0012345678901234567000", want: decimal{digits: 12345678901234567, places: 19}},

		"18 digits":                         {text: "14.3099999999999999", flaw: flawDigits},
		"18 digits of a whole number":       {text: "100000000000000000", flaw: flawDigits},
		"18 digits with zeros between":      {text: "1.00000000000000001", flaw: flawDigits},
		"digits past 64 bits":               {text: strings.Repeat("9", 400), flaw: flawDigits},
		"exponent":                          {text: "2e1", flaw: flawExponent},
		"exponent in capitals":              {text: "2E1", flaw: flawExponent},
		"exponent behind a fraction":        {text: "1.5e-3", flaw: flawExponent},
		"minus":                             {text: "-2", flaw: flawSign},
		"minus zero":                        {text: "-0", flaw: flawSign},
		"plus":                              {text: "+2", flaw: flawSign},
		"empty":                             {text: "", flaw: flawNumber},
		"zero before a digit":               {text: "010", flaw: flawNumber},
		"two zeros":                         {text: "00", flaw: flawNumber},
		"zeros before a fraction":           {text: "00.5", flaw: flawNumber},
		"hexadecimal":                       {text: "0x2", flaw: flawNumber},
		"space before":                      {text: " 2", flaw: flawNumber},
		"space behind":                      {text: "2 ", flaw: flawNumber},
		"no digit before the point":         {text: ".5", flaw: flawNumber},
		"no digit behind the point":         {text: "5.", flaw: flawNumber},
		"a point alone":                     {text: ".", flaw: flawNumber},
		"two points":                        {text: "1.2.3", flaw: flawNumber},
		"comma":                             {text: "18,50", flaw: flawNumber},
		"thousands":                         {text: "1_000", flaw: flawNumber},
		"currency":                          {text: "€5", flaw: flawNumber},
		"digits of another script":          {text: "１２", flaw: flawNumber},
		"a word that begins like exponents": {text: "eleven", flaw: flawNumber},
		"not a number":                      {text: "NaN", flaw: flawNumber},
		"infinity":                          {text: "Infinity", flaw: flawNumber},
	} {
		t.Run(name, func(t *testing.T) {
			got, flaw := parseDecimal(test.text)
			if flaw != test.flaw || flaw == flawless && got != test.want {
				t.Errorf("got %+v with flaw %d, want %+v with flaw %d", got, flaw, test.want, test.flaw)
			}
		})
	}
}

func TestWholeNumber(t *testing.T) {
	for name, test := range map[string]struct {
		of   decimal
		want int64
		ok   bool
	}{
		"zero":         {of: decimal{}, want: 0, ok: true},
		"whole":        {of: decimal{digits: 7}, want: 7, ok: true},
		"the largest":  {of: decimal{digits: money.Max}, want: money.Max, ok: true},
		"one too many": {of: decimal{digits: money.Max + 1}},
		"a fraction":   {of: decimal{digits: 75, places: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := test.of.whole(); ok != test.ok || ok && got != test.want {
				t.Errorf("got %d, %v", got, ok)
			}
		})
	}
}

func TestMinorUnitsOfADecimal(t *testing.T) {
	for name, test := range map[string]struct {
		text     string
		decimals int
		want     int64
		ok       bool
	}{
		"zero":                               {text: "0", decimals: 2, want: 0, ok: true},
		"fewer decimals":                     {text: "18.5", decimals: 2, want: 1850, ok: true},
		"as many decimals":                   {text: "18.55", decimals: 2, want: 1855, ok: true},
		"none":                               {text: "18", decimals: 2, want: 1800, ok: true},
		"one too many":                       {text: "18.555", decimals: 2},
		"no decimals":                        {text: "1850", decimals: 0, want: 1850, ok: true},
		"no decimals but one":                {text: "18.5", decimals: 0},
		"three decimals":                     {text: "1.855", decimals: 3, want: 1855, ok: true},
		"noise below":                        {text: "14.309999999999999", decimals: 2, want: 1431, ok: true},
		"noise above":                        {text: "14.310000000000001", decimals: 2, want: 1431, ok: true},
		"10^-6 below":                        {text: "0.99999999", decimals: 2, want: 100, ok: true},
		"noise about nothing":                {text: "0.00000001", decimals: 2, want: 0, ok: true},
		"10^-6 above":                        {text: "1.00000001", decimals: 2, want: 100, ok: true},
		"just more than 10^-6 above":         {text: "1.000000011", decimals: 2},
		"just more than 10^-6 below":         {text: "0.999999989", decimals: 2},
		"10^-6 above, no decimals":           {text: "100.000001", decimals: 0, want: 100, ok: true},
		"10^-6 below, no decimals":           {text: "99.999999", decimals: 0, want: 100, ok: true},
		"10^-5, no decimals":                 {text: "100.00001", decimals: 0},
		"10^-6 above, three decimals":        {text: "0.001000001", decimals: 3, want: 1, ok: true},
		"10^-5 above, three decimals":        {text: "0.00100001", decimals: 3},
		"10^-6 of a unit, 18 places":         {text: "0.000000000001000000", decimals: 6, want: 0, ok: true},
		"20 places, all noise":               {text: "0.00000000000000000001", decimals: 2, want: 0, ok: true},
		"20 places, more than noise":         {text: "0.00099999999999999999", decimals: 2},
		"25 places, just noise":              {text: "0.0000000099999999999999999", decimals: 2, want: 0, ok: true},
		"25 places, more than noise":         {text: "0.0000000020000000000000001", decimals: 3},
		"30 places":                          {text: "0.000000000000000000000000000001", decimals: 2, want: 0, ok: true},
		"the largest":                        {text: "9999999999999.99", decimals: 2, want: money.Max, ok: true},
		"noise below the largest":            {text: "9999999999999.9899", decimals: 2},
		"noise that rounds past the largest": {text: "9999999999999.9999", decimals: 2},
		"one unit above the largest":         {text: "10000000000000", decimals: 2},
		"far above the largest":              {text: "99999999999999999", decimals: 2},
		"far above the largest, no decimal":  {text: "99999999999999999", decimals: 0},
	} {
		t.Run(name, func(t *testing.T) {
			number, flaw := parseDecimal(test.text)
			if flaw != flawless {
				t.Fatal("flaw", flaw)
			}
			if got, ok := number.minor(test.decimals); ok != test.ok || ok && got != test.want {
				t.Errorf("got %d, %v, want %d, %v", got, ok, test.want, test.ok)
			}
			packed := unpacked(number.packed())
			if got, ok := packed.minor(test.decimals); ok != test.ok || ok && got != test.want {
				t.Errorf("packed: got %d, %v, want %d, %v", got, ok, test.want, test.ok)
			}
		})
	}
}

func TestPackedDecimal(t *testing.T) {
	for name, test := range map[string]struct{ of, want decimal }{
		"zero":                 {of: decimal{}, want: decimal{}},
		"a price":              {of: decimal{digits: 1850, places: 2}, want: decimal{digits: 1850, places: 2}},
		"most digits":          {of: decimal{digits: 99999999999999999, places: 17}, want: decimal{digits: 99999999999999999, places: 17}},
		"most places":          {of: decimal{digits: 99999999999999999, places: 31}, want: decimal{digits: 99999999999999999, places: 31}},
		"more places are none": {of: decimal{digits: 99999999999999999, places: 32}, want: decimal{}},
	} {
		t.Run(name, func(t *testing.T) {
			packed := test.of.packed()
			if got := unpacked(packed); got != test.want || packed < 0 {
				t.Errorf("got %+v by %d", got, packed)
			}
		})
	}
}

func TestDecimalAsText(t *testing.T) {
	for name, test := range map[string]struct {
		of   Decimal
		want string
	}{
		"not set":                  {want: "0"},
		"a whole number":           {of: Decimal{Digits: 12}, want: "12"},
		"a fraction":               {of: Decimal{Digits: 125, Places: 2}, want: "1.25"},
		"less than one":            {of: Decimal{Digits: 5, Places: 1}, want: "0.5"},
		"zeros before the digits":  {of: Decimal{Digits: 5, Places: 3}, want: "0.005"},
		"as many digits as places": {of: Decimal{Digits: 125, Places: 3}, want: "0.125"},
		"next to nothing":          {of: Decimal{Digits: 1, Places: 18}, want: "0.000000000000000001"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.of.String(); got != test.want || test.of.IsZero() != (test.want == "0") {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
