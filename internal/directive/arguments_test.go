package directive_test

import (
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/internal/directive"
)

// settings are one of each kind of argument.
type settings struct {
	word, choice string
	on           bool
	count        int
	wait         caddy.Duration
}

// read reads a block such as that of a directive.
func (s *settings) read(text string) error {
	d := within(text)
	return directive.Block(d, func(name string) error {
		switch name {
		case "word":
			return directive.Word(d, &s.word)
		case "choice":
			return directive.Choice(d, &s.choice, "red", "blue")
		case "only":
			return directive.Choice(d, &s.choice, "red")
		case "switch":
			return directive.OnOff(d, &s.on)
		case "count":
			return directive.Count(d, &s.count, 10)
		case "wait":
			return directive.Duration(d, &s.wait, caddy.Duration(time.Second), caddy.Duration(time.Minute))
		}
		return d.Errf("unknown option %q", name)
	})
}

// within is at an option in the block of a directive.
func within(option string) *caddyfile.Dispenser {
	d := caddyfile.NewTestDispenser("directive {\n" + option + "\n}")
	d.Next()
	d.NextBlock(0)
	return d
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       settings
		says       string // of the error; "" for none
	}{
		{
			name: "one of each", text: "outer {\nword w\nchoice blue\nswitch on\ncount 10\nwait 1m\n}",
			want: settings{word: "w", choice: "blue", on: true, count: 10, wait: caddy.Duration(time.Minute)},
		},
		{name: "switched off", text: "outer {\nswitch off\n}", want: settings{}},
		{name: "a day", text: "outer {\nwait 0.001d\n}", says: "wait: 1m26.4s is out of range, want 1s to 1m0s"},
		{name: "nothing in the block", text: "outer {\n}", says: "outer needs a block with what it sets"},
		{name: "no block", text: "outer", says: "outer needs a block with what it sets"},
		{name: "an argument before the block", text: "outer x {\nword w\n}", says: "rong argument count"},
		{name: "twice", text: "outer {\nword w\nword w\n}", says: "word is given twice in outer"},
		{name: "no word", text: "outer {\nword\n}", says: "word takes exactly one argument"},
		{name: "two words", text: "outer {\nword a b\n}", says: "word takes exactly one argument"},
		{name: "no choice", text: "outer {\nchoice green\n}", says: `choice cannot be "green": red, blue are known`},
		{name: "the only choice", text: "outer {\nonly green\n}", says: `only cannot be "green": only red is known`},
		{name: "neither on nor off", text: "outer {\nswitch yes\n}", says: `switch cannot be "yes": on, off are known`},
		{name: "no number", text: "outer {\ncount ten\n}", says: `count: "ten" is not a whole number`},
		{name: "too few", text: "outer {\ncount 0\n}", says: "count: 0 is out of range, want 1 to 10"},
		{name: "too many", text: "outer {\ncount 11\n}", says: "count: 11 is out of range, want 1 to 10"},
		{name: "no duration", text: "outer {\nwait soon\n}", says: `wait: "soon" is not a duration such as 20ms`},
		{name: "too short", text: "outer {\nwait 20ms\n}", says: "wait: 20ms is out of range, want 1s to 1m0s"},
		{name: "the line of the mistake", text: "outer {\nword w\ncount 0\n}", says: "Testfile:4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got settings
			err := got.read(test.text)
			switch {
			case test.says == "" && (err != nil || got != test.want):
				t.Errorf("read %+v, %v, want %+v", got, err, test.want)
			case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)):
				t.Errorf("error = %v, want one that says %q", err, test.says)
			}
		})
	}
}

func TestNamesThatMayBeGivenAgain(t *testing.T) {
	t.Parallel()
	d := within("outer {\nagain a\nagain b\n}")
	var list []string
	seen, err := directive.Names(d, "outer", func(string) error {
		list = append(list, d.RemainingArgs()...)
		return nil
	}, "again")
	if !seen || err != nil || strings.Join(list, " ") != "a b" {
		t.Errorf("%v, %v, %v", seen, err, list)
	}
}
