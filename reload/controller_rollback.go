package reload

import (
	"fmt"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
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
	c.journal.holdSaved(s)
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
