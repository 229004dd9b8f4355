package reload

import (
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// A staged is a revision that was accepted and is due later.
type staged struct {
	loaded loaded
	info   Info
	digest string // of its content
}

// stage keeps a candidate until it is due. The candidate is compiled already, so that only the
// swap is left. All processes with the same candidate swap at the same time.
func (c *controller) stage(r stableread.Reading, next loaded) {
	info := c.infoOf(r, next)
	again := c.staged != nil && c.staged.info.Fingerprint == info.Fingerprint && c.staged.info.Texts == info.Texts && c.staged.info.Due.Equal(info.Due)
	if !again {
		c.withdraw()
	}
	c.staged = &staged{loaded: next, info: info, digest: r.Digest}
	c.unpin()
	c.clearRefusal()
	c.status.update(func(s *Status) { s.Staged = info })
	if again {
		c.emit(EventUnchanged, nil)
		return
	}
	c.journal.save(snapshotOf(contentOf(c.path, r), info, r.Digest))
	c.retain()
	c.record(actionStaged, info, r.Digest, "")
	c.emit(EventStaged, nil)
}

// withdraw drops what is staged.
func (c *controller) withdraw() {
	if c.staged == nil {
		return
	}
	gone := c.staged
	c.unstage()
	c.record(actionWithdrawn, gone.info, gone.digest, "")
	c.o.OnEvent(Event{Kind: EventWithdrawn, Time: time.Now(), Path: c.path, Live: c.live, Next: gone.info})
}

func (c *controller) unstage() {
	c.staged = nil
	c.status.update(func(s *Status) { s.Staged = Info{} })
}

// activateDue activates the staged revision when its wall-clock time is reached. The wall
// clock is the one that several processes share.
func (c *controller) activateDue(now time.Time) {
	if c.staged == nil || now.Round(0).Before(c.staged.info.Due) || c.stopped() {
		return
	}
	due := c.staged
	c.unstage()
	c.activate(due.loaded, due.info, due.digest)
}

// later reports whether a candidate has to wait.
func later(due time.Time) bool { return time.Now().Round(0).Before(due) }
