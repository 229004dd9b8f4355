package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Memory is what a state directory held when somebody looked.
type Memory struct {
	Records []Record // oldest first; those that can be read
	dir     string
}

// Look reads a state directory and writes nothing. One that does not exist is an
// empty memory. Whether the log was tampered with is a question to [Verify].
func Look(dir string) (*Memory, error) {
	m := &Memory{dir: dir}
	log, err := os.ReadFile(filepath.Join(dir, logFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return m, fmt.Errorf("reading the log: %w", err)
	}
	m.Records, _ = readRecords(log)
	return m, nil
}

// Snapshot reads a content by its fingerprint, or by the one that its bytes had in
// an earlier language; the error is [ErrNoSnapshot] if there is none.
func (m *Memory) Snapshot(fingerprint string) (Snapshot, error) {
	return readSnapshot(m.dir, fingerprint)
}

// Snapshots are the contents that are kept, without their files, newest first.
func (m *Memory) Snapshots() []Snapshot { return listSnapshots(m.dir) }
