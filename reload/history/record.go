package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Action says what happened. The package itself writes SetAside; the others are its
// user's, of which it knows RolledBack.
type Action string

const (
	// SetAside: something in the directory was not as it was written and was renamed:
	// the log before this one, or a snapshot.
	SetAside Action = "set_aside"

	// RolledBack: an earlier content was put back. It is the one action whose digest
	// is that of another content, the suppressed one, if there is one.
	RolledBack Action = "rolled_back"
)

// Record is one line of the log. Fields that do not apply are zero, and left out
// on disk.
type Record struct {
	Number      int64     `json:"number"` // set by Append, from 0
	Time        time.Time `json:"time,omitzero"`
	Action      Action    `json:"action"`
	Fingerprint string    `json:"fingerprint,omitempty"` // of what it is about
	Language    int       `json:"language,omitempty"`    // that fingerprints are made in; absent in the records of 0.1
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

// A Content is what identifies the files of a source. Either may be empty.
type Content struct {
	Fingerprint string // of their meaning
	Digest      string // of their bytes
}

// Contents are the contents that a record is about: one, or the one that a rollback put
// back and the one that it suppresses.
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

// readRecords reads the records at the beginning of a log, up to the first line that is
// not one.
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

// sameAs reports whether two records say the same but for their numbers.
func (r Record) sameAs(other Record) bool {
	other.Number = r.Number
	one, err1 := r.encode()
	two, err2 := other.encode()
	return err1 == nil && err2 == nil && bytes.Equal(one, two)
}
