package reload

import (
	"slices"

	"github.com/promogate/caddy-discount/reload/history"
)

// A content that was saved in an earlier language has a fingerprint on record that its
// bytes do not give any more. It is verified by the digest of its bytes instead, which is
// on record, too, and is saved once more with its present fingerprint, so that it is found
// by both.

// formerly is the fingerprint that was put on record for a content in an earlier
// language; "" if there is none, or it is the same.
func (j *journal) formerly(digest, fingerprint string) string {
	if j == nil {
		return ""
	}
	for _, r := range slices.Backward(j.signed.Records) {
		if r.Digest != digest || r.Action != actionActivated && r.Action != actionStaged {
			continue
		}
		switch {
		case r.Language == j.language:
			return r.Formerly
		case r.Fingerprint == fingerprint:
			return ""
		}
		return r.Fingerprint
	}
	return ""
}

// formerlyIn is the fingerprint that a snapshot was saved under, if that is another one
// than it has now, or else the one that was known as its former one then.
func formerlyIn(s history.Snapshot, fingerprint string) string {
	if s.Fingerprint == fingerprint {
		return s.Formerly
	}
	return s.Fingerprint
}

// formerlyOf is the former fingerprint on record of a fingerprint in this language.
func (j *journal) formerlyOf(fingerprint string) string {
	for _, r := range slices.Backward(j.signed.Records) {
		if r.Fingerprint == fingerprint && r.Formerly != "" {
			return r.Formerly
		}
	}
	return ""
}

// isOtherLanguage reports whether the fingerprint of what a rollback pins was made in
// another language. The rollback itself may be a later one.
func (j *journal) isOtherLanguage(rollback history.Record) bool {
	for _, r := range slices.Backward(j.signed.Records) {
		if r.Fingerprint == rollback.Against {
			return r.Language != j.language
		}
	}
	return rollback.Language != j.language
}
