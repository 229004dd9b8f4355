package redisledger

import (
	"sync"

	"github.com/promogate/caddy-discount/quota"
)

// notices gives notices to those who want them.
type notices struct {
	mu   sync.Mutex
	next int
	to   map[int]func(quota.Notice)
	down *quota.Notice // the last one, if the ledger is down
}

// add adds a receiver. One that comes while the ledger is down is told so.
func (n *notices) add(do func(quota.Notice)) (stop func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.to == nil {
		n.to = make(map[int]func(quota.Notice))
	}
	n.next++
	id := n.next
	n.to[id] = do
	if n.down != nil {
		do(*n.down)
	}
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.to, id)
	}
}

func (n *notices) give(notice quota.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch notice.Event {
	case quota.Down:
		n.down = &notice
	case quota.Up:
		n.down = nil
	}
	for _, do := range n.to {
		do(notice)
	}
}

// Notify implements [quota.Notifier].
func (l *Ledger) Notify(do func(quota.Notice)) (stop func()) { return l.notices.add(do) }
