package history

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Export is a log with everything that is needed to verify it elsewhere.
type Export struct {
	Verifier   string   `json:"verifier"`
	Checkpoint string   `json:"checkpoint"`
	Records    []string `json:"records"` // the lines of the log
	Hashes     []hash   `json:"hashes"`
	SetAside   []string `json:"set_aside,omitempty"` // names of files that were set aside
	Found      string   `json:"found,omitempty"`     // what else is not as it was written
}

// ReadExport reads an Export as JSON.
func ReadExport(r io.Reader) (Export, error) {
	var e Export
	if err := json.NewDecoder(r).Decode(&e); err != nil {
		return e, fmt.Errorf("reading the export: %w", err)
	}
	return e, nil
}

// ExportOf reads the log of a state directory, and finds files there that are not as they were
// written. Another process may write to the directory meanwhile. The error is [ErrTampered] if
// a file of the log is missing while others are there, and [fs.ErrNotExist] if there is no log.
func ExportOf(dir string) (Export, error) {
	d, err := inspect(dir, true)
	if err != nil {
		return Export{}, err
	}
	if err := d.complete(); err != nil {
		return Export{}, fmt.Errorf("reading the state directory %s: %w", dir, err)
	}
	e := Export{Verifier: d.public, SetAside: d.aside, Hashes: d.hashes}
	signed, _, err := d.signed(d.public)
	if changed := d.changed(signed); err == nil && len(changed) > 0 {
		err = changedError(changed)
	}
	if err != nil {
		e.Found = err.Error()
	}
	e.Checkpoint = string(d.checkpoint)
	_, lines := readRecords(d.log)
	for _, line := range lines {
		e.Records = append(e.Records, string(line))
	}
	return e, nil
}

// complete returns an error that names a missing file of the log.
func (d *inspected) complete() error {
	for _, f := range []struct {
		name string
		is   bool
	}{{logFile, d.log != nil}, {checkpointFile, d.checkpoint != nil}, {publicFile, d.public != ""}} {
		switch {
		case f.is:
		case d.begun():
			return tampered(fmt.Errorf("there is no %s but there are other files of a log", f.name))
		default:
			return fmt.Errorf("there is no %s: %w", f.name, fs.ErrNotExist)
		}
	}
	return nil
}

// Trust is what the caller knows of a log from elsewhere. The zero value is for no knowledge.
type Trust struct {
	Verifier   string // the key that must have signed the checkpoints
	Checkpoint []byte // an earlier checkpoint, which the log must continue
}

// Report is the result of a verification that found nothing wrong.
type Report struct {
	Records  int64  `json:"records"`  // number of signed records
	Root     string `json:"root"`     // of their tree
	Verifier string `json:"verifier"` // of the signature
	Later    int64  `json:"later"`    // records written and not signed yet
}

// ErrTampered is returned if a log is not the one that was signed, or another file is not as
// it was written.
var ErrTampered = errors.New("not as it was left")

// Verify checks a log against its checkpoint and against t. The error is [ErrTampered] if they
// do not agree, or if a record or a file shows that something was set aside. What was set
// aside under the earlier checkpoint of t is known and no error. The error is another one if
// t cannot be read.
func (e Export) Verify(t Trust) (Report, error) {
	public := cmp.Or(t.Verifier, e.Verifier)
	if err := t.validate(); err != nil {
		return Report{}, err
	}
	h, err := openCheckpointBy([]byte(e.Checkpoint), public)
	if err != nil {
		return Report{}, tampered(err)
	}
	lines := make([][]byte, len(e.Records))
	for i, line := range e.Records {
		lines[i] = []byte(line)
	}
	leaves := leavesOf(lines)
	if err := h.covers(leaves, e.Hashes); err != nil {
		return Report{}, tampered(err)
	}
	known := int64(0)
	if len(t.Checkpoint) > 0 {
		if known, err = e.continues(t.Checkpoint, h, public, leaves); err != nil {
			return Report{}, tampered(fmt.Errorf("against the earlier checkpoint: %w", err))
		}
	}
	if err := errors.Join(e.setAside(h.size, known), e.found()); err != nil {
		return Report{}, tampered(err)
	}
	return Report{Records: h.size, Root: h.root.String(), Verifier: public, Later: int64(len(leaves)) - h.size}, nil
}

// continues checks that the log continues the one that an earlier checkpoint was signed for.
// It returns how many records of the log the earlier checkpoint covers.
func (e Export) continues(signed []byte, h head, public string, leaves []hash) (int64, error) {
	earlier, err := openCheckpointBy(signed, public)
	if err != nil {
		return 0, err
	}
	if earlier.origin != h.origin {
		return 0, fmt.Errorf("the earlier checkpoint is of another log, %s", earlier.origin)
	}
	return min(earlier.size, h.size), earlier.covers(leaves, e.Hashes)
}

// setAside returns an error for what was set aside and the earlier checkpoint does not cover.
func (e Export) setAside(signed, known int64) error {
	var errs []error
	records := make([]Record, signed)
	for i := range records {
		if err := json.Unmarshal([]byte(e.Records[i]), &records[i]); err != nil {
			return fmt.Errorf("record %d cannot be read: %w", i, err)
		}
		if r := records[i]; r.Action == SetAside && int64(i) >= known {
			errs = append(errs, fmt.Errorf("record %d says that something was set aside at %s: %s", i, r.Time.UTC().Format(time.RFC3339), shortened(r.Reason)))
		}
	}
	index := indexOf(records[:known])
	seen := make(map[time.Time]bool)
	for _, name := range e.SetAside {
		if at, _ := setAsideAt(name); !index.setAsideSince(at) && !seen[at] {
			seen[at] = true
			errs = append(errs, fmt.Errorf("a file that was set aside is beside the log: *%s", asideName("", at)))
		}
	}
	if more := len(errs) - maxNamed; more > 0 {
		errs = append(errs[:maxNamed], fmt.Errorf("and %d more", more))
	}
	return errors.Join(errs...)
}

// shortened cuts a reason after 300 bytes.
func shortened(reason string) string {
	const most = 300
	if len(reason) <= most {
		return reason
	}
	return strings.ToValidUTF8(reason[:most], "") + " …"
}

func (e Export) found() error {
	if e.Found == "" {
		return nil
	}
	return errors.New(e.Found)
}

// validate returns an error for a field that cannot be read.
func (t Trust) validate() error {
	if t.Verifier != "" {
		if _, err := note.NewVerifier(t.Verifier); err != nil {
			return fmt.Errorf("%q is not a verifier key: %w", t.Verifier, err)
		}
	}
	if len(t.Checkpoint) == 0 {
		return nil
	}
	var signed *note.UnverifiedNoteError
	if _, err := note.Open(t.Checkpoint, nil); !errors.As(err, &signed) {
		return fmt.Errorf("the earlier checkpoint is not a signed note: %w", err)
	}
	return nil
}

func tampered(err error) error { return fmt.Errorf("%w: %w", ErrTampered, err) }

func openCheckpointBy(signed []byte, public string) (head, error) {
	v, err := note.NewVerifier(public)
	if err != nil {
		return head{}, fmt.Errorf("%q is not a verifier key", public)
	}
	return openCheckpoint(signed, v)
}
