package reload

import (
	"errors"
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// handleContent refuses, suppresses, stages or activates a complete content, or finds it
// unchanged.
func (c *controller) handleContent(r stableread.Reading) {
	c.status.update(func(s *Status) { s.Proof = r.Proof })
	c.translatePin(r)
	if c.handleKnown(r) {
		return
	}
	key := "content: " + r.Digest
	if c.refusal.key == key && (!c.refusal.byPolicy || c.save.kind == KindPoll) {
		c.clearMissing()
		return
	}
	next, err := c.load(contentOf(c.path, r))
	switch {
	case c.stopped():
	case err != nil:
		c.refuse(key, Identity{Fingerprint: next.fingerprint, Version: next.version}, err)
		c.recordRefusal(r, next, err)
	case c.isPinned(next.fingerprint):
		c.pin.digest = r.Digest
		c.suppress()
	case c.live.Sequence > 0 && next.fingerprint == c.live.Fingerprint && next.texts == c.live.Texts:
		c.liveDigest = r.Digest
		c.saveLive(r)
		c.unpinAndWithdraw()
		c.clearRefusal()
		c.emit(EventUnchanged, nil)
	case later(next.due):
		c.stage(r, next)
	default:
		c.accept(r, next)
	}
}

// handleKnown handles a content that need not be loaded. It reports whether r is such a
// content.
func (c *controller) handleKnown(r stableread.Reading) bool {
	switch {
	case c.pin.digest == r.Digest && c.isPinned(c.pin.suppressed.Fingerprint):
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

// unpinAndWithdraw ends the pin and drops the staged revision: the files have the content
// that is in service.
func (c *controller) unpinAndWithdraw() {
	c.withdraw()
	c.unpin()
}

// refuse reports why a content, or the files, do not go into service. The same key is
// reported once, unless the policy refused it. The result says whether it was reported.
func (c *controller) refuse(key string, what Identity, err error) bool {
	c.clearMissing()
	c.refusal.byPolicy = errors.As(err, new(*GuardrailError))
	if c.refusal.key == key && !c.refusal.byPolicy {
		return false
	}
	c.refusal.key, c.refusal.what = key, what
	c.status.update(func(s *Status) { s.Refusal = Refusal{Identity: what, Time: time.Now(), Err: err, Active: true} })
	c.emit(EventRefused, err)
	return true
}

// reportUnchanged ends a refusal and an absence: the files have the content that is in service
// or staged. It sends an event only after a refusal or an absence.
func (c *controller) reportUnchanged() {
	was := c.refusal.key != "" || c.missing
	c.clearRefusal()
	if was {
		c.emit(EventUnchanged, nil)
	}
}

// clearRefusal ends a refusal and an absence.
func (c *controller) clearRefusal() {
	c.refusal.key = ""
	c.status.update(func(s *Status) { s.Refusal.Active = false })
	c.clearMissing()
}

// clearMissing ends an absence.
func (c *controller) clearMissing() {
	c.missing = false
	c.status.update(func(s *Status) { s.Missing = time.Time{} })
}

// saveLive saves the revision in service in a journal that does not have it. r is a reading of
// the files, which have the same meaning.
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
