package pace

import (
	"context"
	"sync"

	"github.com/promogate/caddy-discount/cart"
)

// LargeBody is the size in bytes from which a body is large: ten times a cart of fifty
// lines. A megabyte takes a processor for 10 ms and more, which is a hundred orders.
const LargeBody = 64 << 10

// LargeWork is the number of steps from which a quote is long, by the strategy's estimate:
// about as long as reading a large body. Five hundred lines fit into 24 KB, and a hundred
// rules may look at each of them.
const LargeWork = 16_000

// A BodyLimiter bounds how many large bodies and long quotes are worked on at once, so that
// an order of the usual size finds a processor free. A large body is read with pauses, for
// where no processor is free after all.
type BodyLimiter struct {
	slots chan struct{}
	pool  sync.Pool // of *Slot
}

// A Slot is the right to work on a large body or a long quote, with the memory for it.
type Slot struct {
	Workspace cart.Workspace
	Worker
}

// NewBodyLimiter returns a limiter of so many slots.
func NewBodyLimiter(slots int) *BodyLimiter {
	return &BodyLimiter{slots: make(chan struct{}, slots), pool: sync.Pool{New: func() any { return new(Slot) }}}
}

// Take waits for a slot, which has to be given back with [BodyLimiter.Release]. The error is
// that of the context, if it ends before.
func (l *BodyLimiter) Take(ctx context.Context) (*Slot, error) {
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s := l.pool.Get().(*Slot)
	s.Worker = startWorker(beforePause)
	return s, nil
}

// Release gives a slot back.
func (l *BodyLimiter) Release(s *Slot) {
	l.pool.Put(s)
	<-l.slots
}
