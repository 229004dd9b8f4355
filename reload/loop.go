package reload

import (
	"fmt"
	"os"
	"time"
)

// start watches, then reads for the first time, then leaves the rest to a
// goroutine of its own.
func (m *machine) start() error {
	m.starting = true
	began := time.Now()
	m.aim(nil)
	m.save = save{kind: KindStart, began: began, noticed: began}
	m.phase, m.due = phaseSettling, began
	if info, err := os.Stat(m.path); err == nil {
		m.reader.trust(info)
		if age := began.Sub(info.ModTime()); age >= 0 && age < m.o.Settle {
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

// first runs the machine until there is an edition, or a reason for none.
func (m *machine) first(deadline time.Time) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		m.turn(timer, nil)
		s := m.board.read()
		switch {
		case m.live.Sequence > 0:
			return nil
		case s.Refusal.Standing:
			return fmt.Errorf("loading %s: %w", m.path, s.Refusal.Err)
		case m.missing:
			return fmt.Errorf("loading %s: %w", m.path, m.place.err)
		case time.Now().After(deadline):
			return fmt.Errorf("loading %s: not finished after %s: %w", m.path, pendingAfter, m.save.reason())
		}
	}
}

// run is the life of the loader goroutine.
func (m *machine) run() {
	defer close(m.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	poll := time.NewTicker(m.o.Poll)
	defer poll.Stop()
	for !m.stopped() {
		m.turn(timer, poll.C)
	}
}

// turn waits for one thing to happen and acts on it.
func (m *machine) turn(timer *time.Timer, poll <-chan time.Time) {
	timer.Stop()
	if m.phase != phaseIdle {
		timer.Reset(time.Until(m.due))
	}
	select {
	case <-m.stop:
		return
	case <-m.mail.bell:
		// What one watch reports is in the other's queue by now: both are heard
		// before it is decided what kind of save this is.
		m.closings.state()
		m.hear(m.mail.take())
	case now := <-timer.C:
		m.tick(now)
	case now := <-poll:
		m.poll(now)
	}
	m.overdue(time.Now())
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
		m.closings.close()
		if err := m.watch.close(); err != nil {
			m.closed = fmt.Errorf("ending the watch on %s: %w", m.path, err)
		}
	})
	return m.closed
}
