package telemetry

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/reload"
)

// failing is a ledger that cannot be read while err is set.
type failing struct {
	*quota.Memory
	err error
}

func (l *failing) Read(ctx context.Context, keys []quota.Key) ([]quota.Count, error) {
	if l.err != nil {
		return nil, l.err
	}
	return l.Memory.Read(ctx, keys)
}

func TestALedgerIsDownAfterThreeFailuresInARow(t *testing.T) {
	t.Parallel()
	to := &failing{Memory: quota.NewMemory(time.Now)}
	l := MeasureLedger(to)
	defer l.End()
	var told []error
	l.Watch(t, func(down error) { told = append(told, down) }, nil)
	read := func(err error) {
		to.err = err
		_, _ = l.Read(t.Context(), nil) // the error is the one above
	}
	refused := errors.New("connection refused")
	for _, c := range []struct {
		name string
		err  error
		up   bool
		told []error
	}{
		{name: "it answers", up: true, told: []error{nil}},
		{name: "a first failure", err: refused, up: true, told: []error{nil}},
		{name: "a second one", err: context.DeadlineExceeded, up: true, told: []error{nil}},
		{name: "the caller gives up", err: context.Canceled, up: true, told: []error{nil}},
		{name: "it is closed", err: quota.ErrClosed, up: true, told: []error{nil}},
		{name: "a third one", err: refused, told: []error{nil, refused}},
		{name: "a fourth one", err: refused, told: []error{nil, refused}},
		{name: "the caller gives up again", err: context.Canceled, told: []error{nil, refused}},
		{name: "it answers that it has nothing", err: quota.ErrNotFound, up: true, told: []error{nil, refused, nil}},
		{name: "a failure between answers", err: refused, up: true, told: []error{nil, refused, nil}},
		{name: "it answers again", err: &quota.InvalidError{Reason: "no takes"}, up: true, told: []error{nil, refused, nil}},
		{name: "a failure", err: refused, up: true, told: []error{nil, refused, nil}},
		{name: "another", err: refused, up: true, told: []error{nil, refused, nil}},
		{name: "it answers once more", err: quota.ErrRevision, up: true, told: []error{nil, refused, nil}},
	} {
		if read(c.err); l.Up() != c.up || !slices.Equal(told, c.told) {
			t.Errorf("%s: up %t, told %v, want %t and %v", c.name, l.Up(), told, c.up, c.told)
		}
	}
}

func TestALateWatcherIsToldThatALedgerIsDown(t *testing.T) {
	t.Parallel()
	l := MeasureLedger(&failing{Memory: quota.NewMemory(time.Now), err: errors.New("no route")})
	defer l.End()
	for range failuresToDown {
		if _, err := l.Read(t.Context(), nil); err == nil {
			t.Fatal("it answers")
		}
	}
	var told []error
	l.Watch(t, func(down error) { told = append(told, down) }, nil)
	l.Unwatch(t)
	l.change(nil)
	if len(told) != 1 || told[0] == nil {
		t.Errorf("told %v", told)
	}
}

func TestCallsOfALedgerAreMeasured(t *testing.T) {
	before := seriesOf(t, ledgerMetrics)
	l := MeasureLedger(quota.NewMemory(time.Now))
	ctx, order := t.Context(), quota.NewID()
	key := quota.Counter{Kind: quota.Uses, Name: "a"}.Key()
	_, _, reserved := l.Reserve(ctx, quota.Request{Order: order, Attempt: order, Takes: []quota.Take{{Key: key, Amount: 1, Limit: 1}}, Terms: quota.Terms{Hold: time.Minute}})
	_, settled := l.Settle(ctx, []quota.Settlement{{Order: order, Outcome: quota.Unknown}})
	_, read := l.Read(ctx, []quota.Key{key})
	_, found := l.Find(ctx, order)
	_, unresolved := l.Unresolved(ctx, 10)
	_, adjusted := l.Adjust(ctx, quota.Adjustment{Key: key, Delta: 1, Reason: "counted by hand"})
	if err := errors.Join(reserved, settled, read, found, unresolved, adjusted); err != nil {
		t.Fatal(err)
	}
	after := seriesOf(t, ledgerMetrics)
	for _, call := range ledgerCallWords {
		if n := after["ledger_duration_seconds "+call] - before["ledger_duration_seconds "+call]; n < 1 {
			t.Errorf("%v calls of %s", n, call)
		}
	}
	if after["ledger_up"] != 1 {
		t.Errorf("a ledger that answers is shown as %v", after["ledger_up"])
	}
	l.End()
}

// forgetful is a ledger that gives notices.
type forgetful struct {
	*quota.Memory
	to []func(quota.Notice)
}

func (l *forgetful) Notify(do func(quota.Notice)) (stop func()) {
	l.to = append(l.to, do)
	return func() {}
}

func TestWhatAForgetfulLedgerIsSentBeyondLimitsIsCountedOnce(t *testing.T) {
	s := NewStrategy(Key{ID: t.Name()}, zap.NewNop)
	defer s.Close()
	s.OnEvent(reload.Event{Kind: reload.EventActivated}, NewRuleCounters("CNY", nil), NewQuotaCounters(quotasOf("forgotten"), nil))
	to := &forgetful{Memory: quota.NewMemory(time.Now)}
	first, second := MeasureLedger(to), MeasureLedger(to)
	defer first.End()
	defer second.End()
	var sent []int
	first.Watch(t, func(error) {}, func(n quota.Notice) { sent = append(sent, n.Sent) })
	for _, do := range to.to {
		do(quota.Notice{Event: quota.Forgot, Sent: 7, Over: []quota.Over{{Key: quota.Counter{Kind: quota.Uses, Name: "forgotten"}.Key(), By: 4}}})
	}
	if got := seriesOf(t, quotaMetrics)["quota_over_total forgotten.uses"]; got != 4 {
		t.Errorf("%v beyond the limit, want 4", got)
	}
	if !slices.Equal(sent, []int{7}) {
		t.Errorf("told of %v orders that were sent again, want 7 once", sent)
	}
}
