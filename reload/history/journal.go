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

	// Lost, if set, is why an earlier History of this process had to let go of the
	// directory ([ErrTakenAway]). Whatever is there is set aside for it, and the
	// new log begins with it.
	Lost error

	fs fsOps
}

// Why a directory cannot be written, or not any more.
var (
	ErrInUse     = errors.New("the state directory is in use by another process")
	ErrTakenAway = errors.New("the log was taken away or changed while it was written")
)

// Journal is a state directory that this process writes. All methods are safe
// for concurrent use.
type Journal struct {
	dir   string
	o     Options
	keys  keys
	lock  *os.File
	log   *os.File
	side  *os.File // the hashes
	found error
	store snapshotStore

	mu         sync.Mutex
	records    []Record
	register   *register
	tree       tree
	size       int64     // of the log, as far as it is good
	left       time.Time // modification time of the log, as it was left
	dirty      bool      // there may be more in the file than that
	unsigned   bool      // the last record is not under a checkpoint
	checkpoint []byte    // as it was left
	retained   []string
}

// Found is what was wrong with the log when it was opened; nil if nothing was.
func (h *Journal) Found() error { return h.found }

// Append adds a record. When it returns nil the record is on disk and under a
// signed checkpoint, and every snapshot saved before it is on disk, too. After an
// error the same record may be appended again; it is never there twice. After
// [ErrTakenAway] nothing can be appended any more: the directory has to be opened
// again.
func (h *Journal) Append(r Record) (Record, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.intact(); err != nil {
		return r, err
	}
	if err := h.store.settle(); err != nil {
		return r, err
	}
	if h.unsigned {
		if last := h.records[len(h.records)-1]; last.sameAs(r) {
			return last, h.acknowledge()
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
	h.register.add(r)
	// What is lost of this file is found again from the log.
	_ = h.o.fs.writeAt(h.side, joinHashes([]hash{leaf}), r.Number*hashSize)
	return r, h.acknowledge()
}

// acknowledge signs what is recorded. The contents that are on record now get their
// own names, and those that are too many go.
func (h *Journal) acknowledge() error {
	if err := h.sign(); err != nil {
		return err
	}
	h.store.signed.Store(h.tree.size)
	h.store.name(h.register)
	h.store.drop(h.o.Keep, h.retained)
	return nil
}

// write adds a line to the log, or leaves the log as it was.
func (h *Journal) write(line []byte) error {
	defer func() {
		if left, err := modified(h.log); err == nil {
			h.left = left
		}
	}()
	if h.dirty {
		if err := h.o.fs.truncate(h.log, h.size); err != nil {
			return err
		}
	}
	h.dirty = true
	if err := h.o.fs.writeAt(h.log, line, h.size); err != nil {
		return err
	}
	if err := h.o.fs.sync(h.log); err != nil {
		return err
	}
	h.size += int64(len(line))
	h.dirty = false
	return nil
}

// sign puts the records there are under a checkpoint. It is durable under its
// temporary name before anybody can see it under its own, so that no log that was
// ever shown can turn out shorter: see [Journal.pick].
func (h *Journal) sign() error {
	root, err := h.tree.root()
	if err != nil {
		return fmt.Errorf("computing the root: %w", err)
	}
	signed, err := head{h.o.Name, h.tree.size, root}.sign(h.keys)
	if err != nil {
		return err
	}
	path := filepath.Join(h.dir, checkpointFile)
	if err := h.o.fs.writeDurably(newOf(path), signed); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := h.o.fs.syncDir(h.dir); err != nil {
		return fmt.Errorf("writing %s: %w", h.dir, err)
	}
	if err := h.o.fs.rename(newOf(path), path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	h.unsigned, h.checkpoint = false, signed
	return nil
}

// Save keeps a content. When it returns nil the content survives this process; it
// survives the machine as soon as the next record is acknowledged, so that whoever
// waits for it need not wait for the disk. It does not wait for an Append under
// way either. A content that is there already counts as new again. Old ones are
// dropped with the next record.
func (h *Journal) Save(s Snapshot) error { return h.store.save(s) }

// Retain names the contents that are never dropped.
func (h *Journal) Retain(fingerprints ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.retained = fingerprints
}

// Snapshot is [StateHealth.Snapshot].
func (h *Journal) Snapshot(fingerprint string) (Snapshot, error) {
	return readSnapshot(h.dir, fingerprint, anyContent)
}

// Snapshots is [StateHealth.Snapshots].
func (h *Journal) Snapshots() []Snapshot { return listSnapshots(h.dir) }

// Checkpoint is the last one that was signed; nil if there is none.
func (h *Journal) Checkpoint() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.checkpoint
}

// Records are all records, oldest first.
func (h *Journal) Records() []Record {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.records)
}

// Close lets go of the directory. Everything was flushed when it was written.
func (h *Journal) Close() error {
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
