package reservations

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/quota"
)

const (
	// mostInCall is how many settlements one call of a ledger has.
	mostInCall = 256

	// mostQueued is how many settlements wait at most, about 100 MB. An order that is not settled is
	// held until its deadline.
	mostQueued = 200_000

	// mostReleases is from how many waiting on releases are not queued: what they give back comes
	// back by itself, unless it is kept beyond its deadline.
	mostReleases = 10_000

	settleTimeout = 2 * time.Second
	firstPause    = 20 * time.Millisecond // before a call is tried again; it doubles
	longestPause  = time.Second
)

// settler tells a ledger what became of orders. It does so in the background, in the order in which
// it was told, and tries until the ledger has heard it.
type settler struct {
	ledger quota.Ledger
	keeps  bool // beyond the deadline
	log    func() *zap.Logger

	mu      sync.Mutex
	queue   []entry
	lost    int  // entries since the last call that was answered, for which there was no room
	closing bool // it ends when the queue is empty

	wake   chan struct{}
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
}

// entry is something to tell. An order of the time without a ledger is reserved first.
type entry struct {
	reserve quota.Request // has no Order if there is nothing to reserve
	settle  quota.Settlement
}

// order is the order that the entry is about.
func (e *entry) order() quota.ID {
	if e.reserve.Order.IsZero() {
		return e.settle.Order
	}
	return e.reserve.Order
}

func newSettler(l quota.Ledger, keeps bool, log func() *zap.Logger) *settler {
	s := &settler{ledger: l, keeps: keeps, log: log, wake: make(chan struct{}, 1), done: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	go s.run()
	return s
}

// add queues something. It never waits.
func (s *settler) add(e entry) {
	s.mu.Lock()
	waiting, closed := len(s.queue), s.ctx.Err() != nil
	room := waiting < mostQueued && !closed
	if !s.keeps && e.reserve.Order.IsZero() && (e.settle.Outcome == quota.Release || e.settle.Outcome == quota.Unknown) {
		room = room && waiting < mostReleases
	}
	if room {
		s.queue = append(s.queue, e)
	} else {
		s.lost++
	}
	s.mu.Unlock()
	if closed {
		s.log().Error("settlement of an order lost: its ledger has ended", zap.Stringer("reservation", e.order()), zap.Stringer("outcome", e.settle.Outcome))
	}
	s.wakeUp()
}

func (s *settler) wakeUp() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run tells the ledger until the settler is closed.
func (s *settler) run() {
	defer close(s.done)
	pause := firstPause
	for {
		batch, more := s.next()
		if len(batch) == 0 {
			if !more {
				return
			}
			select {
			case <-s.wake:
				continue
			case <-s.ctx.Done():
				return
			}
		}
		told := s.tell(batch)
		s.drop(told)
		if told > 0 {
			pause = firstPause
			continue
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		case <-s.ctx.Done():
			return
		}
	}
}

// next is what is told in the next call, and whether more may come.
func (s *settler) next() (batch []entry, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue[:min(len(s.queue), mostInCall)], !s.closing
}

// drop removes the first so many entries.
func (s *settler) drop(n int) {
	if n == 0 {
		return
	}
	s.mu.Lock()
	clear(s.queue[:n])
	s.queue = s.queue[n:]
	if len(s.queue) == 0 {
		s.queue = nil
	}
	lost := s.lost
	s.lost = 0
	s.mu.Unlock()
	if lost > 0 {
		s.log().Error("settlements of orders lost", zap.Int("orders", lost))
	}
}

// tell tells the ledger what comes first, and returns how many entries are done with.
func (s *settler) tell(batch []entry) int {
	if !batch[0].reserve.Order.IsZero() {
		return s.reserve(batch[0].reserve)
	}
	var all []quota.Settlement
	for i := range batch {
		if !batch[i].reserve.Order.IsZero() {
			break
		}
		all = append(all, batch[i].settle)
	}
	if s.settle(all) {
		return len(all)
	}
	return 0
}

// reserve counts an order that was granted without the ledger.
func (s *settler) reserve(q quota.Request) int {
	ctx, cancel := context.WithTimeout(s.ctx, settleTimeout)
	defer cancel()
	_, _, err := s.ledger.Reserve(ctx, q)
	if err == nil || s.refused(err) {
		return 1
	}
	return 0
}

// settle tells the ledger several settlements, and reports whether they are done with. A settlement
// that can never be carried out fails the call: then each is told alone.
func (s *settler) settle(all []quota.Settlement) bool {
	ctx, cancel := context.WithTimeout(s.ctx, settleTimeout)
	defer cancel()
	_, err := s.ledger.Settle(ctx, all)
	if isInvalid(err) && len(all) > 1 {
		for i := range all {
			if !s.settle(all[i : i+1]) {
				return false // which are told again, and change nothing more
			}
		}
		return true
	}
	return err == nil || s.refused(err)
}

func isInvalid(err error) bool {
	var invalid *quota.InvalidError
	return errors.As(err, &invalid)
}

// refused logs a call that can never be carried out.
func (s *settler) refused(err error) bool {
	if !isInvalid(err) {
		return false
	}
	s.log().Error("settlement of an order refused", zap.Error(err))
	return true
}

// close waits until everything was told, for so long at most, and returns how much was not.
func (s *settler) close(wait time.Duration) int {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.wakeUp()
	select {
	case <-s.done:
	case <-time.After(wait):
	}
	s.cancel()
	<-s.done
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}
