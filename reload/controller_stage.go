package reload

import (
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// staged is a revision that was accepted and waits for its instant.
type staged struct {
	verdict loaded
	facts   Info
	digest  string // digest
}

// stage keeps a candidate for later. It was proved now; at its instant there is
// nothing left to do but to swap, so that every process that holds it does so
// together.
func (c *controller) stage(r stableread.Reading, v loaded) {
	f := c.infoOf(r, v)
	again := c.staged != nil && c.staged.facts.Fingerprint == f.Fingerprint && c.staged.facts.Texts == f.Texts && c.staged.facts.Due.Equal(f.Due)
	if !again {
		c.withdraw()
	}
	c.staged = &staged{verdict: v, facts: f, digest: r.Digest}
	c.unpin()
	c.clearRefusal()
	c.status.update(func(s *Status) { s.Staged = f })
	if again {
		c.emit(EventUnchanged, nil)
		return
	}
	c.journal.keep(snapshotOf(contentOf(c.path, r), f), r.Digest)
	c.retain()
	c.record(actionStaged, f, r.Digest, "")
	c.emit(EventStaged, nil)
}

// withdraw gives up what is staged.
func (c *controller) withdraw() {
	if c.staged == nil {
		return
	}
	gone := c.staged
	c.unstage()
	c.record(actionWithdrawn, gone.facts, gone.digest, "")
	c.o.OnEvent(Event{Kind: EventWithdrawn, Time: time.Now(), Path: c.path, Live: c.live, Next: gone.facts})
}

func (c *controller) unstage() {
	c.staged = nil
	c.status.update(func(s *Status) { s.Staged = Info{} })
}

// activateDue swaps the staged revision in once its instant has come by the clock on
// the wall, which is the one that processes share.
func (c *controller) activateDue(now time.Time) {
	if c.staged == nil || now.Round(0).Before(c.staged.facts.Due) || c.stopped() {
		return
	}
	next := c.staged
	c.unstage()
	c.activate(next.verdict, next.facts, next.digest)
}

// later reports whether a candidate has to wait.
func later(due time.Time) bool { return time.Now().Round(0).Before(due) }
