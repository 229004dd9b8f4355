package pace

import (
	"context"
	"sync"

	"github.com/promogate/caddy-discount/cart"
)

// LargeBody is the size in bytes from which a body counts as large: ten times a cart of fifty
// lines. Reading a megabyte takes 10 ms and more, as long as a hundred orders.
const LargeBody = 64 << 10

// LargeWork is the number of estimated steps from which a quote counts as long. It takes about
// as long as reading a large body. Five hundred lines fit into 24 KB, and a hundred rules may
// look at each of them.
const LargeWork = 16_000

// A BodyLimiter bounds how many large bodies and long quotes are processed at once, so that an
// order of the usual size finds a processor free. A large body is also read with pauses, in
// case no processor is free.
type BodyLimiter struct {
	slots chan struct{}
	pool  sync.Pool // of *Slot
}

// A Slot is the right to work on a large body or a long quote, with the memory for it.
type Slot struct {
	Workspace cart.Workspace
	Worker
}

// NewBodyLimiter returns a limiter with the given number of slots.
func NewBodyLimiter(slots int) *BodyLimiter {
	return &BodyLimiter{slots: make(chan struct{}, slots), pool: sync.Pool{New: func() any { return new(Slot) }}}
}

// Take waits for a slot, which must be given back with [BodyLimiter.Release]. It returns the
// error of ctx if ctx ends first.
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
