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

// note writes one line of history.
func (m *machine) note(a history.Action, f Info, digest, reason string) {
	m.memory.note(recordOf(a, f, digest, reason))
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

// noteActivation writes that a revision is in service.
func (m *machine) noteActivation(f Info, digest string) {
	m.retain()
	if f.Kind == KindRollback {
		return // its record was there first
	}
	m.note(actionActivated, f, digest, f.Note)
}

// retain keeps the snapshots of what is in service, what is to be, what a rollback
// keeps out, which may be asked for again, and others.
func (m *machine) retain(others ...string) {
	retained := append(others, m.live.Fingerprint)
	if m.staged != nil {
		retained = append(retained, m.staged.facts.Fingerprint)
	}
	if m.hold.what.Fingerprint != "" {
		retained = append(retained, m.hold.what.Fingerprint)
	}
	m.memory.retain(retained...)
}

func (m *machine) noteRefusal(r stableread.Reading, v verdict, err error) {
	f := Info{Fingerprint: v.fingerprint, Version: v.version, Kind: m.kind(), Timestamps: Timestamps{Written: r.Modified, Noticed: m.save.noticed, Read: r.At}}
	record := recordOf(actionRefused, f, r.Digest, err.Error())
	var unproved *Unproved
	if errors.As(err, &unproved) {
		record.Against = unproved.Against
	}
	m.memory.note(record)
}

// tellOfMemory tells what is new of the state directory.
func (m *machine) tellOfMemory() {
	told := &m.memory.told
	checkpoint, fault, found := m.memory.scribe.state()
	m.board.update(func(s *Status) { s.State.Err, s.State.Found = fault, found })
	if found != nil && found != told.found {
		m.emit(EventTampered, found)
	}
	switch was := told.fault; {
	case fault != nil && was == nil:
		m.emit(EventStateFailed, fault)
	case fault == nil && was != nil:
		m.emit(EventStateRestored, nil)
	}
	if checkpoint != told.checkpoint {
		m.o.OnEvent(Event{Kind: EventSigned, Time: time.Now(), Path: m.path, Live: m.live, Checkpoint: checkpoint})
	}
	told.fault, told.found, told.checkpoint = fault, found, checkpoint
}
