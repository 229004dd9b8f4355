package reload

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// refusedBefore refuses, at the start, a content that an earlier process refused by the same
// policy. This process has no requests yet to compare the content on. The result says whether
// it refused the content.
func (c *controller) refusedBefore(r stableread.Reading) bool {
	err := c.journal.refusal(r.Digest, c.o.Policy)
	if err == nil || len(c.journal.served()) == 0 {
		return false
	}
	c.refuse("content: "+r.Digest, Identity{}, fmt.Errorf("refused before the restart: %w", err))
	return true
}

// recall activates the last revision in service that is still accepted. It is for a start at
// which the files give no revision. The error says why there is no such revision.
func (c *controller) recall() error {
	err := c.journal.signedError()
	for _, fingerprint := range c.journal.served() {
		if fingerprint == c.pin.suppressed.Fingerprint || fingerprint == c.pin.suppressed.Formerly || c.stopped() {
			continue
		}
		failed := c.activateSnapshot(fingerprint, KindRecall)
		if failed == nil {
			return nil
		}
		err = cmp.Or(err, failed)
	}
	return cmp.Or(err, errNothingKept)
}

var errNothingKept = errors.New("nothing is kept")

// activateSnapshot loads a snapshot and puts it into service.
func (c *controller) activateSnapshot(fingerprint string, k Kind) error {
	s, next, err := c.loadSnapshot(fingerprint)
	if err != nil {
		return err
	}
	if later(next.due) {
		return errors.New("it was staged and is not due")
	}
	if c.pin != (pin{}) && (next.fingerprint == c.pin.suppressed.Fingerprint || s.Digest == c.pin.digest) {
		return errors.New("a rollback keeps it out of service")
	}
	info := c.infoOfSnapshot(s, next, k)
	c.journal.cacheSaved(s)
	c.saveTranslated(s, info)
	c.activate(next, info, s.Digest)
	return nil
}

// loadSnapshot loads a snapshot and verifies that it is what was in service.
func (c *controller) loadSnapshot(fingerprint string) (history.Snapshot, loaded, error) {
	s, err := c.journal.snapshot(fingerprint)
	if err != nil {
		return s, loaded{}, err
	}
	next, err := c.load(Content{Path: c.path, Dir: c.layout.Dir, Files: s.Files, Restored: true})
	if err != nil {
		return s, next, &NotAcceptedError{fingerprint, err}
	}
	return s, next, c.journal.verify(fingerprint, s, next.fingerprint)
}

// infoOfSnapshot is what is known of a snapshot before it is in service.
func (c *controller) infoOfSnapshot(s history.Snapshot, next loaded, k Kind) Info {
	now := time.Now()
	info := Info{
		Fingerprint: next.fingerprint, Formerly: formerlyIn(s, next.fingerprint), Texts: next.texts, Version: next.version, Note: next.note, Kind: k,
		Timestamps: Timestamps{Written: s.Taken, Noticed: now, Read: now, Ready: now},
	}
	for _, file := range s.Files {
		info.Size += int64(len(file.Data))
	}
	return info.against(c.live)
}
