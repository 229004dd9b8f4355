package discount

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestOrderOptions(t *testing.T) {
	t.Parallel()
	const key = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	for name, c := range map[string]struct{ options, says string }{
		"none":                             {options: `{}`},
		"all":                              {options: `{"order_key":"{a}","customer_identity":"{b}","code_keys":{"welcome":"` + key + `"},"reserve":false}`},
		"an order that is always the same": {options: `{"order_key":"order"}`, says: `order_key: "order" is the same for all requests`},
		"a customer who is always the same": {options: `{"customer_identity":"me"}`,
			says: `customer: "me" is the same for all requests`},
		"a short key":         {options: `{"code_keys":{"welcome":"hex:000102"}}`, says: "code_key welcome: the key has 3 bytes, want at least 32"},
		"a key of no codes":   {options: `{"code_keys":{"":"` + key + `"}}`, says: "code_key: the name of the set of codes is missing"},
		"a key without a key": {options: `{"code_keys":{"welcome":""}}`, says: "code_key welcome: the key has 0 bytes, want at least 32"},
		"a key of letters":    {options: `{"code_keys":{"welcome":"hex:` + canary + `"}}`, says: "code_key welcome: reading the key: what follows hex: is not hexadecimal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o OrderOptions
			if err := json.Unmarshal([]byte(c.options), &o); err != nil {
				t.Fatal(err)
			}
			err := o.fill()
			if err == nil {
				err = o.validate()
			}
			switch {
			case c.says == "" && err != nil:
				t.Error(err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("%v, want %s", err, c.says)
			case err != nil && strings.Contains(err.Error(), canary):
				t.Errorf("the error has the key: %v", err)
			}
		})
	}
}
