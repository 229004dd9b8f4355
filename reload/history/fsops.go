package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/promogate/caddy-discount/internal/atomicfile"
)

// fsOps has every operation that changes a file. If before is set, it is called first and may
// fail the operation: with it, tests fill the disk or end the process at each step.
type fsOps struct {
	before func(op, path string) error
}

var errShort = errors.New("short write")

func (d fsOps) allow(op, path string) error {
	if d.before == nil {
		return nil
	}
	return d.before(op, path)
}

func (d fsOps) mkdir(path string) error {
	if err := d.allow("mkdir", path); err != nil {
		return err
	}
	return os.MkdirAll(path, 0o700)
}

func (d fsOps) remove(path string) error {
	if err := d.allow("remove", path); err != nil {
		return err
	}
	return os.Remove(path)
}

func (d fsOps) rename(from, to string) error {
	if err := d.allow("rename", to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func (d fsOps) truncate(f *os.File, size int64) error {
	if err := d.allow("truncate", f.Name()); err != nil {
		return err
	}
	return f.Truncate(size)
}

func (d fsOps) writeAt(f *os.File, data []byte, at int64) error {
	if err := d.allow("write", f.Name()); err != nil {
		if errors.Is(err, errShort) {
			_, _ = f.WriteAt(data[:len(data)/2], at)
		}
		return err
	}
	_, err := f.WriteAt(data, at)
	return err
}

func (d fsOps) sync(f *os.File) error {
	if err := d.allow("sync", f.Name()); err != nil {
		return err
	}
	return f.Sync()
}

// syncNamed is sync for a file that is not open.
func (d fsOps) syncNamed(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(d.sync(f), f.Close())
}

// syncDir makes the names in a directory durable. It does nothing on Windows, and on file
// systems that cannot do it.
func (d fsOps) syncDir(path string) error {
	err := d.allow("syncdir", path)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	return atomicfile.SyncDir(path)
}

// syncParents makes the names of all parent directories of path durable. It skips those that
// it may not flush, since this process did not create their entries.
func (d fsOps) syncParents(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	for above := filepath.Dir(path); above != path; path, above = above, filepath.Dir(above) {
		err := d.syncDir(above)
		if err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) {
			return fmt.Errorf("writing %s: %w", above, err)
		}
	}
	return nil
}

// temporaryPrefix begins the names of files that are not finished.
const temporaryPrefix = ".new-"

// replace gives path a content all at once and durably.
func (d fsOps) replace(path string, content []byte) error {
	next := temporaryPath(path)
	if err := d.writeDurably(next, content); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := d.rename(next, path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := d.syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// renameIntoPlace gives a file that is durable under its temporary name its own name. All
// other names in the directory are durable before, and the new one is durable after.
func (d fsOps) renameIntoPlace(path string) error {
	dir := filepath.Dir(path)
	if err := d.syncDir(dir); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := d.rename(temporaryPath(path), path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := d.syncDir(dir); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// temporaryPath is the name of a file until it is finished.
func temporaryPath(path string) string {
	dir, base := filepath.Split(path)
	return filepath.Join(dir, temporaryPrefix+base)
}

// writeDurably writes a file whose content is durable. Its name is not durable yet.
func (d fsOps) writeDurably(path string, content []byte) error {
	f, err := d.write(path, content)
	if err == nil {
		err = d.sync(f)
	}
	if f != nil {
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		_ = os.Remove(path)
	}
	return err
}

// write creates a file from parts and leaves it open.
func (d fsOps) write(path string, parts ...[]byte) (*os.File, error) {
	if err := d.allow("create", path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	at := int64(0)
	for _, part := range parts {
		if err := d.writeAt(f, part, at); err != nil {
			return f, err
		}
		at += int64(len(part))
	}
	return f, nil
}
