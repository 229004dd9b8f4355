package ledgers_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/ledgers"
)

func TestEngines(t *testing.T) {
	if got := ledgers.Engines(); !slices.Equal(got, []string{ledgers.Default, "fake", "plain"}) {
		t.Errorf("%v", got)
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		name, raw                   string
		named, isFile, hasNamespace bool
	}{
		{name: "none", raw: "", isFile: true},
		{name: "the default by its name", raw: `{"engine":"embedded"}`, named: true, isFile: true},
		{name: "a namespace of the default", raw: `{"engine":"embedded","namespace":"shop"}`, named: true, isFile: true, hasNamespace: true},
		{name: "an empty namespace", raw: `{"engine":"embedded","namespace":""}`, named: true, isFile: true},
		{name: "another engine", raw: `{"engine":"fake"}`, named: true},
		{name: "a namespace of another engine", raw: `{"engine":"fake","namespace":"shop"}`, named: true, hasNamespace: true},
		{name: "a namespace that is no text", raw: `{"engine":"fake","namespace":1}`, named: true},
		{name: "no object", raw: `[]`, named: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := ledgers.Config{Raw: json.RawMessage(c.raw)}
			if got := config.Named(); got != c.named {
				t.Errorf("named: %v", got)
			}
			if got := config.IsFile(); got != c.isFile {
				t.Errorf("a file: %v", got)
			}
			if got := config.HasNamespace(); got != c.hasNamespace {
				t.Errorf("a namespace: %v", got)
			}
		})
	}
}

func TestCanonical(t *testing.T) {
	for _, c := range []struct{ name, raw, want, says string }{
		{name: "none", raw: "", want: ""},
		{name: "members in order and without spaces", raw: "{ \"name\": \"a\",\n\"engine\": \"fake\" }", want: `{"engine":"fake","name":"a"}`},
		{name: "members of members", raw: `{"b":{"d":1,"c":[2,1]}}`, want: `{"b":{"c":[2,1],"d":1}}`},
		{name: "escapes", raw: `{"engine":"f\u0061ke"}`, want: `{"engine":"fake"}`},
		{name: "a large number", raw: `{"size":9007199254740993}`, want: `{"size":9007199254740993}`},
		{name: "no JSON", raw: `{"engine"`, says: "unexpected EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ledgers.Canonical(json.RawMessage(c.raw))
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v, want an error that says %q", err, c.says)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("%s, %v, want %s", got, err, c.want)
			}
			if again, err := ledgers.Canonical(json.RawMessage(got)); again != got || err != nil {
				t.Errorf("again: %s, %v", again, err)
			}
		})
	}
}
