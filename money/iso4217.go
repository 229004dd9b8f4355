package money

import (
	"fmt"
	"strings"
)

// The list of ISO 4217 is that of amendment 180, in force from 2026-01-01. The library lacks parts
// of it: the tables here take precedence over the library's.

// amended are the currencies that the library does not have.
var amended = withCodes(map[string]int{
	"BOV": 2, "CHE": 2, "CHW": 2, "COU": 2, "MXV": 2, "USN": 2, "UYI": 0, "UYW": 4, // funds
	"VED": 2, "XAD": 2, "ZWG": 2,
})

// withCodes are currencies by their codes, given their decimals.
func withCodes(digits map[string]int) map[string]Currency {
	currencies := map[string]Currency{}
	for code, n := range digits {
		currencies[code] = Currency{code: code, digits: n}
	}
	return currencies
}

// unitless are the codes that the list has without a minor unit. An amount in them cannot be a
// whole number of minor units.
var unitless = map[string]string{
	"XAG": "silver", "XAU": "gold", "XPD": "palladium", "XPT": "platinum",
	"XBA": "a unit of the bond market", "XBB": "a unit of the bond market",
	"XBC": "a unit of the bond market", "XBD": "a unit of the bond market",
	"XDR": "the special drawing right", "XSU": "the sucre",
	"XUA": "the unit of account of the African Development Bank",
	"XTS": "the code for tests", "XXX": "the code for no currency",
}

// unlisted are codes that are in the library or in use and never were in the list, each with the
// code that the list has instead.
var unlisted = map[string]string{"CNH": "CNY", "GGP": "GBP", "IMP": "GBP", "JEP": "GBP"}

// retired are the codes that were in the list once, each with the code that replaced it; empty if
// none did.
var retired = retiredCodes([]succession{
	{"EUR", "ADP ATS BEC BEF BEL BGJ BGK BGL BGN CYP DDM DEM EEK ESA ESB ESP FIM FRF GRD HRD HRK IEP ITL LTL LTT " +
		"LUC LUF LUL LVL LVR MTL MTP NLG PTE SIT SKK XEU XFU"},
	{"AFN", "AFA"}, {"ALL", "ALK"}, {"AOA", "AOK AON AOR"}, {"ARS", "ARA ARP ARY"}, {"AZN", "AYM AZM"},
	{"BAM", "BAD"}, {"BOB", "BOP"}, {"BRL", "BRB BRC BRE BRN BRR"}, {"BYN", "BYB BYR"}, {"CDF", "ZRN ZRZ"},
	{"CHW", "CHC"}, {"CUP", "CUC"}, {"CZK", "CSJ CSK"}, {"GEL", "GEK"}, {"GHS", "GHC GHP"},
	{"GNF", "GNE GNS"}, {"ILS", "ILP ILR"}, {"ISK", "ISJ"}, {"LAK", "LAJ"}, {"LSL", "LSM"}, {"MGA", "MGF"},
	{"MMK", "BUK"}, {"MRU", "MRO"}, {"MVR", "MVQ"}, {"MXN", "MXP"}, {"MZN", "MZE MZM"},
	{"NIO", "NIC"}, {"PEN", "PEH PEI PES"}, {"PLN", "PLZ"}, {"RON", "ROK ROL"}, {"RSD", "CSD YUD YUM YUN"},
	{"RUB", "RUR SUR"}, {"SDG", "SDD SDP"}, {"SLE", "SLL"}, {"SRD", "SRG"}, {"STN", "STD"}, {"TJS", "TJR"},
	{"TMT", "TMM"}, {"TRY", "TRL"}, {"UAH", "UAK"}, {"UGX", "UGS UGW"}, {"USD", "ECS TPE USS"},
	{"UYU", "UYN UYP"}, {"VES", "VEB VEF"}, {"VND", "VNC"}, {"XAF", "GQE"}, {"XCG", "ANG"},
	{"XOF", "GWE GWP MLF"}, {"YER", "YDD"}, {"ZAR", "ZAL"}, {"ZMW", "ZMK"}, {"ZWG", "RHD ZWC ZWD ZWL ZWN ZWR"},
	{"", "ECV XFO XRE"},
})

// succession is a currency and the codes that it replaced, separated by spaces.
type succession struct{ code, before string }

func retiredCodes(list []succession) map[string]string {
	today := map[string]string{}
	for _, s := range list {
		for _, code := range strings.Fields(s.before) {
			today[code] = s.code
		}
	}
	return today
}

// CodeError says why amounts cannot be in the currency of a code.
type CodeError struct {
	// Code is what was looked up.
	Code string
	// Instead is the code in the list of ISO 4217 that has its place, such as EUR for
	// HRK; empty where there is none.
	Instead string

	retired bool
	what    string // of a code without a minor unit
}

// refused is the reason for not taking a code that a list has; nil if there is none.
func refused(code string) *CodeError {
	if what, is := unitless[code]; is {
		return &CodeError{Code: strings.Clone(code), what: what}
	}
	if today, was := retired[code]; was {
		return &CodeError{Code: strings.Clone(code), Instead: today, retired: true}
	}
	if listed, is := unlisted[code]; is {
		return &CodeError{Code: strings.Clone(code), Instead: listed}
	}
	return nil
}

func (e *CodeError) Error() string {
	switch {
	case e.what != "":
		return fmt.Sprintf("%q is %s, which has no minor unit in ISO 4217, so no amount can be in it", e.Code, e.what)
	case e.retired && e.Instead != "":
		return fmt.Sprintf("%q is a retired ISO 4217 currency code, %s replaced it", e.Code, e.Instead)
	case e.retired:
		return fmt.Sprintf("%q is a retired ISO 4217 currency code", e.Code)
	case e.Instead != "":
		return fmt.Sprintf("%q is not an ISO 4217 currency code, %s is", e.Code, e.Instead)
	}
	return fmt.Sprintf("%q is not an ISO 4217 currency code", e.Code)
}

// Known reports whether the code means something, but nothing that amounts can be in:
// it is retired, has no minor unit, or is in use without being in the list.
func (e *CodeError) Known() bool { return e.retired || e.what != "" || e.Instead != "" }

// Example is a code that is right, for messages that end in "such as": CNY, or what
// has the place of the code that was looked up.
func (e *CodeError) Example() string {
	switch {
	case e.what != "":
		return "CNY, since " + e.Code + " has no minor unit"
	case e.retired && e.Instead != "":
		return e.Instead + ", which replaced " + e.Code
	case e.Instead != "":
		return e.Instead
	}
	return "CNY"
}
