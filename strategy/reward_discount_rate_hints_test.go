package strategy_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// ratePlaces are where a rate may stand.
var ratePlaces = map[string]string{
	"discount_rate":        "[rule.a]\ndiscount_rate = %s\n",
	"off shipping":         "[rule.a]\napplies_to = \"shipping\"\ndiscount_rate = %s\n",
	"a step of a ladder":   "[rule.a]\nladder = [{ threshold = 0, rate = %s }]\n",
	"groups_of":            "[rule.a]\ngroups_of = { size = 1, rate = %s }\n",
	"get":                  "[rule.a]\nbuy = { quantity = 2 }\nget = { rate = %s }\n",
	"unit_rates":           "[rule.a]\nunit_rates = [0, %s]\n",
	"unit_rates, only one": "[rule.a]\nunit_rates = %s\n",
	"with limits":          "limits = { max_rate = 0.95 }\n[rule.a]\ndiscount_rate = %s\n",
	"limits":               "limits = { max_rate = %s }\n[rule.a]\ndiscount_amount = 1\n",
}

// mistakenRates are what people write who think of the price, of 折 or of percent.
var mistakenRates = []string{
	"95", "85", "8.5", "8.50", "9.5", "9", "8", "7.5", "75", "70", "60", "50", "40", "30", "20", "15", "12.5", "10", "5", "2", "1.5", "1", "100", "150",
	"0.95", "0.85", "0.8", "0.75", "-0.1", "-15", "-8.5", "8.12345678", "99.9", "0",
	`"85折"`, `"8.5折"`, `"8.5 折"`, `"八折"`, `"八五折"`, `"七五折"`, `"九五折"`, `"打九折"`, `"8折优惠"`, `"半价"`, `"对折"`, `"免费"`, `"half"`,
	`"15%"`, `"85%"`, `"15 % off"`, `"15% off"`, `"15％"`, `"-15%"`, `"百分之二十"`, `"20 percent"`, `"0.85"`, `"0,85"`, `"0.85折"`, `" 0.15 "`, `".15"`, `"1"`, `"8.5"`, `"85"`,
	"85折", "8.5折", "八折", "七五折", "半价", "15%", "15 %", "15 % off", "-15%", "１５％", "half",
}

var proposedRate = regexp.MustCompile(`\bis ([0-9.]*[0-9])|write ([0-9.]*[0-9])`)

// Whatever is written for a rate, what the hint says to write in its place is not itself
// refused or warned of. That is so of every place, and of strategies with limits of their own.
func TestARateThatAHintProposesIsRight(t *testing.T) {
	proposed := 0
	for place, text := range ratePlaces {
		for _, written := range mistakenRates {
			t.Run(place+" "+written, func(t *testing.T) {
				_, hints := saysOf(t, fmt.Sprintf(text, written))
				for _, hint := range hints {
					if strings.Contains(hint, "max_rate") && !strings.HasPrefix(written, "1") && !strings.HasPrefix(written, `"1`) {
						t.Errorf("the hint is to raise a limit: %s", hint)
					}
					for _, found := range proposedRate.FindAllStringSubmatch(hint, -1) {
						proposed++
						value := found[1] + found[2]
						if said, _ := saysOf(t, fmt.Sprintf(text, value)); said != "" {
							t.Errorf("the hint is %q, and of %s it is said: %s", hint, value, said)
						}
					}
				}
			})
		}
	}
	if proposed < 400 {
		t.Errorf("only %d rates were proposed", proposed)
	}
}

// Each is read as what is taken off and as what is paid.
func TestBothReadingsOfARate(t *testing.T) {
	const warned = ", of which check warns"
	for written, want := range map[string]string{
		"95":    "95 折 is 0.05; 95 % off would be 0.95, which is above 0.9",
		"85":    "85 折 is 0.15; 85 % off would be 0.85" + warned,
		"8.5":   "8.5 折 is 0.15; 8.5 % off is 0.085",
		`"85折"`: "85 折 is 0.15; 85 % off would be 0.85" + warned,
		`"八折"`:  "8 折 is 0.2; 8 % off is 0.08",
		"85折":   "85 折 is 0.15; 85 % off would be 0.85" + warned,
		"八折":    "8 折 is 0.2; 8 % off is 0.08",
		"15%":   "15 % off is 0.15; 1.5 折 would be 0.85" + warned,
		"0.85":  "to let 0.85 be paid, 8.5 折, write 0.15",
		"0.95":  "9.5 折 is 0.05; 95 % off would be 0.95, which is above 0.9",
		"1":     "1 % off is 0.01; 1 折 would be 0.9" + warned + "; to give the goods for nothing, set limits.max_rate = 1",
		"150":   "a rate is the share taken off, above 0 and at most 1, such as 0.15",
	} {
		if _, hints := saysOf(t, fmt.Sprintf(ratePlaces["discount_rate"], written)); len(hints) != 1 || hints[0] != want {
			t.Errorf("of %s the hints are %q, want %q", written, hints, want)
		}
	}
	if said, _ := saysOf(t, "limits = { max_rate = 1 }\n[rule.a]\ndiscount_rate = 1\n"); said != "" {
		t.Errorf("of goods for nothing it is said: %s", said)
	}
}

// A rate of what is got may look like the share to pay, too.
func TestARateOfGetThatLooksLikeTheShareToPay(t *testing.T) {
	for rate, want := range map[string]string{
		"0.8":  "t.toml:5:16: rule.\"a\".get.rate: 0.8 is taken off, 0.2 is left to pay (to let 0.8 be paid, 8 折, write 0.2)\n",
		"0.5":  "",
		"1":    "",
		"0.69": "",
	} {
		if said, _ := saysOf(t, fmt.Sprintf(ratePlaces["get"], rate)); said != want {
			t.Errorf("of %s it is said %q, want %q", rate, said, want)
		}
	}
}

// What is said of rates that fall is not said of those that are to be written in their place.
func TestRatesThatAreToRise(t *testing.T) {
	lists := regexp.MustCompile(`write (\[[^\]]*\])`)
	for _, falling := range []string{"[1, 0.5, 0]", "[0.5, 0.2]", "[0.3, 0]", "[0.6, 0.6, 0.1]", "[1, 0.4]"} {
		said, hints := saysOf(t, fmt.Sprintf(ratePlaces["unit_rates, only one"], falling))
		if len(hints) != 1 || !strings.Contains(said, "most is taken off the first unit of each set") {
			t.Errorf("of %s it is said: %s", falling, said)
			continue
		}
		for _, found := range lists.FindAllStringSubmatch(hints[0], -1) {
			if again, _ := saysOf(t, fmt.Sprintf(ratePlaces["unit_rates, only one"], found[1])); again != "" {
				t.Errorf("of %s the hint is %q, and of that it is said: %s", falling, hints[0], again)
			}
		}
	}
}

// saysOf is what is wrong with a strategy, or else what is warned of, and the hints of
// it.
func saysOf(t *testing.T, text string) (said string, hints []string) {
	t.Helper()
	m, err := strategy.Parser{Lint: true}.Parse(source("t.toml", "version = \"v\"\ntimezone = \"Asia/Shanghai\"\n"+text))
	var list []document.Diagnostic
	var found *document.Diagnostics
	if errors.As(err, &found) {
		list = found.List
	} else if err != nil {
		t.Fatal(err)
	} else {
		list = m.Lint(strategy.Compile(m), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	}
	for _, p := range list {
		said += p.String() + "\n"
		if p.Hint != "" {
			hints = append(hints, p.Hint)
		}
	}
	return said, hints
}
