package history

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// A snapshotStore has the snapshots of a state directory. The name of a new snapshot is a
// number until the snapshot is flushed and on record. So save does not wait for the disk, and
// a durable snapshot is not replaced by one that is not durable. A snapshot under its
// fingerprint that is not on record shows that records were removed.
type snapshotStore struct {
	dir string
	fs  fsOps

	signed atomic.Int64 // number of signed records in the log

	mu         sync.Mutex
	saved      int          // number of snapshots saved so far, for their names
	unrecorded []unrecorded // not on record yet, oldest first
}

// unrecorded is a snapshot that is not on record yet. It survives a crash of the process. Once
// it is flushed it survives a crash of the machine.
type unrecorded struct {
	Snapshot
	path    string
	flushed bool
	earlier bool // another process saved it
}

// save writes a snapshot so that it survives this process.
func (s *snapshotStore) save(n Snapshot) error {
	before := s.signed.Load()
	n.before = &before
	parts, err := n.encode()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path := filepath.Join(s.dir, fmt.Sprintf("%s%09d", temporaryPrefix, s.saved))
	s.saved++
	f, err := s.fs.write(path+unfinishedSuffix, parts...)
	if errors.Is(err, fs.ErrNotExist) && os.MkdirAll(s.dir, 0o700) == nil {
		f, err = s.fs.write(path+unfinishedSuffix, parts...) // the directory was removed
	}
	if f != nil {
		err = errors.Join(err, f.Close())
	}
	if err == nil {
		err = s.fs.rename(path+unfinishedSuffix, path)
	}
	if err != nil {
		_ = os.Remove(path + unfinishedSuffix)
		return fmt.Errorf("writing %s: %w", path, err)
	}
	n.Files = nil
	s.unrecorded = append(s.unrecorded, unrecorded{Snapshot: n, path: path})
	return nil
}

// unfinishedSuffix ends the name of half a snapshot.
const unfinishedSuffix = "~"

// flush makes all snapshots saved so far durable. Only one goroutine at a time may call it.
// Other goroutines may save meanwhile.
func (s *snapshotStore) flush() error {
	s.mu.Lock()
	fresh := slices.Clone(s.unrecorded)
	s.mu.Unlock()
	if !slices.ContainsFunc(fresh, func(n unrecorded) bool { return !n.flushed }) {
		return nil
	}
	for _, n := range fresh {
		if n.flushed {
			continue
		}
		if err := s.fs.syncNamed(n.path); err != nil {
			return fmt.Errorf("writing the snapshot %s: %w", n.Fingerprint, err)
		}
	}
	if err := s.fs.syncDir(s.dir); err != nil {
		return fmt.Errorf("writing %s: %w", s.dir, err)
	}
	s.mu.Lock()
	for i := range fresh {
		s.unrecorded[i].flushed = true
	}
	s.mu.Unlock()
	return nil
}

// nameRecorded gives the snapshots that are durable and on record their own names, in place of
// older ones. If a rename fails, it stops; the next call tries again.
func (s *snapshotStore) nameRecorded(index *recordIndex) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 0; i < len(s.unrecorded); i++ {
		n := s.unrecorded[i]
		if !n.flushed || !index.covers(&n.Snapshot) {
			continue
		}
		if s.fs.rename(n.path, snapshotPath(filepath.Dir(s.dir), n.Fingerprint)) != nil {
			return
		}
		older := func(f unrecorded) bool { return f.Fingerprint == n.Fingerprint }
		for _, f := range s.unrecorded[:i] {
			if older(f) {
				_ = s.fs.remove(f.path)
			}
		}
		left := slices.DeleteFunc(slices.Clone(s.unrecorded[:i]), older)
		s.unrecorded = append(left, s.unrecorded[i+1:]...)
		i = len(left) - 1
	}
}

// adopt adds the snapshots that an earlier process saved and did not name. It removes those
// that the process had not finished.
func (s *snapshotStore) adopt(index *recordIndex) error {
	entries, err := os.ReadDir(s.dir) // sorted, so by age
	if err != nil {
		return fmt.Errorf("reading the state directory: %w", err)
	}
	for _, e := range entries {
		number, is := strings.CutPrefix(e.Name(), temporaryPrefix)
		if !is {
			continue
		}
		path := filepath.Join(s.dir, e.Name())
		n, err := snapshotIn(path)
		if err != nil || strings.HasSuffix(path, unfinishedSuffix) {
			_ = s.fs.remove(path) // a file that remains does no harm
			continue
		}
		if at, err := strconv.Atoi(number); err == nil && at >= s.saved {
			s.saved = at + 1
		}
		n.Files = nil
		s.unrecorded = append(s.unrecorded, unrecorded{Snapshot: n, path: path, earlier: true})
	}
	if err := s.flush(); err != nil {
		return err
	}
	s.nameRecorded(index)
	return nil
}

// dropOldest removes the oldest snapshots beyond keep. The same bytes with fingerprints of two
// languages count once. If a file cannot be removed, the next call tries again.
func (s *snapshotStore) dropOldest(keep int, retained []string) {
	dir := filepath.Dir(s.dir)
	kept := make(map[string]bool)
	for _, n := range listSnapshots(dir) {
		bytes := cmp.Or(n.Digest, n.Fingerprint)
		if len(kept) < keep || kept[bytes] {
			kept[bytes] = true
			continue
		}
		if !slices.Contains(retained, n.Fingerprint) {
			_ = s.fs.remove(snapshotPath(dir, n.Fingerprint))
			s.dropUnrecorded(n.Fingerprint)
		}
	}
}

// dropUnrecorded removes the snapshots of a fingerprint that an earlier process saved and did
// not record. A snapshot of this process stays, since it may be recorded soon.
func (s *snapshotStore) dropUnrecorded(fingerprint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unrecorded = slices.DeleteFunc(s.unrecorded, func(n unrecorded) bool {
		return n.earlier && n.Fingerprint == fingerprint && s.fs.remove(n.path) == nil
	})
}
