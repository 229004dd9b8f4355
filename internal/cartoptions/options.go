// Package cartoptions is the options of a handler that say where the cart is in a request
// and how it is written: their JSON, their Caddyfile, and the reader that follows from them.
// The gateway and the commands read carts by the same options.
package cartoptions

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/cart/preset"
)

// Options are the options of a handler that say where the cart is and how it is written.
type Options struct {
	// Where the cart is: `json` reads the body, `headers` reads the `X-Cart-*`
	// headers, `auto` takes whichever is there and refuses a request that has
	// both. Default: `auto`.
	Source Source `json:"source,omitempty"`

	// The unit of the amounts in the cart: `minor` (1850) or `major` (18.50).
	// Default: that of the preset in `map`, else `minor`. Another unit than the
	// preset's is an error.
	Prices string `json:"prices,omitempty"`

	// Where in a JSON body the parts of the cart are: the name of a preset, paths of
	// single fields, or a preset with paths that replace its own. Placeholders in it
	// are not expanded. Default: the shape of the documentation.
	Map preset.Map `json:"map,omitzero"`

	// Where the customer of a cart in a body is read from. `body` reads the body. `headers` reads
	// the headers `X-Cart-Customer`, `X-Cart-Tier`, `X-Cart-Segments` and
	// `X-Cart-Completed-Orders`, which a handler before this one has to set, such as `forward_auth`
	// with `copy_headers`. With `headers` nothing in the body says who the customer is. Default:
	// `body`.
	Customer Customer `json:"customer,omitempty"`

	// What a quantity that is no whole number is, such as 0.5 kg: `line` counts such a
	// line as one unit, worth its total. Default: that of the preset, else a cart with
	// one is invalid.
	Fractional string `json:"fractional,omitempty"`

	// Whether ids, SKUs and the like may be integers of 2^53 and more, which are read as
	// their digits. JavaScript rounds such numbers: an order service in JavaScript would
	// read another article. Default: that of the preset, else false.
	ExactIDs *bool `json:"exact_ids,omitempty"`

	// Whether the texts "true", "false", "0" and "1" are read as flags. In JavaScript,
	// Python and Ruby the text "false" is true. Default: that of the preset, else false.
	TextFlags *bool `json:"text_flags,omitempty"`

	// The most lines a cart may have. Default: 500.
	MaxLines int `json:"max_lines,omitempty"`
}

// MostLines bounds the option max_lines.
const MostLines = 100_000

// FractionalLine is the one way to take quantities that are no whole numbers.
const FractionalLine = "line"

// Source is where in a request the cart is: `json` in the body, `headers` in the `X-Cart-*`
// headers, `auto` in either.
type Source string

// Customer is where in a request the customer of a cart in a body is.
type Customer string

// The values of [Options.Source] and [Options.Customer].
const (
	sourceAuto    Source = "auto"
	SourceJSON    Source = "json"
	SourceHeaders Source = "headers"

	customerBody    Customer = "body"
	CustomerHeaders Customer = "headers"
)

// Sources and Customers are the values there are, the default first.
var (
	Sources   = []Source{sourceAuto, SourceJSON, SourceHeaders}
	Customers = []Customer{customerBody, CustomerHeaders}
)

// Reader returns a reader of carts that are written as the options say.
func (o *Options) Reader() (*cart.Reader, error) {
	options, err := o.Cart()
	if err != nil {
		return nil, err
	}
	return cart.NewReader(options)
}

// Cart is the options of the reader: those of the map's preset, with what the options give beside
// it. It is an error if both give a value and the values differ.
func (o *Options) Cart() (cart.Options, error) {
	options, err := o.Map.Options()
	if err != nil {
		return cart.Options{}, fmt.Errorf("map: %w", err)
	}
	if err := o.over(&options); err != nil {
		return cart.Options{}, err
	}
	options.MaxLines = o.MaxLines
	if options.CustomerInHeaders = o.Customer == CustomerHeaders; options.CustomerInHeaders {
		err = o.noCustomerMapped()
	}
	return options, err
}

// noCustomerMapped refuses paths to a customer in the body, which would not be read. Paths of a
// preset are allowed.
func (o *Options) noCustomerMapped() error {
	m := &o.Map.Mapping
	for _, field := range []struct {
		name  string
		paths cart.Paths
	}{
		{"customer_id", m.CustomerID}, {"customer_tier", m.CustomerTier},
		{"customer_segments", m.CustomerSegments}, {"completed_orders", m.CompletedOrders},
	} {
		if len(field.paths) > 0 && !slices.Equal(field.paths, cart.Paths{cart.Unread}) {
			return fmt.Errorf("customer: headers is given and the map has %s %s, which would not be read", field.name, field.paths)
		}
	}
	return nil
}

// over lays the options over those of the preset.
func (o *Options) over(preset *cart.Options) error {
	switch o.Prices {
	case "":
	case "minor", "major":
		prices := pricesIn(o.Prices)
		if o.Map.Preset != "" && prices != preset.Prices {
			return o.contradicts("prices", strconv.Quote(o.Prices), preset.Prices.String())
		}
		preset.Prices = prices
	default:
		return fmt.Errorf("prices: %q is none of minor, major", o.Prices)
	}
	switch o.Fractional {
	case "":
	case FractionalLine:
		preset.Fractional = true
	default:
		return fmt.Errorf("fractional: %q is not %s", o.Fractional, FractionalLine)
	}
	return errors.Join(
		o.switched("exact_ids", o.ExactIDs, &preset.ExactIDs),
		o.switched("text_flags", o.TextFlags, &preset.TextFlags),
	)
}

// pricesIn is the unit of amounts of that name.
func pricesIn(unit string) cart.Prices {
	if unit == "major" {
		return cart.Major
	}
	return cart.Minor
}

// switched sets an option that is on or off. It refuses off where the preset has on.
func (o *Options) switched(name string, given, preset *bool) error {
	switch {
	case given == nil:
	case *preset && !*given:
		return o.contradicts(name, "off", "on")
	default:
		*preset = *given
	}
	return nil
}

func (o *Options) contradicts(name, given, preset string) error {
	return fmt.Errorf("%s: %s is given and the preset %s has %s", name, given, o.Map.Preset, preset)
}

// Text says in a few words how carts are written by the options.
func (o *Options) Text() string {
	text := "the default shape"
	switch {
	case o.Map.Preset != "":
		text = "map " + o.Map.Preset
	case len(o.Map.Items) > 0:
		text = "map with items " + o.Map.Items.String()
	case !reflect.ValueOf(o.Map.Mapping).IsZero():
		text = "map"
	}
	if o.Prices != "" {
		text += ", prices " + o.Prices
	}
	return text
}
