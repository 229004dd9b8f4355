package reload

import (
	"errors"
	"fmt"
	"time"
)

// start watches the files, reads them for the first time and starts the controller's goroutine.
func (c *controller) start() error {
	c.starting = true
	began := time.Now()
	c.rewatch(nil)
	c.save = save{kind: KindStart, began: began, noticed: began}
	c.phase, c.due = phaseSettling, began
	if written := c.layout.Written(); !written.IsZero() {
		c.reader.WrittenAt(written)
		if age := began.Sub(written); age >= 0 && age < c.o.Settle {
			c.due = began.Add(c.o.Settle - age)
		}
	}
	if err := c.loadFirst(began.Add(pendingAfter)); err != nil {
		close(c.done)
		_ = c.close() // why it did not start matters more
		return err
	}
	c.starting = false
	go c.run()
	return nil
}

// loadFirst runs the controller until there is a revision, or a reason why there is none. If
// the files give no revision, loadFirst takes one from the journal.
func (c *controller) loadFirst(deadline time.Time) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for c.live.Sequence == 0 {
		c.step(timer, nil)
		why := c.startError(deadline)
		if why == nil {
			continue
		}
		switch failed := c.recall(); {
		case failed == nil:
		case errors.Is(failed, errNothingKept):
			return fmt.Errorf("loading %s: %w", c.path, why)
		default:
			return fmt.Errorf("loading %s: %w\nno snapshot is served instead: %w", c.path, why, failed)
		}
	}
	return nil
}

// startError is the reason why there is no first revision. It is nil if there is a revision,
// or may soon be one.
func (c *controller) startError(deadline time.Time) error {
	s := c.status.read()
	switch {
	case c.live.Sequence > 0:
		return nil
	case s.Refusal.Active:
		return s.Refusal.Err
	case c.missing:
		return c.layout.Err()
	case c.staged != nil:
		return fmt.Errorf("it is due at %s, and there is nothing to serve until then",
			c.staged.info.Due.Format(time.RFC3339))
	case time.Now().After(deadline):
		return fmt.Errorf("not finished after %s: %w", pendingAfter, c.save.reason())
	}
	return nil
}

// run repeats step until the controller is stopped.
func (c *controller) run() {
	defer close(c.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	c.ticks = time.NewTicker(c.o.Poll)
	defer c.ticks.Stop()
	for !c.stopped() {
		c.step(timer, c.ticks.C)
	}
}

// step waits for one thing to happen and acts on it.
func (c *controller) step(timer *time.Timer, poll <-chan time.Time) {
	timer.Stop()
	if next := c.nextTimer(); !next.IsZero() {
		timer.Reset(time.Until(next))
	}
	select {
	case <-c.stop:
		return
	case <-c.watch.Ready():
		c.handleAll()
	case call := <-c.calls:
		call()
	case <-c.journal.stateChanges():
		c.reportState()
	case now := <-timer.C:
		c.handleAll() // the files may have been written again before this read
		c.onTimer(now)
	case now := <-poll:
		c.poll(now)
	}
	c.reportPending(time.Now())
	c.activateDue(time.Now())
	c.showOutcome()
}

// handleAll handles all changes reported so far.
func (c *controller) handleAll() {
	if changes := c.watch.Pop(); !changes.At.IsZero() {
		c.handle(changes)
	}
}

// nextTimer is when the controller has to act without a report; zero for never.
func (c *controller) nextTimer() time.Time {
	var next time.Time
	if c.phase != phaseIdle {
		next = c.due
	}
	if c.staged != nil {
		// The clock may be set, so it is checked once a second.
		soon := time.Now().Add(min(time.Second, time.Until(c.staged.info.Due)))
		if next.IsZero() || soon.Before(next) {
			next = soon
		}
	}
	return next
}

// do calls f on the controller's goroutine and waits until f returns. The result is false if
// the controller has stopped and f was not called.
func (c *controller) do(f func()) bool {
	returned := make(chan struct{})
	select {
	case c.calls <- func() { defer close(returned); f() }:
		<-returned
		return true
	case <-c.done:
		return false
	}
}

func (c *controller) stopped() bool {
	select {
	case <-c.stop:
		return true
	default:
		return false
	}
}

func (c *controller) close() error {
	c.closing.Do(func() {
		close(c.stop)
		<-c.done
		c.journal.close()
		if c.journal != nil {
			c.reportState() // of the last write
		}
		if err := c.watch.Close(); err != nil {
			c.closed = fmt.Errorf("ending the watch on %s: %w", c.path, err)
		}
	})
	return c.closed
}
