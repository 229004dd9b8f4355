package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// View is what a state directory held when it was read.
type View struct {
	Records []Record // oldest first; those that can be read
	dir     string
}

// OpenReadOnly reads a state directory and writes nothing. One that does not exist is
// empty. It does not verify the log; [ExportOf] and [Export.Verify] do.
func OpenReadOnly(dir string) (*View, error) {
	v := &View{dir: dir}
	log, err := os.ReadFile(filepath.Join(dir, logFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return v, fmt.Errorf("reading the log: %w", err)
	}
	v.Records, _ = readRecords(log)
	return v, nil
}

// OpenVerified reads only the records that are signed with the key of the options, or the
// one in the directory, and writes nothing. The error says why there are none although there
// is a log: it is not the one that was signed, or the directory has what was on record and is
// not. The View is not nil then, and has no records.
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

// Snapshot reads a snapshot by its fingerprint, or by the one that its bytes had in
// an earlier language; the error is [ErrNoSnapshot] if there is none.
func (v *View) Snapshot(fingerprint string) (Snapshot, error) {
	return readSnapshot(v.dir, fingerprint, anySnapshot)
}

// Verified is [View.Snapshot] that prefers a snapshot that verify accepts to a later one
// that it does not accept. If it accepts none, the latest is returned.
func (v *View) Verified(fingerprint string, verify func(Snapshot) bool) (Snapshot, error) {
	return readSnapshot(v.dir, fingerprint, verify)
}

// Snapshots are those that are kept, without their files, newest first.
func (v *View) Snapshots() []Snapshot { return listSnapshots(v.dir) }
