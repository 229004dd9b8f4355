package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

func TestInit(t *testing.T) {
	readsOutput(t)
	dir := t.TempDir()
	golden(t, "init.help.golden", caddy(t, dir, "discount", "init", "--help").good(t).out)
	golden(t, "init.golden", caddy(t, dir, "discount", "init", "shop").good(t).out)
	caddy(t, dir, "discount", "fmt", "--check", "shop").good(t)

	file := filepath.Join(dir, "shop", "discount.toml")
	s, err := strategy.Load("", strategy.Source{Name: file, Data: []byte(read(t, file))})
	if err != nil {
		t.Fatal(err)
	}
	tests := filepath.Join(dir, "shop", "discount.test.toml")
	suite, err := ruletest.Parse(strategy.Source{Name: tests, Data: []byte(read(t, tests))})
	if err != nil {
		t.Fatal(err)
	}
	if err := suite.Run(s, "").Err(); err != nil {
		t.Error(err)
	}
}

func TestInitOverwritesNothing(t *testing.T) {
	readsOutput(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "cart.json"), "mine")
	r := caddy(t, dir, "discount", "init")
	if r.code != 1 || !strings.Contains(r.err, "cart.json is there already, and nothing is overwritten") {
		t.Errorf("%+v", r)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 || read(t, filepath.Join(dir, "cart.json")) != "mine" {
		t.Errorf("something was written: %v", entries)
	}
}
