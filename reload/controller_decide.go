package reload

import (
	"errors"
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// handleContent decides what becomes of a complete content.
func (c *controller) handleContent(r stableread.Reading) {
	c.status.update(func(s *Status) { s.Proof = r.Proof })
	c.translatePin(r)
	if c.handleKnown(r) {
		return
	}
	key := "content: " + r.Digest
	if c.refusedKey == key && (!c.refusedByPolicy || c.save.kind == KindPoll) {
		c.clearMissing()
		return
	}
	v, err := c.load(contentOf(c.path, r))
	switch {
	case c.stopped():
	case err != nil:
		c.refuse(key, Identity{Fingerprint: v.fingerprint, Version: v.version}, err)
		c.recordRefusal(r, v, err)
	case c.isPinned(v.fingerprint):
		c.pin.digest = r.Digest
		c.suppress()
	case c.live.Sequence > 0 && v.fingerprint == c.live.Fingerprint && v.texts == c.live.Texts:
		c.liveDigest = r.Digest
		c.saveLive(r)
		c.unpinAndWithdraw()
		c.clearRefusal()
		c.emit(EventUnchanged, nil)
	case later(v.due):
		c.stage(r, v)
	default:
		c.accept(r, v)
	}
}

// handleKnown deals with a content that need not be judged, and reports whether it was
// one.
func (c *controller) handleKnown(r stableread.Reading) bool {
	switch {
	case c.pin.digest == r.Digest && c.isPinned(c.pin.what.Fingerprint):
		c.suppress()
	case c.staged != nil && r.Digest == c.staged.digest:
		c.reportUnchanged()
	case c.live.Sequence > 0 && r.Digest == c.liveDigest:
		c.saveLive(r)
		c.unpinAndWithdraw()
		c.reportUnchanged()
	case c.starting && c.live.Sequence == 0:
		return c.refusedBefore(r)
	default:
		return false
	}
	return true
}

// unpinAndWithdraw notes that the file says what is in service, and nothing else is
// wanted of it any more.
func (c *controller) unpinAndWithdraw() {
	c.withdraw()
	c.unpin()
}

// refuse keeps what is in service and says why, once for the same reason. It
// reports whether it did say so.
func (c *controller) refuse(key string, what Identity, err error) bool {
	c.clearMissing()
	c.refusedByPolicy = errors.As(err, new(*GuardrailError))
	if c.refusedKey == key && !c.refusedByPolicy {
		return false
	}
	c.refusedKey, c.refusedAs = key, what
	c.status.update(func(s *Status) { s.Refusal = Refusal{Identity: what, Time: time.Now(), Err: err, Active: true} })
	c.emit(EventRefused, err)
	return true
}

// reportUnchanged notes that the file holds what is in service, or is known already.
// That is worth an event only if it did not before.
func (c *controller) reportUnchanged() {
	was := c.refusedKey != "" || c.missing
	c.clearRefusal()
	if was {
		c.emit(EventUnchanged, nil)
	}
}

// clearRefusal ends a refusal and an absence.
func (c *controller) clearRefusal() {
	c.refusedKey = ""
	c.status.update(func(s *Status) { s.Refusal.Active = false })
	c.clearMissing()
}

// clearMissing ends an absence.
func (c *controller) clearMissing() {
	c.missing = false
	c.status.update(func(s *Status) { s.Missing = time.Time{} })
}

// saveLive keeps what is in service where that was not possible before. r is the file,
// which says the same.
func (c *controller) saveLive(r stableread.Reading) {
	if !c.liveUnsaved {
		return
	}
	c.liveUnsaved = false
	c.journal.save(snapshotOf(contentOf(c.path, r), c.live, r.Digest))
	if !c.journal.hasContent(c.live.Fingerprint, r.Digest) { // a comment was added since
		c.record(actionActivated, c.live, r.Digest, c.live.Note)
	}
}
