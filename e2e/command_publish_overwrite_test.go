//go:build unix

package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// A file in the place that is no TOML is another one, such as a key whose name was
// mistyped for that of the strategy.
func TestPublishReplacesNoOtherFile(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	for _, c := range []struct {
		name, file, there string
		tests             string // beside the place
		code              int
		says              string
	}{
		{name: "a private key", file: "key.pem", there: "-----BEGIN PRIVATE KEY-----\nMC4C\n", code: 1, says: "key.pem is not replaced, since it is not TOML"},
		{name: "a Caddyfile", file: "Caddyfile", there: ":8080 {\n}\n", code: 1, says: "Caddyfile is not replaced, since it is not TOML"},
		{name: "a strategy that was broken by hand", file: "live.toml", there: strategyOf(1) + "[rule.half\n", code: 1, says: "move it away and publish again"},
		{name: "tests that are no TOML", file: "live.toml", there: strategyOf(1), tests: "{}", code: 1, says: "live.test.toml is not replaced, since it is not TOML"},
		{name: "a strategy that is refused", file: "live.toml", there: "version = \"v\"\n[rule.a]\nnope = 1\n"},
		{name: "an empty file", file: "live.toml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writePair(t, filepath.Join(dir, "next.toml"), 2)
			target := filepath.Join(dir, "shop", c.file)
			write(t, target, c.there)
			if c.tests != "" {
				write(t, filepath.Join(dir, "shop", "live.test.toml"), c.tests)
			}
			before := fmt.Sprint(contents(t, filepath.Join(dir, "shop")))
			r := caddy(t, dir, "discount", "publish", "next.toml", target, "--wait", "0")
			if r.code != c.code || !strings.Contains(r.err, c.says) {
				t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
			}
			if after := fmt.Sprint(contents(t, filepath.Join(dir, "shop"))); (after == before) != (c.code != 0) {
				t.Errorf("was %v, is %v", before, after)
			}
		})
	}
}
