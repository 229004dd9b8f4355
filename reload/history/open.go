package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Open takes a state directory for writing and makes it if need be. The error is
// [ErrInUse] if somebody else has it.
func Open(dir string, o Options) (h *History, err error) {
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	h = &History{dir: dir, o: o, shelf: shelf{dir: filepath.Join(dir, snapshotsDir), disk: o.disk}}
	if err := o.disk.mkdir(h.shelf.dir); err != nil {
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
	begun, err := h.begun()
	if err != nil {
		return h, err
	}
	if !begun {
		if err := o.disk.syncWay(h.shelf.dir); err != nil {
			return h, err
		}
	}
	if h.keys, err = openKeys(o.disk, dir, o); err != nil {
		return h, err
	}
	if err := h.shelf.finish(); err != nil {
		return h, err
	}
	return h, h.takeUp(begun)
}

// kept is what is read of a log at the opening.
type kept struct {
	log        []byte
	checkpoint []byte
	hashes     []hash
}

// takeUp goes on with the log that is there, or begins one.
func (h *History) takeUp(begun bool) error {
	k, err := h.read()
	if err != nil {
		return err
	}
	records, lines := readRecords(k.log)
	leaves := leavesOf(lines)
	signed := int64(0)
	if h.o.Lost != nil {
		err = h.o.Lost
	} else if begun || len(k.checkpoint) > 0 || len(lines) > 0 {
		signed, err = check(k, h.keys.public, leaves)
	}
	if err != nil {
		h.found = fmt.Errorf("the log in %s is not as it was left: %w", h.dir, err)
		if err := h.setAside(); err != nil {
			return err
		}
		k.log, signed = nil, 0
	}
	// What was never signed was never acknowledged, and may be anybody's.
	h.records, leaves = records[:signed], leaves[:signed]
	for _, line := range lines[:signed] {
		h.size += int64(len(line)) + 1
	}
	h.dirty = h.size < int64(len(k.log))
	t, err := treeOf(leaves)
	if err != nil {
		return err
	}
	h.tree = *t
	if err := h.openFiles(leaves); err != nil {
		return err
	}
	return h.begin(begun)
}

// begun reports whether there was a log here that was to be kept: the public key
// is published last when one is begun.
func (h *History) begun() (bool, error) {
	_, err := os.Stat(filepath.Join(h.dir, publicFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("reading the state directory: %w", err)
	}
	return err == nil, nil
}

func (h *History) read() (k kept, err error) {
	if k.log, err = h.contents(logFile); err != nil {
		return k, err
	}
	if k.checkpoint, err = h.contents(checkpointFile); err != nil {
		return k, err
	}
	hashes, err := h.contents(hashesFile)
	if err != nil {
		return k, err
	}
	k.hashes = splitHashes(hashes)
	return k, h.pick(&k)
}

// pick prefers a checkpoint that was on its way to its name when the process or
// the machine ended: it may have been seen there, and the name be lost.
func (h *History) pick(k *kept) error {
	path := filepath.Join(h.dir, checkpointFile)
	next, err := h.contents(temporary + checkpointFile)
	if err != nil || next == nil {
		return err
	}
	_, lines := readRecords(k.log)
	newer, err := check(kept{checkpoint: next, hashes: k.hashes}, h.keys.public, leavesOf(lines))
	if err != nil {
		return h.o.disk.remove(newOf(path)) // half of one, or for another log
	}
	if older, err := openCheckpointBy(k.checkpoint, h.keys.public); len(k.checkpoint) > 0 && (err != nil || older.size > newer) {
		return h.o.disk.remove(newOf(path))
	}
	k.checkpoint = next
	return h.o.disk.rename(newOf(path), path)
}

func (h *History) contents(name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(h.dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the state directory: %w", err)
	}
	return data, nil
}

// check returns how many records a checkpoint covers.
func check(k kept, public string, leaves []hash) (int64, error) {
	if len(k.checkpoint) == 0 {
		return 0, errors.New("there is no checkpoint")
	}
	h, err := openCheckpointBy(k.checkpoint, public)
	if err != nil {
		return 0, err
	}
	return h.size, h.covers(leaves, k.hashes)
}

// setAside keeps a log that cannot be believed as it is, for somebody to look at.
// Until a new one is signed, that it is missing is found again.
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
	return nil
}

// begin signs a log that is new, so that it cannot be taken for one that never
// was, and publishes the key last.
func (h *History) begin(begun bool) error {
	if h.found != nil {
		if _, err := h.Append(Record{Time: time.Now(), Action: SetAside, Reason: h.found.Error()}); err != nil {
			return err
		}
	}
	if !begun {
		if err := h.sign(); err != nil {
			return err
		}
	}
	return publish(h.o.disk, h.dir, h.keys.public)
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
