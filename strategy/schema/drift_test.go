package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// The decoder of tests knows every key that the schema offers.
func TestSchemaOffersNoKeyThatTestsDoNotHave(t *testing.T) {
	t.Parallel()
	within := map[string]string{
		"case":   "[[test]]\n%s = 0\n",
		"cart":   "[[test]]\ncart = { %s = 0 }\n",
		"item":   "[[test]]\ncart = { items = [{ %s = 0 }] }\n",
		"buyer":  "[[test]]\ncart = { items = [], customer = { %s = 0 } }\n",
		"charge": "[[test]]\ncart = { items = [], shipping = [{ %s = 0 }] }\n",
		"expect": "[[test]]\nexpect = { %s = 0 }\n",
	}
	for table, text := range within {
		for _, k := range append(slices.Clone(testLanguage[table].keys), key{name: "no_such_key"}) {
			_, err := ruletest.Parse(strategy.Source{Name: "t.toml", Data: fmt.Appendf(nil, text, k.name)})
			unknown := err != nil && (strings.Contains(err.Error(), fmt.Sprintf("unknown key %q", k.name)) ||
				strings.Contains(err.Error(), fmt.Sprintf("unknown key \\%q", k.name)))
			if unknown != (k.name == "no_such_key") {
				t.Errorf("%s of %s: %v", k.name, table, err)
			}
		}
	}
}

// The schema offers every field of a cart that the gateway reads.
func TestSchemaOffersEveryFieldOfACart(t *testing.T) {
	t.Parallel()
	offered := map[string]bool{}
	for table, prefixes := range map[string][]string{"cart": {""}, "item": {""}, "buyer": {"", "customer_"}, "charge": {"shipping_"}} {
		for _, k := range testLanguage[table].keys {
			for _, prefix := range prefixes {
				offered[prefix+k.name] = true
			}
		}
	}
	// A body is checked by the first two, and the others decide no price.
	apart := []string{"subtotal", "decimals", "order_id", "expected_payable"}
	fields := reflect.TypeFor[cart.Mapping]()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		if !offered[name] && !slices.Contains(apart, name) {
			t.Errorf("the schema of tests has no %s", name)
		}
	}
}
