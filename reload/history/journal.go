package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

const defaultKeep = 50

// Options say how a journal is kept.
type Options struct {
	// Name of the source, for the origin of the checkpoints and the name of a key
	// that is made; without spaces and plus signs.
	Name string

	// Key that the checkpoints are signed with, as sumdb/note has it. If it is
	// empty one is made on first use and kept in the directory.
	Key string

	// Keep is how many snapshots are kept, in addition to those that are retained.
	// Default 50.
	Keep int

	// Lost, if set, is why an earlier Journal of this process could not go on
	// ([ErrLogChanged]). What is in the directory is set aside for that reason, which the
	// new log begins with.
	Lost error

	fs fsOps
}

// Why a state directory cannot be written.
var (
	ErrInUse      = errors.New("the state directory is in use by another process")
	ErrLogChanged = errors.New("the log was removed or changed while it was written")
)

// Journal is a state directory that this process writes. All methods are safe
// for concurrent use.
type Journal struct {
	dir    string
	o      Options
	keys   keys
	lock   *os.File
	log    *os.File
	hashes *os.File // the hashes
	found  error
	store  snapshotStore

	mu         sync.Mutex
	records    []Record
	index      *recordIndex
	tree       tree
	size       int64     // of the log, as far as it is good
	modified   time.Time // modification time of the log after the last write
	dirty      bool      // there may be more in the file than that
	unsigned   bool      // the last record is not under a checkpoint
	checkpoint []byte    // as it was written
	retained   []string
}

// Found is what was wrong with the log when it was opened; nil if nothing was.
func (j *Journal) Found() error { return j.found }

// Append adds a record. When it returns nil the record is on disk and under a
// signed checkpoint, and every snapshot saved before it is on disk, too. After an
// error the same record may be appended again; it is never there twice. After
// [ErrLogChanged] nothing can be appended any more: the directory has to be opened
// again.
func (j *Journal) Append(r Record) (Record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.intact(); err != nil {
		return r, err
	}
	if err := j.store.flush(); err != nil {
		return r, err
	}
	if j.unsigned {
		if last := j.records[len(j.records)-1]; last.sameAs(r) {
			return last, j.acknowledge()
		}
	}
	r.Number = int64(len(j.records))
	line, err := r.encode()
	if err != nil {
		return r, err
	}
	if err := j.write(append(line, '\n')); err != nil {
		return r, fmt.Errorf("writing %s: %w", j.log.Name(), err)
	}
	leaf := leafOf(line)
	if err := j.tree.add(leaf); err != nil {
		return r, err
	}
	j.records, j.unsigned = append(j.records, r), true
	j.index.add(r)
	// What is missing in this file is computed again from the log.
	_ = j.o.fs.writeAt(j.hashes, joinHashes([]hash{leaf}), r.Number*hashSize)
	return r, j.acknowledge()
}

// acknowledge signs what is recorded. The snapshots that are on record now get their
// own names, and the oldest are dropped.
func (j *Journal) acknowledge() error {
	if err := j.sign(); err != nil {
		return err
	}
	j.store.signed.Store(j.tree.size)
	j.store.nameRecorded(j.index)
	j.store.dropOldest(j.o.Keep, j.retained)
	return nil
}

// write adds a line to the log, or leaves the log as it was.
func (j *Journal) write(line []byte) error {
	defer func() {
		if left, err := modifiedAt(j.log); err == nil {
			j.modified = left
		}
	}()
	if j.dirty {
		if err := j.o.fs.truncate(j.log, j.size); err != nil {
			return err
		}
	}
	j.dirty = true
	if err := j.o.fs.writeAt(j.log, line, j.size); err != nil {
		return err
	}
	if err := j.o.fs.sync(j.log); err != nil {
		return err
	}
	j.size += int64(len(line))
	j.dirty = false
	return nil
}

// sign puts all records under a checkpoint. It is durable under its temporary name
// before it can be seen under its own, so that no log becomes shorter than it was seen:
// see pickCheckpoint.
func (j *Journal) sign() error {
	root, err := j.tree.root()
	if err != nil {
		return fmt.Errorf("computing the root: %w", err)
	}
	signed, err := head{j.o.Name, j.tree.size, root}.sign(j.keys)
	if err != nil {
		return err
	}
	path := filepath.Join(j.dir, checkpointFile)
	if err := j.o.fs.writeDurably(temporaryPath(path), signed); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := j.o.fs.syncDir(j.dir); err != nil {
		return fmt.Errorf("writing %s: %w", j.dir, err)
	}
	if err := j.o.fs.rename(temporaryPath(path), path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	j.unsigned, j.checkpoint = false, signed
	return nil
}

// Save saves a snapshot. When it returns nil the snapshot survives this process; it
// survives a crash of the machine once the next record is acknowledged, so that a caller
// need not wait for the disk. It does not wait for an Append under way either. A snapshot
// that is there already counts as new again. Old ones are dropped with the next record.
func (j *Journal) Save(s Snapshot) error { return j.store.save(s) }

// Retain says which snapshots are never dropped.
func (j *Journal) Retain(fingerprints ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.retained = fingerprints
}

// Snapshot is [View.Snapshot].
func (j *Journal) Snapshot(fingerprint string) (Snapshot, error) {
	return readSnapshot(j.dir, fingerprint, anySnapshot)
}

// Snapshots is [View.Snapshots].
func (j *Journal) Snapshots() []Snapshot { return listSnapshots(j.dir) }

// Checkpoint is the last one that was signed; nil if there is none.
func (j *Journal) Checkpoint() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.checkpoint
}

// Records are all records, oldest first.
func (j *Journal) Records() []Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.records)
}

// Close closes the directory. Everything was flushed when it was written.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var errs []error
	for _, f := range []*os.File{j.log, j.hashes, j.lock} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}
