package reload

import (
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// A pin keeps a content of the file out of service after a rollback.
type pin struct {
	digest        string // digest; "" for no hold
	what          Identity
	otherLanguage bool // the fingerprint is of another language, and was not made anew yet
}

// unpin ends the hold.
func (c *controller) unpin() {
	if c.pin == (pin{}) {
		return
	}
	c.pin = pin{}
	c.status.update(func(s *Status) { s.Pinned = Identity{} })
}

// isPinned reports whether a rollback keeps a meaning out of service. It ends if
// there is nothing else to serve.
func (c *controller) isPinned(meaning string) bool {
	if c.pin == (pin{}) || c.pin.what.Fingerprint != meaning {
		return false
	}
	if c.live.Sequence > 0 || c.recall() == nil {
		return true
	}
	c.unpin()
	return false
}

// suppress tells that a rollback keeps out what was saved. A poll that finds what
// was told of before says nothing.
func (c *controller) suppress() {
	known := c.refusedKey == "" && !c.missing && c.save.kind == KindPoll && !c.starting
	c.clearRefusal()
	if !known {
		c.emit(EventPinned, nil)
	}
}

// translatePin finds out what fingerprint has now what a rollback of another
// language keeps out: it has to be kept out with other bytes of the same meaning,
// too, and is asked for by either fingerprint. r is the file as it is, if it was
// read. What cannot be judged any more is kept out by its bytes alone.
func (c *controller) translatePin(r stableread.Reading) {
	if !c.pin.otherLanguage {
		return
	}
	c.pin.otherLanguage = false
	s, v, err := c.loadPinned(r)
	if err != nil || v.fingerprint == c.pin.what.Fingerprint {
		return
	}
	f := c.infoOfSnapshot(s, v, 0)
	c.saveTranslated(s, f)
	c.pin.what = f.identity()
	c.status.update(func(s *Status) { s.Pinned = c.pin.what })
}

// loadPinned judges what is kept out anew, from the file if that still holds it.
func (c *controller) loadPinned(r stableread.Reading) (history.Snapshot, loaded, error) {
	if c.pin.digest == "" || r.Digest != c.pin.digest {
		return c.loadSnapshot(c.pin.what.Fingerprint)
	}
	content := contentOf(c.path, r)
	content.Restored = true
	v, err := c.load(content)
	s := snapshotOf(content, Info{Fingerprint: c.pin.what.Fingerprint, Version: c.pin.what.Version}, r.Digest)
	return s, v, err
}

// saveTranslated keeps a snapshot of another language with the fingerprint it has now,
// beside the one that it was kept under.
func (c *controller) saveTranslated(s history.Snapshot, f Info) {
	if s.Fingerprint == f.Fingerprint {
		return
	}
	s.Fingerprint, s.Formerly, s.Version = f.Fingerprint, f.Formerly, f.Version
	c.journal.save(s)
}
