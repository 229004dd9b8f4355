package discount

import (
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// The names that a mistyped option is compared with are the options.
func TestOptionNames(t *testing.T) {
	for _, name := range optionNames {
		err := new(Options).UnmarshalCaddyfile(caddyfile.NewTestDispenser("discount a.toml {\n" + name + " ? ?\n}"))
		if err != nil && strings.Contains(err.Error(), "unknown option") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
