package reload

import (
	"errors"
	"fmt"
	"time"
)

// start watches, then reads for the first time, then leaves the rest to a
// goroutine of its own.
func (m *machine) start() error {
	m.starting = true
	began := time.Now()
	m.rewatch(nil)
	m.save = save{kind: KindStart, began: began, noticed: began}
	m.phase, m.due = phaseSettling, began
	if written := m.layout.Written(); !written.IsZero() {
		m.reader.WrittenAt(written)
		if age := began.Sub(written); age >= 0 && age < m.o.Settle {
			m.due = began.Add(m.o.Settle - age)
		}
	}
	if err := m.first(began.Add(pendingAfter)); err != nil {
		close(m.done)
		_ = m.close() // the reason it never came to life matters more
		return err
	}
	m.starting = false
	go m.run()
	return nil
}

// first runs the machine until there is a revision, or a reason for none. Where
// the file gives none, the memory may.
func (m *machine) first(deadline time.Time) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for m.live.Sequence == 0 {
		m.turn(timer, nil)
		why := m.hindrance(deadline)
		if why == nil {
			continue
		}
		switch kept := m.recall(); {
		case kept == nil:
		case errors.Is(kept, errNothingKept):
			return fmt.Errorf("loading %s: %w", m.path, why)
		default:
			return fmt.Errorf("loading %s: %w\nnothing that is kept is served instead: %w", m.path, why, kept)
		}
	}
	return nil
}

// hindrance is why there is no first revision; nil if there is one, or may soon
// be.
func (m *machine) hindrance(deadline time.Time) error {
	s := m.board.read()
	switch {
	case m.live.Sequence > 0:
		return nil
	case s.Refusal.Active:
		return s.Refusal.Err
	case m.missing:
		return m.layout.Err()
	case m.staged != nil:
		return fmt.Errorf("it is not to be in service before %s, and there is nothing to be in service until then",
			m.staged.facts.Due.Format(time.RFC3339))
	case time.Now().After(deadline):
		return fmt.Errorf("not finished after %s: %w", pendingAfter, m.save.reason())
	}
	return nil
}

// run is the life of the loader goroutine.
func (m *machine) run() {
	defer close(m.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	m.ticks = time.NewTicker(m.o.Poll)
	defer m.ticks.Stop()
	for !m.stopped() {
		m.turn(timer, m.ticks.C)
	}
}

// turn waits for one thing to happen and acts on it.
func (m *machine) turn(timer *time.Timer, poll <-chan time.Time) {
	timer.Stop()
	if next := m.alarm(); !next.IsZero() {
		timer.Reset(time.Until(next))
	}
	select {
	case <-m.stop:
		return
	case <-m.watch.Ready():
		m.handleAll()
	case order := <-m.orders:
		order()
	case <-m.memory.news():
		m.tellOfMemory()
	case now := <-timer.C:
		m.handleAll() // what is about to be read may not be quiet yet
		m.tick(now)
	case now := <-poll:
		m.poll(now)
	}
	m.overdue(time.Now())
	m.ripen(time.Now())
	m.showRead()
}

// handleAll acts on all that was reported so far.
func (m *machine) handleAll() {
	if c := m.watch.Pop(); !c.At.IsZero() {
		m.handle(c)
	}
}

// alarm is when something wants to go on by itself; zero for never.
func (m *machine) alarm() time.Time {
	var next time.Time
	if m.phase != phaseIdle {
		next = m.due
	}
	if m.staged != nil {
		// The clock may be set: look at it once a second.
		soon := time.Now().Add(min(time.Second, time.Until(m.staged.facts.Due)))
		if next.IsZero() || soon.Before(next) {
			next = soon
		}
	}
	return next
}

// order has do carried out on the loader's goroutine and waits for it. It
// reports whether it was; it is not once the machine has stopped.
func (m *machine) order(do func()) bool {
	carried := make(chan struct{})
	select {
	case m.orders <- func() { defer close(carried); do() }:
		<-carried
		return true
	case <-m.done:
		return false
	}
}

func (m *machine) stopped() bool {
	select {
	case <-m.stop:
		return true
	default:
		return false
	}
}

func (m *machine) close() error {
	m.closing.Do(func() {
		close(m.stop)
		<-m.done
		m.memory.close()
		if m.memory.scribe != nil {
			m.tellOfMemory() // of what was written last
		}
		if err := m.watch.Close(); err != nil {
			m.closed = fmt.Errorf("ending the watch on %s: %w", m.path, err)
		}
	})
	return m.closed
}
