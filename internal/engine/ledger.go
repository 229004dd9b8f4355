package engine

import (
	"context"
	"sync"
	"time"

	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/quota"
)

// A Ledger is where the orders of a strategy are counted. Its calls are measured.
type Ledger struct {
	*telemetry.Ledger
	Digester *quota.Digester // of customers
}

const (
	readEvery      = 5 * time.Second
	readTimeout    = 2 * time.Second
	mostUnresolved = 1000
)

// ledgerReader reads the counts of the quotas in service now and then, for the metrics and events.
type ledgerReader struct {
	reading sync.Mutex // held while a ledger is read
	watched *telemetry.Ledger
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

// left ends the use of a ledger that no handler has any more.
func (e *Engine) left() {
	e.ledgers.reading.Lock() // a reading that has begun ends before that
	defer e.ledgers.reading.Unlock()
	e.watchLedger()
}

// Ledger returns where orders are counted now: the ledger of the handler that started last of those
// with one. It reports false if there is none.
func (e *Engine) Ledger() (Ledger, bool) {
	all := e.handlers.running()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Ledger == nil {
			continue
		}
		if l, open := all[i].Ledger(); open {
			return l, true
		}
	}
	return Ledger{}, false
}

// watchLedger hears of the present ledger whether it is down. The reader is reading.
func (e *Engine) watchLedger() (l Ledger, open bool) {
	l, open = e.Ledger()
	if watched := e.ledgers.watched; watched != l.Ledger {
		if watched != nil {
			watched.Unwatch(e)
		}
		if open {
			l.Watch(e, e.shows.OnLedger, e.shows.OnForgot)
		}
		e.ledgers.watched = l.Ledger
	}
	return l, open
}

// LimitsPerCustomer lists the limits that each customer has.
func (c *Compiled) LimitsPerCustomer() (names []string) {
	all := c.Quotas()
	for i := range all {
		if all[i].PerCustomer {
			names = append(names, counts.Label(&all[i]))
		}
	}
	return names
}

// readQuotas reads what is left of the quotas in service, and the unresolved orders. A ledger that
// gives no answer is reported by its own calls.
func (e *Engine) readQuotas() {
	l, open := e.watchLedger()
	live := e.Live().Value
	if !open || live.QuotaCounters == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	states, err := counts.Read(ctx, l, live.Strategy, time.Now(), quota.Digest{})
	if err != nil {
		return
	}
	unresolved, err := l.Unresolved(ctx, mostUnresolved)
	if err != nil {
		return
	}
	tally := counts.Tally(live.Strategy, unresolved)
	read := make([]telemetry.QuotaReading, len(states))
	for i := range states {
		read[i] = telemetry.QuotaReading{PerCustomer: states[i].Quota.PerCustomer, Left: states[i].Left(), Unresolved: tally[i]}
	}
	e.shows.OnQuotas(live.QuotaCounters, read)
}
