package cli

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

func addEnvFlag(c *cobra.Command) {
	c.Flags().String("env", "", "The [[env]] of the strategy to use; default: none of them")
}

func addCartFlag(c *cobra.Command) {
	c.Flags().String("cart", "", "A file with the cart as JSON, or - for the standard input")
}

func addNowFlag(c *cobra.Command) {
	c.Flags().String("now", "", "The instant to look at it as of, such as 2026-11-11T09:30:00+08:00; without an offset\nin the time zone of the strategy; default: now")
}

// onePath requires one argument, the path of a strategy.
func onePath(_ *cobra.Command, args []string) error {
	const wanted = "a strategy file or a directory of them, such as config/discount.toml"
	switch {
	case len(args) == 0 || len(args) == 1 && args[0] == "":
		return errors.New("PATH is missing: " + wanted)
	case len(args) > 1:
		return fmt.Errorf("%d arguments are given (%q), want one PATH: %s", len(args), args, wanted)
	}
	return nil
}

// somePaths requires one argument or more.
func somePaths(_ *cobra.Command, args []string) error {
	if len(args) == 0 || slices.Contains(args, "") {
		return errors.New("PATH is missing: a strategy file or a directory of them, such as config/discount.toml")
	}
	return nil
}

// The first and the last year in which a strategy can price orders.
const (
	firstYear = 1900
	lastYear  = 2200
)

// instantOf returns the instant of the flag --now, or the current time without it.
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
		return at, fmt.Errorf("--now is %q, want a date-time such as 2026-11-11T09:30:00+08:00", text)
	case at.Year() < firstYear || at.Year() > lastYear:
		return at, fmt.Errorf("--now is %q, want a year from %d to %d", text, firstYear, lastYear)
	}
	return at, nil
}

// modelAt reads the strategy at a path. The error is an *[invalidFiles] if the strategy is not
// valid.
func modelAt(cmd *cobra.Command, path string) (*strategy.Model, error) {
	sources, _, err := strategyfile.Read(path)
	if err != nil {
		return nil, err
	}
	m, err := strategy.Parse(flag(cmd, "env"), sources...)
	return m, foundIn(path, err)
}

// toPrice compiles the strategy m, read from a path, and reads the cart and the instant of the
// flags.
func toPrice(cmd *cobra.Command, m *strategy.Model, path string) (s *strategy.Strategy, c *pricedCart, now time.Time, err error) {
	s = strategy.Compile(m)
	if now, err = instantOf(cmd, s.Location()); err != nil {
		return nil, nil, now, err
	}
	c, err = cartFor(cmd, s, path)
	return s, c, now, err
}

// dueAfter returns the instant, in RFC 3339, at which a strategy goes into service; "" if it is
// not after now.
func dueAfter(now time.Time, m *strategy.Model) string {
	if due := m.ActivateAt(); due.After(now) {
		return due.In(m.Location()).Format(time.RFC3339)
	}
	return ""
}
