package pace

import (
	"context"
	"sync"

	"github.com/promogate/caddy-discount/cart"
)

// LargeBody is where a body is large: ten times a cart of fifty lines. A megabyte
// of them takes a processor for 10 ms and more, which is a hundred orders.
const LargeBody = 64 << 10

// LargeWork is from how many steps on an answer takes long, by what the strategy estimates for
// a quote: about as long as reading a large body. Five hundred lines fit into 24 KB, and a
// hundred rules may look at each of them.
const LargeWork = 16_000

// BodyLimiter has large bodies and long quotes wait for each other, so that at most half of the
// processors are busy with them and an order of the usual size finds one free. A large body
// is read with rests, for where there is no processor free after all.
type BodyLimiter struct {
	free    chan struct{}
	resting sync.Pool // of *Slot
}

// Slot is the working memory of who has one.
type Slot struct {
	Workspace cart.Workspace
	Worker
}

// NewBodyLimiter returns a limiter of so many slots.
func NewBodyLimiter(most int) *BodyLimiter {
	return &BodyLimiter{free: make(chan struct{}, most), resting: sync.Pool{New: func() any { return new(Slot) }}}
}

// Take waits for a slot, which has to be given back.
func (t *BodyLimiter) Take(ctx context.Context) (*Slot, error) {
	select {
	case t.free <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	taken := t.resting.Get().(*Slot)
	taken.Worker = startWorker(workBeforeRest)
	return taken, nil
}

// Release gives a slot back.
func (t *BodyLimiter) Release(taken *Slot) {
	t.resting.Put(taken)
	<-t.free
}
