package reload

import (
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

// Change has the source go by other settings. What is in service stays there.
//
// A refusal as [Unproved] is judged again if Against is another one than before. Another
// state directory, or another key or number of snapshots for it, is opened as at a start:
// the old one is closed, and the new one gets what is in service, what is staged and what a
// rollback keeps out. Nothing is written to it if nothing was written before, until
// [Source.Remember] is called.
func (s *Source[T]) Change(to Settings) { s.machine.order(func() { s.machine.change(to) }) }

func (m *machine) change(to Settings) {
	o := m.o
	o.Settle, o.Poll, o.State, o.StateOptions, o.Against = to.Settle, to.Poll, to.State, to.StateOptions, to.Against
	before := m.o
	m.o = o.withDefaults()
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
	for _, fingerprint := range along {
		if s, err := m.memory.snapshot(fingerprint); fingerprint != "" && err == nil {
			snapshots = append(snapshots, s)
		}
	}
	began := m.memory.scribe.writes()
	m.memory.close()
	m.memory = newMemory(m.o)
	m.scribe.Store(m.memory.scribe)
	m.board.update(func(s *Status) { s.Memory = Memory{Dir: m.o.State} })
	for _, s := range snapshots {
		m.memory.keep(s, s.Digest)
	}
	m.noteAll()
	m.unkept = !slices.ContainsFunc(snapshots, func(s history.Snapshot) bool { return s.Fingerprint == m.live.Fingerprint })
	if m.unkept && m.phase == phaseIdle {
		m.settle(KindPoll, time.Now()) // the file is mostly what is in service
	}
	if began && m.memory.scribe != nil {
		m.memory.scribe.begin()
	}
}

// noteAll writes how things are into a log that does not know.
func (m *machine) noteAll() {
	m.retain()
	if m.hold == (hold{}) {
		m.note(actionActivated, m.live, m.content, m.live.Note)
	} else {
		record := recordOf(actionRolledBack, m.live, m.hold.content, "the rollback was in effect when the state directory changed")
		record.Against, record.Restored = m.hold.what.Fingerprint, m.content
		m.memory.note(record)
	}
	if m.staged != nil {
		m.note(actionStaged, m.staged.facts, m.staged.content, "")
	}
}

// keepLive keeps what is in service where that was not possible before. r is the file,
// which says the same.
func (m *machine) keepLive(r stableread.Reading) {
	if m.unkept {
		m.unkept = false
		m.memory.keep(snapshotOf(contentOf(m.path, r), m.live), r.Digest)
	}
}
