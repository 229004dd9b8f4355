package reload

import (
	"errors"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
)

// note writes one line of history.
func (m *machine) note(a history.Action, f Facts, digest, reason string) {
	m.memory.note(recordOf(a, f, digest, reason))
}

func recordOf(a history.Action, f Facts, digest, reason string) history.Record {
	return history.Record{
		Time: time.Now(), Action: a,
		Fingerprint: f.Fingerprint, Version: f.Version, Digest: digest,
		Kind: f.Kind.String(), Reason: reason,
		Written: f.Stamps.Written, Noticed: f.Stamps.Noticed, Read: f.Stamps.Read,
		Ready: f.Stamps.Ready, Swapped: f.Stamps.Swapped, Due: f.Due,
	}
}

// noteActivation writes that an edition is in service.
func (m *machine) noteActivation(f Facts, digest string) {
	m.retain()
	if f.Kind == KindRollback {
		return // its record was there first
	}
	m.note(actionActivated, f, digest, f.Note)
}

// retain keeps the snapshots of what is in service and what is to be.
func (m *machine) retain() {
	retained := []string{m.live.Fingerprint}
	if m.staged != nil {
		retained = append(retained, m.staged.facts.Fingerprint)
	}
	m.memory.retain(retained...)
}

func (m *machine) noteRefusal(r reading, err error) {
	f := Facts{Kind: m.kind(), Stamps: Stamps{Written: r.mtime, Noticed: m.save.noticed, Read: r.at}}
	record := recordOf(actionRefused, f, r.digest, err.Error())
	var unproved *Unproved
	if errors.As(err, &unproved) {
		record.Against = unproved.Against
	}
	m.memory.note(record)
}

// memoryChanged tells whether the state directory can be written.
func (m *machine) memoryChanged(err error) {
	m.board.update(func(s *Status) { s.Memory.Err = err })
	if err != nil {
		m.emit(EventForgetting, err)
		return
	}
	m.emit(EventRemembering, nil)
}

// memoryDoubted tells what was wrong with the state directory.
func (m *machine) memoryDoubted(found error) {
	m.board.update(func(s *Status) { s.Memory.Found = found })
	m.emit(EventTampered, found)
}
