package ledgers

import (
	"encoding/json"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// Unmarshal reads the arguments of the option ledger in a Caddyfile: the name of an engine, and what its
// module reads. It returns the configuration of the engine.
func Unmarshal(d *caddyfile.Dispenser) (json.RawMessage, error) {
	if !d.NextArg() {
		return nil, d.Err("ledger takes an engine: embedded, redis or off")
	}
	name := d.Val()
	if name == Off {
		if d.NextArg() || d.NextBlock(1) {
			return nil, d.Err("ledger off takes no options")
		}
		return json.RawMessage(`{"engine":"` + Off + `"}`), nil
	}
	id := Namespace + "." + name
	if _, err := caddy.GetModule(id); err != nil {
		return nil, d.Errf("ledger: there is no engine %q in this program, there are %s and off", name, strings.Join(Engines(), ", "))
	}
	module, err := caddyfile.UnmarshalModule(d, id)
	if err != nil {
		return nil, err
	}
	return caddyconfig.JSONModuleObject(module, "engine", name, nil), nil
}
