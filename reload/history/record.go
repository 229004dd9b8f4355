package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Action says what happened. This package writes SetAside. Its caller writes all others; this
// package treats only RolledBack among them specially.
type Action string

const (
	// SetAside: something in the directory was not as it was written and was renamed:
	// the log before this one, or a snapshot.
	SetAside Action = "set_aside"

	// RolledBack: an earlier content was put back. Only with this action the record's digest
	// is that of another content than its fingerprint: that of the suppressed content, or ""
	// if there is none.
	RolledBack Action = "rolled_back"
)

// Record is one line of the log. Fields that do not apply are zero and are not written.
type Record struct {
	Number      int64     `json:"number"` // set by Append, from 0
	Time        time.Time `json:"time,omitzero"`
	Action      Action    `json:"action"`
	Fingerprint string    `json:"fingerprint,omitempty"` // of what it is about
	Language    int       `json:"language,omitempty"`    // language of the fingerprints; absent in records of 0.1
	Formerly    string    `json:"formerly,omitempty"`    // fingerprint of the same bytes in an earlier language
	Version     string    `json:"version,omitempty"`
	Digest      string    `json:"digest,omitempty"`   // of the files that were read, or are suppressed
	Restored    string    `json:"restored,omitempty"` // digest of what a rollback put back
	Kind        string    `json:"kind,omitempty"`     // how they were saved
	Change      string    `json:"change,omitempty"`   // what they changed
	Reason      string    `json:"reason,omitempty"`   // of a refusal or a rollback; or what a guardrail measured
	Against     string    `json:"against,omitempty"`  // the policy that refused; the fingerprint that a rollback suppresses
	Written     time.Time `json:"written,omitzero"`
	Noticed     time.Time `json:"noticed,omitzero"`
	Read        time.Time `json:"read,omitzero"`
	Ready       time.Time `json:"ready,omitzero"`
	Swapped     time.Time `json:"swapped,omitzero"`
	Due         time.Time `json:"due,omitzero"`
}

// A Content identifies the files of a source. Either field may be empty.
type Content struct {
	Fingerprint string // of their meaning
	Digest      string // of their bytes
}

// Contents returns the content that a record is about. For a rollback it returns the content
// that was put back and the one that is suppressed.
func (r Record) Contents() []Content {
	if r.Action == RolledBack {
		return []Content{{r.Fingerprint, r.Restored}, {r.Against, r.Digest}}
	}
	return []Content{{r.Fingerprint, r.Digest}}
}

func (r Record) encode() ([]byte, error) {
	for _, t := range []*time.Time{&r.Time, &r.Written, &r.Noticed, &r.Read, &r.Ready, &r.Swapped, &r.Due} {
		*t = t.UTC().Round(0)
	}
	line, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encoding a record: %w", err)
	}
	return line, nil
}

// readRecords reads the records at the beginning of a log, up to the first line that is not a
// record.
func readRecords(log []byte) (records []Record, lines [][]byte) {
	for {
		line, rest, found := bytes.Cut(log, []byte("\n"))
		if !found {
			return records, lines
		}
		var r Record
		if json.Unmarshal(line, &r) != nil || r.Number != int64(len(records)) || r.Action == "" {
			return records, lines
		}
		records, lines, log = append(records, r), append(lines, line), rest
	}
}

// sameAs reports whether two records differ at most in their numbers.
func (r Record) sameAs(other Record) bool {
	other.Number = r.Number
	one, err1 := r.encode()
	two, err2 := other.encode()
	return err1 == nil && err2 == nil && bytes.Equal(one, two)
}
