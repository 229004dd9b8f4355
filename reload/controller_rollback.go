package reload

import (
	"fmt"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// rollback puts an earlier revision back and pins it until the files are saved with another
// content. The record is written first, so that a restart after the rollback serves the same
// revision.
func (c *controller) rollback(fingerprint, inService, reason string) error {
	if inService != "" && inService != c.live.Fingerprint {
		return fmt.Errorf("%w: %s is", ErrNotInService, c.live.Fingerprint)
	}
	if fingerprint == c.live.Fingerprint {
		return ErrInService
	}
	c.translatePin(stableread.Reading{})
	s, next, err := c.loadSnapshot(fingerprint)
	if err != nil {
		return err
	}
	if next.fingerprint == c.live.Fingerprint {
		return fmt.Errorf("%w: its fingerprint is %s now", ErrInService, next.fingerprint)
	}
	info := c.infoOfSnapshot(s, next, KindRollback)
	c.retain(s.Fingerprint, info.Fingerprint)
	c.journal.cacheSaved(s)
	c.saveTranslated(s, info)
	if err := c.pinCurrent(info, s.Digest, reason); err != nil {
		c.retain()
		return err
	}
	c.withdraw()
	c.activate(next, info, s.Digest)
	return nil
}

// pinCurrent suppresses the present content of the files and records the rollback.
func (c *controller) pinCurrent(info Info, restored, reason string) error {
	to := c.pin
	switch {
	case to != (pin{}): // an earlier rollback suppresses it
	case c.staged != nil:
		to = pin{digest: c.staged.digest, suppressed: c.staged.info.identity()}
	default:
		to = pin{digest: c.liveDigest, suppressed: c.live.identity()}
	}
	if to.suppressed.Fingerprint == info.Fingerprint {
		to = pin{} // the rollback is to the content of the files
	}
	record := recordOf(actionRolledBack, info, to.digest, reason)
	record.Against, record.Restored = to.suppressed.Fingerprint, restored
	if err := c.journal.append(record); err != nil {
		return fmt.Errorf("recording the rollback: %w", err)
	}
	c.pin = to
	c.status.update(func(s *Status) { s.Pinned = to.suppressed })
	return nil
}
