package cartoptions

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/cart"
)

func TestOptionsBesideAPreset(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options, preset string // as JSON
		want            cart.Options
		wrong           string
	}{
		"nothing is said": {
			options: `{"map": {"preset": "shop-order"}}`,
			preset:  `{"Prices": "major", "Fractional": true, "ExactIDs": true, "TextFlags": true}`,
			want:    cart.Options{Prices: cart.Major, Fractional: true, ExactIDs: true, TextFlags: true},
		},
		"the same is said": {
			options: `{"map": {"preset": "shop-order"}, "prices": "major", "exact_ids": true, "text_flags": true, "fractional": "line"}`,
			preset:  `{"Prices": "major", "Fractional": true, "ExactIDs": true, "TextFlags": true}`,
			want:    cart.Options{Prices: cart.Major, Fractional: true, ExactIDs: true, TextFlags: true},
		},
		"more is said": {
			options: `{"map": {"preset": "shop-order"}, "exact_ids": true, "text_flags": true, "fractional": "line"}`,
			preset:  `{}`,
			want:    cart.Options{Fractional: true, ExactIDs: true, TextFlags: true},
		},
		"off is said of what is off": {
			options: `{"map": {"preset": "shop-order"}, "exact_ids": false, "text_flags": false}`,
			preset:  `{"Prices": "major"}`,
			want:    cart.Options{Prices: cart.Major},
		},
		"without a preset": {
			options: `{"prices": "major", "exact_ids": true}`,
			preset:  `{}`,
			want:    cart.Options{Prices: cart.Major, ExactIDs: true},
		},
		"other prices": {
			options: `{"map": {"preset": "shop-order"}, "prices": "minor"}`,
			preset:  `{"Prices": "major"}`,
			wrong:   `prices: "minor" is given and the preset shop-order has major`,
		},
		"prices of a preset in minor units": {
			options: `{"map": {"preset": "shop-order"}, "prices": "major"}`,
			preset:  `{}`,
			wrong:   `prices: "major" is given and the preset shop-order has minor`,
		},
		"ids that are not exact": {
			options: `{"map": {"preset": "shop-order"}, "exact_ids": false}`,
			preset:  `{"ExactIDs": true}`,
			wrong:   `exact_ids: off is given and the preset shop-order has on`,
		},
		"flags that are no texts": {
			options: `{"map": {"preset": "shop-order"}, "text_flags": false}`,
			preset:  `{"TextFlags": true}`,
			wrong:   `text_flags: off is given and the preset shop-order has on`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o Options
			var got cart.Options
			unmarshal(t, c.options, &o)
			unmarshal(t, c.preset, &got)
			err := o.over(&got)
			if c.wrong != "" {
				if err == nil || err.Error() != c.wrong {
					t.Errorf("got %v, want %s", err, c.wrong)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
}

func unmarshal(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

// Every field can be mapped under the name that it has in JSON.
func TestMapFields(t *testing.T) {
	t.Parallel()
	fields := mapFields()
	if len(fields) < 20 {
		t.Errorf("there are %v", fields)
	}
	for _, name := range fields {
		var m cart.Mapping
		d := caddyfile.NewTestDispenser(name + " some.path")
		d.Next()
		if err := mapping(d, &m, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
