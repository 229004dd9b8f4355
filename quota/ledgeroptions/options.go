// Package ledgeroptions has the options that every engine of a ledger has: how they are read from a
// Caddyfile, their defaults and their bounds.
package ledgeroptions

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/quota"
)

// Options are the options of every ledger.
type Options struct {
	// What the counts of this ledger are kept under. Gateways with the same namespace share their
	// counts. Placeholders are expanded.
	Namespace string `json:"namespace,omitempty"`

	// The secret that customers and codes are digested with, of at least 32 bytes: as it is, or
	// after `base64:` or `hex:`. It is best a placeholder such as `{env.LEDGER_KEY}`. With another
	// key, per-customer limits and codes start anew.
	Key string `json:"key,omitempty"`

	// How long one reservation may take. After it, the order is priced by each rule's `on_outage`.
	// Default: 50ms.
	Timeout caddy.Duration `json:"timeout,omitempty"`

	// How long an order is held whose outcome is not known, at most 24h. Default: 10m.
	Hold caddy.Duration `json:"hold,omitempty"`

	// How long a settled order is known. Until then a second request with its key joins it, and it
	// can be returned. Default: 24h.
	Remember caddy.Duration `json:"remember,omitempty"`

	// What becomes of an order whose outcome is still unknown at its deadline. `expire` gives back
	// what it holds: an order that was accepted after all goes beyond the limit. `keep` holds it
	// until the order service or an operator settles it. Default: expire.
	Unresolved Unresolved `json:"unresolved,omitempty"`
}

// Unresolved is what becomes of an order whose outcome stays unknown.
type Unresolved string

// The ways to deal with an outcome that stays unknown.
const (
	Expire Unresolved = "expire"
	Keep   Unresolved = "keep"
)

const (
	defaultTimeout  = caddy.Duration(50 * time.Millisecond)
	minTimeout      = caddy.Duration(time.Millisecond)
	maxTimeout      = caddy.Duration(time.Minute)
	defaultHold     = caddy.Duration(10 * time.Minute)
	minHold         = caddy.Duration(time.Second)
	maxHold         = caddy.Duration(quota.MostHold)
	defaultRemember = caddy.Duration(24 * time.Hour)
	minRemember     = caddy.Duration(time.Minute)
	maxRemember     = caddy.Duration(366 * 24 * time.Hour)

	// mostNamespace is how many bytes a namespace has at most: it is part of a file name.
	mostNamespace = 100
)

// Unmarshal reads the block of a ledger.
func (o *Options) Unmarshal(d *caddyfile.Dispenser) error {
	_, err := directive.Names(d, "ledger", func(name string) error { return o.option(d, name) })
	return err
}

func (o *Options) option(d *caddyfile.Dispenser, name string) error {
	switch name {
	case "namespace":
		return directive.Word(d, &o.Namespace)
	case "key":
		return directive.Word(d, &o.Key)
	case "timeout":
		return directive.Duration(d, &o.Timeout, minTimeout, maxTimeout)
	case "hold":
		return directive.Duration(d, &o.Hold, minHold, maxHold)
	case "remember":
		return directive.Duration(d, &o.Remember, minRemember, maxRemember)
	case "unresolved":
		return o.unresolved().Unmarshal(d)
	}
	return d.Errf("unknown ledger option %q, namespace, key, timeout, hold, remember and unresolved are known", name)
}

func (o *Options) unresolved() directive.Enum {
	return directive.EnumOf("unresolved", &o.Unresolved, Expire, Keep)
}

// Provision expands placeholders, puts the defaults in and checks what can be checked. Errors never
// contain the key.
func (o *Options) Provision() error {
	if err := directive.Expand("ledger: namespace", &o.Namespace); err != nil {
		return err
	}
	if o.Key != "" {
		if err := directive.Expand("ledger: key", &o.Key); err != nil {
			return err
		}
		if o.Key == "" {
			return errors.New("ledger: key: it is empty")
		}
	}
	if err := o.unresolved().Fill(); err != nil {
		return directive.InOption("ledger", err)
	}
	directive.Default(&o.Timeout, defaultTimeout)
	directive.Default(&o.Hold, defaultHold)
	directive.Default(&o.Remember, defaultRemember)
	return directive.InOption("ledger", o.validate())
}

func (o *Options) validate() error {
	if err := checkNamespace(o.Namespace); err != nil {
		return err
	}
	_, keyError := o.Digester()
	if o.Key == "" {
		keyError = nil // the engine has one
	}
	return errors.Join(
		keyError,
		o.unresolved().Validate(),
		directive.During("timeout", o.Timeout, minTimeout, maxTimeout),
		directive.During("hold", o.Hold, minHold, maxHold),
		directive.During("remember", o.Remember, minRemember, maxRemember),
	)
}

// checkNamespace refuses a name that is a path, or cannot be read in a list of keys.
func checkNamespace(name string) error {
	if len(name) > mostNamespace {
		return fmt.Errorf("namespace: %d bytes, want at most %d", len(name), mostNamespace)
	}
	bad := strings.IndexFunc(name, func(c rune) bool {
		return c <= ' ' || c == 0x7f || c == 0xfffd || strings.ContainsRune(`/\{}:*?"<>|`, c)
	})
	if bad >= 0 || name == "." || name == ".." {
		return fmt.Errorf("namespace: %q is not a name without spaces and any of %s", name, `/\{}:*?"<>|`)
	}
	return nil
}

// Digester returns the digester of the key.
func (o *Options) Digester() (*quota.Digester, error) {
	secret, err := assertion.ReadSecret(o.Key)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	d, err := quota.NewDigester(secret)
	return d, directive.InOption("key", err)
}

// Terms are how long the ledger keeps reservations.
func (o *Options) Terms() quota.Terms {
	return quota.Terms{Hold: time.Duration(o.Hold), Remember: time.Duration(o.Remember), Keep: o.Unresolved == Keep}
}
