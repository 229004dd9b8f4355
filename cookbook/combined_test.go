package cookbook_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/strategy"
)

// alone are the campaigns that cannot be put together with others.
var alone = map[string]string{
	"coupons-together.toml": "best_combination takes 16 rules at most",
}

var (
	topLine     = regexp.MustCompile(`(?m)^(version|timezone|unknown_skus) .*\n`)
	settingLine = regexp.MustCompile(`(?m)\A(?:#.*\n|\n)*((?:\w+ *= .*\n)+)`)
	orderLine   = regexp.MustCompile(`(?m)^(priority|stage) .*\n`)
)

// campaign is a file as a part of a larger one.
type campaign struct{ file, settings, tables string }

func parts(t *testing.T) (plain, withSettings []campaign) {
	t.Helper()
	for _, file := range campaigns(t) {
		text := topLine.ReplaceAllString(mustRead(t, file), "")
		c := campaign{file: file, tables: text}
		if at := settingLine.FindStringSubmatchIndex(text); at != nil {
			c.settings, c.tables = text[at[2]:at[3]], text[at[1]:]
		}
		switch {
		case alone[file] != "":
		case c.settings == "":
			plain = append(plain, c)
		default:
			withSettings = append(withSettings, c)
		}
	}
	return plain, withSettings
}

// together is one file of several campaigns.
func together(list ...campaign) string {
	text := "version  = \"together\"\ntimezone = \"Asia/Shanghai\"\n"
	for _, c := range list {
		text += c.settings
	}
	for _, c := range list {
		text += c.tables
	}
	return text
}

// linted is a strategy of a text, and what is said of the order of its rules.
func linted(t *testing.T, text string) (m *strategy.Model, orders []string) {
	t.Helper()
	m, err := strategy.Parser{Lint: true}.Parse(sourcesOf(t, "together.toml", text, beside(t))...)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 11, 4, 0, 0, 0, time.UTC)
	for _, p := range m.Lint(strategy.Compile(m), now) {
		if strings.Contains(p.Reason, "only their ids") {
			orders = append(orders, p.String())
		}
	}
	return m, orders
}

// The campaigns that have no settings of the whole strategy go into one file, each of those
// that have does so beside them, and nowhere do only ids decide which rule is first.
func TestCampaignsGoTogether(t *testing.T) {
	plain, withSettings := parts(t)
	if len(plain) < 25 || len(withSettings) < 4 {
		t.Fatalf("%d campaigns without settings and %d with some", len(plain), len(withSettings))
	}
	for _, c := range append([]campaign{{file: "all"}}, withSettings...) {
		t.Run(c.file, func(t *testing.T) {
			list := slices.Clone(plain)
			if strings.Contains(c.settings, "products") { // a list of products cannot be added to
				list = slices.DeleteFunc(list, func(c campaign) bool { return strings.Contains(c.tables, "[[products]]") })
			}
			text := together(append(list, c)...)
			if _, orders := linted(t, text); len(orders) > 0 {
				t.Errorf("it is said\n%s", strings.Join(orders, "\n"))
			}
			if _, orders := linted(t, orderLine.ReplaceAllString(text, "")); len(orders) == 0 {
				t.Error("without any priority and stage it is said nowhere, so the test says nothing")
			}
		})
	}
}

// A price comes first, then what is off units, the ladder of the order, coupons, what
// counts what is left, and delivery.
func TestCampaignsTogetherAreInTheOrderOfThePage(t *testing.T) {
	plain, _ := parts(t)
	m, _ := linted(t, together(plain...))
	var order []string
	for _, turn := range m.Order() {
		order = append(order, turn.Rules...)
	}
	want := []string{"mango-flash", "member-latte", "second-coffee", "more-clothing", "read-30", "gold", "discounts", "every-300", "minus-10", "welcome", "every-200", "mug", "free-standard"}
	var got []string
	for _, id := range order {
		if slices.Contains(want, id) {
			got = append(got, id)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
}
