package cputime_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/internal/cputime"
)

// Work costs time, and the more of it the more.
func TestOf(t *testing.T) {
	sum := 0
	work := func(rounds int) func() {
		return func() {
			for i := range rounds {
				sum += i * i
			}
		}
	}
	few, many := cputime.Of(work(1_000_000)), cputime.Of(work(200_000_000))
	if few <= 0 || many <= few || sum == 0 {
		t.Errorf("a little work takes %v, two hundred times as much %v", few, many)
	}
}

// Waiting is no work.
func TestWaitingCostsNothing(t *testing.T) {
	began := time.Now()
	waited := cputime.Of(func() { time.Sleep(100 * time.Millisecond) })
	if wall := time.Since(began); runtime.GOOS == "linux" && waited > wall/2 {
		t.Errorf("waiting for %v took a processor for %v", wall, waited)
	}
}
