package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// View is what a state directory held when somebody looked.
type View struct {
	Records []Record // oldest first; those that can be read
	dir     string
}

// OpenReadOnly reads a state directory and writes nothing. One that does not exist is an
// empty memory. Whether the log was tampered with is a question to [Verify].
func OpenReadOnly(dir string) (*View, error) {
	m := &View{dir: dir}
	log, err := os.ReadFile(filepath.Join(dir, logFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return m, fmt.Errorf("reading the log: %w", err)
	}
	m.Records, _ = readRecords(log)
	return m, nil
}

// OpenVerified is [OpenReadOnly] for what is to be acted on: it reads the records that are
// signed with the key of the options, or the one in the directory. The error says
// why there is nothing to go by, where there was something: the log is not the one
// that was signed, or the directory holds more than it tells of. It writes nothing.
func OpenVerified(dir string, o Options) (*View, error) {
	m := &View{dir: dir}
	d, err := inspect(dir, false)
	if err != nil {
		return m, err
	}
	signer, _, err := d.signer(o)
	if err != nil {
		return m, err
	}
	if m.Records, _, err = d.signed(signer.public); err != nil {
		return m, fmt.Errorf("the log in %s is not as it was left: %w", dir, err)
	}
	return m, nil
}

// Snapshot reads a content by its fingerprint, or by the one that its bytes had in
// an earlier language; the error is [ErrNoSnapshot] if there is none.
func (m *View) Snapshot(fingerprint string) (Snapshot, error) {
	return readSnapshot(m.dir, fingerprint, anyContent)
}

// Verified is [StateHealth.Snapshot] that prefers a content that is proved to a later one
// that is not. If there is none it returns that one.
func (m *View) Verified(fingerprint string, proved func(Snapshot) bool) (Snapshot, error) {
	return readSnapshot(m.dir, fingerprint, proved)
}

// Snapshots are the contents that are kept, without their files, newest first.
func (m *View) Snapshots() []Snapshot { return listSnapshots(m.dir) }
