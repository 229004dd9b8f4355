package mapping

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// A name that differs from a default in case alone is left out of the map that is
// proposed, whichever letters its case changes: an i without a dot is an i.
func TestNamesInAnotherCaseAreLeftOut(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Attributes", "ATTRIBUTES", "attrıbutes", "ATTRİBUTES"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := []byte(`{"order":{"lines":[{"sku":"tea","quantity":2,"unit_price":1000,"` + name + `":{"a":1}}]},"currency":"CNY"}`)
			found, err := Search{Currency: currency(t, "CNY")}.Find([][]byte{body})
			if err != nil {
				t.Fatal(err)
			}
			if c := read(t, found.Options, body, currency(t, "CNY")); len(c.Lines) != 1 || c.Lines[0].SKU != "tea" {
				t.Errorf("it reads %+v", c.Lines)
			}
			if got := found.Options.Map.Attributes.String(); got != cart.Unread && !strings.Contains(got, name) {
				t.Errorf("attributes are read from %q", got)
			}
		})
	}
}
