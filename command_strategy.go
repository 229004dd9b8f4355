package discount

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// This file is what the commands that look at a strategy have in common.

func addEnvFlag(c *cobra.Command) {
	c.Flags().String("env", "", "The [[env]] of the strategy to use; default: none of them")
}

func addCartFlag(c *cobra.Command) {
	c.Flags().String("cart", "", "A file with the cart as JSON, or - for the standard input")
}

func addNowFlag(c *cobra.Command) {
	c.Flags().String("now", "", "The instant to look at it as of, such as 2026-11-11T09:30:00+08:00; without an offset\nin the time zone of the strategy; default: now")
}

// onePath wants the one argument of these commands.
func onePath(_ *cobra.Command, args []string) error {
	const wanted = "a strategy file or a directory of them, such as config/discount.toml"
	switch {
	case len(args) == 0 || len(args) == 1 && args[0] == "":
		return errors.New("PATH is missing: " + wanted)
	case len(args) > 1:
		return fmt.Errorf("%d arguments are given (%q), one PATH is wanted: %s", len(args), args, wanted)
	}
	return nil
}

// The years whose instants a strategy can count with.
const (
	firstYear = 1900
	lastYear  = 2200
)

// instantOf is the instant of the flag --now.
func instantOf(cmd *cobra.Command, zone *time.Location) (time.Time, error) {
	text := flag(cmd, "now")
	if text == "" {
		return time.Now(), nil
	}
	at, err := document.ParseDateTime(text)
	if err != nil {
		at, err = document.ParseLocalDateTime(text, zone)
	}
	switch {
	case err != nil:
		return at, fmt.Errorf("--now is %q, a date-time is wanted, such as 2026-11-11T09:30:00+08:00", text)
	case at.Year() < firstYear || at.Year() > lastYear:
		return at, fmt.Errorf("--now is %q, a year from %d to %d is wanted", text, firstYear, lastYear)
	}
	return at, nil
}

// filesAt reads what would be loaded from a path. Its names are as the path was
// given, so that they can be clicked on where they are printed.
func filesAt(path string) (sources, tests []strategy.Source, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the strategy: %w", shortly(path, err))
	}
	c, err := reload.ReadOnce(path, reload.Options{Member: isMember, Beside: testBeside})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the strategy: %w", err)
	}
	c.Path, c.Dir = filepath.Clean(path), filepath.Clean(path)
	if !info.IsDir() {
		c.Dir = filepath.Dir(path)
	}
	sources, tests = split(c)
	if len(sources) == 0 {
		return nil, nil, fmt.Errorf("reading the strategy: %s: there is no *%s file in the directory", path, strategySuffix)
	}
	return sources, tests, nil
}

// shortly is an error of a file without the name of the system call.
func shortly(path string, err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return fmt.Errorf("%s: %w", path, failed.Err)
	}
	return err
}

// modelAt reads the strategy at a path. What is wrong with it is written to the
// standard error output as check would; the error only counts it.
func modelAt(cmd *cobra.Command, path string) (*strategy.Model, error) {
	sources, _, err := filesAt(path)
	if err != nil {
		return nil, err
	}
	return modelOf(cmd, path, sources)
}

// modelOf is modelAt for files that were read.
func modelOf(cmd *cobra.Command, path string, sources []strategy.Source) (*strategy.Model, error) {
	m, err := strategy.Parse(flag(cmd, "env"), sources...)
	var found *document.Problems
	if errors.As(err, &found) {
		w := cmd.ErrOrStderr()
		p := printer{w: w, paint: paintFor(w)}
		p.problems("error", found.List)
		return nil, fmt.Errorf("%s in %s", counted(len(found.List), "error"), path)
	}
	return m, err
}

// toPrice is the strategy at a path, and what of the flags is to be priced by it.
func toPrice(cmd *cobra.Command, path string) (s *strategy.Strategy, c *cart.Cart, now time.Time, err error) {
	m, err := modelAt(cmd, path)
	if err != nil {
		return nil, nil, now, err
	}
	s = strategy.Compile(m)
	if now, err = instantOf(cmd, s.Location()); err != nil {
		return nil, nil, now, err
	}
	c, err = cartFor(cmd, s)
	return s, c, now, err
}

// cartFor reads the cart of the flag --cart, in the shape that the gateway reads
// by default.
func cartFor(cmd *cobra.Command, s *strategy.Strategy) (*cart.Cart, error) {
	path := flag(cmd, "cart")
	if path == "" {
		return nil, errors.New("the flag --cart is missing: it says which file holds the cart as JSON, or - for the standard input")
	}
	name, body, err := readCart(cmd, path)
	if err != nil {
		return nil, fmt.Errorf("reading the cart: %w", err)
	}
	reader, err := cart.NewReader(cart.Options{})
	if err != nil {
		return nil, err
	}
	return cartFrom(reader, name, body, s.Currency())
}

// cartFrom reads a cart of which name says where it is from.
func cartFrom(reader *cart.Reader, name string, body []byte, currency money.Currency) (*cart.Cart, error) {
	c := &cart.Cart{}
	found, err := reader.ReadJSON(body, currency, c)
	var invalid *cart.Invalid
	switch {
	case errors.As(err, &invalid):
		return nil, fmt.Errorf("%s: %s: %s", name, pointerText(invalid.Pointer), invalid.Reason)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case !found:
		return nil, fmt.Errorf(`%s: the JSON is no cart: an object with "items" is wanted, such as {"items":[{"sku":"latte","quantity":2,"unit_price":1800}]}`, name)
	}
	return c, nil
}

// unpriced says which line of the cart cannot be counted with.
func unpriced(cmd *cobra.Command, err error) error {
	if at, is := lineAt(err); is {
		return fmt.Errorf("%s: %s", flag(cmd, "cart"), at)
	}
	return fmt.Errorf("pricing the cart: %w", err)
}

// lineAt is an error of a line of a cart as the gateway reads it by default.
func lineAt(err error) (string, bool) {
	var line *strategy.LineError
	if !errors.As(err, &line) {
		return "", false
	}
	return fmt.Sprintf("/items/%d/%s: %s", line.Line, line.Field, line.Reason), true
}

func pointerText(pointer string) string {
	if pointer == "" {
		return "the whole text"
	}
	return pointer
}

func readCart(cmd *cobra.Command, path string) (name string, body []byte, err error) {
	if path == "-" {
		body, err = io.ReadAll(cmd.InOrStdin())
		return "standard input", body, err
	}
	body, err = os.ReadFile(path)
	if err != nil {
		return path, nil, shortly(path, err)
	}
	return path, body, nil
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
