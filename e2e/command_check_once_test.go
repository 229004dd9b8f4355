package e2e

import (
	"path/filepath"
	"testing"
)

// A strategy without tests has each of its errors reported once.
func TestEachErrorIsReportedOnce(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "shop.toml")
	write(t, path, "version = \"v\"\n[rule.a]\ndiscount_rat = 0.1\n")
	if r := caddy(t, dir, "discount", "check", "shop.toml"); r.code != 2 || r.out != `shop.toml:3:1: rule."a".discount_rat: unknown key "discount_rat"
    discount_rat = 0.1
    ^
    hint: did you mean discount_rate?

1 error in shop.toml
` {
		t.Errorf("exit %d:\n%s", r.code, r.out)
	}
}
