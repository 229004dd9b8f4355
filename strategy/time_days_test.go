package strategy_test

import (
	"regexp"
	"strings"
	"testing"
)

// What people write for days is guessed, and the guess can be written in its place.
func TestDaysThatAreNone(t *testing.T) {
	const workdays = `did you mean "mon", "tue", "wed", "thu", "fri"?`
	const named = `a day goes by its name, such as "mon"`
	for name, c := range map[string]struct {
		days, want string
		key        string
	}{
		"weekdays":              {days: `["weekdays"]`, want: workdays},
		"weekdays, not a list":  {days: `"weekdays"`, want: `did you mean ["mon", "tue", "wed", "thu", "fri"]?`, key: "days"},
		"workdays":              {days: `["Workdays"]`, want: workdays},
		"business days":         {days: `["business days"]`, want: workdays},
		"工作日":                   {days: `["工作日"]`, want: workdays},
		"a weekend":             {days: `["weekend"]`, want: `did you mean "sat", "sun"?`},
		"周末":                    {days: `["周末"]`, want: `did you mean "sat", "sun"?`},
		"a range":               {days: `["mon-fri"]`, want: workdays},
		"a range in words":      {days: `["Monday to Friday"]`, want: workdays},
		"a range of dots":       {days: `["mon..wed"]`, want: `did you mean "mon", "tue", "wed"?`},
		"a range over a sunday": {days: `["sat-mon"]`, want: `did you mean "mon", "sat", "sun"?`},
		"周一至周五":                 {days: `["周一至周五"]`, want: workdays},
		"several in one":        {days: `["mon, wed"]`, want: `did you mean "mon", "wed"?`},
		"several, slashes":      {days: `["sat/sun"]`, want: `did you mean "sat", "sun"?`},
		"the second of a list":  {days: `["mon", "Tuesday"]`, want: `did you mean "tue"?`, key: "days[1]"},
		"星期三":                   {days: `["星期三"]`, want: `did you mean "wed"?`},
		"周日, not a list":        {days: `"周天"`, want: `did you mean "sun"?`, key: "days"},
		"two letters":           {days: `["MO"]`, want: `did you mean "mon"?`},
		"thurs":                 {days: `["thurs"]`, want: `did you mean "thu"?`},
		"every day":             {days: `["daily"]`, want: "leave days out to mean every day"},
		"a star":                {days: `"*"`, want: "leave days out to mean every day", key: "days"},
		"a holiday":             {days: `["holidays"]`, want: "a holiday is a date: a rule has valid_from and valid_until"},
		"a number":              {days: `[1]`, want: named},
		"a number alone":        {days: `1`, want: named, key: "days"},
		"the second a number":   {days: `["mon", 2]`, want: named, key: "days[1]"},
		"something else":        {days: `["noon"]`, want: `such as "mon"`},
		"several of nothing":    {days: `["a, b"]`, want: `such as "mon"`},
	} {
		t.Run(name, func(t *testing.T) {
			if c.key == "" {
				c.key = "days[0]"
			}
			window := func(days string) string {
				return "[rule.a]\ntime_window = { start = \"08:00\", end = \"10:00\", days = " + days + " }\ndiscount_rate = 0.1\n"
			}
			said, hints := saysOf(t, window(c.days))
			if len(hints) != 1 || hints[0] != c.want {
				t.Errorf("the hints are %q, want %q", hints, c.want)
			}
			if !strings.Contains(said, `rule."a".time_window.`+c.key+": ") {
				t.Errorf("the key is not %s: %s", c.key, said)
			}
			for _, found := range regexp.MustCompile(`did you mean (.*)\?`).FindAllStringSubmatch(strings.Join(hints, ""), -1) {
				meant := found[1]
				if strings.HasPrefix(c.days, "[") {
					meant = "[" + meant + "]"
				}
				if again, _ := saysOf(t, window(meant)); again != "" {
					t.Errorf("of %s it is said: %s", meant, again)
				}
			}
		})
	}
}
