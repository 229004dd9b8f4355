// Package redisledger is the ledger in Redis 6.2 or later, or in Valkey: one count for any number of
// gateways.
//
// Scripts in the server carry out the state machine of package quota, each call in one atomic step,
// with the server's time for deadlines. What they keep is under one hash tag.
//
// A server may forget what it acknowledged: after a crash, when a replica is promoted, or by FLUSHALL.
// So a ledger uses each connection only after it has looked whether the server lives the life that it
// knows, and each call names that life. A gateway that finds another life sends again what it was
// granted, before it reserves anything else. See [granted].
package redisledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
	"github.com/sony/gobreaker/v2"

	"github.com/promogate/caddy-discount/quota"
)

// Ledger is a ledger in Redis.
type Ledger struct {
	options Options
	client  rueidis.ClientOption
	keys    []string
	scripts *scripts
	granted *granted
	notices notices

	breaker *gobreaker.CircuitBreaker[struct{}]
	down    atomic.Bool // the breaker is open: calls fail at once
	failed  atomic.Bool // connecting has failed: the breaker opens at once
	waiting atomic.Int64

	// answering is held by calls until their answer is noted.
	answering sync.RWMutex

	link   atomic.Pointer[link] // nil while there is no connection
	known  life                 // that of the last connection; the connecting goroutine's alone
	warned map[string]bool      // what was said already; the connecting goroutine's alone

	// resending names the sending again that is under way, or has failed and is tried anew. It is the
	// connecting goroutine's alone.
	resending quota.ID

	mu      sync.Mutex
	changed chan struct{} // closed when link or down changes
	closed  bool

	wake   chan struct{} // the connecting goroutine has something to do
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

var _ quota.Ledger = (*Ledger)(nil)

// errDown is the error of calls while the server cannot be reached.
var errDown = errors.New("the ledger cannot be reached")

// errBusy is the error of calls beyond mostWaiting.
var errBusy = errors.New("too many calls of the ledger at the same time")

const (
	// mostWaiting is how many calls are under way at most. The queue of the client has twice as many
	// places: a call that found it full would wait for longer than it may.
	mostWaiting = 2048
	ringScale   = 12 // 2^12 places

	// failuresInARow open the breaker.
	failuresInARow = 3

	// probeEvery is how often a server is tried that could not be reached.
	probeEvery = 250 * time.Millisecond

	// dialing is how long a connection may take, with the greeting.
	dialing = 2 * time.Second

	// looking is how long looking at a server may take, a sweep, and a connection that nothing is
	// heard of. Orders wait for less.
	looking = 5 * time.Second

	// sweepEvery is how often what is overdue is ended without a call that does so.
	sweepEvery = time.Second

	// mostGranted is how many orders are remembered for a server that forgets. An order with three
	// counts takes less than 600 bytes.
	mostGranted = 100_000

	// recently is for how long an accepted order is remembered.
	recently = 10 * time.Second
)

// Open returns the ledger of the options. It tries to connect: an address that refuses the password,
// a server that is too old, may drop keys, or has another layout are errors. A server that cannot be
// reached is not: calls fail until it can.
func Open(options Options) (*Ledger, error) { return open(options, clockLua) }

func open(options Options, clock string) (*Ledger, error) {
	client, err := options.client()
	if err != nil {
		return nil, err
	}
	l := &Ledger{
		options: options, client: client,
		keys: keyNames(options.Namespace), scripts: newScripts(clock),
		granted: newGranted(mostGranted, recently),
		warned:  make(map[string]bool),
		changed: make(chan struct{}), wake: make(chan struct{}, 1),
	}
	l.breaker = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:       probeEvery,
		ReadyToTrip:   func(c gobreaker.Counts) bool { return l.failed.Load() || c.ConsecutiveFailures >= failuresInARow },
		OnStateChange: l.onState,
		IsExcluded:    func(err error) bool { return errors.Is(err, context.Canceled) || errors.Is(err, quota.ErrClosed) },
		IsSuccessful:  isAnswer,
	})
	l.ctx, l.cancel = context.WithCancel(context.Background())
	err = l.connect()
	if isRefusal(err) {
		l.cancel()
		return nil, err
	}
	l.work.Go(func() { l.keepConnected(err) })
	l.work.Go(l.keepSwept)
	return l, nil
}

// Close implements [quota.Ledger].
func (l *Ledger) Close() error {
	l.mu.Lock()
	closed := l.closed
	l.closed = true
	l.mu.Unlock()
	if closed {
		return nil
	}
	l.cancel()
	l.work.Wait()
	if link := l.link.Swap(nil); link != nil {
		link.client.Close() // waits for the calls
	}
	l.broadcast()
	return nil
}

// ask carries out a call and reads its answer.
func (l *Ledger) ask(ctx context.Context, doing string, script *rueidis.Lua, arguments []string, read func(*reply)) error {
	var unread error
	err := l.run(ctx, call{script: script, arguments: arguments, answered: func(r *reply) {
		read(r)
		unread = r.err
	}})
	if err = errors.Join(err, unread); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// Reserve implements [quota.Ledger].
func (l *Ledger) Reserve(ctx context.Context, q quota.Request) (grant quota.Grant, denials []quota.Denial, err error) {
	if err := q.Check(); err != nil {
		return grant, nil, err
	}
	err = l.ask(ctx, "reserving", l.scripts.reserve, reserveArguments(q), func(r *reply) {
		grant, denials = r.grant()
		if r.err == nil && len(denials) == 0 && grant.State == quota.Held {
			l.granted.reserved(q, time.Now())
		}
	})
	return grant, denials, err
}

// settleAtOnce is how many orders one call of the script settles: others wait for it.
const settleAtOnce = 32

// Settle implements [quota.Ledger].
func (l *Ledger) Settle(ctx context.Context, all []quota.Settlement) ([]quota.Settled, error) {
	for _, s := range all {
		if err := s.Check(); err != nil {
			return nil, err
		}
	}
	if _, closed := l.change(); closed {
		return nil, quota.ErrClosed
	}
	settled := make([]quota.Settled, 0, len(all))
	for part := range slices.Chunk(all, settleAtOnce) {
		err := l.ask(ctx, "settling", l.scripts.settle, settleArguments(part), func(r *reply) {
			for _, s := range part {
				one := r.list().settled()
				settled = append(settled, one)
				l.granted.settled(s, one.State, time.Now())
			}
		})
		if err != nil {
			return nil, err
		}
	}
	l.rememberOthers(ctx, all, settled)
	return settled, nil
}

// rememberOthers remembers the orders that were committed without what they take: another gateway was
// granted them, and it may have ended when the server forgets.
func (l *Ledger) rememberOthers(ctx context.Context, all []quota.Settlement, settled []quota.Settled) {
	for i, s := range all {
		if s.Outcome != quota.Commit || len(s.Takes) > 0 || !settled[i].Changed || l.granted.has(s.Order) {
			continue
		}
		found, err := l.Find(ctx, s.Order)
		if err != nil || found.State != quota.Committed {
			continue
		}
		now := time.Now()
		s.Takes, s.Terms = found.Takes, quota.Terms{Hold: quota.MostHold, Remember: max(0, found.Until.Sub(now))}
		l.granted.settled(s, found.State, now)
	}
}

// Read implements [quota.Ledger].
func (l *Ledger) Read(ctx context.Context, keys []quota.Key) (counts []quota.Count, err error) {
	arguments := []string{"", "read"}
	for _, key := range keys {
		arguments = append(arguments, string(key))
	}
	err = l.ask(ctx, "reading counts", l.scripts.inspect, arguments, func(r *reply) {
		for range keys {
			counts = append(counts, r.list().count())
		}
	})
	return counts, err
}

// Find implements [quota.Ledger].
func (l *Ledger) Find(ctx context.Context, order quota.ID) (found quota.Reservation, err error) {
	none := false
	err = l.ask(ctx, "finding a reservation", l.scripts.inspect, []string{"", "find", string(order[:])}, func(r *reply) {
		if none = r.err == nil && !r.more(); !none {
			found = r.reservation()
		}
	})
	if err == nil && none {
		err = quota.ErrNotFound
	}
	return found, err
}

// Unresolved implements [quota.Ledger].
func (l *Ledger) Unresolved(ctx context.Context, most int) (all []quota.Reservation, err error) {
	err = l.ask(ctx, "listing reservations", l.scripts.inspect, []string{"", "unresolved", decimal(int64(most))}, func(r *reply) {
		for r.more() {
			all = append(all, r.list().reservation())
		}
	})
	slices.SortFunc(all, func(a, b quota.Reservation) int {
		return cmp.Or(a.Until.Compare(b.Until), slices.Compare(a.Order[:], b.Order[:]))
	})
	return all[:min(most, len(all))], err
}

// Adjust implements [quota.Ledger].
func (l *Ledger) Adjust(ctx context.Context, a quota.Adjustment) (c quota.Count, err error) {
	if err := a.Check(); err != nil {
		return c, err
	}
	arguments := []string{"", "adjust", string(a.Key), decimal(a.Delta), decimal(int64(a.Revision)), a.Reason, decimal(quota.MostAmount)}
	prevented := ""
	err = l.ask(ctx, "adjusting", l.scripts.inspect, arguments, func(r *reply) {
		prevented, c = r.text(), r.list().count()
	})
	switch {
	case err != nil:
		return c, err
	case prevented == "revision":
		return c, quota.ErrRevision
	case prevented == "below zero":
		return c, quota.ErrBelowZero
	case prevented != "":
		return c, &quota.InvalidError{Reason: fmt.Sprintf("%s: an adjustment by %d is beyond what a ledger counts", a.Key, a.Delta)}
	}
	return c, nil
}

// sweepAtOnce is how many overdue entries one call of the script ends.
const sweepAtOnce = 64

// Sweep implements [quota.Ledger].
func (l *Ledger) Sweep(ctx context.Context) error {
	for more := true; more; {
		err := l.ask(ctx, "sweeping", l.scripts.inspect, []string{"", "sweep", decimal(sweepAtOnce)}, func(r *reply) { more = r.flag() })
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) keepSwept() {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-ticker.C:
			if !l.down.Load() {
				ctx, cancel := context.WithTimeout(l.ctx, looking)
				_ = l.Sweep(ctx) // the next one does what this did not
				cancel()
			}
		}
	}
}
