package fswatch

import (
	"sync"
	"time"
)

// Changes are all changes that the watches reported since the last call of [Watcher.Pop].
type Changes struct {
	At      time.Time // the last report; zero if there was none
	Wrote   bool      // bytes changed under the name
	Closed  bool      // a writer closed the file
	Renamed bool      // the file was renamed in, and not written since
	Names   bool      // a name on the path was created, removed, renamed or touched
	Lost    error     // why reports, or a watch, were lost; nil if none were
}

// A coalescer merges reports while their reader is busy. So the watches never wait for the
// reader, and the reader never handles outdated reports.
type coalescer struct {
	mu      sync.Mutex
	pending Changes
	ready   chan struct{} // has one element while there is something to pop
}

func newCoalescer() *coalescer { return &coalescer{ready: make(chan struct{}, 1)} }

// add merges one report.
func (c *coalescer) add(merge func(*Changes)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending.At = time.Now()
	merge(&c.pending)
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

// pop returns what was added since the last call, and drains the pending wake-up.
func (c *coalescer) pop() Changes {
	c.mu.Lock()
	defer c.mu.Unlock()
	popped := c.pending
	c.pending = Changes{}
	select {
	case <-c.ready:
	default:
	}
	return popped
}
