package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const defaultKeep = 50

// Options say how a history is kept.
type Options struct {
	// Name of the source, for the origin of the checkpoints and the name of a key
	// that is made; without spaces and plus signs.
	Name string

	// Key that the checkpoints are signed with, as sumdb/note has it. If it is
	// empty one is made on first use and kept in the directory.
	Key string

	// Keep is how many snapshots are kept, beside those that are retained.
	// Default 50.
	Keep int

	disk disk
}

// ErrInUse: another History has the directory.
var ErrInUse = errors.New("the state directory is in use by another process")

// History is a state directory that this process writes. All methods are safe
// for concurrent use.
type History struct {
	dir   string
	o     Options
	keys  keys
	lock  *os.File
	log   *os.File
	side  *os.File // the hashes
	found error

	mu       sync.Mutex
	records  []Record
	tree     tree
	size     int64 // of the log, as far as it is good
	dirty    bool  // there may be more in the file than that
	unsigned bool  // the last record is not under a checkpoint
	unnamed  bool  // a snapshot's name may not be durable
	retained []string
}

// Open takes a state directory for writing and makes it if need be. The error is
// [ErrInUse] if somebody else has it.
func Open(dir string, o Options) (h *History, err error) {
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	if err := o.disk.mkdir(filepath.Join(dir, snapshotsDir)); err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	h = &History{dir: dir, o: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
			h = nil
		}
	}()
	if h.lock, err = lock(filepath.Join(dir, lockFile)); err != nil {
		return h, err
	}
	h.sweep()
	if h.keys, err = openKeys(o.disk, dir, o); err != nil {
		return h, err
	}
	return h, h.takeUp()
}

// sweep removes what was not finished.
func (h *History) sweep() {
	for _, dir := range []string{h.dir, filepath.Join(h.dir, snapshotsDir)} {
		entries, _ := os.ReadDir(dir) // what cannot be listed cannot be swept
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), temporary) {
				_ = h.o.disk.remove(filepath.Join(dir, e.Name()))
			}
		}
	}
}

// takeUp goes on with the log that is there, or begins one.
func (h *History) takeUp() error {
	log, err := h.contents(logFile)
	if err != nil {
		return err
	}
	checkpoint, err := h.contents(checkpointFile)
	if err != nil {
		return err
	}
	hashes, err := h.contents(hashesFile)
	if err != nil {
		return err
	}
	records, lines := readRecords(log)
	leaves := leavesOf(lines)
	signed, err := check(checkpoint, h.keys.public, leaves, splitHashes(hashes))
	if err != nil {
		h.found = fmt.Errorf("the log in %s does not fit its checkpoint: %w", h.dir, err)
		if err := h.setAside(); err != nil {
			return err
		}
		log, signed = nil, 0
	}
	// What was never signed was never acknowledged, and may be anybody's.
	h.records, leaves = records[:signed], leaves[:signed]
	for _, line := range lines[:signed] {
		h.size += int64(len(line)) + 1
	}
	h.dirty = h.size < int64(len(log))
	t, err := treeOf(leaves)
	if err != nil {
		return err
	}
	h.tree = *t
	return h.openFiles(leaves)
}

func (h *History) contents(name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(h.dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the state directory: %w", err)
	}
	return data, nil
}

// check returns how many records a checkpoint covers. There is none before the
// first record was acknowledged.
func check(checkpoint []byte, public string, leaves, known []hash) (int64, error) {
	if len(checkpoint) == 0 {
		if len(leaves) > 1 {
			return 0, errors.New("there is no checkpoint")
		}
		return 0, nil
	}
	h, err := openCheckpointBy(checkpoint, public)
	if err != nil {
		return 0, err
	}
	return h.size, h.covers(leaves, known)
}

// setAside keeps a log that cannot be believed as it is, for somebody to look at.
func (h *History) setAside() error {
	suffix := ".broken-" + time.Now().UTC().Format("20060102T150405.000000000")
	for _, name := range []string{checkpointFile, hashesFile, logFile} {
		path := filepath.Join(h.dir, name)
		if err := h.o.disk.rename(path, path+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("setting the log aside: %w", err)
		}
	}
	return nil
}

func (h *History) openFiles(leaves []hash) (err error) {
	if h.log, err = h.open(logFile); err != nil {
		return err
	}
	if h.side, err = h.open(hashesFile); err != nil {
		return err
	}
	if err := h.o.disk.writeAt(h.side, joinHashes(leaves), 0); err != nil {
		return fmt.Errorf("writing %s: %w", h.side.Name(), err)
	}
	if err := h.o.disk.truncate(h.side, int64(len(leaves))*hashSize); err != nil {
		return fmt.Errorf("writing %s: %w", h.side.Name(), err)
	}
	if err := h.o.disk.syncDir(h.dir); err != nil {
		return fmt.Errorf("writing %s: %w", h.dir, err)
	}
	if h.found != nil {
		_, err := h.Append(Record{Time: time.Now(), Action: SetAside, Reason: h.found.Error()})
		return err
	}
	return nil
}

func (h *History) open(name string) (*os.File, error) {
	path := filepath.Join(h.dir, name)
	if err := h.o.disk.ask("create", path); err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the state directory: %w", err)
	}
	return f, nil
}

// Found is what was wrong with the log when it was opened; nil if nothing was.
func (h *History) Found() error { return h.found }

// Append adds a record. When it returns nil the record is on disk and under a
// signed checkpoint. After an error the same record may be appended again; it is
// never there twice.
func (h *History) Append(r Record) (Record, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.nameSnapshots(); err != nil {
		return r, err
	}
	if h.unsigned {
		if last := h.records[len(h.records)-1]; last.sameAs(r) {
			return last, h.sign()
		}
	}
	r.Number = int64(len(h.records))
	line, err := r.encode()
	if err != nil {
		return r, err
	}
	if err := h.write(append(line, '\n')); err != nil {
		return r, fmt.Errorf("writing %s: %w", h.log.Name(), err)
	}
	leaf := leafOf(line)
	if err := h.tree.add(leaf); err != nil {
		return r, err
	}
	h.records, h.unsigned = append(h.records, r), true
	// What is lost of this file is found again from the log.
	_ = h.o.disk.writeAt(h.side, joinHashes([]hash{leaf}), r.Number*hashSize)
	h.drop()
	return r, h.sign()
}

// nameSnapshots makes the names of snapshots durable, before a record speaks of
// them.
func (h *History) nameSnapshots() error {
	if !h.unnamed {
		return nil
	}
	dir := filepath.Join(h.dir, snapshotsDir)
	if err := h.o.disk.syncDir(dir); err != nil {
		return fmt.Errorf("writing %s: %w", dir, err)
	}
	h.unnamed = false
	return nil
}

// write adds a line to the log, or leaves the log as it was.
func (h *History) write(line []byte) error {
	if h.dirty {
		if err := h.o.disk.truncate(h.log, h.size); err != nil {
			return err
		}
	}
	h.dirty = true
	if err := h.o.disk.writeAt(h.log, line, h.size); err != nil {
		return err
	}
	if err := h.o.disk.sync(h.log); err != nil {
		return err
	}
	h.size += int64(len(line))
	h.dirty = false
	return nil
}

// sign puts the records there are under a checkpoint.
func (h *History) sign() error {
	root, err := h.tree.root()
	if err != nil {
		return fmt.Errorf("computing the root: %w", err)
	}
	signed, err := head{h.o.Name, h.tree.size, root}.sign(h.keys)
	if err != nil {
		return err
	}
	if err := h.o.disk.replace(filepath.Join(h.dir, checkpointFile), signed); err != nil {
		return err
	}
	h.unsigned = false
	return nil
}

// Save keeps a content. When it returns nil the content is on disk and survives
// this process; it survives the machine as soon as the next record is
// acknowledged, which saves whoever waits half of the time. One that is there
// already counts as new again. Old ones are dropped with the next record:
// somebody waits for this.
func (h *History) Save(s Snapshot) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	parts, err := s.encode()
	if err != nil {
		return err
	}
	h.unnamed = true
	return h.o.disk.swapIn(snapshotPath(h.dir, s.Fingerprint), parts...)
}

// drop removes the snapshots that are too many, oldest first. One that cannot be
// removed is for the next time.
func (h *History) drop() {
	all := listSnapshots(h.dir)
	for _, s := range all[min(h.o.Keep, len(all)):] {
		if !slices.Contains(h.retained, s.Fingerprint) {
			_ = h.o.disk.remove(snapshotPath(h.dir, s.Fingerprint))
		}
	}
}

// Retain names the contents that are never dropped.
func (h *History) Retain(fingerprints ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.retained = fingerprints
}

// Snapshot is [Memory.Snapshot].
func (h *History) Snapshot(fingerprint string) (Snapshot, error) {
	return readSnapshot(h.dir, fingerprint)
}

// Snapshots is [Memory.Snapshots].
func (h *History) Snapshots() []Snapshot { return listSnapshots(h.dir) }

// Records are all records, oldest first.
func (h *History) Records() []Record {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.records)
}

// Close lets go of the directory. Everything was flushed when it was written.
func (h *History) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var errs []error
	for _, f := range []*os.File{h.log, h.side, h.lock} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}
