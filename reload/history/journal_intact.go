package history

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// tailSize is how much of the end of the log is read again before a record is added.
// All of it is if the file was modified since it was left.
const tailSize = 64 << 10

// intact makes sure that the files that are open are still those that have the
// names, that the log and the checkpoint are as they were left.
func (h *Journal) intact() error {
	for _, f := range []*os.File{h.lock, h.log} {
		named, err := os.Stat(f.Name())
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err // it cannot be told
		}
		open, err := f.Stat()
		if err != nil {
			return err
		}
		if named == nil || !os.SameFile(named, open) {
			return fmt.Errorf("%s: %w", f.Name(), ErrTakenAway)
		}
		if size := open.Size(); f == h.log && (size < h.size || size > h.size && !h.dirty) {
			return fmt.Errorf("%s: %w", f.Name(), ErrTakenAway)
		}
	}
	checkpoint, err := contentsOf(h.dir, checkpointFile)
	if err != nil {
		return err
	}
	if !bytes.Equal(checkpoint, h.checkpoint) {
		return fmt.Errorf("%s: %w", filepath.Join(h.dir, checkpointFile), ErrTakenAway)
	}
	return h.sameRecords()
}

// sameRecords compares the end of the log, or all of it, with what was written.
func (h *Journal) sameRecords() error {
	modified, err := modified(h.log)
	if err != nil {
		return err
	}
	from := max(0, h.size-tailSize)
	if !modified.Equal(h.left) {
		from = 0
	}
	data := make([]byte, h.size-from)
	if _, err := h.log.ReadAt(data, from); err != nil {
		return fmt.Errorf("reading %s: %w", h.log.Name(), err)
	}
	if from > 0 { // in the middle of a record
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	number := h.tree.size - int64(bytes.Count(data, []byte("\n")))
	if number < 0 || from == 0 && number > 0 {
		return fmt.Errorf("%s: %w", h.log.Name(), ErrTakenAway)
	}
	for line := range bytes.Lines(data) {
		if leafOf(bytes.TrimSuffix(line, []byte("\n"))) != h.tree.leaf(number) {
			return fmt.Errorf("%s: record %d: %w", h.log.Name(), number, ErrTakenAway)
		}
		number++
	}
	return nil
}

func modified(f *os.File) (time.Time, error) {
	info, err := f.Stat()
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the state directory: %w", err)
	}
	return info.ModTime(), nil
}
