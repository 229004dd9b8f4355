package discount

import (
	"context"
	"runtime"
	"sync"
)

// largeBody is where a body is large: ten times a cart of fifty lines. A megabyte
// of them takes a processor for 10 ms and more, which is a hundred orders.
const largeBody = 64 << 10

// turns has large bodies wait for each other, so that at most half of the
// processors are busy with them and an order of the usual size finds one free.
type turns chan struct{}

// processTurns are the process's: its processors are.
var processTurns = sync.OnceValue(func() turns {
	return make(turns, max(1, runtime.GOMAXPROCS(0)/2))
})

// take waits until a body of that many bytes may be read. It reports whether a
// turn was taken, which has to be given back.
func (t turns) take(ctx context.Context, size int) (taken bool, err error) {
	if size < largeBody {
		return false, nil
	}
	select {
	case t <- struct{}{}:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func (t turns) back() { <-t }
