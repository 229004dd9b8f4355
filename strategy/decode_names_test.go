package strategy

import (
	"strings"
	"testing"
)

// No name of a strategy has U+0000 in it, wherever it stands: programs in C end such a
// name there, and read another one.
func TestNamesWithNULAreRefused(t *testing.T) {
	t.Parallel()
	const key = `the key "a\x00b" has the character U+0000 in it, which no key may have`
	for name, c := range map[string]struct{ text, want string }{
		"an attribute of a product":       {text: "[[products]]\nsku = \"x\"\n\"a\\u0000b\" = 3\n", want: "t.toml:4:1: " + key},
		"an attribute of a condition":     {text: "[rule.a]\nwhere = { \"a\\u0000b\" = 1 }\n", want: "t.toml:3:11: rule.a.where: " + key},
		"a member of meta":                {text: "[rule.a.meta]\n\"a\\u0000b\" = 1\n", want: "t.toml:3:1: " + key},
		"a rule":                          {text: "[rule.\"a\\u0000b\"]\n", want: "t.toml:2:7: " + key},
		"a table":                         {text: "[\"a\\u0000b\"]\n", want: "t.toml:2:2: " + key},
		"a list of tables":                {text: "[[\"a\\u0000b\"]]\n", want: "t.toml:2:3: " + key},
		"the first part of a key":         {text: "\"a\\u0000b\".c = 1\n", want: "t.toml:2:1: " + key},
		"a later part of a key":           {text: "c.\"a\\u0000b\" = 1\n", want: "t.toml:2:3: " + key},
		"in eight digits":                 {text: "\"a\\U00000000b\" = 1\n", want: "t.toml:2:1: " + key},
		"an environment":                  {text: "[rule.a]\ndiscount_rate = 0.1\n[[env]]\nname = \"a\\u0000b\"\n", want: `t.toml:5:8: env[0].name: "a\x00b" has the character U+0000 in it, which no name may have`},
		"none, in a text that is no name": {text: "[rule.a]\nskus = [\"a\\u0000b\"]\ndiscount_rate = 0.1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "version = \"v\"\n" + c.text
			if c.want == "" {
				loaded(t, text)
				return
			}
			if got, _, _ := strings.Cut(refusal(t, text), "\n"); got != c.want {
				t.Errorf("the message is\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}
