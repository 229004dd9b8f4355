package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Open opens a state directory for writing. It creates the directory if it does not exist. The
// error is [ErrInUse] if another process has the directory open, and an [UnfinishedError] if
// something wrong was found and could not be recorded.
func Open(dir string, o Options) (j *Journal, err error) {
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	j = &Journal{dir: dir, o: o, store: snapshotStore{dir: filepath.Join(dir, snapshotsDir), fs: o.fs}}
	if err := o.fs.mkdir(j.store.dir); err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.Close())
			j = nil
		}
	}()
	if j.lock, err = lock(filepath.Join(dir, lockFile)); err != nil {
		return j, err
	}
	d, err := inspect(dir, true)
	if err != nil {
		return j, err
	}
	if d.public == "" {
		if err := o.fs.syncParents(j.store.dir); err != nil {
			return j, err
		}
	}
	return j, j.recover(d)
}

// An UnfinishedError is the error of an Open that found something wrong and could not record
// it. Pass Found to the next Open as [Options.Lost]: that Open may not find all of it again.
type UnfinishedError struct {
	Found error // what is wrong
	Err   error // why it could not be recorded
}

// Error returns the texts of both errors.
func (u *UnfinishedError) Error() string {
	return fmt.Sprintf("%v; and the log there is not as it was left: %v", u.Err, u.Found)
}

// Unwrap returns Err.
func (u *UnfinishedError) Unwrap() error { return u.Err }

// recover continues the log in the directory, or begins one.
func (j *Journal) recover(d *inspected) (failed error) {
	signer, unnamed, err := d.signer(j.o)
	if err != nil {
		return err
	}
	anew := d.startedOver()
	records, lines, err := d.signed(signer.public)
	if j.o.Lost != nil {
		err = j.o.Lost
	}
	if err != nil {
		defer func() {
			if failed != nil {
				failed = &UnfinishedError{err, failed}
			}
		}()
	}
	if j.keys = signer; signer.public == "" {
		made, failed := makeKey(j.o.fs, j.dir, j.o.Name)
		if failed != nil {
			return failed
		}
		j.keys, unnamed = made, true
	}
	at := nextAsideTime(d.aside)
	if err != nil {
		j.found = fmt.Errorf("the log in %s is not as it was left: %w", j.dir, err)
		if anew {
			d = &inspected{public: d.public, log: d.log}
		} else {
			if err := j.setAside(at); err != nil {
				return err
			}
			d = &inspected{public: d.public}
		}
		records, lines = nil, nil
	}
	if err := j.finishCheckpoint(d); err != nil {
		return err
	}
	if err := j.resume(d, records, lines); err != nil {
		return err
	}
	if err := j.begin(d.public, unnamed, at); err != nil {
		return err
	}
	if err := j.setContentsAside(d.changed(records), at); err != nil {
		return err
	}
	return j.store.adopt(j.index)
}

// finishCheckpoint gives a pending checkpoint its name, or removes one that is not valid.
func (j *Journal) finishCheckpoint(d *inspected) error {
	j.checkpoint = d.checkpoint
	path := filepath.Join(j.dir, checkpointFile)
	if d.pending != nil {
		return j.o.fs.rename(temporaryPath(path), path)
	}
	if _, err := os.Lstat(temporaryPath(path)); err == nil {
		return j.o.fs.remove(temporaryPath(path)) // it is half a checkpoint, or of another log
	}
	return nil
}

// resume continues the signed records.
func (j *Journal) resume(d *inspected, records []Record, lines [][]byte) error {
	j.records, j.index = records, indexOf(records)
	for _, line := range lines {
		j.size += int64(len(line)) + 1
	}
	j.dirty = j.size < int64(len(d.log))
	leaves := leavesOf(lines)
	t, err := treeOf(leaves)
	if err != nil {
		return err
	}
	j.tree = *t
	j.store.signed.Store(int64(len(records)))
	return j.openFiles(leaves)
}

func (j *Journal) openFiles(leaves []hash) (err error) {
	if j.log, err = j.open(logFile); err != nil {
		return err
	}
	if j.modified, err = modifiedAt(j.log); err != nil {
		return err
	}
	if j.hashes, err = j.open(hashesFile); err != nil {
		return err
	}
	if err := j.o.fs.writeAt(j.hashes, joinHashes(leaves), 0); err != nil {
		return fmt.Errorf("writing %s: %w", j.hashes.Name(), err)
	}
	if err := j.o.fs.truncate(j.hashes, int64(len(leaves))*hashSize); err != nil {
		return fmt.Errorf("writing %s: %w", j.hashes.Name(), err)
	}
	if err := j.o.fs.syncDir(j.dir); err != nil {
		return fmt.Errorf("writing %s: %w", j.dir, err)
	}
	return nil
}

// begin signs a new log, names its generated key and writes the public key last. A directory
// with any of these had a log: if the log is missing, it was removed.
func (j *Journal) begin(published string, unnamed bool, at time.Time) error {
	if j.found != nil {
		if _, err := j.Append(Record{Time: at, Action: SetAside, Reason: j.found.Error()}); err != nil {
			return err
		}
	}
	if published == "" && j.found == nil && len(j.records) == 0 {
		if err := j.sign(); err != nil {
			return err
		}
	}
	if unnamed {
		if err := j.o.fs.renameIntoPlace(filepath.Join(j.dir, keyFile)); err != nil {
			return err
		}
	}
	return advertiseKey(j.o.fs, j.dir, j.keys.public)
}

func (j *Journal) open(name string) (*os.File, error) {
	path := filepath.Join(j.dir, name)
	if err := j.o.fs.allow("create", path); err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the state directory: %w", err)
	}
	return f, nil
}
