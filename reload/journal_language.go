package reload

import (
	"slices"

	"github.com/promogate/caddy-discount/reload/history"
)

// A content that was saved in an earlier language has a fingerprint on record that its bytes no
// longer give. It is verified by the digest of its bytes, which is also on record. It is saved
// again with its present fingerprint, so that it is found by both.

// formerly is the fingerprint on record of a content in an earlier language; "" if there is
// none or it is the same.
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

// formerlyIn is the former fingerprint of a snapshot whose present one is given: the one that
// it was saved under, if that differs, or else the former one that was saved with it.
func formerlyIn(s history.Snapshot, fingerprint string) string {
	if s.Fingerprint == fingerprint {
		return s.Formerly
	}
	return s.Fingerprint
}

// formerlyOf is the former fingerprint on record of a fingerprint in the present language.
func (j *journal) formerlyOf(fingerprint string) string {
	for _, r := range slices.Backward(j.signed.Records) {
		if r.Fingerprint == fingerprint && r.Formerly != "" {
			return r.Formerly
		}
	}
	return ""
}

// isOtherLanguage reports whether the fingerprint that a rollback suppresses was made in
// another language. The rollback itself may have been recorded in a later one.
func (j *journal) isOtherLanguage(rollback history.Record) bool {
	for _, r := range slices.Backward(j.signed.Records) {
		if r.Fingerprint == rollback.Against {
			return r.Language != j.language
		}
	}
	return rollback.Language != j.language
}
