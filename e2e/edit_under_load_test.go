//go:build unix

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	edits   = 200
	clients = 4
	pace    = 4 * time.Millisecond // between two orders of a client, about 1,000 a second in all
)

// Orders flow at a bounded constant rate while the strategy is saved 200 times
// in every way there is. No order fails, and each has exactly the discount that
// the strategy it names prescribes.
func TestEditsUnderLoad(t *testing.T) {
	t.Parallel()
	dir := outsideTmp(t)
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, oneSite)
	g.goesLive(1)

	load := g.load(t)
	last := 1
	began := time.Now()
	for i := range edits {
		n := 2 + i
		switch way := ways[i%len(ways)]; {
		case i%10 == 7:
			write(t, f, strategyOf(n)[:200+i]) // a mistake: nothing but the beginning
			continue
		case i%10 == 8:
			stalling(t, f, strategyOf(n))
		case !has(t, way.needs):
			write(t, f, strategyOf(n))
		default:
			save(t, way.script, f, n)
		}
		last = n
		if i%5 == 0 {
			g.goesLive(last) // some editors wait and see, most do not
		}
	}
	g.goesLive(last)
	took := time.Since(began)
	orders, versions := load.stop()
	t.Logf("%d edits in %v, %d orders, %d strategies seen", edits, took.Round(time.Millisecond), orders, versions)
	if versions < edits/10 {
		t.Errorf("orders were priced by %d strategies: the edits did not go live under the load", versions)
	}
	// On a busy machine orders and edits are slow alike. Of an idle one's, these are a tenth.
	if least := int64(5 * edits); orders < least {
		t.Errorf("%d orders beside %d edits, want %d: the load stalled", orders, edits, least)
	}
}

// stalling writes a file in place, in two pieces with a pause between. The first
// is a strategy by itself, but not a finished one.
func stalling(t testing.TB, path, content string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cut := len(content) - len(".00\n") // "discount_amount = 1" is right, and wrong
	for _, piece := range []string{content[:cut], content[cut:]} {
		if _, err := f.WriteString(piece); err != nil {
			t.Fatal(err)
		}
		<-time.After(60 * time.Millisecond) // this is the stall, not a wait for anything
	}
}

// load is a constant stream of orders.
type load struct {
	t        testing.TB
	cancel   context.CancelFunc
	wg       sync.WaitGroup
	orders   atomic.Int64
	failures atomic.Int64
	versions sync.Map
}

// load starts sending orders at a constant rate over connections that stay open.
func (g *gateway) load(t testing.TB) *load {
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{t: t, cancel: cancel}
	for range clients {
		l.wg.Go(func() {
			tick := time.NewTicker(pace)
			defer tick.Stop()
			for ctx.Err() == nil {
				n, err := g.order()
				l.orders.Add(1)
				if err != nil && l.failures.Add(1) <= 10 {
					l.t.Error(fmt.Errorf("order %d: %w", l.orders.Load(), err))
				}
				l.versions.Store(n, true)
				<-tick.C
			}
		})
	}
	t.Cleanup(func() { l.stop() })
	return l
}

// stop ends the load and returns how many orders there were, and of how many
// strategies.
func (l *load) stop() (orders int64, versions int) {
	l.cancel()
	l.wg.Wait()
	if failed := l.failures.Load(); failed > 0 {
		l.t.Errorf("%d of %d orders failed", failed, l.orders.Load())
	}
	l.versions.Range(func(any, any) bool { versions++; return true })
	return l.orders.Load(), versions
}
