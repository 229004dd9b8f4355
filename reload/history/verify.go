package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Export is a log with all that somebody else needs to verify it.
type Export struct {
	Verifier   string   `json:"verifier"`
	Checkpoint string   `json:"checkpoint"`
	Records    []string `json:"records"` // the lines of the log
	Hashes     []hash   `json:"hashes"`
}

// ReadExport reads what was written as JSON.
func ReadExport(r io.Reader) (Export, error) {
	var e Export
	if err := json.NewDecoder(r).Decode(&e); err != nil {
		return e, fmt.Errorf("reading the export: %w", err)
	}
	return e, nil
}

// ExportOf reads the log of a state directory. The process that writes it may
// go on.
func ExportOf(dir string) (Export, error) {
	var e Export
	var err error
	read := func(name string) []byte {
		data, failed := os.ReadFile(filepath.Join(dir, name))
		err = errors.Join(err, failed)
		return data
	}
	// In this order: the log may have grown since the checkpoint, not the other
	// way round.
	e.Verifier, e.Checkpoint = strings.TrimSpace(string(read(publicFile))), string(read(checkpointFile))
	_, lines := readRecords(read(logFile))
	for _, line := range lines {
		e.Records = append(e.Records, string(line))
	}
	e.Hashes = splitHashes(read(hashesFile))
	if err != nil {
		return e, fmt.Errorf("reading the state directory: %w", err)
	}
	return e, nil
}

// Trust is what is known of a log from elsewhere; the zero value is nothing.
type Trust struct {
	Verifier   string // the key its checkpoints must be signed with
	Checkpoint []byte // an earlier one that it must be a continuation of
}

// Report is what was found in order.
type Report struct {
	Records  int64  `json:"records"`  // that are signed
	Root     string `json:"root"`     // of their tree
	Verifier string `json:"verifier"` // of the signature
	Later    int64  `json:"later"`    // records written and not signed yet
}

// ErrTampered: a log is not what was signed.
var ErrTampered = errors.New("the log was changed")

// Verify checks a log against its checkpoint and against what is known of it
// from elsewhere. The error is [ErrTampered] if they do not fit, and another one if
// what is known from elsewhere cannot be read.
func (e Export) Verify(t Trust) (Report, error) {
	public := e.Verifier
	if t.Verifier != "" {
		public = t.Verifier
	}
	if err := t.readable(); err != nil {
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
	if len(t.Checkpoint) > 0 {
		earlier, err := openCheckpointBy(t.Checkpoint, public)
		if err == nil && earlier.origin != h.origin {
			err = fmt.Errorf("the earlier checkpoint is of another log, %s", earlier.origin)
		}
		if err == nil {
			err = earlier.covers(leaves, e.Hashes)
		}
		if err != nil {
			return Report{}, tampered(fmt.Errorf("against the earlier checkpoint: %w", err))
		}
	}
	return Report{Records: h.size, Root: h.root.String(), Verifier: public, Later: int64(len(leaves)) - h.size}, nil
}

// readable says what of this is not what it should be.
func (t Trust) readable() error {
	if t.Verifier != "" {
		if _, err := note.NewVerifier(t.Verifier); err != nil {
			return fmt.Errorf("%q is no verifier key: %w", t.Verifier, err)
		}
	}
	if len(t.Checkpoint) == 0 {
		return nil
	}
	var signed *note.UnverifiedNoteError
	if _, err := note.Open(t.Checkpoint, nil); !errors.As(err, &signed) {
		return fmt.Errorf("what is given as the earlier checkpoint is none: %w", err)
	}
	return nil
}

func tampered(err error) error { return fmt.Errorf("%w: %w", ErrTampered, err) }

func openCheckpointBy(signed []byte, public string) (head, error) {
	v, err := note.NewVerifier(public)
	if err != nil {
		return head{}, fmt.Errorf("%q is no verifier key", public)
	}
	return openCheckpoint(signed, v)
}
