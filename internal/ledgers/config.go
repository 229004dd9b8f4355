package ledgers

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/quota"
)

// Namespace is the namespace of the modules of ledgers.
const Namespace = "http.discount.ledgers"

const (
	// Default is the engine of a strategy with quotas whose configuration names none.
	Default = "embedded"

	// Off is the name of no engine: nothing is counted.
	Off = "off"
)

// Engines lists the engines in the program.
func Engines() (names []string) {
	for _, m := range caddy.GetModules(Namespace) {
		names = append(names, m.ID.Name())
	}
	return names
}

// Config says which ledger counts the orders of a strategy.
type Config struct {
	// Raw is the configuration of the engine, with its name in the member engine; empty for the
	// default.
	Raw json.RawMessage

	Origin quota.Origin
}

// Named reports whether the configuration names an engine.
func (c *Config) Named() bool { return len(c.Raw) > 0 }

// IsFile reports whether the ledger is a file of the state directory. It is opened when it is needed.
func (c *Config) IsFile() bool {
	name, _, err := c.engine()
	return err == nil && name == Default
}

// HasNamespace reports whether the configuration names a namespace.
func (c *Config) HasNamespace() bool {
	var o struct {
		Namespace string `json:"namespace"`
	}
	return json.Unmarshal(c.Raw, &o) == nil && o.Namespace != ""
}

// engine is the name of the engine, and its configuration without it.
func (c *Config) engine() (name string, module json.RawMessage, err error) {
	if !c.Named() {
		return Default, json.RawMessage("{}"), nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(c.Raw, &members); err != nil {
		return "", nil, err
	}
	if err := json.Unmarshal(members["engine"], &name); err != nil || name == "" {
		return "", nil, errors.New("the engine is missing, such as embedded, redis or off")
	}
	delete(members, "engine")
	module, err = json.Marshal(members)
	return name, module, err
}

// Canonical returns the configuration of an engine in the one form that differs only if it means
// something else; "" for none.
func Canonical(raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "", nil
	}
	var value any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return "", err
	}
	text, err := json.Marshal(value)
	return string(text), err
}
