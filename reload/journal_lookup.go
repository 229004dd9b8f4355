package reload

import (
	"errors"
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/reload/history"
)

// snapshot finds a content that was in service by its fingerprint.
func (j *journal) snapshot(fingerprint string) (history.Snapshot, error) {
	if j == nil {
		return history.Snapshot{}, errNoState
	}
	if s, ok := j.held(fingerprint); ok {
		return s, nil
	}
	return j.signed.Verified(fingerprint, func(s history.Snapshot) bool { // read from the disk, whichever process saved it
		return slices.Contains(j.digests(fingerprint), s.Digest) || slices.Contains(j.digests(s.Formerly), s.Digest)
	})
}

// held returns a snapshot that is kept in memory.
func (j *journal) held(fingerprint string) (history.Snapshot, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, h := range j.snapshots {
		if h.Fingerprint == fingerprint {
			return h.Snapshot, true
		}
	}
	return history.Snapshot{}, false
}

// verify checks that a snapshot is the content that a fingerprint names: its bytes are those on
// a signed record of that fingerprint. In another language the same bytes have another
// fingerprint, which may be on no record. Then the snapshot must have that fingerprint, and
// its bytes must be those on record of the former one.
func (j *journal) verify(asked string, s history.Snapshot, fingerprint string) error {
	recorded := j.digests(asked)
	switch {
	case slices.Contains(recorded, s.Digest):
		return nil
	case s.Fingerprint == fingerprint && s.Formerly != "" && slices.Contains(j.digests(s.Formerly), s.Digest):
		return nil // it was saved in an earlier language and again in this one
	case len(recorded) == 0:
		return fmt.Errorf("the snapshot %s is not proved: no signed record says that it was in service; publish what is meant instead", asked)
	}
	return fmt.Errorf("the snapshot %s is not what was in service: its bytes are not those on record; publish what is meant instead", asked)
}

// digests are the digests on record of the contents with a fingerprint. They include the
// records that another process wrote before this one opened the directory.
func (j *journal) digests(fingerprint string) []string {
	var digests []string
	for _, records := range [][]history.Record{j.signed.Records, j.recorded, j.written()} {
		for _, r := range records {
			if !isOfContent(r) {
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

// hasContent reports whether a content is on record or will be.
func (j *journal) hasContent(fingerprint, digest string) bool {
	return j != nil && slices.Contains(j.digests(fingerprint), digest)
}

// written returns the records of the open log: those that were signed before, and later ones.
func (j *journal) written() []history.Record {
	if log := j.opened(); log != nil {
		return log.Records()
	}
	return nil
}

// served returns the fingerprints of what was in service by the signed records, latest first.
func (j *journal) served() []string {
	if j == nil {
		return nil
	}
	var served []string
	for _, r := range slices.Backward(j.signed.Records) {
		if putsIntoService(r.Action) && !slices.Contains(served, r.Fingerprint) {
			served = append(served, r.Fingerprint)
		}
	}
	return served
}

// signedError is why there are no signed records although the directory has a log.
func (j *journal) signedError() error {
	if j == nil {
		return nil
	}
	return j.signedErr
}

// pinned is the pin of the last rollback by an earlier process. It is in effect until another
// content is staged or activated, other than by a recall.
func (j *journal) pinned() pin {
	if j == nil {
		return pin{}
	}
	for _, r := range slices.Backward(j.signed.Records) {
		switch {
		case r.Action == actionRolledBack:
			what := Identity{Fingerprint: r.Against, Formerly: j.formerlyOf(r.Against), Version: j.versionOf(r.Against)}
			return pin{digest: r.Digest, suppressed: what, otherLanguage: r.Against != "" && j.isOtherLanguage(r)}
		case r.Action == actionStaged, r.Action == actionActivated && r.Kind != KindRecall.String():
			return pin{}
		}
	}
	return pin{}
}

// versionOf is the version of a content that was in service or staged.
func (j *journal) versionOf(fingerprint string) string {
	for _, r := range slices.Backward(j.signed.Records) {
		if r.Fingerprint == fingerprint && r.Version != "" {
			return r.Version
		}
	}
	return ""
}

// refusal is the last refusal of a content by an earlier process, if it was by the same policy;
// nil otherwise.
func (j *journal) refusal(digest, policy string) error {
	if j == nil {
		return nil
	}
	for _, r := range slices.Backward(j.signed.Records) {
		if r.Digest != digest {
			continue
		}
		if r.Action == actionRefused && r.Against != "" && r.Against == policy {
			return &GuardrailError{Policy: r.Against, Err: errors.New(r.Reason)}
		}
		return nil
	}
	return nil
}
