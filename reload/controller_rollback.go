package reload

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// A hold keeps a content of the file out of service after a rollback.
type hold struct {
	content string // digest; "" for no hold
	what    Identity
	foreign bool // the fingerprint is of another language, and was not made anew yet
}

// release ends the hold.
func (m *machine) release() {
	if m.hold == (hold{}) {
		return
	}
	m.hold = hold{}
	m.board.update(func(s *Status) { s.Pinned = Identity{} })
}

// keepsOut reports whether a rollback keeps a meaning out of service. It ends if
// there is nothing else to serve.
func (m *machine) keepsOut(meaning string) bool {
	if m.hold == (hold{}) || m.hold.what.Fingerprint != meaning {
		return false
	}
	if m.live.Sequence > 0 || m.recall() == nil {
		return true
	}
	m.release()
	return false
}

// keepOut tells that a rollback keeps out what was saved. A poll that finds what
// was told of before says nothing.
func (m *machine) keepOut() {
	known := m.refused == "" && !m.missing && m.save.kind == KindPoll && !m.starting
	m.clear()
	if !known {
		m.emit(EventPinned, nil)
	}
}

// stillRefused keeps out, across a restart, what an earlier life could not prove
// and this one could not compare with anything: there are no requests yet. It
// reports whether it did.
func (m *machine) stillRefused(r stableread.Reading) bool {
	err := m.memory.refused(r.Digest, m.o.Against)
	if err == nil || len(m.memory.served()) == 0 {
		return false
	}
	m.refuse("content: "+r.Digest, Identity{}, fmt.Errorf("refused before the restart: %w", err))
	return true
}

// recall puts into service what was there last and still can be, for a start at
// which the file gives nothing. The error says why there is no such thing.
func (m *machine) recall() error {
	err := m.memory.doubt
	for _, fingerprint := range m.memory.served() {
		if fingerprint == m.hold.what.Fingerprint || fingerprint == m.hold.what.Formerly || m.stopped() {
			continue
		}
		failed := m.restoreSnapshot(fingerprint, KindRecall)
		if failed == nil {
			return nil
		}
		err = cmp.Or(err, failed)
	}
	return cmp.Or(err, errNothingKept)
}

var errNothingKept = errors.New("nothing is kept")

// restoreSnapshot judges a snapshot anew and puts it into service.
func (m *machine) restoreSnapshot(fingerprint string, k Kind) error {
	s, v, err := m.rejudge(fingerprint)
	if err != nil {
		return err
	}
	if later(v.due) {
		return errors.New("it was staged and is not due")
	}
	if m.hold != (hold{}) && (v.fingerprint == m.hold.what.Fingerprint || s.Digest == m.hold.content) {
		return errors.New("a rollback keeps it out of service")
	}
	f := m.factsOf(s, v, k)
	m.memory.holdOn(s)
	m.keepAgain(s, f)
	m.publish(v, f, s.Digest)
	return nil
}

func (m *machine) rejudge(fingerprint string) (history.Snapshot, verdict, error) {
	s, err := m.memory.snapshot(fingerprint)
	if err != nil {
		return s, verdict{}, err
	}
	v, err := m.judge(Content{Path: m.path, Dir: m.layout.Dir, Files: s.Files, Proved: true})
	if err != nil {
		return s, v, fmt.Errorf("the snapshot %s is not accepted any more: %w", fingerprint, err)
	}
	return s, v, m.memory.verify(fingerprint, s, v.fingerprint)
}

func (m *machine) factsOf(s history.Snapshot, v verdict, k Kind) Info {
	now := time.Now()
	f := Info{
		Fingerprint: v.fingerprint, Formerly: formerlyIn(s, v.fingerprint), Texts: v.texts, Version: v.version, Note: v.note, Kind: k,
		Timestamps: Timestamps{Written: s.Taken, Noticed: now, Read: now, Ready: now},
	}
	for _, file := range s.Files {
		f.Size += int64(len(file.Data))
	}
	return f.against(m.live)
}

// Why a rollback was not carried out.
var (
	ErrNotInService = errors.New("another content is in service than the one named")
	ErrInService    = errors.New("that content is in service already")
	ErrNotKept      = history.ErrNoSnapshot
	ErrClosed       = errors.New("the source is closed")
)

// rollback puts an earlier revision back, which holds until the file is saved
// with another content. The record comes first: once this returns, a restart
// does the same.
func (m *machine) rollback(fingerprint, inService, reason string) error {
	if inService != "" && inService != m.live.Fingerprint {
		return fmt.Errorf("%w: %s is", ErrNotInService, m.live.Fingerprint)
	}
	if fingerprint == m.live.Fingerprint {
		return ErrInService
	}
	m.translateHold(stableread.Reading{})
	s, v, err := m.rejudge(fingerprint)
	if err != nil {
		return err
	}
	if v.fingerprint == m.live.Fingerprint {
		return fmt.Errorf("%w: its fingerprint is %s now", ErrInService, v.fingerprint)
	}
	f := m.factsOf(s, v, KindRollback)
	m.retain(s.Fingerprint, f.Fingerprint)
	m.memory.holdOn(s)
	m.keepAgain(s, f)
	if err := m.holdBack(f, s.Digest, reason); err != nil {
		m.retain()
		return err
	}
	m.withdraw()
	m.publish(v, f, s.Digest)
	return nil
}

// holdBack keeps the file as it is now out of service, on record.
func (m *machine) holdBack(f Info, restored, reason string) error {
	h := m.hold
	switch {
	case h != (hold{}): // it is what an earlier rollback keeps out
	case m.staged != nil:
		h = hold{content: m.staged.content, what: m.staged.facts.identity()}
	default:
		h = hold{content: m.content, what: m.live.identity()}
	}
	if h.what.Fingerprint == f.Fingerprint {
		h = hold{} // it is the file's own content that is wanted back
	}
	record := recordOf(actionRolledBack, f, h.content, reason)
	record.Against, record.Restored = h.what.Fingerprint, restored
	if err := m.memory.append(record); err != nil {
		return fmt.Errorf("writing the rollback down: %w", err)
	}
	m.hold = h
	m.board.update(func(s *Status) { s.Pinned = h.what })
	return nil
}
