package reload

import "time"

// emit sends an event. If Open fails, only its error says why, so events before the first
// revision are kept until there is one.
func (c *controller) emit(k EventKind, err error) {
	e := Event{Kind: k, Time: time.Now(), Path: c.path, Live: c.live, Err: err}
	if c.staged != nil {
		e.Next = c.staged.info
	}
	switch k {
	case EventRefused:
		e.Refused = c.refusal.what
	case EventPinned:
		e.Refused = c.pin.suppressed
	}
	if c.starting && c.live.Sequence == 0 && k != EventActivated {
		c.deferred = append(c.deferred, e)
		return
	}
	c.sendDeferred()
	c.o.OnEvent(e)
}

// sendDeferred sends the events that were kept.
func (c *controller) sendDeferred() {
	for _, e := range c.deferred {
		c.o.OnEvent(e)
	}
	c.deferred = nil
}

// showOutcome puts the outcome of the last read into the status. It is the last part of a
// step, so that a reader who sees the outcome also sees everything else.
func (c *controller) showOutcome() {
	shown := c.read
	shown.Outcome = c.outcome()
	c.status.update(func(s *Status) { s.File = shown })
}

// outcome is the outcome of the last read; "" before there is one.
func (c *controller) outcome() Outcome {
	content := c.read.Digest
	switch {
	case c.read.Number == 0:
		return ""
	case c.refusal.key != "":
		return OutcomeRefused
	case content == "":
		return ""
	case c.pin.digest == content:
		return OutcomePinned
	case c.staged != nil && c.staged.digest == content:
		return OutcomeStaged
	case c.liveDigest == content:
		return OutcomeInService
	}
	return ""
}

// reportState reports changes in the health of the state directory.
func (c *controller) reportState() {
	was, now := c.journal.reported, c.journal.currentState()
	c.journal.reported = now
	c.status.update(func(s *Status) { s.State.Err, s.State.Found = now.err, now.found })
	if now.found != nil && now.found != was.found {
		c.emit(EventTampered, now.found)
	}
	switch {
	case now.err != nil && was.err == nil:
		c.emit(EventStateFailed, now.err)
	case now.err == nil && was.err != nil:
		c.emit(EventStateRestored, nil)
	}
	if now.checkpoint != was.checkpoint {
		c.o.OnEvent(Event{Kind: EventSigned, Time: time.Now(), Path: c.path, Live: c.live, Checkpoint: now.checkpoint})
	}
}
