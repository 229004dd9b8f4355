package reload

import (
	"cmp"
	"errors"
	"fmt"
	"time"

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

// refusedBefore keeps out, across a restart, what an earlier life could not prove
// and this one could not compare with anything: there are no requests yet. It
// reports whether it did.
func (c *controller) refusedBefore(r stableread.Reading) bool {
	err := c.journal.refused(r.Digest, c.o.Policy)
	if err == nil || len(c.journal.served()) == 0 {
		return false
	}
	c.refuse("content: "+r.Digest, Identity{}, fmt.Errorf("refused before the restart: %w", err))
	return true
}

// recall puts into service what was there last and still can be, for a start at
// which the file gives nothing. The error says why there is no such thing.
func (c *controller) recall() error {
	err := c.journal.doubt
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
	c.journal.holdOn(s)
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

// Why a rollback was not carried out.
var (
	ErrNotInService = errors.New("another content is in service than the one named")
	ErrInService    = errors.New("that content is in service already")
	ErrNotKept      = history.ErrNoSnapshot
	ErrClosed       = errors.New("the source is closed")
)

// rollback puts an earlier revision back, which holds until the file is saved
// with another content. The record comes first: once this returns, a restart
// does the same.
func (c *controller) rollback(fingerprint, inService, reason string) error {
	if inService != "" && inService != c.live.Fingerprint {
		return fmt.Errorf("%w: %s is", ErrNotInService, c.live.Fingerprint)
	}
	if fingerprint == c.live.Fingerprint {
		return ErrInService
	}
	c.translatePin(stableread.Reading{})
	s, v, err := c.loadSnapshot(fingerprint)
	if err != nil {
		return err
	}
	if v.fingerprint == c.live.Fingerprint {
		return fmt.Errorf("%w: its fingerprint is %s now", ErrInService, v.fingerprint)
	}
	f := c.infoOfSnapshot(s, v, KindRollback)
	c.retain(s.Fingerprint, f.Fingerprint)
	c.journal.holdOn(s)
	c.saveTranslated(s, f)
	if err := c.pinCurrent(f, s.Digest, reason); err != nil {
		c.retain()
		return err
	}
	c.withdraw()
	c.activate(v, f, s.Digest)
	return nil
}

// pinCurrent keeps the file as it is now out of service, on record.
func (c *controller) pinCurrent(f Info, restored, reason string) error {
	h := c.pin
	switch {
	case h != (pin{}): // it is what an earlier rollback keeps out
	case c.staged != nil:
		h = pin{digest: c.staged.digest, what: c.staged.facts.identity()}
	default:
		h = pin{digest: c.liveDigest, what: c.live.identity()}
	}
	if h.what.Fingerprint == f.Fingerprint {
		h = pin{} // it is the file's own content that is wanted back
	}
	record := recordOf(actionRolledBack, f, h.digest, reason)
	record.Against, record.Restored = h.what.Fingerprint, restored
	if err := c.journal.append(record); err != nil {
		return fmt.Errorf("writing the rollback down: %w", err)
	}
	c.pin = h
	c.status.update(func(s *Status) { s.Pinned = h.what })
	return nil
}
