package engine

import (
	"slices"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

// Tests of rules are run once for each way in which handlers read bodies, those of a
// configuration that is being loaded included.
func TestReadingsAreTheWaysInWhichHandlersReadBodies(t *testing.T) {
	t.Parallel()
	var l handlers
	want := func(names ...string) {
		t.Helper()
		var got []string
		for _, r := range l.readings() {
			got = append(got, r.Name)
		}
		if !slices.Equal(got, names) {
			t.Errorf("readings %q, want %q", got, names)
		}
	}
	minor := &Handler{Name: "minor", Source: "auto", Read: cart.Options{Prices: cart.Minor}}
	same := &Handler{Name: "the same", Source: "json", Read: cart.Options{Prices: cart.Minor}}
	major := &Handler{Name: "major", Source: "json", Read: cart.Options{Prices: cart.Major}}
	headers := &Handler{Name: "headers", Source: "headers", Read: cart.Options{Prices: cart.Major, MaxLines: 7}}
	for _, h := range []*Handler{minor, same, headers, minor} {
		l.join(h)
	}
	l.started(minor)
	want("minor")
	l.join(major)
	want("minor", "major")
	if got := l.running(); !slices.Equal(got, []*Handler{minor}) {
		t.Errorf("%d handlers run, want one", len(got))
	}
	l.leave(major) // its configuration was rejected
	want("minor")
	l.leave(minor)
	want("the same")
}
