// Package preset describes how the orders of widely used shop systems are written: for each a map
// of where the parts of the cart are, and the unit of its amounts.
package preset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/spelling"
)

// Preset is how one kind of a system's orders is written.
type Preset struct {
	// Name is the system and what of it, such as "woocommerce-order".
	Name string
	// Title is both for a person, such as "WooCommerce, order of the REST API".
	Title string
	// Options are the map, the unit of the amounts and what else the system needs. They set no
	// bounds.
	Options cart.Options
}

// presets are all, in the order of their names.
var presets = slices.SortedFunc(slices.Values(systems), func(a, b *Preset) int { return strings.Compare(a.Name, b.Name) })

// All are the presets, in the order of their names. They must not be changed.
func All() []*Preset { return presets }

// names are the names of all presets, in order.
func names() []string {
	names := make([]string, len(presets))
	for i, p := range presets {
		names[i] = p.Name
	}
	return names
}

// Find returns the preset of a name. The error for an unknown name suggests the nearest one and
// lists all of them.
func Find(name string) (*Preset, error) {
	for _, p := range presets {
		if p.Name == name {
			return p, nil
		}
	}
	return nil, unknown(name, names())
}

// unknown says that a preset is none of those known.
func unknown(name string, known []string) error {
	hint := ""
	if meant := spelling.Closest(name, known); meant != "" {
		hint = ", did you mean " + meant + "?"
	}
	return fmt.Errorf("there is no preset %q%s (there are %s)", name, hint, strings.Join(known, ", "))
}

// Map is a mapping as a configuration has it: fields of its own, in place of those of
// a preset if it names one.
type Map struct {
	// The system whose orders these are, such as `woocommerce-order`: where the parts
	// of the cart are in them, and the unit of their amounts. Fields given beside it
	// take the place of its own. Default: none.
	Preset string `json:"preset,omitempty"`
	cart.Mapping
}

// Options returns the options of the preset, with the map's own fields in place of the preset's.
// Without a preset it returns the zero options with the map's fields.
func (m *Map) Options() (cart.Options, error) {
	if m.Preset == "" {
		return cart.Options{Map: m.Mapping}, nil
	}
	p, err := Find(m.Preset)
	if err != nil {
		return cart.Options{}, err
	}
	options := p.Options
	options.Map = m.Mapping.Over(p.Options.Map)
	return options, nil
}
