// Package atomicfile replaces a file atomically and durably: it writes the new content to a file
// beside it, flushes that to the disk and renames it, so that no program ever reads half of it.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Replace replaces the content of the file at path. The file keeps its permissions, and its owner
// where the system allows it. If path is a symbolic link, the file that it leads to is replaced.
func Replace(path string, data []byte) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	before, err := os.Stat(path)
	if err != nil {
		return err
	}
	next, err := CreateBeside(path, data, before.Mode().Perm(), before)
	if err != nil {
		return fmt.Errorf("replacing %s: %w", path, err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("replacing %s: %w", path, errors.Join(err, os.Remove(next)))
	}
	return SyncDir(filepath.Dir(path))
}

// CreateBeside writes a file in the directory of path, durably, and returns its path. Its name
// begins with a dot and ends in random digits. It gets the owner of like, where the system allows
// it. If like is nil, it keeps the owner of the process.
func CreateBeside(path string, data []byte, mode fs.FileMode, like fs.FileInfo) (created string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	if err := Fill(f, data, mode, like); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// Fill writes a new file, flushes it to the disk and closes it. like is as for [CreateBeside].
func Fill(f *os.File, data []byte, mode fs.FileMode, like fs.FileInfo) error {
	if like != nil {
		TakeOwner(f, like)
	}
	_, err := f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// SyncDir makes changes of the names in a directory durable. It does nothing on Windows, and on
// file systems that do not support it.
func SyncDir(path string) error {
	err := syncDir(path)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}
