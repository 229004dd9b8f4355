package telemetry

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/promogate/caddy-discount/quota"
)

// failuresToDown is how many calls have to fail one after another until a ledger counts as down.
const failuresToDown = 3

// A Ledger is a ledger whose calls are measured. What they count beyond limits is counted by quota.
type Ledger struct {
	quota.Ledger

	number int    // of several of one ledger the lowest one hears its notices
	stop   func() // ends the notices

	failures atomic.Int32 // one after another
	answered atomic.Bool  // since it was opened
	mu       sync.Mutex
	known    bool  // it is down, or has answered
	down     error // why it is down; nil if it is up
	watchers []ledgerWatcher
}

type ledgerWatcher struct {
	of      any
	changed func(down error)
	forgot  func(quota.Notice)
}

// MeasureLedger returns a ledger that measures the calls of another one. It must be ended with
// [Ledger.End]; closing the other one stays with its owner.
func MeasureLedger(of quota.Ledger) *Ledger {
	l := &Ledger{Ledger: of, stop: func() {}}
	ledgerMetrics.join(l)
	if n, notifies := of.(quota.Notifier); notifies {
		l.stop = n.Notify(l.onNotice)
	}
	return l
}

// onNotice counts what a ledger that had forgotten something was sent beyond limits, and tells of it.
func (l *Ledger) onNotice(n quota.Notice) {
	if n.Event != quota.Forgot {
		return
	}
	if ledgerMetrics.isFirst(l) {
		quotaMetrics.addOver(n.Over)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.watchers {
		w.forgot(n)
	}
}

// End ends the series of the ledger.
func (l *Ledger) End() {
	l.stop()
	ledgerMetrics.leave(l)
}

// Watch calls changed when the ledger is down, with the reason, and with nil when it is up. It is
// called at once if that is known. It calls forgot when the ledger may have forgotten something. of
// identifies the watcher for [Ledger.Unwatch].
func (l *Ledger) Watch(of any, changed func(down error), forgot func(quota.Notice)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watchers = append(l.watchers, ledgerWatcher{of, changed, forgot})
	if l.known {
		changed(l.down)
	}
}

// Unwatch ends what Watch began. Nothing is called any more when it returns.
func (l *Ledger) Unwatch(of any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, w := range l.watchers {
		if w.of == of {
			l.watchers = append(l.watchers[:i:i], l.watchers[i+1:]...)
			return
		}
	}
}

// Up reports whether the ledger answers.
func (l *Ledger) Up() bool { return l.failures.Load() < failuresToDown }

// note records how a call ended.
func (l *Ledger) note(call ledgerCall, began time.Time, err error) {
	ledgerMetrics.took[call].Observe(time.Since(began).Seconds())
	switch failed, known := isOutage(err); {
	case !known:
	case failed:
		if l.failures.Add(1) >= failuresToDown {
			l.change(err)
		}
	case l.failures.Load() != 0 || !l.answered.Load():
		l.failures.Store(0)
		l.answered.Store(true)
		l.change(nil)
	}
}

// isOutage reports whether an error says that the ledger does not answer. It is not known if the
// caller gave up, or the ledger was closed.
func isOutage(err error) (failed, known bool) {
	var invalid *quota.InvalidError
	switch {
	case err == nil, errors.As(err, &invalid), errors.Is(err, quota.ErrNotFound), errors.Is(err, quota.ErrRevision), errors.Is(err, quota.ErrBelowZero):
		return false, true
	case errors.Is(err, context.Canceled), errors.Is(err, quota.ErrClosed):
		return false, false
	}
	return true, true
}

func (l *Ledger) change(down error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known && (down == nil) == (l.down == nil) || (down == nil) != l.Up() { // another call was faster
		return
	}
	l.known, l.down = true, down
	for _, w := range l.watchers {
		w.changed(down)
	}
}

// Reserve implements [quota.Ledger].
func (l *Ledger) Reserve(ctx context.Context, q quota.Request) (quota.Grant, []quota.Denial, error) {
	began := time.Now()
	grant, denials, err := l.Ledger.Reserve(ctx, q)
	l.note(callReserve, began, err)
	quotaMetrics.addOver(grant.Over)
	return grant, denials, err
}

// Settle implements [quota.Ledger].
func (l *Ledger) Settle(ctx context.Context, s []quota.Settlement) ([]quota.Settled, error) {
	began := time.Now()
	settled, err := l.Ledger.Settle(ctx, s)
	l.note(callSettle, began, err)
	for i := range settled {
		quotaMetrics.addOver(settled[i].Over)
	}
	return settled, err
}

// Said counts what the order service or a person has said of an order that takes so much. What a
// gateway sees itself is counted by [QuotaCounters.Settled].
func (l *Ledger) Said(o quota.Outcome, takes []quota.Take) { quotaMetrics.addSettled(o, takes) }

// Read implements [quota.Ledger].
func (l *Ledger) Read(ctx context.Context, keys []quota.Key) ([]quota.Count, error) {
	began := time.Now()
	counts, err := l.Ledger.Read(ctx, keys)
	l.note(callRead, began, err)
	return counts, err
}

// Find implements [quota.Ledger].
func (l *Ledger) Find(ctx context.Context, order quota.ID) (quota.Reservation, error) {
	began := time.Now()
	found, err := l.Ledger.Find(ctx, order)
	l.note(callFind, began, err)
	return found, err
}

// Unresolved implements [quota.Ledger].
func (l *Ledger) Unresolved(ctx context.Context, most int) ([]quota.Reservation, error) {
	began := time.Now()
	all, err := l.Ledger.Unresolved(ctx, most)
	l.note(callUnresolved, began, err)
	return all, err
}

// Adjust implements [quota.Ledger].
func (l *Ledger) Adjust(ctx context.Context, a quota.Adjustment) (quota.Count, error) {
	began := time.Now()
	count, err := l.Ledger.Adjust(ctx, a)
	l.note(callAdjust, began, err)
	return count, err
}

// Interface guard
var _ quota.Ledger = (*Ledger)(nil)
