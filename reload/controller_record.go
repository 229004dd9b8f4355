package reload

import (
	"errors"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// record writes one line of history.
func (c *controller) record(a history.Action, f Info, digest, reason string) {
	c.journal.record(recordOf(a, f, digest, reason))
}

// recordActivation writes that a revision is in service.
func (c *controller) recordActivation(f Info, digest string) {
	c.retain()
	if f.Kind == KindRollback {
		return // its record was there first
	}
	c.record(actionActivated, f, digest, f.Note)
}

// retain keeps the snapshots of what is in service, what is to be, what a rollback
// keeps out, which may be asked for again, and others.
func (c *controller) retain(others ...string) {
	retained := append(others, c.live.Fingerprint)
	if c.staged != nil {
		retained = append(retained, c.staged.facts.Fingerprint)
	}
	if c.pin.what.Fingerprint != "" {
		retained = append(retained, c.pin.what.Fingerprint)
	}
	c.journal.retain(retained...)
}

func (c *controller) recordRefusal(r stableread.Reading, v loaded, err error) {
	f := Info{Fingerprint: v.fingerprint, Version: v.version, Kind: c.kind(), Timestamps: Timestamps{Written: r.Modified, Noticed: c.save.noticed, Read: r.At}}
	record := recordOf(actionRefused, f, r.Digest, err.Error())
	var unproved *GuardrailError
	if errors.As(err, &unproved) {
		record.Against = unproved.Policy
	}
	c.journal.record(record)
}

// reportState reports what is new of the state directory.
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
