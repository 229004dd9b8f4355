package discount

import (
	"encoding/json"
	"strings"
	"testing"
)

func unmarshal(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

// A configuration in JSON has no lines: the key names the place.
func TestMistakesInJSON(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ options, wrong string }{
		"prices":                 {options: `{"prices": "cents"}`, wrong: `prices: "cents" is none of minor, major`},
		"fractional":             {options: `{"fractional": "unit"}`, wrong: `fractional: "unit" is not line`},
		"preset":                 {options: `{"map": {"preset": "no-such-shop"}}`, wrong: `map: there is no preset "no-such-shop"`},
		"content type":           {options: `{"content_types": ["text/plain", "json"]}`, wrong: `content_types: "json" is no media type such as text/plain`},
		"empty content type":     {options: `{"content_types": [""]}`, wrong: `content_types: "" is no media type such as text/plain`},
		"placeholder as a type":  {options: `{"content_types": ["{env.TYPE}"]}`, wrong: `content_types: "{env.TYPE}" is no media type`},
		"content type twice":     {options: `{"content_types": ["text/plain", "TEXT/plain"]}`, wrong: `content_types: TEXT/plain is given twice`},
		"content type of a form": {options: `{"content_types": ["multipart/form-data"]}`, wrong: `content_types: multipart/form-data cannot be read as JSON`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Options{Strategy: "shop.toml"}
			unmarshal(t, c.options, &o)
			err := o.fill()
			if err == nil {
				err = o.Validate()
			}
			if err == nil || !strings.HasPrefix(err.Error(), c.wrong) {
				t.Errorf("got %v, want %s", err, c.wrong)
			}
		})
	}
}

// Braces are letters of a name like any other: a body has no environment.
func TestPathsHoldNoPlaceholders(t *testing.T) {
	t.Setenv("ITEMS", "lines")
	s := open(t, half, "discount STRATEGY {\n\tmap {\n\t\titems {env.ITEMS}\n\t}\n}\nreverse_proxy UPSTREAM")
	if got := s.order(`{"lines":[{"quantity":1,"unit_price":1000}]}`); got.Get("X-Discount-Status") != "bypass" {
		t.Errorf("%s", owned(got.Header))
	}
	if got := s.order(`{"{env":{"ITEMS}":[{"quantity":1,"unit_price":1000}]}}`); got.Get("X-Discount-Amount") != "500" {
		t.Errorf("%s", owned(got.Header))
	}
}
