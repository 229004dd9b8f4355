package cartoptions

import (
	"reflect"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/strategy/document"
)

// Names are the options that [Options.Option] reads.
var Names = []string{"source", "prices", "customer", "map", "fractional", "exact_ids", "text_flags", "max_lines"}

// Option reads the arguments of an option of the given name, one of [Names].
func (o *Options) Option(d *caddyfile.Dispenser, name string) error {
	switch name {
	case "source":
		return directive.Choice(d, &o.Source, Sources...)
	case "prices":
		return o.withPreset(d, directive.Choice(d, &o.Prices, "minor", "major"))
	case "customer":
		if err := directive.Choice(d, &o.Customer, Customers...); err != nil {
			return err
		}
		_, err := o.Cart() // beside a map
		return directive.AtLine(d, err)
	case "map":
		return o.unmarshalMap(d)
	case "fractional":
		return directive.Choice(d, &o.Fractional, FractionalLine)
	case "exact_ids":
		o.ExactIDs = new(bool)
		return o.withPreset(d, directive.OnOff(d, o.ExactIDs))
	case "text_flags":
		o.TextFlags = new(bool)
		return o.withPreset(d, directive.OnOff(d, o.TextFlags))
	case "max_lines":
		return directive.Count(d, &o.MaxLines, MostLines)
	}
	return d.Errf("unknown option %q, there are %s", name, strings.Join(Names, ", "))
}

// unmarshalMap reads a preset, a block of fields, or both.
func (o *Options) unmarshalMap(d *caddyfile.Dispenser) error {
	named := d.NextArg()
	if named {
		o.Map.Preset = d.Val()
	}
	if d.CountRemainingArgs() > 0 {
		return d.Err("map takes one preset; the paths of fields go into a block")
	}
	if err := o.withPreset(d, nil); err != nil {
		return err
	}
	seen, err := directive.Names(d, "map", func(field string) error { return mapping(d, &o.Map.Mapping, field) })
	switch {
	case err != nil:
		return err
	case !seen && !named:
		return d.Err("map needs a preset, a block with what it sets, or both")
	}
	_, err = o.Reader() // what the paths are to each other
	return directive.AtLine(d, err)
}

// withPreset checks an option that was read against the preset, if one was read already.
func (o *Options) withPreset(d *caddyfile.Dispenser, err error) error {
	if err != nil || o.Map.Preset == "" {
		return err
	}
	_, err = o.Cart()
	return directive.AtLine(d, err)
}

// fieldAliases are further names of fields in a Caddyfile.
var fieldAliases = map[string]string{"segments": "customer_segments"}

// mapping sets where one field of the cart is.
func mapping(d *caddyfile.Dispenser, m *cart.Mapping, field string) error {
	known := mapFields()
	if !slices.Contains(known, field) && fieldAliases[field] == "" {
		if meant := document.Closest(field, append(known, "segments")); meant != "" {
			return d.Errf("map: there is no field %q, did you mean %s?", field, meant)
		}
		return d.Errf("map: there is no field %q, there are %s", field, strings.Join(known, ", "))
	}
	paths := d.RemainingArgs()
	if len(paths) == 0 {
		return d.Errf("map: %s takes a path, or several", field)
	}
	if name := fieldAliases[field]; name != "" {
		field = name
	}
	if err := m.Set(field, paths...); err != nil {
		return d.Errf("map: %v", err)
	}
	return nil
}

// mapFields are the names of the fields of a map, which are those in its JSON.
func mapFields() (names []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[cart.Mapping]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
