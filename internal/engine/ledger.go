package engine

import (
	"context"
	"sync"
	"time"

	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/quota"
)

// A Ledger counts what orders take of the quotas of a strategy. Its calls are measured.
type Ledger struct {
	quota.Opened
	measured *telemetry.Ledger
}

// MeasureLedger returns a ledger that an engine of ledgers opened. It must be ended with [Ledger.End].
func MeasureLedger(o quota.Opened) *Ledger {
	l := &Ledger{Opened: o, measured: telemetry.MeasureLedger(o.Ledger)}
	l.Ledger = l.measured
	return l
}

// End ends the measuring. It does not close the ledger.
func (l *Ledger) End() { l.measured.End() }

const (
	readEvery      = 5 * time.Second
	readTimeout    = 2 * time.Second
	mostUnresolved = 1000
)

// ledgerReader reads the counts of the quotas in service now and then, for the metrics and events.
type ledgerReader struct {
	reading sync.Mutex // held while a ledger is read
	once    sync.Once
	wake    chan struct{} // has one element when the counts are to be read now
	stop    chan struct{}
	done    chan struct{}
}

func newLedgerReader() *ledgerReader {
	return &ledgerReader{wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
}

// start begins to read, unless that was begun.
func (r *ledgerReader) start(read func()) {
	r.once.Do(func() { go r.run(read) })
	r.readNow()
}

// readNow makes the reader read without waiting for the next time.
func (r *ledgerReader) readNow() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *ledgerReader) run(read func()) {
	defer close(r.done)
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.stop:
			return
		case <-r.wake:
		case <-tick.C:
		}
		r.reading.Lock()
		read()
		r.reading.Unlock()
	}
}

// close ends the reading.
func (r *ledgerReader) close() {
	r.once.Do(func() { close(r.done) }) // it was never begun
	close(r.stop)
	<-r.done
}

// Ledger returns the ledger of the handler that started last of those with one; nil if none has.
func (e *Engine) Ledger() *Ledger {
	all := e.handlers.running()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Ledger != nil {
			return all[i].Ledger
		}
	}
	return nil
}

// readQuotas reads what is left of the quotas in service, and the unresolved orders. A ledger that
// gives no answer is reported by its own calls.
func (e *Engine) readQuotas() {
	live, l := e.Live().Value, e.Ledger()
	if l == nil || live.Quotas == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	states, err := counts.Read(ctx, l.Ledger, live.Strategy, time.Now(), quota.Digest{})
	if err != nil {
		return
	}
	unresolved, err := l.Ledger.Unresolved(ctx, mostUnresolved)
	if err != nil {
		return
	}
	tally := counts.Tally(live.Strategy, unresolved)
	read := make([]telemetry.QuotaReading, len(states))
	for i := range states {
		read[i] = telemetry.QuotaReading{PerCustomer: states[i].Quota.PerCustomer, Left: states[i].Left(), Unresolved: tally[i]}
	}
	e.shows.OnQuotas(live.Strategy, live.Quotas, read)
}

// OnUsedUp reports that an order was denied because nothing is left of a quota that all customers
// share. While that is known it costs one atomic exchange.
func (e *Engine) OnUsedUp(of *Compiled, quota int) { e.shows.OnUsedUp(of.Strategy, of.Quotas, quota) }
