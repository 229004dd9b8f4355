package reload

import (
	"errors"
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// consider decides what becomes of a complete content.
func (m *machine) consider(r stableread.Reading) {
	m.board.update(func(s *Status) { s.Proof = r.Proof })
	m.translateHold(r)
	if m.known(r) {
		return
	}
	key := "content: " + r.Digest
	if m.refused == key && (!m.unproved || m.save.kind == KindPoll) {
		m.present()
		return
	}
	v, err := m.judge(contentOf(m.path, r))
	switch {
	case m.stopped():
	case err != nil:
		m.refuse(key, Identity{Fingerprint: v.fingerprint, Version: v.version}, err)
		m.noteRefusal(r, v, err)
	case m.keepsOut(v.fingerprint):
		m.hold.content = r.Digest
		m.keepOut()
	case m.live.Sequence > 0 && v.fingerprint == m.live.Fingerprint && v.texts == m.live.Texts:
		m.content = r.Digest
		m.keepLive(r)
		m.settled()
		m.clear()
		m.emit(EventUnchanged, nil)
	case later(v.due):
		m.stage(r, v)
	default:
		m.swap(r, v)
	}
}

// known deals with a content that need not be judged, and reports whether it was
// one.
func (m *machine) known(r stableread.Reading) bool {
	switch {
	case m.hold.content == r.Digest && m.keepsOut(m.hold.what.Fingerprint):
		m.keepOut()
	case m.staged != nil && r.Digest == m.staged.content:
		m.restore()
	case m.live.Sequence > 0 && r.Digest == m.content:
		m.keepLive(r)
		m.settled()
		m.restore()
	case m.starting && m.live.Sequence == 0:
		return m.stillRefused(r)
	default:
		return false
	}
	return true
}

// showRead shows what became of the content that was read last. It comes after
// everything else that a turn changes: who sees the outcome sees the rest.
func (m *machine) showRead() {
	shown := m.read
	shown.Outcome = m.outcome()
	m.board.update(func(s *Status) { s.File = shown })
}

// outcome is what became of the content that was read last; "" before there is one.
func (m *machine) outcome() Outcome {
	content := m.read.Digest
	switch {
	case m.read.Number == 0:
		return ""
	case m.refused != "":
		return OutcomeRefused
	case content == "":
		return ""
	case m.hold.content == content:
		return OutcomePinned
	case m.staged != nil && m.staged.content == content:
		return OutcomeStaged
	case m.content == content:
		return OutcomeInService
	}
	return ""
}

// settled notes that the file says what is in service, and nothing else is
// wanted of it any more.
func (m *machine) settled() {
	m.withdraw()
	m.release()
}

// swap puts a candidate into service. It needs no comparison with what may have
// been saved meanwhile: there is one loader, so what it holds is newer than
// what is in service, and what is newer still will be looked at next. To skip
// it would let a file that is saved faster than it compiles never be loaded.
func (m *machine) swap(r stableread.Reading, v verdict) {
	m.settled()
	f := m.facts(r, v)
	m.memory.keep(snapshotOf(contentOf(m.path, r), f), r.Digest)
	m.clear()
	m.publish(v, f, r.Digest)
}

// facts are what is known of a candidate before it is in service.
func (m *machine) facts(r stableread.Reading, v verdict) Info {
	return Info{
		Fingerprint: v.fingerprint,
		Texts:       v.texts,
		Formerly:    m.memory.formerly(r.Digest, v.fingerprint),
		Version:     v.version,
		Note:        v.note,
		Kind:        m.kind(),
		Size:        r.Size,
		Due:         v.due,
		Timestamps:  Timestamps{Written: r.Modified, Noticed: m.save.noticed, Read: r.At, Ready: time.Now()},
	}.against(m.live)
}

// publish is the swap itself, and its record.
func (m *machine) publish(v verdict, f Info, content string) {
	f = f.against(m.live) // which may be another one than when it was staged
	f.Sequence = m.live.Sequence + 1
	f.Timestamps.Swapped = time.Now()
	v.publish(f)
	m.live, m.content = f, content
	m.board.update(func(s *Status) { s.Live = f })
	m.emit(EventActivated, nil)
	m.noteActivation(f, content)
}

// kind is that of the save under way; whatever is read before Open returns is
// the start.
func (m *machine) kind() Kind {
	if m.starting {
		return KindStart
	}
	return m.save.kind
}

// refuse keeps what is in service and says why, once for the same reason. It
// reports whether it did say so.
func (m *machine) refuse(key string, what Identity, err error) bool {
	m.present()
	m.unproved = errors.As(err, new(*Unproved))
	if m.refused == key && !m.unproved {
		return false
	}
	m.refused, m.refusedAs = key, what
	m.board.update(func(s *Status) { s.Refusal = Refusal{Identity: what, Time: time.Now(), Err: err, Active: true} })
	m.emit(EventRefused, err)
	return true
}

// restore notes that the file holds what is in service, or is known already.
// That is worth an event only if it did not before.
func (m *machine) restore() {
	was := m.refused != "" || m.missing
	m.clear()
	if was {
		m.emit(EventUnchanged, nil)
	}
}

// clear ends a refusal and an absence.
func (m *machine) clear() {
	m.refused = ""
	m.board.update(func(s *Status) { s.Refusal.Active = false })
	m.present()
}

// present ends an absence.
func (m *machine) present() {
	m.missing = false
	m.board.update(func(s *Status) { s.Missing = time.Time{} })
}

// emit tells the host. What makes Open fail is told by Open's error alone, so
// it is kept until Open is known to succeed.
func (m *machine) emit(k EventKind, err error) {
	e := Event{Kind: k, Time: time.Now(), Path: m.path, Live: m.live, Err: err}
	if m.staged != nil {
		e.Next = m.staged.facts
	}
	switch k {
	case EventRefused:
		e.Refused = m.refusedAs
	case EventPinned:
		e.Refused = m.hold.what
	}
	if m.starting && m.live.Sequence == 0 && k != EventActivated {
		m.untold = append(m.untold, e)
		return
	}
	m.tellAll()
	m.o.OnEvent(e)
}

// tellAll tells what was kept.
func (m *machine) tellAll() {
	for _, e := range m.untold {
		m.o.OnEvent(e)
	}
	m.untold = nil
}
