package strategy_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"github.com/promogate/caddy-discount/strategy"
)

const namedLadder = `version = "v"
timezone = "Asia/Shanghai"
[[discounts]]
id = "满减"
title = { zh = "满50减8", en = "8 off from 50" }
tags = ["weekday"]
threshold = 50
amount = 8
time_window = { start = "14:00", end = "17:00", days = ["mon", "tue"] }
[[discounts]]
threshold = 100
amount = 20
time_window = { start = "08:00", end = "10:00" }
[[discounts]]
threshold = 120
amount = 30
time_window = { start = "08:00", end = "10:00" }
`

// The ladder goes by the id that its first step gives it, with texts as any rule.
func TestTheLadderHasAnIdOfItsOwn(t *testing.T) {
	s := mustLoad(t, "", namedLadder+"[rule.discounts]\ndiscount_amount = 1\n")
	q, err := s.Quote(goods(t, of("tea", 1, 60_00)), at(t, "2024-06-03T15:00:00+08:00"))
	if err != nil {
		t.Fatal(err)
	}
	if got := appliedBy(s, q); got != "discounts 100, 满减 800" {
		t.Errorf("applied %s", got)
	}
	texts := s.Wording(language.English).All()
	if len(texts) != 1 || texts[0].Rule != "满减" || texts[0].Title != "8 off from 50" || len(texts[0].Tags) != 1 {
		t.Errorf("the texts are %+v", texts)
	}
}

// Out of hours, the hours of the steps are named, and when the next of them opens.
func TestTheLadderNamesItsHours(t *testing.T) {
	s := mustLoad(t, "", namedLadder)
	x, err := s.Explain(goods(t, of("tea", 1, 60_00)), at(t, "2024-06-03T12:00:00+08:00"))
	if err != nil || len(x.Rejected) != 1 {
		t.Fatal(x, err)
	}
	const want = "the rule is outside its hours: seen mon 12:00:00, needed 14:00:00 to 17:00:00 on mon, tue or 08:00:00 to 10:00:00"
	if r := x.Rejected[0]; r.Rule != "满减" || r.Reason != "time_window" || r.Text != want || !r.Needed.Time.Equal(at(t, "2024-06-03T14:00:00+08:00")) {
		t.Errorf("%s: %s until %s\nwant %s", r.Rule, r.Text, r.Needed.Time, want)
	}
}

// The id is part of the meaning, the texts are not, and the usual id is not written.
func TestTheFingerprintOfALadder(t *testing.T) {
	of := func(head string) [sha256.Size]byte {
		return mustLoad(t, "", "version = \"v\"\n[[discounts]]\n"+head+"threshold = 50\namount = 8\n").Fingerprint()
	}
	plain := of("")
	for head, same := range map[string]bool{
		"id = \"discounts\"\n": true, "title = \"满50减8\"\n": true, "description = \"…\"\ntags = [\"a\"]\nmeta = { a = 1 }\n": true,
		"id = \"满减\"\n": false,
	} {
		if (of(head) == plain) != same {
			t.Errorf("with %q the fingerprint is %x, without it %x", head, of(head), plain)
		}
	}
}

func TestWhatALadderCannotBeCalled(t *testing.T) {
	const step = "threshold = 1\namount = 1\n"
	for name, c := range map[string]struct{ text, want string }{
		"as a rule": {text: "[[discounts]]\nid = \"a\"\n" + step + "[rule.a]\ndiscount_amount = 1\n",
			want: `t.toml:6:7: rule."a": the [[discounts]] ladder goes by this id (call the rule something else, or give the ladder an id in its first step)`},
		"as what is rounded": {text: "arithmetic = { payable_unit = 1 }\n[[discounts]]\nid = \"rounding\"\n" + step,
			want: `t.toml:4:6: discounts[0].id: what payable_unit rounds goes by this id (call the ladder something else)`},
		"something else in a later step": {text: "[[discounts]]\n" + step + "[[discounts]]\nid = \"a\"\n" + step,
			want: "t.toml:6:6: discounts[1].id: all steps are one rule, and its id stands in the first [[discounts]] " +
				"(move it there, or write a rule with a ladder of its own: ladder = [{ threshold = 100, amount = 10 }])"},
		"nothing":  {text: "[[discounts]]\nid = \"\"\n" + step, want: "t.toml:3:6: discounts[0].id: the string is empty"},
		"a number": {text: "[[discounts]]\nid = 1\n" + step, want: `t.toml:3:6: discounts[0].id: this is an integer ("1"), want a string`},
		"too long": {text: "[[discounts]]\nid = \"" + strings.Repeat("x", 65) + "\"\n" + step, want: "t.toml:3:6: discounts[0].id: 65 characters are too many, want 1 to 64"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\n" + c.text)})
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// A text of the ladder is held to the languages of the others.
func TestTheLanguagesOfALadder(t *testing.T) {
	const both = "title = { zh = \"一\", en = \"one\" }\ndiscount_amount = 1\n"
	got := lint(t, "version = \"v\"\n[[discounts]]\ntitle = { zh = \"满50减8\" }\nthreshold = 50\namount = 8\n[rule.a]\npriority = 1\n"+both+"[rule.b]\npriority = 2\n"+both)
	if !strings.Contains(got, "discount.toml:3:11: discounts[0].title: there is no en, which 2 of 3 have that are written by language") {
		t.Errorf("it is said\n%s", got)
	}
}

// What should not be in the id of a ladder is said once.
func TestAStrayCharacterInTheIdOfALadderIsSaidOnce(t *testing.T) {
	got := lint(t, "version = \"v\"\n[[discounts]]\nid = \"满减 \"\nthreshold = 50\namount = 8\n")
	if n := strings.Count(got, `"满减 " ends with a space`); n != 1 {
		t.Errorf("it is said %d times\n%s", n, got)
	}
}
