// Package directive reads the arguments of a directive in a Caddyfile, typed and within
// their bounds, and checks the same options where they come from JSON.
package directive

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/dustin/go-humanize"
)

// Block reads { name argument … } with every name once and one at least.
func Block(d *caddyfile.Dispenser, option func(name string) error) error {
	outer := d.Val()
	if d.CountRemainingArgs() > 0 {
		return d.ArgErr()
	}
	seen, err := Names(d, outer, option)
	if err == nil && !seen {
		return d.Errf("%s needs a block with what it sets", outer)
	}
	return err
}

// Names reads the names in a block, if there is one, each at most once but for
// those in repeated, and reports whether there was any.
func Names(d *caddyfile.Dispenser, outer string, option func(name string) error, repeated ...string) (any bool, err error) {
	seen := make(map[string]bool)
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		name := d.Val()
		if seen[name] && !slices.Contains(repeated, name) {
			return true, d.Errf("%s is given twice in %s", name, outer)
		}
		seen[name] = true
		if err := option(name); err != nil {
			return true, err
		}
	}
	return len(seen) > 0, nil
}

// Word reads exactly one argument.
func Word(d *caddyfile.Dispenser, into *string) error {
	name := d.Val()
	if !d.AllArgs(into) {
		return d.Errf("%s takes exactly one argument", name)
	}
	return nil
}

// Choice reads one of the known words.
func Choice[T ~string](d *caddyfile.Dispenser, into *T, known ...T) error {
	name := d.Val()
	var text string
	if err := Word(d, &text); err != nil {
		return err
	}
	*into = T(text)
	return Known(d, name, *into, known...)
}

// Known refuses an argument that is none of the known words.
func Known[T ~string](d *caddyfile.Dispenser, name string, text T, known ...T) error {
	if slices.Contains(known, text) {
		return nil
	}
	if len(known) == 1 {
		return d.Errf("%s cannot be %q: only %s is known", name, text, known[0])
	}
	return d.Errf("%s cannot be %q: %s are known", name, text, listed(known))
}

// OnOff reads on or off.
func OnOff(d *caddyfile.Dispenser, into *bool) error {
	var text string
	if err := Choice(d, &text, "on", "off"); err != nil {
		return err
	}
	*into = text == "on"
	return nil
}

// Count reads a whole number from 1 to most.
func Count(d *caddyfile.Dispenser, into *int, most int64) error {
	name := d.Val()
	var text string
	if err := Word(d, &text); err != nil {
		return err
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return d.Errf("%s: %q is not a whole number", name, text)
	}
	*into = n
	return AtLine(d, Within(name, int64(n), 1, most))
}

// Duration reads a duration within bounds.
func Duration(d *caddyfile.Dispenser, into *caddy.Duration, least, most caddy.Duration) error {
	name := d.Val()
	var text string
	if err := Word(d, &text); err != nil {
		return err
	}
	v, err := caddy.ParseDuration(text)
	if err != nil {
		return d.Errf("%s: %q is not a duration such as 20ms", name, text)
	}
	*into = caddy.Duration(v)
	return AtLine(d, During(name, *into, least, most))
}

// Size reads a number of bytes from 1 to most, such as 1MiB.
func Size(d *caddyfile.Dispenser, into *int64, most int64) error {
	name := d.Val()
	var text string
	if err := Word(d, &text); err != nil {
		return err
	}
	bytes, err := humanize.ParseBytes(text)
	if err != nil {
		return d.Errf("%s: %q is not a size such as 1MiB", name, text)
	}
	*into = int64(min(bytes, math.MaxInt64))
	return AtLine(d, Within(name, *into, 1, most))
}

// Factor reads a number from 1 to most.
func Factor(d *caddyfile.Dispenser, into *float64, most float64) error {
	name := d.Val()
	var text string
	if err := Word(d, &text); err != nil {
		return err
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 1 && v <= most) {
		return d.Errf("%s: %q is not a factor of 1 or more", name, text)
	}
	*into = v
	return nil
}

// Share reads a share from 0 to 1 as a percentage or a fraction, such as 5% or 0.05.
func Share(d *caddyfile.Dispenser, into *float64) error {
	name := d.Val()
	var text string
	if err := Word(d, &text); err != nil {
		return err
	}
	number, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(number, 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v >= 0 && v <= 1) {
		return d.Errf("%s: %q is not a share such as 5%%", name, text)
	}
	*into = v
	return nil
}

// AtLine puts file and line before an error.
func AtLine(d *caddyfile.Dispenser, err error) error {
	if err == nil {
		return nil
	}
	return d.WrapErr(err)
}
