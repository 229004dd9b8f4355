package discount

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/internal/ledgers"
	"github.com/promogate/caddy-discount/strategy"
)

// OrderOptions say which order a request is, whose it is, and what it may take of what promotions
// have left.
type OrderOptions struct {
	// The ledger that counts what promotions with quotas have given. Its engine is `embedded`, a file
	// in the state directory for one gateway, or `redis`, which several gateways share. With `off`
	// nothing is counted, and rules with a quota apply by their `on_outage`. All handlers of one
	// strategy and `env` in a configuration share it. Default: `embedded`, once the strategy has a
	// quota.
	LedgerRaw json.RawMessage `json:"ledger,omitempty" caddy:"namespace=http.discount.ledgers inline_key=engine"`

	// The name of the order that a request is, such as `{http.request.header.Idempotency-Key}`: a
	// request that comes again with the same name, the same customer and the same cart is the same
	// order, and is counted once. Set it only where the order service takes an order of one name
	// once: a client could otherwise have many orders counted as one. The placeholders are those of
	// the request. Where one of them is empty, the order has no name of this kind, and the one of
	// its cart counts if `map` has an `order_id`. An order without any name is an order of its own.
	// Default: none.
	OrderKey string `json:"order_key,omitempty"`

	// Who the customer is that limits per customer count, such as `{http.auth.user.id}`. The
	// placeholders are those of the request. Where one of them is empty, no customer is known, and
	// rules with a limit per customer do not apply. In a Caddyfile it is the argument of `customer`
	// that has a placeholder. Default: the id of the customer in the cart, which is what the client
	// says.
	CustomerIdentity string `json:"customer_identity,omitempty"`

	// The keys of signed codes, by the names of their sets in the strategy: a secret of at least 32
	// bytes, as it is or after `base64:` or `hex:`. Placeholders such as {env.CODE_KEY} and
	// {file./path} are replaced when the configuration is loaded. In a Caddyfile it is `code_key`
	// with the name and the key. Default: none.
	CodeKeys map[string]string `json:"code_keys,omitempty"`

	// Whether orders take what they are granted of what promotions have left. With false, the
	// handler prices by what is left and takes nothing. Default: true.
	Reserve *bool `json:"reserve,omitempty"`

	// What to do with an order that costs more than the customer was shown, which the cart says in
	// its `expected_payable`: `pass` it on at its price, or `reject` it with 409. Default: `pass`.
	OnPriceChange Reaction `json:"on_price_change,omitempty"`
}

// orderOptionNames are the options that [OrderOptions.option] reads. customer is an option of the
// cart, too.
var orderOptionNames = []string{"ledger", "order_key", "code_key", "reserve"}

// option reads the arguments of an option in a Caddyfile.
func (o *OrderOptions) option(d *caddyfile.Dispenser, name string) error {
	switch name {
	case "ledger":
		var err error
		o.LedgerRaw, err = ledgers.Unmarshal(d)
		return err
	case "order_key":
		if err := directive.Word(d, &o.OrderKey); err != nil {
			return err
		}
		return directive.AtLine(d, checkPlaceholder("order_key", o.OrderKey))
	case "code_key":
		return o.codeKey(d)
	default:
		o.Reserve = new(bool)
		return directive.OnOff(d, o.Reserve)
	}
}

// codeKey reads the name of a set of codes, and its key.
func (o *OrderOptions) codeKey(d *caddyfile.Dispenser) error {
	args := d.RemainingArgs()
	if len(args) != 2 {
		return d.Err("code_key takes the name of a set of codes and its key, such as: code_key welcome {env.CODE_KEY}")
	}
	if _, twice := o.CodeKeys[args[0]]; twice {
		return d.Errf("code_key: %s has a key already", args[0])
	}
	if o.CodeKeys == nil {
		o.CodeKeys = make(map[string]string)
	}
	o.CodeKeys[args[0]] = args[1]
	return nil
}

// customer reads who the customer is, where the customer of a cart is read from, or both.
func (o *Options) customer(d *caddyfile.Dispenser) error {
	args := d.RemainingArgs()
	if len(args) == 0 || len(args) > 2 {
		return d.Err("customer takes body or headers, a placeholder such as {http.auth.user.id}, or both")
	}
	for _, arg := range args {
		switch {
		case !strings.Contains(arg, "{"):
			if o.Customer != "" {
				return d.Err("customer takes one of body and headers")
			}
			o.Customer = cartoptions.Customer(arg)
		case o.CustomerIdentity != "":
			return d.Err("customer takes one argument with a placeholder")
		default:
			o.CustomerIdentity = arg
		}
	}
	if o.Customer == "" {
		return nil
	}
	if err := directive.Known(d, "customer", o.Customer, cartoptions.Customers...); err != nil {
		return err
	}
	_, err := o.Cart() // beside a map
	return directive.AtLine(d, err)
}

// checkPlaceholder refuses a text that is the same for every request.
func checkPlaceholder(name, text string) error {
	if text == "" || strings.Contains(text, "{") && strings.Contains(text, "}") {
		return nil
	}
	return fmt.Errorf("%s: %q is the same for all requests, want a placeholder such as {http.request.header.Idempotency-Key}", name, text)
}

// codeKeySecret reads a secret of at least 32 bytes. The error does not contain it.
func codeKeySecret(text string) ([]byte, error) {
	secret, err := assertion.ReadSecret(text)
	if err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	if len(secret) < strategy.MinCodeKey {
		return nil, fmt.Errorf("the key has %d bytes, want at least %d", len(secret), strategy.MinCodeKey)
	}
	return secret, nil
}

// fill puts the defaults in and expands the placeholders of keys. Those of an order are replaced
// when it comes.
func (o *OrderOptions) fill() error {
	directive.Default(&o.Reserve, new(true))
	for _, name := range slices.Sorted(maps.Keys(o.CodeKeys)) {
		key := o.CodeKeys[name]
		if err := directive.Expand("code_key "+name, &key); err != nil {
			return err
		}
		o.CodeKeys[name] = key
	}
	return nil
}

// validate checks the options. No error contains a key.
func (o *OrderOptions) validate() error {
	_, ledgerError := ledgers.Canonical(o.LedgerRaw)
	errs := []error{directive.InOption("ledger", ledgerError), checkPlaceholder("order_key", o.OrderKey), checkPlaceholder("customer", o.CustomerIdentity)}
	for _, name := range slices.Sorted(maps.Keys(o.CodeKeys)) {
		if name == "" {
			errs = append(errs, errors.New("code_key: the name of the set of codes is missing"))
		}
		_, err := codeKeySecret(o.CodeKeys[name])
		errs = append(errs, directive.InOption("code_key "+name, err))
	}
	return errors.Join(errs...)
}

// codeKeys are the keys of signed codes; nil for none.
func (o *OrderOptions) codeKeys() (*strategy.CodeKeys, error) {
	if len(o.CodeKeys) == 0 {
		return nil, nil
	}
	keys := make(map[string][]byte, len(o.CodeKeys))
	for name, text := range o.CodeKeys {
		secret, err := codeKeySecret(text)
		if err != nil {
			return nil, directive.InOption("code_key "+name, err)
		}
		keys[name] = secret
	}
	return strategy.NewCodeKeys(keys)
}
