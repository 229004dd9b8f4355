package reload

import (
	"errors"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// record adds a record to the journal.
func (c *controller) record(a history.Action, info Info, digest, reason string) {
	c.journal.record(recordOf(a, info, digest, reason))
}

// recordActivation records that a revision is in service.
func (c *controller) recordActivation(info Info, digest string) {
	c.retain()
	if info.Kind == KindRollback {
		return // it was recorded before
	}
	c.record(actionActivated, info, digest, info.Note)
}

// retain tells the journal to keep the snapshots of the revisions in service, staged and
// suppressed, and those of others.
func (c *controller) retain(others ...string) {
	retained := append(others, c.live.Fingerprint)
	if c.staged != nil {
		retained = append(retained, c.staged.info.Fingerprint)
	}
	if c.pin.suppressed.Fingerprint != "" {
		retained = append(retained, c.pin.suppressed.Fingerprint)
	}
	c.journal.retain(retained...)
}

// recordRefusal records why a content, or the files, did not go into service.
func (c *controller) recordRefusal(r stableread.Reading, next loaded, err error) {
	info := Info{Fingerprint: next.fingerprint, Version: next.version, Kind: c.kind(), Timestamps: Timestamps{Written: r.Modified, Noticed: c.save.noticed, Read: r.At}}
	record := recordOf(actionRefused, info, r.Digest, err.Error())
	var refusal *GuardrailError
	if errors.As(err, &refusal) {
		record.Against = refusal.Policy
	}
	c.journal.record(record)
}
