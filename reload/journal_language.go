package reload

import (
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// What was kept in an earlier language has a fingerprint on record that its bytes
// do not give any more. It goes by the digest of its bytes instead, which is on
// record, too, and is kept once more with the fingerprint of now, so that it is
// found by both.

// verify makes sure that a snapshot is the content that is asked for by a
// fingerprint: its bytes are those on a signed record of that fingerprint. In another
// language the same bytes have another fingerprint, and it may be on no record: then
// they have to have it, and to be those on record of the former one.
func (y *memory) verify(asked string, s history.Snapshot, fingerprint string) error {
	recorded := y.digests(asked)
	switch {
	case slices.Contains(recorded, s.Digest):
		return nil
	case s.Fingerprint == fingerprint && s.Formerly != "" && slices.Contains(y.digests(s.Formerly), s.Digest):
		return nil // what was kept in an earlier language was kept again in this one
	case len(recorded) == 0:
		return fmt.Errorf("the snapshot %s is not proved: no signed record says that it was in service; publish what is meant instead", asked)
	}
	return fmt.Errorf("the snapshot %s is not what was in service: its bytes are not those on record; publish what is meant instead", asked)
}

// keepsBytes reports whether a record tells of contents that were in service, were to
// be, or are kept out of it.
func keepsBytes(r history.Record) bool {
	return r.Action == actionActivated || r.Action == actionStaged || r.Action == actionRolledBack
}

// digests are those on record of the contents with a fingerprint. What another
// process wrote before this one took the directory over counts as well.
func (y *memory) digests(fingerprint string) []string {
	var digests []string
	for _, records := range [][]history.Record{y.past.Records, y.noted, y.scribe.records()} {
		for _, r := range records {
			if !keepsBytes(r) {
				continue
			}
			for _, c := range r.Contents() {
				if c.Fingerprint == fingerprint && c.Digest != "" {
					digests = append(digests, c.Digest)
				}
			}
		}
	}
	return digests
}

// formerly is the fingerprint that was put on record for a content in an earlier
// language; "" if there is none, or it is the same.
func (y *memory) formerly(digest, fingerprint string) string {
	if y.past == nil {
		return ""
	}
	for _, r := range slices.Backward(y.past.Records) {
		if r.Digest != digest || r.Action != actionActivated && r.Action != actionStaged {
			continue
		}
		if r.Language == y.language {
			return r.Formerly
		}
		return unless(fingerprint, r.Fingerprint)
	}
	return ""
}

// formerlyIn is what a snapshot was kept under, if that is another fingerprint than
// the one it has now, or what was known of it then.
func formerlyIn(s history.Snapshot, fingerprint string) string {
	if s.Fingerprint == fingerprint {
		return s.Formerly
	}
	return s.Fingerprint
}

// formerlyOf is what is on record of a fingerprint in this language.
func (y *memory) formerlyOf(fingerprint string) string {
	for _, r := range slices.Backward(y.past.Records) {
		if r.Fingerprint == fingerprint && r.Formerly != "" {
			return r.Formerly
		}
	}
	return ""
}

func unless(not, fingerprint string) string {
	if fingerprint == not {
		return ""
	}
	return fingerprint
}

// foreign reports whether the fingerprint of what a rollback keeps out was made in
// another language. The rollback itself may be a later one.
func (y *memory) foreign(rollback history.Record) bool {
	for _, r := range slices.Backward(y.past.Records) {
		if r.Fingerprint == rollback.Against {
			return r.Language != y.language
		}
	}
	return rollback.Language != y.language
}

// saveTranslated keeps a snapshot of another language with the fingerprint it has now,
// beside the one that it was kept under.
func (c *controller) saveTranslated(s history.Snapshot, f Info) {
	if s.Fingerprint == f.Fingerprint {
		return
	}
	s.Fingerprint, s.Formerly, s.Version = f.Fingerprint, f.Formerly, f.Version
	c.journal.keep(s, s.Digest)
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
	s := snapshotOf(content, Info{Fingerprint: c.pin.what.Fingerprint, Version: c.pin.what.Version})
	s.Digest = r.Digest
	return s, v, err
}
