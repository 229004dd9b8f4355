package reload

import (
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// A pin keeps in service the revision that a rollback put back. It suppresses the content that
// the files had then, until they are saved with a content of another meaning. The zero value
// suppresses nothing.
type pin struct {
	digest        string // of the suppressed content
	suppressed    Identity
	otherLanguage bool // suppressed was made in another language and is not translated yet
}

// unpin ends the pin.
func (c *controller) unpin() {
	if c.pin == (pin{}) {
		return
	}
	c.pin = pin{}
	c.status.update(func(s *Status) { s.Pinned = Identity{} })
}

// isPinned reports whether the pin suppresses the content with a fingerprint. It ends the pin
// if there is no other revision to serve.
func (c *controller) isPinned(fingerprint string) bool {
	if c.pin == (pin{}) || c.pin.suppressed.Fingerprint != fingerprint {
		return false
	}
	if c.live.Sequence > 0 || c.recall() == nil {
		return true
	}
	c.unpin()
	return false
}

// suppress reports that the pin suppresses the content of the files. A poll does not report it
// again.
func (c *controller) suppress() {
	reported := c.refusal.key == "" && !c.missing && c.save.kind == KindPoll && !c.starting
	c.clearRefusal()
	if !reported {
		c.emit(EventPinned, nil)
	}
}

// translatePin replaces the fingerprint of a suppressed content that was made in another
// language by its present one. Then other bytes of the same meaning are suppressed, too, and
// a rollback may name either fingerprint. r is a reading of the files; it is zero if they were
// not read. A content that is no longer accepted is suppressed by its bytes alone.
func (c *controller) translatePin(r stableread.Reading) {
	if !c.pin.otherLanguage {
		return
	}
	c.pin.otherLanguage = false
	s, next, err := c.loadPinned(r)
	if err != nil || next.fingerprint == c.pin.suppressed.Fingerprint {
		return
	}
	info := c.infoOfSnapshot(s, next, 0)
	c.saveTranslated(s, info)
	c.pin.suppressed = info.identity()
	c.status.update(func(s *Status) { s.Pinned = c.pin.suppressed })
}

// loadPinned loads the suppressed content, from the files if they still have it.
func (c *controller) loadPinned(r stableread.Reading) (history.Snapshot, loaded, error) {
	if c.pin.digest == "" || r.Digest != c.pin.digest {
		return c.loadSnapshot(c.pin.suppressed.Fingerprint)
	}
	content := contentOf(c.path, r)
	content.Restored = true
	next, err := c.load(content)
	s := snapshotOf(content, Info{Fingerprint: c.pin.suppressed.Fingerprint, Version: c.pin.suppressed.Version}, r.Digest)
	return s, next, err
}

// saveTranslated saves a snapshot of another language again, with its present fingerprint.
func (c *controller) saveTranslated(s history.Snapshot, info Info) {
	if s.Fingerprint == info.Fingerprint {
		return
	}
	s.Fingerprint, s.Formerly, s.Version = info.Fingerprint, info.Formerly, info.Version
	c.journal.save(s)
}
