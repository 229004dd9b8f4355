package history

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// tailSize is how many bytes at the end of the log are compared before a record is added. The
// whole log is compared if the file was modified since the last write.
const tailSize = 64 << 10

// intact checks that the open files still have their names, and that the log and the
// checkpoint are as they were written.
func (j *Journal) intact() error {
	for _, f := range []*os.File{j.lock, j.log} {
		named, err := os.Stat(f.Name())
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err // it is unknown whether the file has its name
		}
		open, err := f.Stat()
		if err != nil {
			return err
		}
		if named == nil || !os.SameFile(named, open) {
			return fmt.Errorf("%s: %w", f.Name(), ErrLogChanged)
		}
		if size := open.Size(); f == j.log && (size < j.size || size > j.size && !j.dirty) {
			return fmt.Errorf("%s: %w", f.Name(), ErrLogChanged)
		}
	}
	checkpoint, err := contentsOf(j.dir, checkpointFile)
	if err != nil {
		return err
	}
	if !bytes.Equal(checkpoint, j.checkpoint) {
		return fmt.Errorf("%s: %w", filepath.Join(j.dir, checkpointFile), ErrLogChanged)
	}
	return j.sameRecords()
}

// sameRecords compares the end of the log, or all of it, with what was written.
func (j *Journal) sameRecords() error {
	modified, err := modifiedAt(j.log)
	if err != nil {
		return err
	}
	from := max(0, j.size-tailSize)
	if !modified.Equal(j.modified) {
		from = 0
	}
	data := make([]byte, j.size-from)
	if _, err := j.log.ReadAt(data, from); err != nil {
		return fmt.Errorf("reading %s: %w", j.log.Name(), err)
	}
	if from > 0 { // in the middle of a record
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	number := j.tree.size - int64(bytes.Count(data, []byte("\n")))
	if number < 0 || from == 0 && number > 0 {
		return fmt.Errorf("%s: %w", j.log.Name(), ErrLogChanged)
	}
	for line := range bytes.Lines(data) {
		if leafOf(bytes.TrimSuffix(line, []byte("\n"))) != j.tree.leaf(number) {
			return fmt.Errorf("%s: record %d: %w", j.log.Name(), number, ErrLogChanged)
		}
		number++
	}
	return nil
}

func modifiedAt(f *os.File) (time.Time, error) {
	info, err := f.Stat()
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the state directory: %w", err)
	}
	return info.ModTime(), nil
}
