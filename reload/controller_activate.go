package reload

import (
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// accept puts a candidate into service. It needs no comparison with what may have
// been saved meanwhile: there is one loader, so what it holds is newer than
// what is in service, and what is newer still will be looked at next. To skip
// it would let a file that is saved faster than it compiles never be loaded.
func (c *controller) accept(r stableread.Reading, v loaded) {
	c.unpinAndWithdraw()
	f := c.infoOf(r, v)
	c.journal.save(snapshotOf(contentOf(c.path, r), f, r.Digest))
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
