package history

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A shelf is where the snapshots are. One that is new has a name of its own until
// it is flushed: whoever saves it does not wait for the disk, and one of the same
// fingerprint that is durable already is not given up for one that is not.
type shelf struct {
	dir  string
	disk disk

	mu    sync.Mutex
	saved int         // so far, for names
	fresh []unsettled // not flushed yet, oldest first
}

// unsettled is a snapshot that survives the process, and not the machine yet.
type unsettled struct {
	path        string
	fingerprint string
}

// save writes a snapshot for the process that comes after this one.
func (s *shelf) save(n Snapshot) error {
	parts, err := n.encode()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path := filepath.Join(s.dir, fmt.Sprintf("%s%09d", temporary, s.saved))
	s.saved++
	f, err := s.disk.write(path+unfinished, parts...)
	if errors.Is(err, fs.ErrNotExist) && os.MkdirAll(s.dir, 0o700) == nil {
		f, err = s.disk.write(path+unfinished, parts...) // somebody tidied up
	}
	if f != nil {
		err = errors.Join(err, f.Close())
	}
	if err == nil {
		err = s.disk.rename(path+unfinished, path)
	}
	if err != nil {
		_ = os.Remove(path + unfinished)
		return fmt.Errorf("writing %s: %w", path, err)
	}
	s.fresh = append(s.fresh, unsettled{path, n.Fingerprint})
	return nil
}

// unfinished ends the name of half a snapshot.
const unfinished = "~"

// settle makes what was saved so far durable, under its own name. Only one
// goroutine at a time may do so; another may save meanwhile.
func (s *shelf) settle() error {
	s.mu.Lock()
	fresh := slices.Clone(s.fresh)
	s.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	for _, n := range fresh {
		if err := s.settleOne(n); err != nil {
			return fmt.Errorf("writing the snapshot %s: %w", n.fingerprint, err)
		}
	}
	if err := s.disk.syncDir(s.dir); err != nil {
		return fmt.Errorf("writing %s: %w", s.dir, err)
	}
	s.mu.Lock()
	s.fresh = s.fresh[len(fresh):]
	s.mu.Unlock()
	return nil
}

// settleOne may have been done already, up to the flushing of the directory.
func (s *shelf) settleOne(n unsettled) error {
	path := snapshotPath(filepath.Dir(s.dir), n.fingerprint)
	err := s.disk.syncNamed(n.path)
	if err == nil {
		return s.disk.rename(n.path, path)
	}
	if _, there := os.Stat(path); errors.Is(err, fs.ErrNotExist) && there == nil {
		return nil
	}
	return err
}

// finish completes what an earlier life saved and did not settle, and removes
// what it had not finished.
func (s *shelf) finish() error {
	entries, err := os.ReadDir(s.dir) // sorted, so by age
	if err != nil {
		return fmt.Errorf("reading the state directory: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), temporary) {
			continue
		}
		path := filepath.Join(s.dir, e.Name())
		n, err := snapshotIn(path)
		if err != nil || strings.HasSuffix(path, unfinished) {
			_ = s.disk.remove(path) // if it cannot be, it is in nobody's way
			continue
		}
		s.fresh = append(s.fresh, unsettled{path, n.Fingerprint})
	}
	return s.settle()
}

// drop removes the snapshots that are too many, oldest first. The same bytes with
// the fingerprints of two languages count once. One that cannot be removed is for
// the next time.
func (s *shelf) drop(keep int, retained []string) {
	dir := filepath.Dir(s.dir)
	kept := make(map[string]bool)
	for _, n := range listSnapshots(dir) {
		bytes := cmp.Or(n.Digest, n.Fingerprint)
		if len(kept) < keep || kept[bytes] {
			kept[bytes] = true
			continue
		}
		if !slices.Contains(retained, n.Fingerprint) {
			_ = s.disk.remove(snapshotPath(dir, n.Fingerprint))
		}
	}
}
