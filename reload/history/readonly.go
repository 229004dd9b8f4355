package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// View is the content of a state directory when it was read.
type View struct {
	Records []Record // oldest first; those that can be read
	dir     string
}

// OpenReadOnly reads a state directory and writes nothing. A directory that does not exist
// counts as empty. It does not verify the log; [ExportOf] and [Export.Verify] do.
func OpenReadOnly(dir string) (*View, error) {
	v := &View{dir: dir}
	log, err := os.ReadFile(filepath.Join(dir, logFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return v, fmt.Errorf("reading the log: %w", err)
	}
	v.Records, _ = readRecords(log)
	return v, nil
}

// OpenVerified reads only the signed records and writes nothing. The key is the one of the
// options or else the one in the directory. If a log is there and is not valid, the error says
// why: it is not the log that was signed, or the directory has snapshots or files that were on
// record and are not any more. With an error the View is not nil and has no records.
func OpenVerified(dir string, o Options) (*View, error) {
	v := &View{dir: dir}
	d, err := inspect(dir, false)
	if err != nil {
		return v, err
	}
	signer, _, err := d.signer(o)
	if err != nil {
		return v, err
	}
	if v.Records, _, err = d.signed(signer.public); err != nil {
		return v, fmt.Errorf("the log in %s is not as it was left: %w", dir, err)
	}
	return v, nil
}

// Verified reads the snapshot with a fingerprint, or with the one that its bytes had in an
// earlier language: the latest one that verify accepts, or the latest one if verify accepts none.
// The error is [ErrNoSnapshot] if there is none.
func (v *View) Verified(fingerprint string, verify func(Snapshot) bool) (Snapshot, error) {
	return readSnapshot(v.dir, fingerprint, verify)
}

// Snapshots returns the headers of all snapshots, without their files, newest first.
func (v *View) Snapshots() []Snapshot { return listSnapshots(v.dir) }
