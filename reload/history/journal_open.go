package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Open takes a state directory for writing and makes it if need be. The error is
// [ErrInUse] if somebody else has it.
func Open(dir string, o Options) (h *Journal, err error) {
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	h = &Journal{dir: dir, o: o, store: snapshotStore{dir: filepath.Join(dir, snapshotsDir), disk: o.fs}}
	if err := o.fs.mkdir(h.store.dir); err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
			h = nil
		}
	}()
	if h.lock, err = lock(filepath.Join(dir, lockFile)); err != nil {
		return h, err
	}
	d, err := inspect(dir, true)
	if err != nil {
		return h, err
	}
	if d.public == "" {
		if err := o.fs.syncWay(h.store.dir); err != nil {
			return h, err
		}
	}
	return h, h.recover(d)
}

// An UnfinishedError is that of an Open that found something and could not put it on
// record. The next one is told of it by [Options.Lost], or it finds only what is left.
type UnfinishedError struct {
	Found error // what is not as it was left
	Err   error // why it is not on record
}

// Error says both.
func (u *UnfinishedError) Error() string {
	return fmt.Sprintf("%v; and the log there is not as it was left: %v", u.Err, u.Found)
}

// Unwrap is why it is not on record.
func (u *UnfinishedError) Unwrap() error { return u.Err }

// recover goes on with the log that is there, or begins one.
func (h *Journal) recover(d *inspected) (failed error) {
	signer, unnamed, err := d.signer(h.o)
	if err != nil {
		return err
	}
	anew := d.begunAnew()
	records, lines, err := d.signed(signer.public)
	if h.o.Lost != nil {
		err = h.o.Lost
	}
	if err != nil {
		defer func() {
			if failed != nil {
				failed = &UnfinishedError{err, failed}
			}
		}()
	}
	if h.keys = signer; signer.public == "" {
		made, failed := makeKey(h.o.fs, h.dir, h.o.Name)
		if failed != nil {
			return failed
		}
		h.keys, unnamed = made, true
	}
	at := asideNow(d.aside)
	if err != nil {
		h.found = fmt.Errorf("the log in %s is not as it was left: %w", h.dir, err)
		if anew {
			d = &inspected{public: d.public, log: d.log}
		} else {
			if err := h.setAside(at); err != nil {
				return err
			}
			d = &inspected{public: d.public}
		}
		records, lines = nil, nil
	}
	if err := h.settleCheckpoint(d); err != nil {
		return err
	}
	if err := h.resume(d, records, lines); err != nil {
		return err
	}
	if err := h.begin(d.public, unnamed, at); err != nil {
		return err
	}
	if err := h.setContentsAside(d.changed(records), at); err != nil {
		return err
	}
	return h.store.finish(h.register)
}

// settleCheckpoint gives the checkpoint its name, or removes one that is none.
func (h *Journal) settleCheckpoint(d *inspected) error {
	h.checkpoint = d.checkpoint
	path := filepath.Join(h.dir, checkpointFile)
	if d.pending != nil {
		return h.o.fs.rename(newOf(path), path)
	}
	if _, err := os.Lstat(newOf(path)); err == nil {
		return h.o.fs.remove(newOf(path)) // half of one, or for another log
	}
	return nil
}

// resume takes over what is signed.
func (h *Journal) resume(d *inspected, records []Record, lines [][]byte) error {
	h.records, h.register = records, newRegister(records)
	for _, line := range lines {
		h.size += int64(len(line)) + 1
	}
	h.dirty = h.size < int64(len(d.log))
	leaves := leavesOf(lines)
	t, err := treeOf(leaves)
	if err != nil {
		return err
	}
	h.tree = *t
	h.store.signed.Store(int64(len(records)))
	return h.openFiles(leaves)
}

func (h *Journal) openFiles(leaves []hash) (err error) {
	if h.log, err = h.open(logFile); err != nil {
		return err
	}
	if h.left, err = modified(h.log); err != nil {
		return err
	}
	if h.side, err = h.open(hashesFile); err != nil {
		return err
	}
	if err := h.o.fs.writeAt(h.side, joinHashes(leaves), 0); err != nil {
		return fmt.Errorf("writing %s: %w", h.side.Name(), err)
	}
	if err := h.o.fs.truncate(h.side, int64(len(leaves))*hashSize); err != nil {
		return fmt.Errorf("writing %s: %w", h.side.Name(), err)
	}
	if err := h.o.fs.syncDir(h.dir); err != nil {
		return fmt.Errorf("writing %s: %w", h.dir, err)
	}
	return nil
}

// begin signs a log that is new, so that it cannot be taken for one that never was,
// gives a key that was made its name, and publishes the public half last: where
// there is either, there was a log.
func (h *Journal) begin(published string, unnamed bool, at time.Time) error {
	if h.found != nil {
		if _, err := h.Append(Record{Time: at, Action: SetAside, Reason: h.found.Error()}); err != nil {
			return err
		}
	}
	if published == "" && h.found == nil && len(h.records) == 0 {
		if err := h.sign(); err != nil {
			return err
		}
	}
	if unnamed {
		if err := h.o.fs.keep(filepath.Join(h.dir, keyFile)); err != nil {
			return err
		}
	}
	return publish(h.o.fs, h.dir, h.keys.public)
}

func (h *Journal) open(name string) (*os.File, error) {
	path := filepath.Join(h.dir, name)
	if err := h.o.fs.ask("create", path); err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the state directory: %w", err)
	}
	return f, nil
}
