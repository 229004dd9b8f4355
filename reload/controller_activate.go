package reload

import (
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// accept puts a candidate into service, even if the files were saved again meanwhile. The
// candidate is newer than the revision in service, and the later save is read next. If accept
// skipped the candidate, a file that is saved faster than it compiles would never be loaded.
func (c *controller) accept(r stableread.Reading, next loaded) {
	c.unpinAndWithdraw()
	info := c.infoOf(r, next)
	c.journal.save(snapshotOf(contentOf(c.path, r), info, r.Digest))
	c.clearRefusal()
	c.activate(next, info, r.Digest)
}

// infoOf is what is known of a candidate before it is in service.
func (c *controller) infoOf(r stableread.Reading, next loaded) Info {
	return Info{
		Fingerprint: next.fingerprint,
		Texts:       next.texts,
		Formerly:    c.journal.formerly(r.Digest, next.fingerprint),
		Version:     next.version,
		Note:        next.note,
		Kind:        c.kind(),
		Size:        r.Size,
		Due:         next.due,
		Timestamps:  Timestamps{Written: r.Modified, Noticed: c.save.noticed, Read: r.At, Ready: time.Now()},
	}.against(c.live)
}

// activate swaps a revision in, reports it and records it.
func (c *controller) activate(next loaded, info Info, digest string) {
	info = info.against(c.live) // live may be another revision than when it was staged
	info.Sequence = c.live.Sequence + 1
	info.Timestamps.Swapped = time.Now()
	next.activate(info)
	c.live, c.liveDigest = info, digest
	c.status.update(func(s *Status) { s.Live = info })
	c.emit(EventActivated, nil)
	c.recordActivation(info, digest)
}

// kind is the kind of the save under way, or KindStart before Open returns.
func (c *controller) kind() Kind {
	if c.starting {
		return KindStart
	}
	return c.save.kind
}
