package ledgers_test

import (
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/internal/ledgers"
)

func TestUnmarshal(t *testing.T) {
	for _, c := range []struct{ name, option, want, says string }{
		{name: "off", option: "ledger off", want: `{"engine":"off"}`},
		{name: "off with an argument", option: "ledger off now", says: "ledger off takes no options"},
		{name: "off with a block", option: "ledger off {\nnamespace a\n}", says: "ledger off takes no options"},
		{name: "an engine", option: "ledger fake", want: `{"engine":"fake"}`},
		{name: "an engine with an argument", option: "ledger fake a", want: `{"engine":"fake","name":"a"}`},
		{name: "an engine with a block", option: "ledger fake a {\nnamespace n\n}", want: `{"engine":"fake","name":"a","namespace":"n"}`},
		{name: "an option that the engine does not know", option: "ledger fake {\nsize 1\n}", says: `unknown option "size" of an engine`},
		{name: "no engine", option: "ledger", says: "ledger takes an engine: embedded, redis or off"},
		{name: "an unknown engine", option: "ledger nowhere", says: `ledger: there is no engine "nowhere" in this program, there are embedded, fake, plain and off`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := caddyfile.NewTestDispenser("discount {\n" + c.option + "\nafter\n}")
			d.Next()
			d.NextBlock(0)
			got, err := ledgers.Unmarshal(d)
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v, want an error that says %q", err, c.says)
				}
				return
			}
			if err != nil || string(got) != c.want {
				t.Errorf("%s, %v, want %s", got, err, c.want)
			}
			if !d.NextBlock(0) || d.Val() != "after" {
				t.Errorf("the next option is %q", d.Val())
			}
		})
	}
}
