package strategy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// said is all that is said of a strategy: what is wrong, or else what is warned of as it is
// read, one a line.
func said(t *testing.T, sources ...strategy.Source) string {
	t.Helper()
	m, err := strategy.Parse("", sources...)
	if err != nil {
		return err.Error() + "\n"
	}
	var lines strings.Builder
	for _, p := range m.Warnings() {
		lines.WriteString(p.String() + "\n")
	}
	return lines.String()
}

func source(name, text string) strategy.Source {
	return strategy.Source{Name: name, Data: []byte(text)}
}

func TestAByteOrderMarkChangesNothing(t *testing.T) {
	const a, b = "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n", "[rule.b]\ndiscount_rate = 0.2\n"
	plain, err := strategy.Load("", source("a.toml", a), source("b.toml", b))
	if err != nil {
		t.Fatal(err)
	}
	marked, err := strategy.Load("", source("a.toml", "\ufeff"+a), source("b.toml", "\ufeff"+b))
	if err != nil {
		t.Fatal(err)
	}
	if plain.Fingerprint() != marked.Fingerprint() {
		t.Error("the fingerprint is another")
	}
}

// Names that stand for a setting of the machine are no time zones, whatever its database
// has.
func TestTimeZonesThatDependOnTheMachineAreRefused(t *testing.T) {
	const machine = "is the time zone of the machine, so the answer would depend on where it is computed (name the zone of the shop, such as Asia/Shanghai)"
	const setting = "is a setting of the machine, so the answer would depend on where it is computed (name the zone of the shop, such as Asia/Shanghai)"
	const unknown = "is not an IANA time zone "
	for name, want := range map[string]string{
		"Local":            machine,
		"local":            machine,
		"LOCAL":            machine,
		"localtime":        machine,
		"Localtime":        machine,
		"/etc/localtime":   machine,
		":localtime":       machine,
		"posixrules":       setting,
		"Factory":          setting,
		"factory":          setting,
		"right/Asia/Tokyo": "is not on every machine (write Asia/Tokyo)",
		"posix/UTC":        "is not on every machine (write UTC)",
		"asia/shanghai":    unknown + "(did you mean Asia/Shanghai?)",
		"ASIA/SHANGHAI":    unknown + "(did you mean Asia/Shanghai?)",
		"Shanghai":         unknown + "(did you mean Asia/Shanghai?)",
		"Asia/Shanghai ":   unknown + "(did you mean Asia/Shanghai?)",
		"new york":         unknown + "(did you mean America/New_York?)",
		"utc":              unknown + "(did you mean UTC?)",
		"UTC+8":            unknown + "(a zone is named by a place, such as Asia/Shanghai, and not by what it is ahead of UTC)",
		"+08:00":           unknown + "(a zone is named by a place, such as Asia/Shanghai, and not by what it is ahead of UTC)",
		"Beijing":          unknown + "(such as Asia/Shanghai)",
		"../etc/localtime": unknown + "(such as Asia/Shanghai)",
	} {
		t.Run(name, func(t *testing.T) {
			got := said(t, source("t.toml", fmt.Sprintf("version = \"v\"\ntimezone = %q\n[rule.a]\ndiscount_rate = 0.1\n", name)))
			if want := fmt.Sprintf("t.toml:2:12: timezone: %q %s\n", name, want); got != want {
				t.Errorf("got  %swant %s", got, want)
			}
		})
	}
	for _, name := range []string{"UTC", "Asia/Shanghai", "America/New_York", "EST5EDT", "Etc/GMT-8", "GB", "America/Port-au-Prince", "W-SU"} {
		if got := said(t, source("t.toml", fmt.Sprintf("version = \"v\"\ntimezone = %q\n[rule.a]\ndiscount_rate = 0.1\n", name))); got != "" {
			t.Errorf("of %s it is said: %s", name, got)
		}
	}
}

func TestAnIDWithADotIsWrittenInQuotes(t *testing.T) {
	const because = `this is a table within the rule "a", since a dot that is not in quotes parts two keys (an id with a dot in it is written in quotes: `
	for name, c := range map[string]struct{ text, want string }{
		"two parts":               {text: "[rule.a.b]\ndiscount_rate = 0.1\n", want: `t.toml:2:9: rule."a".b: ` + because + "[rule.\"a.b\"])\n"},
		"three parts":             {text: "[rule.a.b.c]\ndiscount_rate = 0.1\n", want: `t.toml:2:9: rule."a".b: ` + because + "[rule.\"a.b.c\"])\n"},
		"digits":                  {text: "[rule.a.5]\ndiscount_amount = 1\n", want: `t.toml:2:9: rule."a".5: ` + because + "[rule.\"a.5\"])\n"},
		"a key with dots":         {text: "rule.a.b.discount_rate = 0.1\n", want: `t.toml:2:8: rule."a".b: ` + because + "[rule.\"a.b\"])\n"},
		"two such rules":          {text: "[rule.a.b]\ndiscount_rate = 0.1\n[rule.a.c]\ndiscount_rate = 0.1\n", want: `t.toml:2:9: rule."a".b: ` + because + "[rule.\"a.b\"])\nt.toml:4:9: rule.\"a\".c: " + because + "[rule.\"a.c\"])\n"},
		"beside a rule":           {text: "[rule.a]\ndiscount_rate = 0.1\n[rule.a.b]\ndiscount_rate = 0.1\n", want: `t.toml:4:9: rule."a".b: ` + because + "[rule.\"a.b\"])\n"},
		"with a table of its own": {text: "[rule.a.b]\ndiscount_rate = 0.1\n[rule.a.b.exclude]\nskus = [\"x\"]\n", want: `t.toml:2:9: rule."a".b: ` + because + "[rule.\"a.b\"])\n"},
		"nothing in it":           {text: "[rule.a.zzz]\n", want: `t.toml:2:9: rule."a".zzz: ` + because + "[rule.\"a.zzz\"])\n"},
		"a key mistyped":          {text: "[rule.a]\ndiscount_rate = 0.1\n[rule.a.exlude]\nskus = [\"x\"]\n", want: `t.toml:4:9: rule."a".exlude: unknown key "exlude" (did you mean exclude?)` + "\n"},
		"a table that is known":   {text: "[rule.a]\ndiscount_rate = 0.1\n[rule.a.exclude]\nskus = [\"x\"]\n", want: ""},
		"in quotes":               {text: "[rule.\"a.b\"]\ndiscount_rate = 0.1\n", want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := said(t, source("t.toml", "version = \"v\"\n"+c.text)); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestTheEndOfADayAsATime(t *testing.T) {
	const day = "the last second of the day is 2026-06-30T23:59:59, and the one after it 2026-07-01T00:00:00"
	for name, c := range map[string]struct{ text, want string }{
		"as the end of a window":          {text: `time_window = { start = "22:00", end = "24:00" }`, want: ""},
		"as the end of a window, seconds": {text: `time_window = { start = "22:00", end = "24:00:00" }`, want: ""},
		"without quotes":                  {text: `time_window = { start = 22:00:00, end = 24:00:00 }`, want: `t.toml:4:41: end: 24:00:00: there is no such time (the end of a time window may be "24:00", in quotes; any other time is before 24:00:00)`},
		"as a beginning":                  {text: `time_window = { start = "24:00", end = "08:00" }`, want: `t.toml:4:25: rule."a".time_window.start: "24:00" is not a time of day (a day begins at "00:00", and only the end of a window may be "24:00")`},
		"an hour of one digit":            {text: `time_window = { start = "8:00", end = "9:00:30" }`, want: `t.toml:4:25: rule."a".time_window.start: "8:00" is not a time of day (did you mean "08:00"?)` + "\n" + `t.toml:4:39: rule."a".time_window.end: "9:00:30" is not a time of day (did you mean "09:00:30"?)`},
		"of a date":                       {text: `valid_until = 2026-06-30T24:00:00`, want: `t.toml:4:15: rule.a.valid_until: 2026-06-30T24:00:00: there is no such date-time (` + day + ")"},
		"of a date in quotes":             {text: `valid_until = "2026-06-30T24:00:00"`, want: `t.toml:4:15: rule."a".valid_until: "2026-06-30T24:00:00" is not a date-time (` + day + ")"},
		"of a date as a beginning":        {text: `valid_from = "2026-06-30 24:00"`, want: `t.toml:4:14: rule."a".valid_from: "2026-06-30 24:00" is not a date-time (` + day + ")"},
		"something else":                  {text: `valid_from = "2026-06-30T23:00:00 CST"`, want: `t.toml:4:14: rule."a".valid_from: "2026-06-30T23:00:00 CST" is not a date-time (such as 2024-06-30T23:59:59+08:00)`},
	} {
		t.Run(name, func(t *testing.T) {
			got := said(t, source("t.toml", "version = \"v\"\ntimezone = \"UTC\"\n[rule.a]\n"+c.text+"\ndiscount_rate = 0.1\n"))
			if strings.TrimSuffix(got, "\n") != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestStraySpacesInWords(t *testing.T) {
	const so = ", unless it is meant so)\n"
	for name, c := range map[string]struct{ text, want string }{
		"behind a coupon":                {text: `coupons = ["ABCD "]`, want: `t.toml:3:12: rule."a".coupons[0]: "ABCD " ends with a space (write "ABCD"` + so},
		"before a coupon":                {text: `coupons = ["OK", " ABCD"]`, want: `t.toml:3:18: rule."a".coupons[1]: " ABCD" begins with a space (write "ABCD"` + so},
		"on both sides":                  {text: `coupons = "\tABCD "`, want: `t.toml:3:11: rule."a".coupons: "\tABCD " begins with a tab and ends with a space (write "ABCD"` + so},
		"a no-break space":               {text: "coupons = [\"ABCD\u00a0\"]", want: `t.toml:3:12: rule."a".coupons[0]: "ABCD\u00a0" ends with a no-break space (write "ABCD"` + so},
		"an ideographic space":           {text: "coupons = [\"优惠\u3000\"]", want: `t.toml:3:12: rule."a".coupons[0]: "优惠\u3000" ends with an ideographic space (write "优惠"` + so},
		"a zero-width space within":      {text: "coupons = [\"AB\u200bCD\"]", want: `t.toml:3:12: rule."a".coupons[0]: "AB\u200bCD" has a zero-width space in it (write "ABCD"` + so},
		"a no-break space within":        {text: "skus = [\"AB\u00a0CD\"]", want: `t.toml:3:9: rule."a".skus[0]: "AB\u00a0CD" has a no-break space in it (write "AB CD"` + so},
		"a line feed":                    {text: "coupons = [\"\"\"ABCD\n\"\"\"]", want: `t.toml:3:12: rule."a".coupons[0]: "ABCD\n" ends with a line feed (write "ABCD"` + so},
		"spaces alone":                   {text: `skus = ["  "]`, want: `t.toml:3:9: rule."a".skus[0]: "  " is blank (take it out)` + "\n"},
		"a SKU":                          {text: `skus = ["latte "]`, want: `t.toml:3:9: rule."a".skus[0]: "latte " ends with a space (write "latte"` + so},
		"a category":                     {text: `categories = "茶 "`, want: `t.toml:3:14: rule."a".categories: "茶 " ends with a space (write "茶"` + so},
		"a subgroup of what is left out": {text: `exclude = { subgroups = [" hot"] }`, want: `t.toml:3:26: rule."a".exclude.subgroups[0]: " hot" begins with a space (write "hot"` + so},
		"a tier":                         {text: `customer = { tiers = ["gold "] }`, want: `t.toml:3:23: rule."a".customer.tiers[0]: "gold " ends with a space (write "gold"` + so},
		"a channel":                      {text: `channels = ["app "]`, want: `t.toml:3:13: rule."a".channels[0]: "app " ends with a space (write "app"` + so},
		"a region":                       {text: `regions = [" sh"]`, want: `t.toml:3:12: rule."a".regions[0]: " sh" begins with a space (write "sh"` + so},
		"a method of shipping":           {text: `shipping_methods = ["express "]`, want: `t.toml:3:21: rule."a".shipping_methods[0]: "express " ends with a space (write "express"` + so},
		"a group":                        {text: `group = "g "`, want: `t.toml:3:9: rule."a".group: "g " ends with a space (write "g"` + so},
		"an attribute":                   {text: `where = { roast = "dark " }`, want: `t.toml:3:19: rule."a".where.roast: "dark " ends with a space (write "dark"` + so},
		"one of some attributes":         {text: `where = { roast = { in = ["light", "dark "] } }`, want: `t.toml:3:36: rule."a".where.roast.in[1]: "dark " ends with a space (write "dark"` + so},
		"words in the catalogue":         {text: "[rule.a]\ndiscount_rate = 0.1\n[[products]]\nsku = \"x \"\ncategory = \" c\"\nnote = \"of any kind \"\n", want: `t.toml:5:7: products[0].sku: "x " ends with a space (write "x"` + so + `t.toml:6:12: products[0].category: " c" begins with a space (write "c"` + so},
		"the id of a rule":               {text: "[rule.\"b \"]\ndiscount_rate = 0.1\n", want: `t.toml:2:7: rule."b ": "b " ends with a space (write "b"` + so},
		"a space within a word":          {text: `coupons = ["SPRING SALE", "优惠　券", "❤️", "👨‍👩‍👧", "é"]`, want: ""},
		"nothing stray":                  {text: `coupons = ["ABCD"]`, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := "[rule.a]\n" + c.text + "\ndiscount_rate = 0.1\n"
			if strings.HasPrefix(c.text, "[") {
				text = c.text
			}
			if got := said(t, source("t.toml", "version = \"v\"\n"+text)); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
	got := said(t, source("t.toml", "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\ncoupons = [\"1 \", \"2 \", \"3 \", \"4 \", \"5 \", \"6 \"]\n"))
	if strings.Count(got, "\n") != 5 {
		t.Errorf("of six in a list it is said\n%s", got)
	}
}

// As many problems are told as can be read, and then how many more there are; so it is of
// warnings.
func TestManyProblemsOfAStrategy(t *testing.T) {
	var text strings.Builder
	text.WriteString("version = \"v\"\n")
	for i := range 5_000 {
		fmt.Fprintf(&text, "[rule.r%04d]\ndiscount_rate = 0.1\ncoupons = [\"A \"]\nnope = 1\n", i)
	}
	_, err := strategy.Parse("", source("t.toml", text.String()))
	var problems *document.Diagnostics
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	if len(problems.List) != document.MaxListed || problems.More != 5_000-document.MaxListed ||
		len(problems.Warnings) != document.MaxListed || problems.MoreWarnings != 5_000-document.MaxListed {
		t.Errorf("%d and %d more, %d and %d more", len(problems.List), problems.More, len(problems.Warnings), problems.MoreWarnings)
	}
	for i, p := range problems.List {
		if p.Line != 5+4*i {
			t.Fatalf("the problem told at %d is on line %d", i, p.Line)
		}
	}
	if !strings.HasSuffix(err.Error(), "\nand 4800 more problems") || strings.Count(err.Error(), "\n") != document.MaxListed {
		t.Errorf("the error ends with %q", err.Error()[len(err.Error())-200:])
	}
	m, err := strategy.Parse("", source("t.toml", strings.ReplaceAll(text.String(), "nope = 1\n", "")))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Warnings()) != document.MaxListed || m.MoreWarnings() != 5_000-document.MaxListed {
		t.Errorf("%d warnings and %d more", len(m.Warnings()), m.MoreWarnings())
	}
}
