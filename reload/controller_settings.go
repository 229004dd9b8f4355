package reload

import (
	"cmp"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// Settings are the options of a [Source] that may change while it is open. They mean what
// the fields of [Options] of the same names mean.
type Settings struct {
	Settle, Poll time.Duration
	State        string
	StateOptions history.Options
	Against      string
}

// With is the options with others of these settings.
func (o Options) With(s Settings) Options {
	o.Settle, o.Poll, o.State, o.StateOptions, o.Against = s.Settle, s.Poll, s.State, s.StateOptions, s.Against
	return o
}

// Change has the source go by other settings. What is in service stays there.
//
// A refusal as [Unproved] is judged again if Against is another one than before. Another
// state directory, or another key or number of snapshots for it, is opened as at a start:
// the old one is closed, and the new one gets what is in service, what is staged and what a
// rollback keeps out. Nothing is written to it if nothing was written before, until
// [Source.Remember] is called.
func (s *Source[T]) Change(to Settings) { s.machine.order(func() { s.machine.change(to) }) }

func (m *machine) change(to Settings) {
	before := m.o
	m.o = before.With(to).withDefaults()
	m.reader.Settle = m.o.Settle
	if m.o.Poll != before.Poll {
		m.ticks.Reset(m.o.Poll)
	}
	if was := before.StateOptions; m.o.State != before.State || m.o.StateOptions.Key != was.Key || m.o.StateOptions.Keep != was.Keep {
		m.moveMemory()
	}
	if m.o.Against != before.Against && m.refused != "" && m.unproved {
		m.judgeAgain()
	}
}

// judgeAgain has the file read and judged although it is the same.
func (m *machine) judgeAgain() {
	m.refused = ""
	if m.phase == phaseIdle {
		m.settle(KindPoll, time.Now())
	}
}

// moveMemory goes on with the state directory of the options. What is in service goes
// along, as far as its files are known; they are not if nothing was remembered so far.
func (m *machine) moveMemory() {
	along := []string{m.live.Fingerprint, m.hold.what.Fingerprint}
	if m.staged != nil {
		along = append(along, m.staged.facts.Fingerprint)
	}
	var snapshots []history.Snapshot
	kept := make(map[string]string) // digests by fingerprint
	for _, fingerprint := range along {
		if s, err := m.memory.snapshot(fingerprint); fingerprint != "" && err == nil {
			snapshots = append(snapshots, s)
			kept[fingerprint] = s.Digest
		}
	}
	began := m.memory.scribe.writes()
	m.memory.close()
	m.memory = newMemory(m.o)
	m.scribe.Store(m.memory.scribe)
	m.board.update(func(s *Status) { s.State = StateHealth{Dir: m.o.State} })
	for _, s := range snapshots {
		m.memory.keep(s, s.Digest)
	}
	m.noteAll(kept)
	m.unkept = !slices.ContainsFunc(snapshots, func(s history.Snapshot) bool { return s.Fingerprint == m.live.Fingerprint })
	if m.unkept && m.phase == phaseIdle {
		m.settle(KindPoll, time.Now()) // the file is mostly what is in service
	}
	if began && m.memory.scribe != nil {
		m.memory.scribe.begin()
	}
}

// noteAll writes how things are into a log that does not know. kept are the digests of
// what is kept there by its fingerprint: a comment may have been added to the file since.
func (m *machine) noteAll(kept map[string]string) {
	m.retain()
	live := cmp.Or(kept[m.live.Fingerprint], m.content)
	if m.hold == (hold{}) {
		m.note(actionActivated, m.live, live, m.live.Note)
	} else {
		held := cmp.Or(kept[m.hold.what.Fingerprint], m.hold.content)
		record := recordOf(actionRolledBack, m.live, held, "the rollback was in effect when the state directory changed")
		record.Against, record.Restored = m.hold.what.Fingerprint, live
		m.memory.note(record)
	}
	if m.staged != nil {
		m.note(actionStaged, m.staged.facts, cmp.Or(kept[m.staged.facts.Fingerprint], m.staged.content), "")
	}
}

// keepLive keeps what is in service where that was not possible before. r is the file,
// which says the same.
func (m *machine) keepLive(r stableread.Reading) {
	if !m.unkept {
		return
	}
	m.unkept = false
	m.memory.keep(snapshotOf(contentOf(m.path, r), m.live), r.Digest)
	if !slices.Contains(m.memory.digests(m.live.Fingerprint), r.Digest) { // a comment was added since
		m.note(actionActivated, m.live, r.Digest, m.live.Note)
	}
}
