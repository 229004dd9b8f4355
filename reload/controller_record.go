package reload

import (
	"errors"
	"time"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// maxReason bounds the reason of a record in bytes. A refusal has a line for each of
// hundreds of mistakes, and every record is kept and shown for good.
const maxReason = 4096

// record writes one line of history.
func (c *controller) record(a history.Action, f Info, digest, reason string) {
	c.journal.note(recordOf(a, f, digest, reason))
}

func recordOf(a history.Action, f Info, digest, reason string) history.Record {
	return history.Record{
		Time: time.Now(), Action: a,
		Fingerprint: f.Fingerprint, Formerly: f.Formerly, Version: f.Version, Digest: digest,
		Kind: f.Kind.String(), Change: string(f.Change), Reason: brief.Text(reason, maxReason),
		Written: f.Timestamps.Written, Noticed: f.Timestamps.Noticed, Read: f.Timestamps.Read,
		Ready: f.Timestamps.Ready, Swapped: f.Timestamps.Swapped, Due: f.Due,
	}
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
	c.journal.note(record)
}

// reportState tells what is new of the state directory.
func (c *controller) reportState() {
	told := &c.journal.told
	checkpoint, fault, found := c.journal.scribe.state()
	c.status.update(func(s *Status) { s.State.Err, s.State.Found = fault, found })
	if found != nil && found != told.found {
		c.emit(EventTampered, found)
	}
	switch was := told.fault; {
	case fault != nil && was == nil:
		c.emit(EventStateFailed, fault)
	case fault == nil && was != nil:
		c.emit(EventStateRestored, nil)
	}
	if checkpoint != told.checkpoint {
		c.o.OnEvent(Event{Kind: EventSigned, Time: time.Now(), Path: c.path, Live: c.live, Checkpoint: checkpoint})
	}
	told.fault, told.found, told.checkpoint = fault, found, checkpoint
}
