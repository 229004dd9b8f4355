package e2e

import (
	"encoding/json"
	"testing"
)

func TestSchema(t *testing.T) {
	readsOutput(t)
	dir := t.TempDir()
	golden(t, "schema.help.golden", caddy(t, dir, "discount", "schema", "--help").good(t).out)
	golden(t, "schema.tests.golden", caddy(t, dir, "discount", "schema", "--tests").good(t).out)
	text := caddy(t, dir, "discount", "schema").good(t).out
	golden(t, "schema.golden", text)
	var s struct {
		Schema string `json:"$schema"`
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil || s.Schema != "http://json-schema.org/draft-04/schema#" {
		t.Errorf("%q, %v", s.Schema, err)
	}
}
