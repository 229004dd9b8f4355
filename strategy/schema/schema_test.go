package schema_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/promogate/caddy-discount/strategy/schema"
)

func compiled(t *testing.T, of func() ([]byte, error)) *jsonschema.Schema {
	t.Helper()
	text, err := of()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("strategy.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("strategy.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate holds TOML against the schema the way editors do: with dates as
// strings.
func validate(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

func TestExamplesPass(t *testing.T) {
	strategies, tests := compiled(t, schema.Strategy), compiled(t, schema.Tests)
	for _, pattern := range []string{"../../config/*.toml", "../../cookbook/*.toml", "../../internal/cli/starter/*.toml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v, %v", pattern, paths, err)
		}
		for _, path := range paths {
			s := strategies
			if strings.HasSuffix(path, ".test.toml") {
				s = tests
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(t, s, text); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

func TestMistakesFail(t *testing.T) {
	s := compiled(t, schema.Strategy)
	for _, c := range []struct{ name, text, at string }{
		{"misspelt key", "verzion = '1'", ""},
		{"misspelt key of a rule", "[rule.a]\ndiscount_rate = 0.1\nprioritty = 1", "/rule/a"},
		{"wrong kind", "[rule.a]\ndiscount_rate = 0.1\npriority = 'high'", "/rule/a/priority"},
		{"rate above 1", "[rule.a]\ndiscount_rate = 15", "/rule/a/discount_rate"},
		{"unknown word", "[arithmetic]\nbase = 'walking'", "/arithmetic/base"},
		{"missing reward", "[rule.a]\npriority = 1", "/rule/a"},
		{"two rewards", "[rule.a]\ndiscount_rate = 0.1\ndiscount_amount = 1", "/rule/a"},
		{"catalogue in a file elsewhere", "products = { file = '../catalogue.csv' }\n[rule.a]\ndiscount_rate = 0.1", "/products/file"},
		{"catalogue in a file of another kind", "beverages = { file = 'catalogue.xlsx' }\n[rule.a]\ndiscount_rate = 0.1", "/beverages/file"},
		{"more beside a file", "products = { file = 'a.csv', price = [3] }\n[rule.a]\ndiscount_rate = 0.1", "/products/price"},
		{"window without an end", "[rule.a]\ndiscount_rate = 0.1\ntime_window = { start = '08:00' }", "/rule/a/time_window"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := validate(t, s, []byte(c.text))
			var invalid *jsonschema.ValidationError
			if !errors.As(err, &invalid) {
				t.Fatalf("got %v, want an error", err)
			}
			if got := places(invalid, nil); !got[c.at] || len(c.text) == 0 {
				t.Errorf("got %v, want %q among them", got, c.at)
			}
		})
	}
}

// places are where the innermost errors are.
func places(e *jsonschema.ValidationError, into map[string]bool) map[string]bool {
	if into == nil {
		into = map[string]bool{}
	}
	if len(e.Causes) == 0 {
		at := ""
		for _, part := range e.InstanceLocation {
			at += "/" + part
		}
		into[at] = true
	}
	for _, cause := range e.Causes {
		places(cause, into)
	}
	return into
}
