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
	// Name is the name of the source. It is the origin of the checkpoints and the name of a
	// generated key. It must not have spaces or plus signs.
	Name string

	// Key signs the checkpoints. It is a signer key of sumdb/note. If it is empty, a key is
	// generated on first use and kept in the directory.
	Key string

	// Keep is how many snapshots are kept, in addition to the retained ones. 0 and less
	// mean the default, 50.
	Keep int

	// Lost, if set, is why an earlier Journal of this process stopped ([ErrLogChanged]). The
	// log in the directory is set aside, and the new log begins with that reason.
	Lost error

	fs fsOps
}

// The reasons why a state directory cannot be written.
var (
	ErrInUse      = errors.New("the state directory is in use by another process, want one directory for each process")
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
	hashes *os.File // the hash of every record
	found  error
	store  snapshotStore

	mu         sync.Mutex
	records    []Record
	index      *recordIndex
	tree       tree
	size       int64     // of the log in bytes, without a record that was not written completely
	modified   time.Time // modification time of the log after the last write
	dirty      bool      // the file may have more bytes than size
	unsigned   bool      // the last record is not under a checkpoint
	checkpoint []byte    // as it was written
	retained   []string
}

// Found returns what was wrong with the directory when it was opened; nil if nothing was.
func (j *Journal) Found() error { return j.found }

// Append adds a record. When it returns nil the record is on disk and under a signed
// checkpoint, and every snapshot saved before it is on disk, too. After an error the same
// record may be appended again; it is never in the log twice. After [ErrLogChanged] nothing
// more can be appended: the directory must be opened again.
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
	// Hashes that are missing in this file are computed again from the log.
	_ = j.o.fs.writeAt(j.hashes, joinHashes([]hash{leaf}), r.Number*hashSize)
	return r, j.acknowledge()
}

// acknowledge signs the records. Then it gives the snapshots on record their own names and
// drops the oldest snapshots.
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

// sign puts all records under a checkpoint. The checkpoint is durable under its temporary
// name before it can be seen under its own, so that no log becomes shorter than it was seen:
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

// Save saves a snapshot. When it returns nil the snapshot survives this process. It survives a
// crash of the machine once the next record is acknowledged. Save waits neither for the disk
// nor for an Append under way. A snapshot that is saved again counts as new. Old snapshots are
// dropped with the next record.
func (j *Journal) Save(s Snapshot) error { return j.store.save(s) }

// Retain sets which snapshots are never dropped, by their fingerprints.
func (j *Journal) Retain(fingerprints ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.retained = fingerprints
}

// Snapshots is like [View.Snapshots].
func (j *Journal) Snapshots() []Snapshot { return listSnapshots(j.dir) }

// Checkpoint returns the last signed checkpoint; nil if there is none.
func (j *Journal) Checkpoint() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.checkpoint
}

// Records returns all records, oldest first.
func (j *Journal) Records() []Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.records)
}

// Close closes the directory. Every record was flushed when it was appended.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var errs []error
	for _, f := range []*os.File{j.log, j.hashes} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	if j.lock != nil {
		errs = append(errs, unlock(j.lock))
	}
	return errors.Join(errs...)
}
