package strategy_test

import (
	"encoding/json"
	"testing"
)

// A case of lines in several categories is translated, whether the catalogue has them
// or the cart.
func TestConformanceCasesOfSeveralCategories(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"of the cart": `{"id":"cart","rules":[{"id":"a","target":{"scope":"items","match":{"category":["sale"]}},"action":{"type":"percent","value":10}}],
			"cart":{"currency":"EUR","lines":[{"id":"1","sku":"x","category":["tea","sale"],"quantity":1,"unit_price_minor":1000},
				{"id":"2","sku":"y","category":["tea"],"quantity":1,"unit_price_minor":1000}]},
			"expected":{"total_discount_minor":100,"per_line":{"1":100,"2":0}}}`,
		"of the catalogue, with a floor": `{"id":"floor","rules":[{"id":"a","target":{"scope":"items","match":{"category":["sale"]}},"action":{"type":"percent","value":50}}],
			"cart":{"currency":"EUR","lines":[{"id":"1","category":["tea","sale"],"quantity":1,"unit_price_minor":1000,"floor_unit_price_minor":800}]},
			"expected":{"total_discount_minor":200}}`,
		"excluded": `{"id":"exclude","rules":[{"id":"a","target":{"scope":"items","match":{"category":["tea"],"exclude":{"category":["sale"]}}},"action":{"type":"percent","value":10}}],
			"cart":{"currency":"EUR","lines":[{"id":"1","sku":"x","category":["tea","sale"],"quantity":1,"unit_price_minor":1000}]},
			"expected":{"total_discount_minor":0}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c conformanceCase
			if err := json.Unmarshal([]byte(text), &c); err != nil {
				t.Fatal(err)
			}
			if err := c.check(); err != nil {
				t.Error(err)
			}
		})
	}
}
