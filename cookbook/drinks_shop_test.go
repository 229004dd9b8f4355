package cookbook_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
)

// The page that writes the offers of a drinks shop from an empty file shows that file
// from its first line to its last, and the file is right after each part of it.
func TestTheWalkWritesTheDrinksShop(t *testing.T) {
	page := mustRead(t, filepath.Join("..", "docs", "drinks-shop.md"))
	file := filepath.Join("drinks-shop", "discount.toml")
	whole := mustRead(t, file)
	parts, rules := []string{}, 0
	for _, b := range blocksOf(t, page) {
		if b.kind != "toml" {
			continue
		}
		parts = append(parts, b.text)
		rules += strings.Count(b.text, "[rule.")
		if rules == 0 {
			continue // no strategy yet
		}
		m, err := strategy.Parse("", strategy.Source{Name: file, Data: []byte(strings.Join(parts, "\n"))})
		if err != nil {
			t.Errorf("with the part in line %d of the page: %v", b.line, err)
			continue
		}
		for _, c := range m.Warnings() {
			t.Errorf("with the part in line %d of the page: %s", b.line, c.String())
		}
	}
	if got := strings.Join(parts, "\n"); got != whole {
		t.Errorf("the page writes\n%s\nand the file has\n%s", got, whole)
	}
	if rules != 8 {
		t.Errorf("%d rules", rules)
	}
}

// The tests of the drinks shop pass, each rule applies in one, and those on the page are
// among them.
func TestTheDrinksShopPassesItsTests(t *testing.T) {
	file := filepath.Join("drinks-shop", "discount.toml")
	r, st := runTests(t, file, "")
	if untouched := r.Untouched(st); len(untouched) > 0 {
		t.Errorf("no test applies %q", untouched)
	}
	tests, shown := mustRead(t, strings.TrimSuffix(file, ".toml")+".test.toml"), 0
	for _, b := range blocksOf(t, mustRead(t, filepath.Join("..", "docs", "drinks-shop.md"))) {
		if b.kind != "toml test" {
			continue
		}
		for _, test := range strings.Split(b.text, "[[test]]\n")[1:] {
			shown++
			if !strings.Contains(tests, strings.TrimSpace(test)) {
				t.Errorf("the file has no such test:\n%s", test)
			}
		}
	}
	if shown == 0 {
		t.Error("the page shows no test")
	}
}
