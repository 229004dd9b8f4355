package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// cartShape is a way of writing carts, with the reader for it.
type cartShape struct {
	options cart.Options
	reader  *cart.Reader
	name    string // what chose the shape, for messages; "" for the default shape
}

// addShapeFlags adds the flags that choose the shape of carts.
func addShapeFlags(c *cobra.Command) {
	c.Flags().String("config", "", "A Caddyfile, or a configuration in JSON, with the discount handler that carts are for:\nits map and the unit of its prices")
	c.Flags().Int("handler", 0, "Which discount handler of --config, counted from 1; default: the only one, or the one of PATH")
	c.Flags().String("map", "", "A file with these options of a discount handler: map, prices, fractional, exact_ids,\ntext_flags, max_lines")
	c.Flags().String("preset", "", "A system that sends the carts, such as shopify-order: its map and the unit of its prices")
	c.Flags().String("prices", "", "The unit of the amounts in carts: minor (1850) or major (18.50); default: minor")
}

// shapeFor returns the shape of carts that the flags choose. path is the path of the strategy; ""
// if the command has none.
func shapeFor(cmd *cobra.Command, path string) (*cartShape, error) {
	o, name, err := shapeOptions(cmd, path)
	if err != nil {
		return nil, err
	}
	s := &cartShape{name: name}
	if s.options, err = o.Cart(); err == nil {
		s.reader, err = cart.NewReader(s.options)
	}
	if err != nil && name != "" {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return s, err
}

// ordersFor returns how the bodies of tests are read, for the strategy at a path. With --config
// and without --handler, each handler of the strategy reads them, as in the gateway.
func ordersFor(cmd *cobra.Command, path string) (ruletest.Orders, error) {
	file := flag(cmd, "config")
	if file == "" || cmd.Flags().Changed("handler") {
		shape, err := shapeFor(cmd, path)
		if err != nil {
			return ruletest.Orders{}, err
		}
		return ruletest.Orders{Readings: []ruletest.Reading{{Name: shape.name, Reader: shape.reader}}}, nil
	}
	if err := onlyOneShape(cmd); err != nil {
		return ruletest.Orders{}, err
	}
	return ordersOfHandlers(file, path)
}

// shapeOptions returns the cart options that the flags choose, and the name of what has them.
func shapeOptions(cmd *cobra.Command, path string) (o *cartoptions.Options, name string, err error) {
	if err := onlyOneShape(cmd); err != nil {
		return nil, "", err
	}
	o = new(cartoptions.Options)
	switch {
	case flag(cmd, "config") != "":
		return handlerOptions(cmd, path)
	case flag(cmd, "map") != "":
		name = flag(cmd, "map")
		if o, err = optionsIn(name); err != nil {
			return nil, "", err
		}
	case flag(cmd, "preset") != "":
		o.Map.Preset = flag(cmd, "preset")
		name = "--preset"
	}
	if unit := flag(cmd, "prices"); unit != "" {
		if o.Prices != "" && o.Prices != unit {
			return nil, "", fmt.Errorf("--prices is %s, and %s has prices %s", unit, name, o.Prices)
		}
		o.Prices = unit
	}
	return o, name, nil
}

// onlyOneShape refuses flags that choose the shape twice.
func onlyOneShape(cmd *cobra.Command) error {
	var given []string
	for _, name := range []string{"config", "map", "preset"} {
		if flag(cmd, name) != "" {
			given = append(given, "--"+name)
		}
	}
	switch {
	case len(given) > 1:
		return fmt.Errorf("%s are given, and each says how carts are written: give one of them", strings.Join(given, " and "))
	case cmd.Flags().Changed("handler") && flag(cmd, "config") == "":
		return errors.New("--handler is given without --config, whose handlers it counts")
	case flag(cmd, "prices") != "" && flag(cmd, "config") != "":
		return errors.New("--prices is given beside --config, which has it")
	}
	return nil
}

// shapeNames are the options of a handler that set the shape of carts.
var shapeNames = []string{"map", "prices", "fractional", "exact_ids", "text_flags", "max_lines"}

// optionsIn reads a file with options of a handler, written as in its block in a Caddyfile.
func optionsIn(path string) (*cartoptions.Options, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the map: %w", strategyfile.PathError(path, err))
	}
	d, err := blockOf(text, path)
	if err != nil {
		return nil, fmt.Errorf("reading the map: %w", err)
	}
	o := new(cartoptions.Options)
	d.Next()
	seen := make(map[string]bool)
	for d.NextBlock(0) {
		name := d.Val()
		switch {
		case seen[name]:
			err = d.Errf("%s is given twice", name)
		case !slices.Contains(shapeNames, name):
			err = d.Errf("%q is no option of how carts are written, there are %s%s", name, strings.Join(shapeNames, ", "), meant(name, shapeNames))
		default:
			err = o.Option(d, name)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the map: %w", err)
		}
		seen[name] = true
	}
	if d.Next() {
		return nil, fmt.Errorf("reading the map: %w", d.Errf("there is a } too many"))
	}
	if len(seen) == 0 {
		return nil, fmt.Errorf("reading the map: %s is empty, want options such as: map { items order.lines }", path)
	}
	return o, nil
}

// meant returns a hint with the known name that is close to a mistyped one; "" if none is.
func meant(name string, known []string) string {
	if close := document.Closest(name, known); close != "" {
		return ": did you mean " + close + "?"
	}
	return ""
}

// blockOf wraps a text as the block of a directive, so that the Caddyfile parser reads it.
func blockOf(text []byte, path string) (*caddyfile.Dispenser, error) {
	tokens, err := caddyfile.Tokenize(text, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	last := 1
	if len(tokens) > 0 {
		last = tokens[len(tokens)-1].Line + 1
	}
	begin := []caddyfile.Token{{File: path, Text: "discount"}, {File: path, Text: "{"}}
	return caddyfile.NewDispenser(append(append(begin, tokens...), caddyfile.Token{File: path, Line: last, Text: "}"})), nil
}

// pricedCart is a cart with the text that it was read from.
type pricedCart struct {
	*cart.Cart
	shape *cartShape
	from  source
	body  []byte
}

// unpriced returns the error for a cart that cannot be priced, with the line if one is at fault.
func (c *pricedCart) unpriced(err error) error {
	if at, is := c.lineAt(err); is {
		return fmt.Errorf("%s: %s", c.from, at)
	}
	return fmt.Errorf("pricing the cart: %w", err)
}

// lineAt returns the text of a line error with a JSON Pointer to the line. It reports false for
// other errors.
func (c *pricedCart) lineAt(err error) (string, bool) {
	var line *strategy.LineError
	if !errors.As(err, &line) {
		return "", false
	}
	return fmt.Sprintf("%s: %s", c.shape.reader.Pointer(c.body, line.Line, line.Field), line.Reason), true
}
