package embedded

import (
	"errors"
	"runtime"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/quota"
)

// errFileClosed is what bbolt says of a file that is closed.
var errFileClosed = bolterrors.ErrDatabaseNotOpen

// write is the writer. It ends with Close.
func (l *Ledger) write() {
	defer close(l.ended)
	defer l.shut()
	if !l.reopen() {
		return
	}
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	if l.tick == nil {
		l.tick = ticker.C
	}
	for more := false; ; {
		var again <-chan struct{} // ready if more is overdue
		if more {
			again = alwaysReady
		}
		select {
		case c := <-l.calls:
			l.carryOut(l.waiting(c))
			continue
		case <-again:
		case <-l.tick:
		case <-l.quit:
			l.carryOut(l.waiting())
			return
		}
		more = l.sweep()
	}
}

// alwaysReady is closed.
var alwaysReady = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// shut closes the file. Calls find that it is closed.
func (l *Ledger) shut() {
	state := l.state.Swap(&fileState{err: quota.ErrClosed})
	if state.db == nil {
		return
	}
	if err := state.db.Close(); err != nil {
		l.log().Error("cannot close ledger", zap.String("path", l.path), zap.Error(err))
	}
}

// reopen opens the file if it could not be opened yet. It is false if the ledger was closed first.
func (l *Ledger) reopen() bool {
	tick := time.NewTicker(retryEvery)
	defer tick.Stop()
	for reported := l.state.Load().err; l.state.Load().err != nil; {
		select {
		case <-tick.C:
		case <-l.quit:
			return false
		}
		db, err := l.openFile()
		l.state.Store(&fileState{db: db, err: err})
		switch {
		case err == nil:
			l.log().Info("ledger opened", zap.String("path", l.path))
		case err.Error() != reported.Error():
			l.log().Error("cannot open ledger", zap.Error(err))
			reported = err
		}
	}
	return true
}

// waiting is the calls that wait now, after those given. Callers that were just answered have their
// next call ready as soon as they run: they are let run as long as calls come in.
func (l *Ledger) waiting(calls ...call) []call {
	for came := true; came; {
		before := len(calls)
		runtime.Gosched()
		for n := len(l.calls); n > 0 && len(calls) < mostCalls; n-- {
			calls = append(calls, <-l.calls) // only the writer takes calls
		}
		came = len(calls) > before
	}
	return calls
}

// carryOut carries out calls in one transaction, and answers them once it is on the disk.
func (l *Ledger) carryOut(calls []call) {
	errs := make([]error, len(calls))
	err := l.update(func(m *quota.Machine) {
		for i, c := range calls {
			if errs[i] = c.ctx.Err(); errs[i] == nil {
				errs[i] = c.do(m)
			}
		}
	})
	for i, c := range calls {
		if err != nil {
			c.done <- err
		} else {
			c.done <- errs[i]
		}
	}
}

// sweep ends some of what is overdue, and reports whether there is more.
func (l *Ledger) sweep() (more bool) {
	err := l.update(func(m *quota.Machine) { more = m.Sweep(sweepMost) })
	if err != nil {
		l.log().Error("cannot write ledger", zap.String("path", l.path), zap.Error(err))
		return false
	}
	return more
}

// update runs a transaction. One that changed nothing is not written.
func (l *Ledger) update(do func(*quota.Machine)) error {
	return guard(func() error {
		tx, err := l.state.Load().db.Begin(true)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // it has no effect after Commit
		t := newTransaction(tx)
		do(quota.NewMachine(t, l.now()))
		t.flush()
		switch {
		case t.err != nil:
			return t.err
		case !t.changed:
			return nil
		}
		return commit(tx)
	})
}

// commit writes a transaction.
func commit(tx *bbolt.Tx) error {
	if err := tx.Commit(); err != nil {
		return errors.Join(errors.New("cannot write the ledger"), err)
	}
	return nil
}
