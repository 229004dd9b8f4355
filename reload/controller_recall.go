package reload

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// refusedBefore keeps out, across a restart, what an earlier life could not prove
// and this one could not compare with anything: there are no requests yet. It
// reports whether it did.
func (c *controller) refusedBefore(r stableread.Reading) bool {
	err := c.journal.refusal(r.Digest, c.o.Policy)
	if err == nil || len(c.journal.served()) == 0 {
		return false
	}
	c.refuse("content: "+r.Digest, Identity{}, fmt.Errorf("refused before the restart: %w", err))
	return true
}

// recall puts into service what was there last and still can be, for a start at
// which the file gives nothing. The error says why there is no such thing.
func (c *controller) recall() error {
	err := c.journal.signedError()
	for _, fingerprint := range c.journal.served() {
		if fingerprint == c.pin.what.Fingerprint || fingerprint == c.pin.what.Formerly || c.stopped() {
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

// activateSnapshot judges a snapshot anew and puts it into service.
func (c *controller) activateSnapshot(fingerprint string, k Kind) error {
	s, v, err := c.loadSnapshot(fingerprint)
	if err != nil {
		return err
	}
	if later(v.due) {
		return errors.New("it was staged and is not due")
	}
	if c.pin != (pin{}) && (v.fingerprint == c.pin.what.Fingerprint || s.Digest == c.pin.digest) {
		return errors.New("a rollback keeps it out of service")
	}
	f := c.infoOfSnapshot(s, v, k)
	c.journal.holdSaved(s)
	c.saveTranslated(s, f)
	c.activate(v, f, s.Digest)
	return nil
}

func (c *controller) loadSnapshot(fingerprint string) (history.Snapshot, loaded, error) {
	s, err := c.journal.snapshot(fingerprint)
	if err != nil {
		return s, loaded{}, err
	}
	v, err := c.load(Content{Path: c.path, Dir: c.layout.Dir, Files: s.Files, Restored: true})
	if err != nil {
		return s, v, fmt.Errorf("the snapshot %s is not accepted any more: %w", fingerprint, err)
	}
	return s, v, c.journal.verify(fingerprint, s, v.fingerprint)
}

func (c *controller) infoOfSnapshot(s history.Snapshot, v loaded, k Kind) Info {
	now := time.Now()
	f := Info{
		Fingerprint: v.fingerprint, Formerly: formerlyIn(s, v.fingerprint), Texts: v.texts, Version: v.version, Note: v.note, Kind: k,
		Timestamps: Timestamps{Written: s.Taken, Noticed: now, Read: now, Ready: now},
	}
	for _, file := range s.Files {
		f.Size += int64(len(file.Data))
	}
	return f.against(c.live)
}
