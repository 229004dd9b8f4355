package brief_test

import (
	"testing"

	"github.com/promogate/caddy-discount/internal/brief"
)

func TestALongTextIsShortened(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		most int
		want string
	}{
		"nothing":               {text: "", most: 10, want: ""},
		"as long as it may be":  {text: "0123456789", most: 10, want: "0123456789"},
		"longer":                {text: "0123456789a", most: 10, want: "01234…9a"},
		"whole characters":      {text: "咖啡咖啡咖啡", most: 13, want: "咖啡…啡"},
		"less than a character": {text: "咖啡", most: 4, want: "…"},
		"no room":               {text: "咖啡", most: 0, want: "…"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := brief.Text(c.text, c.most); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTheBeginningOfAText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{text: "咖啡", most: 6, want: "咖啡"},
		{text: "咖啡", most: 5, want: "咖"},
		{text: "咖啡", most: 2, want: ""},
		{text: "\x80\x80\x80", most: 2, want: ""}, // no character begins there
	} {
		if got := brief.Beginning(c.text, c.most); got != c.want {
			t.Errorf("%q of %q, want %q", got, c.text, c.want)
		}
	}
}
