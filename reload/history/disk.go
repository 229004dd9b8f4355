package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// disk is every operation that changes something. before, if set, is asked first
// and may fail it: that is how tests fill the disk or end the process at each
// step.
type disk struct {
	before func(op, path string) error
}

var errShort = errors.New("the disk took only a part")

func (d disk) ask(op, path string) error {
	if d.before == nil {
		return nil
	}
	return d.before(op, path)
}

func (d disk) mkdir(path string) error {
	if err := d.ask("mkdir", path); err != nil {
		return err
	}
	return os.MkdirAll(path, 0o700)
}

func (d disk) remove(path string) error {
	if err := d.ask("remove", path); err != nil {
		return err
	}
	return os.Remove(path)
}

func (d disk) rename(from, to string) error {
	if err := d.ask("rename", to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func (d disk) truncate(f *os.File, size int64) error {
	if err := d.ask("truncate", f.Name()); err != nil {
		return err
	}
	return f.Truncate(size)
}

func (d disk) writeAt(f *os.File, data []byte, at int64) error {
	if err := d.ask("write", f.Name()); err != nil {
		if errors.Is(err, errShort) {
			_, _ = f.WriteAt(data[:len(data)/2], at)
		}
		return err
	}
	_, err := f.WriteAt(data, at)
	return err
}

func (d disk) sync(f *os.File) error {
	if err := d.ask("sync", f.Name()); err != nil {
		return err
	}
	return f.Sync()
}

// syncDir makes the names in a directory durable, where there is such a thing.
func (d disk) syncDir(path string) error {
	if err := d.ask("syncdir", path); err != nil || runtime.GOOS == "windows" {
		return err
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// temporary begins the names of files that are not finished.
const temporary = ".new-"

// replace gives path a content all at once and durably.
func (d disk) replace(path string, parts ...[]byte) error {
	if err := d.swapIn(path, parts...); err != nil {
		return err
	}
	if err := d.syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// swapIn gives path a content all at once. The content is durable, its name is
// once the directory was synchronised.
func (d disk) swapIn(path string, parts ...[]byte) error {
	dir, base := filepath.Split(path)
	next := filepath.Join(dir, temporary+base)
	if err := d.write(next, parts); err != nil {
		_ = os.Remove(next)
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := d.rename(next, path); err != nil {
		_ = os.Remove(next)
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func (d disk) write(path string, parts [][]byte) error {
	if err := d.ask("create", path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	at := int64(0)
	for _, part := range parts {
		if err = d.writeAt(f, part, at); err != nil {
			break
		}
		at += int64(len(part))
	}
	if err == nil {
		err = d.sync(f)
	}
	return errors.Join(err, f.Close())
}
