//go:build unix

package e2e

import (
	"path/filepath"
	"testing"
)

// A handler that leaves out the guard of another one uses the same strategy: a rollback
// puts back what orders are priced by.
func TestRollbackReachesOrdersBesideAHandlerWithoutTheGuard(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := filepath.Join(dir, "shop", "discount.toml")
	write(t, target, strategyOf(1))
	g := start(t, dir, siteBegins+`	discount_quote /quote shop/discount.toml
	discount /orders* shop/discount.toml {
		state remembered
		guard {
			max_mean_change 9
			min_sample      1
		}
	}
`+siteEnds)
	defer g.stop()
	first := g.only().Live.SHA256
	write(t, target, strategyOf(2))
	g.goesLive(2)
	caddy(t, dir, "discount", "rollback", first[:10], "--reason", "too dear").good(t)
	g.stays(1)
	if now := g.only().Live.SHA256; now != first {
		t.Errorf("the admin API shows %s, want %s", now, first)
	}
}
