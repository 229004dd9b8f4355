package reload

import (
	"encoding/hex"
	"time"
)

// consider decides what becomes of a complete content.
func (m *machine) consider(r reading) {
	m.board.update(func(s *Status) { s.Guard = r.guard })
	if m.live.Sequence > 0 && r.sum == m.liveSum {
		m.restore()
		return
	}
	key := "content: " + hex.EncodeToString(r.sum[:])
	if m.refused == key {
		m.present()
		return
	}
	v, err := m.judge(m.path, r.data)
	switch {
	case m.stopped():
	case err != nil:
		m.refuse(key, err)
	case m.live.Sequence > 0 && v.fingerprint == m.live.Fingerprint:
		m.liveSum = r.sum
		m.clear()
		m.emit(EventUnchanged, nil)
	default:
		m.swap(r, v)
	}
}

// swap puts a candidate into service. It needs no comparison with what may have
// been saved meanwhile: there is one loader, so what it holds is newer than
// what is in service, and what is newer still will be looked at next. To skip
// it would let a file that is saved faster than it compiles never be loaded.
func (m *machine) swap(r reading, v verdict) {
	f := Facts{
		Fingerprint: v.fingerprint,
		Version:     v.version,
		Kind:        m.kind(),
		Sequence:    m.live.Sequence + 1,
		Size:        int64(len(r.data)),
		Stamps:      Stamps{Written: r.mtime, Noticed: m.save.noticed, Read: r.at, Swapped: time.Now()},
	}
	v.publish(f)
	m.live, m.liveSum = f, r.sum
	m.clear()
	m.board.update(func(s *Status) { s.Live = f })
	m.emit(EventActivated, nil)
}

// kind is that of the save under way; whatever is read before Open returns is
// the start.
func (m *machine) kind() Kind {
	if m.starting {
		return KindStart
	}
	return m.save.kind
}

// refuse keeps what is in service and says why, once for the same reason.
func (m *machine) refuse(key string, err error) {
	m.present()
	if m.refused == key {
		return
	}
	m.refused = key
	m.board.update(func(s *Status) { s.Refusal = Refusal{Time: time.Now(), Err: err, Standing: true} })
	m.emit(EventRefused, err)
}

// restore notes that the file holds what is in service. That is worth an event
// only if it did not before.
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
	m.board.update(func(s *Status) { s.Refusal.Standing = false })
	m.present()
}

// present ends an absence.
func (m *machine) present() {
	m.missing = false
	m.board.update(func(s *Status) { s.Missing = time.Time{} })
}

// emit tells the host. What makes Open fail is told by Open's error alone.
func (m *machine) emit(k EventKind, err error) {
	switch k {
	case EventRefused, EventMissing, EventPending, EventPendingOver:
		if m.starting {
			return
		}
	}
	m.o.OnEvent(Event{Kind: k, Time: time.Now(), Path: m.path, Live: m.live, Err: err})
}
