package discount

import (
	"context"
	"runtime"
	"sync"

	"github.com/promogate/caddy-discount/cart"
)

// largeBody is where a body is large: ten times a cart of fifty lines. A megabyte
// of them takes a processor for 10 ms and more, which is a hundred orders.
const largeBody = 64 << 10

// largeWork is from how many steps on an answer takes long, by what the strategy estimates for
// a quote: about as long as reading a large body. Five hundred lines fit into 24 KB, and a
// hundred rules may look at each of them.
const largeWork = 16_000

// turns has large bodies and long quotes wait for each other, so that at most half of the
// processors are busy with them and an order of the usual size finds one free. A large body
// is read with rests, for where there is no processor free after all.
type turns struct {
	free    chan struct{}
	resting sync.Pool // of *turn
}

// turn is the working memory of who has one.
type turn struct {
	workspace cart.Workspace
	worker
}

// processTurns are the process's: its processors are.
var processTurns = sync.OnceValue(func() *turns { return newTurns(max(1, runtime.GOMAXPROCS(0)/2)) })

func newTurns(most int) *turns {
	return &turns{free: make(chan struct{}, most), resting: sync.Pool{New: func() any { return new(turn) }}}
}

// take waits for a turn, which has to be given back.
func (t *turns) take(ctx context.Context) (*turn, error) {
	select {
	case t.free <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	taken := t.resting.Get().(*turn)
	taken.worker = startWork(workBeforeRest)
	return taken, nil
}

func (t *turns) back(taken *turn) {
	t.resting.Put(taken)
	<-t.free
}
