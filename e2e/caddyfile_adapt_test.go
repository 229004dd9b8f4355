package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestExampleIsValid(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	r := caddy(t, root, "validate", "--config", "Caddyfile.example").good(t)
	if !strings.Contains(r.out, "Valid configuration") {
		t.Errorf("validate says %q", r.out)
	}
	if strings.Contains(r.err, "strategy warning") || strings.Contains(r.err, `"level":"error"`) {
		t.Errorf("validate is not clean:\n%s", r.err)
	}
}

func TestExampleIsFormatted(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	for _, name := range []string{root + "/Caddyfile.example", "testdata/full.Caddyfile", "testdata/matchers.Caddyfile"} {
		r := caddy(t, ".", "fmt", "--diff", name).good(t)
		for line := range strings.Lines(r.out) {
			if strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-") {
				t.Errorf("%s: fmt would change %q", name, line)
			}
		}
	}
}

func TestExampleAdapts(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	r := caddy(t, root, "adapt", "--pretty", "--config", "Caddyfile.example").good(t)
	if r.err != "" {
		t.Errorf("adapt warns:\n%s", r.err)
	}
	golden(t, "Caddyfile.example.json", r.out)
}

// A matcher of discount is in the handler, whose route has none: so it strips all requests
// of the block that it stands in.
func TestMatchersAdapt(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	caddyfile := filepath.Join("testdata", "matchers.Caddyfile")
	r := caddy(t, ".", "validate", "--config", caddyfile, "--adapter", "caddyfile").good(t)
	if strings.Contains(r.err, "proxy reachable without discount_strip") {
		t.Errorf("validate warns of a proxy:\n%s", r.err)
	}
	r = caddy(t, ".", "adapt", "--pretty", "--config", caddyfile, "--adapter", "caddyfile").good(t)
	if r.err != "" {
		t.Errorf("adapt warns:\n%s", r.err)
	}
	golden(t, "matchers.json", r.out)
}

// What adapts must load too: the names in the JSON are what the modules read.
func TestEveryOptionAdaptsAndLoads(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	caddyfile := filepath.Join("testdata", "full.Caddyfile")
	caddy(t, ".", "validate", "--config", caddyfile, "--adapter", "caddyfile").good(t)

	r := caddy(t, ".", "adapt", "--pretty", "--config", caddyfile, "--adapter", "caddyfile").good(t)
	if r.err != "" {
		t.Errorf("adapt warns:\n%s", r.err)
	}
	golden(t, "full.json", r.out)
	adapted := filepath.Join(t.TempDir(), "full.json")
	write(t, adapted, r.out)
	caddy(t, ".", "validate", "--config", adapted).good(t)
}
