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

// A snapshotStore is where the snapshots are. One that is new has a name of its own until
// it is flushed and on record: to save it does not wait for the disk, one of the same
// fingerprint that is durable already is not given up for one that is not, and a
// snapshot under its fingerprint that no record tells of shows that records are gone.
type snapshotStore struct {
	dir  string
	disk fsOps

	signed atomic.Int64 // records of the log

	mu    sync.Mutex
	saved int         // so far, for names
	fresh []unsettled // not on record yet, oldest first
}

// unsettled is a snapshot that is not on record yet. It survives the process, and
// the machine once it is flushed.
type unsettled struct {
	Snapshot
	path    string
	flushed bool
	earlier bool // another process saved it
}

// save writes a snapshot for the process that comes after this one.
func (s *snapshotStore) save(n Snapshot) error {
	before := s.signed.Load()
	n.before = &before
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
	n.Files = nil
	s.fresh = append(s.fresh, unsettled{Snapshot: n, path: path})
	return nil
}

// unfinished ends the name of half a snapshot.
const unfinished = "~"

// settle makes what was saved so far durable. Only one goroutine at a time may do
// so; another may save meanwhile.
func (s *snapshotStore) settle() error {
	s.mu.Lock()
	fresh := slices.Clone(s.fresh)
	s.mu.Unlock()
	if !slices.ContainsFunc(fresh, func(n unsettled) bool { return !n.flushed }) {
		return nil
	}
	for _, n := range fresh {
		if n.flushed {
			continue
		}
		if err := s.disk.syncNamed(n.path); err != nil {
			return fmt.Errorf("writing the snapshot %s: %w", n.Fingerprint, err)
		}
	}
	if err := s.disk.syncDir(s.dir); err != nil {
		return fmt.Errorf("writing %s: %w", s.dir, err)
	}
	s.mu.Lock()
	for i := range fresh {
		s.fresh[i].flushed = true
	}
	s.mu.Unlock()
	return nil
}

// name gives the snapshots that are durable and on record their own names, in place
// of older ones. What cannot be renamed is for the next time.
func (s *snapshotStore) name(told *register) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 0; i < len(s.fresh); i++ {
		n := s.fresh[i]
		if !n.flushed || !told.has(&n.Snapshot) {
			continue
		}
		if s.disk.rename(n.path, snapshotPath(filepath.Dir(s.dir), n.Fingerprint)) != nil {
			return
		}
		older := func(f unsettled) bool { return f.Fingerprint == n.Fingerprint }
		for _, f := range s.fresh[:i] {
			if older(f) {
				_ = s.disk.remove(f.path)
			}
		}
		left := slices.DeleteFunc(slices.Clone(s.fresh[:i]), older)
		s.fresh = append(left, s.fresh[i+1:]...)
		i = len(left) - 1
	}
}

// finish takes over what an earlier process saved and did not name, and removes
// what it had not finished.
func (s *snapshotStore) finish(told *register) error {
	entries, err := os.ReadDir(s.dir) // sorted, so by age
	if err != nil {
		return fmt.Errorf("reading the state directory: %w", err)
	}
	for _, e := range entries {
		number, is := strings.CutPrefix(e.Name(), temporary)
		if !is {
			continue
		}
		path := filepath.Join(s.dir, e.Name())
		n, err := snapshotIn(path)
		if err != nil || strings.HasSuffix(path, unfinished) {
			_ = s.disk.remove(path) // if it cannot be, it is in nobody's way
			continue
		}
		if at, err := strconv.Atoi(number); err == nil && at >= s.saved {
			s.saved = at + 1
		}
		n.Files = nil
		s.fresh = append(s.fresh, unsettled{Snapshot: n, path: path, earlier: true})
	}
	if err := s.settle(); err != nil {
		return err
	}
	s.name(told)
	return nil
}

// drop removes the snapshots that are too many, oldest first. The same bytes with
// the fingerprints of two languages count once. One that cannot be removed is for
// the next time.
func (s *snapshotStore) drop(keep int, retained []string) {
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
			s.forget(n.Fingerprint)
		}
	}
}

// forget removes the snapshots with a fingerprint that an earlier process did not put
// on record. What this one saved may be put there any moment.
func (s *snapshotStore) forget(fingerprint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh = slices.DeleteFunc(s.fresh, func(n unsettled) bool {
		return n.earlier && n.Fingerprint == fingerprint && s.disk.remove(n.path) == nil
	})
}
