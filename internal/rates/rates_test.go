package rates

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/money"
)

func TestMeant(t *testing.T) {
	const warned, above = ", of which check warns", ", which is above 0.9"
	for name, c := range map[string]struct{ text, want string }{
		"two digits, probably to pay":       {text: "95", want: "95 折 is 0.05; 95 % off would be 0.95" + above},
		"two digits of which either may be": {text: "85", want: "85 折 is 0.15; 85 % off would be 0.85" + warned},
		"decimals":                          {text: "8.5", want: "8.5 折 is 0.15; 8.5 % off is 0.085"},
		"decimals of zero":                  {text: "8.50", want: "8.5 折 is 0.15; 8.5 % off is 0.085"},
		"one digit":                         {text: "8", want: "8 折 is 0.2; 8 % off is 0.08"},
		"one digit, hardly to pay":          {text: "2", want: "2 % off is 0.02; 2 折 would be 0.8" + warned},
		"two digits, hardly to pay":         {text: "15", want: "15 % off is 0.15; 15 折 would be 0.85" + warned},
		"two digits in the middle":          {text: "40", want: "40 % off is 0.4; 40 折 is 0.6"},
		"half of a hundred":                 {text: "50", want: "50 % off or 50 折 is 0.5"},
		"ten":                               {text: "10", want: "10 % off is 0.1; 10 折 takes nothing off"},
		"a hundred":                         {text: "100", want: "100 % off would be 1" + above + "; 100 折 takes nothing off"},
		"one":                               {text: "1", want: "1 % off is 0.01; 1 折 would be 0.9" + warned},
		"a share to pay":                    {text: "0.95", want: "9.5 折 is 0.05; 95 % off would be 0.95" + above},
		"a share of spaces":                 {text: " 0.15 ", want: "15 % off is 0.15; 1.5 折 would be 0.85" + warned},
		"a decimal comma":                   {text: "0,15", want: "15 % off is 0.15; 1.5 折 would be 0.85" + warned},
		"no zero before the point":          {text: ".15", want: "15 % off is 0.15; 1.5 折 would be 0.85" + warned},
		"below zero":                        {text: "-15", want: "15 % off is 0.15; 15 折 would be 0.85" + warned},
		"the sign of minus":                 {text: "−8.5", want: "8.5 折 is 0.15; 8.5 % off is 0.085"},
		"折 of two digits":                   {text: "85折", want: "85 折 is 0.15; 85 % off would be 0.85" + warned},
		"折 of decimals":                     {text: "9.5折", want: "9.5 折 is 0.05; 9.5 % off is 0.095"},
		"折 of a share":                      {text: "0.85折", want: "8.5 折 is 0.15; 85 % off would be 0.85" + warned},
		"折 with words":                      {text: "全场打 8 折", want: "8 折 is 0.2; 8 % off is 0.08"},
		"折扣":                                {text: "8.8折扣", want: "8.8 折 is 0.12; 8.8 % off is 0.088"},
		"full-width digits":                 {text: "８５折", want: "85 折 is 0.15; 85 % off would be 0.85" + warned},
		"a numeral":                         {text: "八折", want: "8 折 is 0.2; 8 % off is 0.08"},
		"a numeral with 打":                  {text: "打九折", want: "9 折 is 0.1; 9 % off is 0.09"},
		"two numerals":                      {text: "七五折", want: "75 折 is 0.25; 75 % off would be 0.75" + warned},
		"numerals with a point":             {text: "八点五折", want: "8.5 折 is 0.15; 8.5 % off is 0.085"},
		"half by name":                      {text: "对折", want: "50 % off or 5 折 is 0.5"},
		"half the price":                    {text: "半价", want: "50 % off or 5 折 is 0.5"},
		"half in English":                   {text: "Half price", want: "50 % off or 5 折 is 0.5"},
		"free":                              {text: "免费", want: "100 % off would be 1" + above + "; 10 折 takes nothing off"},
		"percent":                           {text: "15%", want: "15 % off is 0.15; 1.5 折 would be 0.85" + warned},
		"percent with words":                {text: "15 % off", want: "15 % off is 0.15; 1.5 折 would be 0.85" + warned},
		"percent without a space":           {text: "15%off", want: "15 % off is 0.15; 1.5 折 would be 0.85" + warned},
		"percent in words":                  {text: "20 Percent", want: "20 % off is 0.2; 2 折 would be 0.8" + warned},
		"off alone":                         {text: "20 off", want: "20 % off is 0.2; 2 折 would be 0.8" + warned},
		"percent below zero":                {text: "-15%", want: "15 % off is 0.15; 1.5 折 would be 0.85" + warned},
		"percent to pay":                    {text: "85%", want: "8.5 折 is 0.15; 85 % off would be 0.85" + warned},
		"percent of a share":                {text: "0.5%", want: "0.5 % off is 0.005; 5 折 is 0.5"},
		"full-width percent":                {text: "１５％", want: "15 % off is 0.15; 1.5 折 would be 0.85" + warned},
		"百分之":                               {text: "百分之二十五", want: "25 % off is 0.25; 2.5 折 would be 0.75" + warned},
		"百分之十":                              {text: "百分之十", want: "10 % off is 0.1; 1 折 would be 0.9" + warned},
		"too many decimals for one":         {text: "8.12345678", want: "8.12345678 折 is 0.187654322"},
		"above a hundred":                   {text: "150", want: ""},
		"nothing":                           {text: "0%", want: ""},
		"a word":                            {text: "much", want: ""},
		"empty":                             {text: "", want: ""},
		"a point alone":                     {text: ".", want: ""},
		"two points":                        {text: "八点点五折", want: ""},
		"too long":                          {text: "15 % off of everything that is in the shop until the end of the year", want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (Bounds{Most: mustRate("0.9"), Warned: true}).Meant(c.text); got != c.want {
				t.Errorf("of %q it is said\n%q, want\n%q", c.text, got, c.want)
			}
		})
	}
	for name, c := range map[string]struct {
		within     Bounds
		text, want string
	}{
		"of what is shipped":      {within: Bounds{Most: All, Warned: true}, text: "100%", want: "100 % off is 1; 10 折 takes nothing off"},
		"not warned of":           {within: Bounds{Most: All}, text: "85", want: "85 % off is 0.85; 85 折 is 0.15"},
		"a limit that is allowed": {within: Bounds{Most: mustRate("0.95"), Warned: true}, text: "97", want: "97 折 is 0.03; 97 % off would be 0.97, which is above 0.95"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.within.Meant(c.text); got != c.want {
				t.Errorf("of %q it is said\n%q, want\n%q", c.text, got, c.want)
			}
		})
	}
}

func TestSays(t *testing.T) {
	for text, want := range map[string]bool{"15%": true, "85折": true, "八折": true, "half": true, "半价": true, "百分之二十": true, "-15 % off": true, "打八折": true, "满8折活动": false, "20 off all": false, "15": false, "0.15": false, "latte": false} {
		if got := Says(text); got != want {
			t.Errorf("that %q says what share it is: %t", text, got)
		}
	}
}

func TestFolded(t *testing.T) {
	for share, want := range map[string]string{"0.85": "8.5 折", "0.8": "8 折", "0.05": "0.5 折"} {
		if got := Folded(mustRate(share)); got != want {
			t.Errorf("to pay %s is %s, want %s", share, got, want)
		}
	}
}

// Whatever is typed, it is no panic, and what a shift does the opposite one undoes.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		Bounds{Most: All}.Meant(rapid.StringMatching(`[-+]?[0-9.,]{0,12} ?(%|折|off|percent)?|[一二三四五六七八九十点]{0,6}折|.*`).Draw(t, "text"))
		r, err := money.ParseRate(rapid.StringMatching(`[0-9]{1,4}(\.[0-9]{1,4})?`).Draw(t, "number"))
		if err != nil {
			t.Fatal(err)
		}
		places := rapid.IntRange(-3, 3).Draw(t, "places")
		if got := shifted(shifted(r.String(), places), -places); got != r.String() {
			t.Fatalf("%s shifted and back is %s", r, got)
		}
	})
}
