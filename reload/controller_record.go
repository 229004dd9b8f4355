package reload

import (
	"errors"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// record writes one line of history.
func (c *controller) record(a history.Action, f Info, digest, reason string) {
	c.journal.record(recordOf(a, f, digest, reason))
}

// recordActivation writes that a revision is in service.
func (c *controller) recordActivation(f Info, digest string) {
	c.retain()
	if f.Kind == KindRollback {
		return // its record was there first
	}
	c.record(actionActivated, f, digest, f.Note)
}

// retain keeps the snapshots of what is in service, what is to be, what a rollback
// keeps out, which may be asked for again, and others.
func (c *controller) retain(others ...string) {
	retained := append(others, c.live.Fingerprint)
	if c.staged != nil {
		retained = append(retained, c.staged.facts.Fingerprint)
	}
	if c.pin.what.Fingerprint != "" {
		retained = append(retained, c.pin.what.Fingerprint)
	}
	c.journal.retain(retained...)
}

func (c *controller) recordRefusal(r stableread.Reading, v loaded, err error) {
	f := Info{Fingerprint: v.fingerprint, Version: v.version, Kind: c.kind(), Timestamps: Timestamps{Written: r.Modified, Noticed: c.save.noticed, Read: r.At}}
	record := recordOf(actionRefused, f, r.Digest, err.Error())
	var unproved *GuardrailError
	if errors.As(err, &unproved) {
		record.Against = unproved.Policy
	}
	c.journal.record(record)
}
