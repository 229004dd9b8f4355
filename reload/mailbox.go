package reload

import (
	"sync"
	"time"
)

// A notice is everything the watches reported since it was last taken.
type notice struct {
	at     time.Time // the last report
	wrote  bool      // bytes changed under the name
	closed bool      // a writer closed the file
	moved  bool      // the file was renamed in, and not written since
	names  bool      // a name on the way was created, removed, renamed or touched
	lost   error     // reports were lost or a watch was, for this reason
}

// A writeState is what was last heard of the writers of the target.
type writeState uint8

const (
	unclear  writeState = iota // it was created, or reports were lost or cannot be had
	unheard                    // nothing since it became the target
	writing                    // written, not closed since
	finished                   // closed, or renamed in, and not written since
)

// A mailbox merges reports while the loader is busy, so that the watches never
// wait for it and it never works through stale ones.
type mailbox struct {
	mu   sync.Mutex
	n    notice
	bell chan struct{} // has one element while there is something to take
}

func newMailbox() *mailbox { return &mailbox{bell: make(chan struct{}, 1)} }

// post merges one report.
func (m *mailbox) post(add func(*notice)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.n.at = time.Now()
	add(&m.n)
	select {
	case m.bell <- struct{}{}:
	default:
	}
}

// take empties the mailbox, and stills the bell that may have rung again since
// it was heard: it is not to ring for an empty box.
func (m *mailbox) take() notice {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.n
	m.n = notice{}
	select {
	case <-m.bell:
	default:
	}
	return n
}
