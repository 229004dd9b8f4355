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

// showOutcome shows what became of the content that was read last. It comes after
// everything else that a turn changes: who sees the outcome sees the rest.
func (c *controller) showOutcome() {
	shown := c.read
	shown.Outcome = c.outcome()
	c.status.update(func(s *Status) { s.File = shown })
}

// outcome is what became of the content that was read last; "" before there is one.
func (c *controller) outcome() Outcome {
	content := c.read.Digest
	switch {
	case c.read.Number == 0:
		return ""
	case c.refusedKey != "":
		return OutcomeRefused
	case content == "":
		return ""
	case c.pin.digest == content:
		return OutcomePinned
	case c.staged != nil && c.staged.digest == content:
		return OutcomeStaged
	case c.liveDigest == content:
		return OutcomeInService
	}
	return ""
}

// unpinAndWithdraw notes that the file says what is in service, and nothing else is
// wanted of it any more.
func (c *controller) unpinAndWithdraw() {
	c.withdraw()
	c.unpin()
}

// accept puts a candidate into service. It needs no comparison with what may have
// been saved meanwhile: there is one loader, so what it holds is newer than
// what is in service, and what is newer still will be looked at next. To skip
// it would let a file that is saved faster than it compiles never be loaded.
func (c *controller) accept(r stableread.Reading, v loaded) {
	c.unpinAndWithdraw()
	f := c.infoOf(r, v)
	c.journal.keep(snapshotOf(contentOf(c.path, r), f), r.Digest)
	c.clearRefusal()
	c.activate(v, f, r.Digest)
}

// infoOf are what is known of a candidate before it is in service.
func (c *controller) infoOf(r stableread.Reading, v loaded) Info {
	return Info{
		Fingerprint: v.fingerprint,
		Texts:       v.texts,
		Formerly:    c.journal.formerly(r.Digest, v.fingerprint),
		Version:     v.version,
		Note:        v.note,
		Kind:        c.kind(),
		Size:        r.Size,
		Due:         v.due,
		Timestamps:  Timestamps{Written: r.Modified, Noticed: c.save.noticed, Read: r.At, Ready: time.Now()},
	}.against(c.live)
}

// activate is the swap itself, and its record.
func (c *controller) activate(v loaded, f Info, content string) {
	f = f.against(c.live) // which may be another one than when it was staged
	f.Sequence = c.live.Sequence + 1
	f.Timestamps.Swapped = time.Now()
	v.activate(f)
	c.live, c.liveDigest = f, content
	c.status.update(func(s *Status) { s.Live = f })
	c.emit(EventActivated, nil)
	c.recordActivation(f, content)
}

// kind is that of the save under way; whatever is read before Open returns is
// the start.
func (c *controller) kind() Kind {
	if c.starting {
		return KindStart
	}
	return c.save.kind
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

// emit tells the host. What makes Open fail is told by Open's error alone, so
// it is kept until Open is known to succeed.
func (c *controller) emit(k EventKind, err error) {
	e := Event{Kind: k, Time: time.Now(), Path: c.path, Live: c.live, Err: err}
	if c.staged != nil {
		e.Next = c.staged.facts
	}
	switch k {
	case EventRefused:
		e.Refused = c.refusedAs
	case EventPinned:
		e.Refused = c.pin.what
	}
	if c.starting && c.live.Sequence == 0 && k != EventActivated {
		c.deferred = append(c.deferred, e)
		return
	}
	c.sendDeferred()
	c.o.OnEvent(e)
}

// sendDeferred tells what was kept.
func (c *controller) sendDeferred() {
	for _, e := range c.deferred {
		c.o.OnEvent(e)
	}
	c.deferred = nil
}
