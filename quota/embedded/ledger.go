package embedded

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/quota"
)

// Ledger is a ledger in a file. Calls that change something wait for one goroutine, the writer,
// which carries out all that wait in one transaction and flushes it to the disk once. What was
// answered is on the disk.
type Ledger struct {
	path     string
	digester *quota.Digester
	log      func() *zap.Logger // of the configuration that is running
	now      func() time.Time
	tick     <-chan time.Time // when to sweep
	maxSize  int              // of the file; 0 for no limit

	calls chan call
	stop  sync.Once
	quit  chan struct{} // closed by Close
	ended chan struct{} // closed by the writer

	// state is what calls find. It is replaced as a whole.
	state atomic.Pointer[fileState]
}

// fileState is an open file, or why there is none.
type fileState struct {
	db  *bbolt.DB
	err error
}

// call waits for the writer.
type call struct {
	ctx  context.Context
	do   func(*quota.Machine) error
	done chan error // has room for one
}

const (
	// mostCalls is how many calls one transaction has at most.
	mostCalls = 1024

	// sweepEvery is how often what is overdue is ended, so many entries of a list at a time.
	sweepEvery = time.Second
	sweepMost  = 256

	// retryEvery is how often a file that cannot be opened is tried again.
	retryEvery = 500 * time.Millisecond
)

var _ quota.Ledger = (*Ledger)(nil)

// open opens a ledger. If the file cannot be opened, its calls fail until it can be: the error says
// why. Only the digester and the path must be given.
func open(l *Ledger) (*Ledger, error) {
	if l.now == nil {
		l.now = time.Now
	}
	if l.log == nil {
		l.log = zap.NewNop
	}
	l.calls = make(chan call, mostCalls)
	l.quit, l.ended = make(chan struct{}), make(chan struct{})
	db, err := l.openFile()
	l.state.Store(&fileState{db: db, err: err})
	go l.write()
	return l, err
}

// Close implements [quota.Ledger].
func (l *Ledger) Close() error {
	l.stop.Do(func() { close(l.quit) })
	<-l.ended
	return nil
}

// Destruct closes the ledger when no configuration uses it any more.
func (l *Ledger) Destruct() error { return l.Close() }

// Reserve implements [quota.Ledger].
func (l *Ledger) Reserve(ctx context.Context, q quota.Request) (quota.Grant, []quota.Denial, error) {
	type answer struct {
		grant   quota.Grant
		denials []quota.Denial
	}
	q.Takes = append([]quota.Take(nil), q.Takes...) // the caller may leave before the writer comes
	a, err := change(ctx, l, func(m *quota.Machine) (a answer, err error) {
		a.grant, a.denials, err = m.Reserve(q)
		return a, err
	})
	return a.grant, a.denials, err
}

// Settle implements [quota.Ledger].
func (l *Ledger) Settle(ctx context.Context, all []quota.Settlement) ([]quota.Settled, error) {
	all = append([]quota.Settlement(nil), all...)
	for i := range all {
		all[i].Takes = append([]quota.Take(nil), all[i].Takes...)
	}
	return change(ctx, l, func(m *quota.Machine) ([]quota.Settled, error) { return m.Settle(all) })
}

// Adjust implements [quota.Ledger].
func (l *Ledger) Adjust(ctx context.Context, a quota.Adjustment) (quota.Count, error) {
	return change(ctx, l, func(m *quota.Machine) (quota.Count, error) { return m.Adjust(a) })
}

// Sweep implements [quota.Ledger].
func (l *Ledger) Sweep(ctx context.Context) error {
	for {
		more, err := change(ctx, l, func(m *quota.Machine) (bool, error) { return m.Sweep(sweepMost), nil })
		if err != nil || !more {
			return err
		}
	}
}

// Read implements [quota.Ledger].
func (l *Ledger) Read(ctx context.Context, keys []quota.Key) ([]quota.Count, error) {
	return view(ctx, l, func(m *quota.Machine) ([]quota.Count, error) { return m.Read(keys), nil })
}

// Find implements [quota.Ledger].
func (l *Ledger) Find(ctx context.Context, order quota.ID) (quota.Reservation, error) {
	return view(ctx, l, func(m *quota.Machine) (quota.Reservation, error) { return m.Find(order) })
}

// Unresolved implements [quota.Ledger].
func (l *Ledger) Unresolved(ctx context.Context, most int) ([]quota.Reservation, error) {
	return view(ctx, l, func(m *quota.Machine) ([]quota.Reservation, error) { return m.Unresolved(most), nil })
}

// view carries out a call that changes nothing, beside the writer.
func view[T any](ctx context.Context, l *Ledger, do func(*quota.Machine) (T, error)) (answer T, err error) {
	state := l.state.Load()
	if err := errors.Join(ctx.Err(), state.err); err != nil {
		return answer, err
	}
	err = guard(func() error {
		return state.db.View(func(tx *bbolt.Tx) (err error) {
			t := newTransaction(tx)
			answer, err = do(quota.NewMachine(t, l.now()))
			return errors.Join(err, t.err)
		})
	})
	return answer, closedFile(err)
}

// change has the writer carry out a call, and waits until it is on the disk.
func change[T any](ctx context.Context, l *Ledger, do func(*quota.Machine) (T, error)) (T, error) {
	var none T
	answer := new(T)
	c := call{ctx: ctx, done: make(chan error, 1), do: func(m *quota.Machine) (err error) {
		*answer, err = do(m)
		return err
	}}
	if err := l.state.Load().err; err != nil {
		return none, &quota.NotAskedError{Err: err}
	}
	select {
	case l.calls <- c:
	case <-ctx.Done():
		return none, &quota.NotAskedError{Err: ctx.Err()}
	case <-l.ended:
		return none, &quota.NotAskedError{Err: quota.ErrClosed}
	}
	select {
	case err := <-c.done:
		return *answer, err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-l.ended:
	}
	select { // it may have been the last that the writer did
	case err := <-c.done:
		return *answer, err
	default:
		return none, quota.ErrClosed
	}
}

// closedFile is the error of a call that came after Close.
func closedFile(err error) error {
	if errors.Is(err, errFileClosed) {
		return quota.ErrClosed
	}
	return err
}
