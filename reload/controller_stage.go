package reload

import (
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// staged is a revision that was accepted and waits for its instant.
type staged struct {
	verdict verdict
	facts   Info
	content string // digest
}

// stage keeps a candidate for later. It was proved now; at its instant there is
// nothing left to do but to swap, so that every process that holds it does so
// together.
func (m *machine) stage(r stableread.Reading, v verdict) {
	f := m.facts(r, v)
	again := m.staged != nil && m.staged.facts.Fingerprint == f.Fingerprint && m.staged.facts.Texts == f.Texts && m.staged.facts.Due.Equal(f.Due)
	if !again {
		m.withdraw()
	}
	m.staged = &staged{verdict: v, facts: f, content: r.Digest}
	m.release()
	m.clear()
	m.board.update(func(s *Status) { s.Staged = f })
	if again {
		m.emit(EventUnchanged, nil)
		return
	}
	m.memory.keep(snapshotOf(contentOf(m.path, r), f), r.Digest)
	m.retain()
	m.note(actionStaged, f, r.Digest, "")
	m.emit(EventStaged, nil)
}

// withdraw gives up what is staged.
func (m *machine) withdraw() {
	if m.staged == nil {
		return
	}
	gone := m.staged
	m.unstage()
	m.note(actionWithdrawn, gone.facts, gone.content, "")
	m.o.OnEvent(Event{Kind: EventWithdrawn, Time: time.Now(), Path: m.path, Live: m.live, Next: gone.facts})
}

func (m *machine) unstage() {
	m.staged = nil
	m.board.update(func(s *Status) { s.Staged = Info{} })
}

// ripen swaps the staged revision in once its instant has come by the clock on
// the wall, which is the one that processes share.
func (m *machine) ripen(now time.Time) {
	if m.staged == nil || now.Round(0).Before(m.staged.facts.Due) || m.stopped() {
		return
	}
	next := m.staged
	m.unstage()
	m.publish(next.verdict, next.facts, next.content)
}

// later reports whether a candidate has to wait.
func later(due time.Time) bool { return time.Now().Round(0).Before(due) }
