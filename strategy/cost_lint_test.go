package strategy

import (
	"slices"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/internal/cputime"
	"github.com/promogate/caddy-discount/strategy/document"
)

var lintedAt = time.Date(2026, 11, 11, 9, 0, 0, 0, time.UTC)

func loadOnce(tb testing.TB, source document.Source) {
	tb.Helper()
	if _, err := Load("", source); err != nil {
		tb.Fatal(err)
	}
}

// checkOnce is what the command check does with a strategy.
func checkOnce(tb testing.TB, source document.Source) int {
	tb.Helper()
	m, err := Parser{Lint: true}.Parse(source)
	if err != nil {
		tb.Fatal(err)
	}
	return len(m.Lint(Compile(m), lintedAt))
}

// Looking for what is probably not meant takes less than loading, so that a
// check takes less than twice the time of a load.
func TestCheckingTakesLessThanTwoLoads(t *testing.T) {
	if testing.Short() {
		t.Skip("it loads 100,000 lines some ten times")
	}
	source := document.Source{Name: "large.toml", Data: strategyOfLines(100_000)}
	var loads, checks []time.Duration
	for range 5 { // in turn, so that both meet the same machine
		loads = append(loads, cputime.Of(func() { loadOnce(t, source) }))
		checks = append(checks, cputime.Of(func() { checkOnce(t, source) }))
	}
	load, check := slices.Min(loads), slices.Min(checks)
	t.Logf("a load takes %s, a check %s: %.2f times", load, check, float64(check)/float64(load))
	if check > 2*load {
		t.Errorf("a check takes %s, a load %s", check, load)
	}
}

// Both are in one run, so that they can be compared.
func BenchmarkCheck(b *testing.B) {
	source := document.Source{Name: "large.toml", Data: strategyOfLines(100_000)}
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			loadOnce(b, source)
		}
	})
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			checkOnce(b, source)
		}
	})
}
