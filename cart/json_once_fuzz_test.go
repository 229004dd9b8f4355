package cart_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/cart/preset"
	"github.com/promogate/caddy-discount/money"
)

// FuzzReadOnce reads a body by options, which are written as JSON. One pass is certain of nothing
// but JSON, and reads what two passes read.
func FuzzReadOnce(f *testing.F) {
	defaultCurrency, err := money.ParseCurrency("CNY")
	if err != nil {
		f.Fatal(err)
	}
	for options, bodies := range seeds(f) {
		for _, body := range bodies {
			f.Add(options, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, options string, body []byte) {
		var in cart.Options
		if json.Unmarshal([]byte(options), &in) != nil {
			return
		}
		r, err := cart.NewReader(in)
		if err != nil {
			return
		}
		cart.CheckOnce(t, r, body, defaultCurrency)
	})
}

// seeds are bodies by the options they are read with.
func seeds(t testing.TB) map[string][]string {
	t.Helper()
	deep := strings.Repeat(`{"a":[`, 40)
	plain := []string{
		cart.WholeCart, `{}`, `[]`, ``, `{"items":[]}`, "\ufeff" + ` {"items" : [ {"quantity":1} , {"quantity" :2,"unit_price":1.0}]}` + "\n",
		`{"items":[{"quantity":` + strings.Repeat("1", 400) + `}]}`, `{"items":[],"x":-0.` + strings.Repeat("1", 400) + `e-400}`, `{"items":[],"x":01}`,
		`{"items":[],"x":` + deep + `}`, `{"items":[],"x":` + deep[:120] + strings.Repeat(`]}`, 20) + `}`,
		"{\"items\":[],\"x\":\"\xc3\x28\xed\xa0\x80\xf4\x90\x80\x80\"}", `{"items":[],"x":"\ud83d\ude00\ud83d","\udc00":"\u00e9\/"}`,
		`{"items":[{"sku":"\u0073","SKU":1,"quantity":1}],"a":{"b":1,"b":2}}`, `{"items":[tru,nul,false]}`, `{"items":[],}`, `{"items":[]]}`,
		`{"items":[{"quantity":1,"attributes":{"size":"xl","big":true,"n":1e2,"o":{"p":[]}}}],"shipping":[{"amount":"6"},600]}`,
	}
	all := map[string][]string{written(t, cart.Options{}): plain, written(t, cart.Options{Prices: cart.Major}): plain}
	for _, p := range preset.All() {
		sample, err := os.ReadFile(filepath.Join("preset", "testdata", p.Name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		text := string(sample)
		all[written(t, p.Options)] = []string{
			text, strings.Join(strings.Fields(text), " "), text[:len(text)/2], strings.Replace(text, `": "`, `": "\u00e9\ud83d\ude00`, 3),
			strings.Replace(text, "1", "1e1", 1), strings.Replace(text, ": ", ":\xff", 1), strings.Replace(text, "{", `{"unknown":{"a":[{}]},`, 2),
		}
	}
	return all
}

// written is options as JSON.
func written(t testing.TB, in cart.Options) string {
	t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every preset's sample takes one pass.
func TestOnePassReadsTheSamplesOfPresets(t *testing.T) {
	usd, err := money.ParseCurrency("USD")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range preset.All() {
		t.Run(p.Name, func(t *testing.T) {
			sample, err := os.ReadFile(filepath.Join("preset", "testdata", p.Name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			r, err := cart.NewReader(p.Options)
			if err != nil {
				t.Fatal(err)
			}
			if !cart.CheckOnce(t, r, sample, usd) {
				t.Error("took two passes")
			}
		})
	}
}
