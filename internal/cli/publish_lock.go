//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/promogate/caddy-discount/internal/strategyfile"
)

// How long publish waits for somebody who holds a lock, and how often it looks.
const (
	lockPatience      = 10 * time.Second
	publisherPatience = 2 * defaultWait // which waits for a gateway while it holds its lock
	lockLook          = 5 * time.Millisecond
)

// lockDirectories keeps other publishers out of directories until unlock. The
// directory itself is locked, so that no file has to be left in it; a gateway
// takes no such lock and is not held up.
func lockDirectories(ctx context.Context, dirs []string) (unlock func(), err error) {
	return lockEach(ctx, dirs, publisherPatience)
}

// lockFiles takes an exclusive advisory lock on each file.
func lockFiles(ctx context.Context, paths []string) (unlock func(), err error) {
	return lockEach(ctx, paths, lockPatience)
}

// lockEach takes the locks in one order for all publishers, and waits for the
// process that has one.
func lockEach(ctx context.Context, paths []string, patience time.Duration) (unlock func(), err error) {
	var held []*os.File
	unlock = func() {
		for _, f := range held {
			_ = unix.Flock(int(f.Fd()), unix.LOCK_UN) // closing it ends the lock as well
			f.Close()                                 // nothing was written
		}
	}
	paths = slices.Clone(paths)
	slices.Sort(paths)
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			unlock()
			return nil, strategyfile.PathError(path, err)
		}
		if isAmong(held, f) {
			f.Close() // nothing was written
			continue
		}
		held = append(held, f)
		if err := lock(ctx, f, patience); err != nil {
			unlock()
			return nil, err
		}
	}
	return unlock, nil
}

// isAmong reports whether a file is open already, under whatever name: it would
// wait for itself.
func isAmong(held []*os.File, f *os.File) bool {
	info, err := f.Stat()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(held, func(h *os.File) bool {
		other, err := h.Stat()
		return err == nil && os.SameFile(info, other)
	})
}

// lock waits for a lock. A file system that has no locks has nobody who holds
// one.
func lock(ctx context.Context, f *os.File, patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case !errors.Is(err, unix.EWOULDBLOCK):
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("another process holds a lock on %s, for longer than %s", f.Name(), patience)
		}
		if !sleep(ctx, lockLook) {
			return errInterrupted
		}
	}
}

// syncDirectory writes the names of a directory through to the disk, where its
// file system can.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// takeOwner gives a file the owner of another, or at least its group. Not
// everybody may, and then it is the publisher's.
func takeOwner(f *os.File, of fs.FileInfo) {
	stat, ok := of.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	if f.Chown(int(stat.Uid), int(stat.Gid)) != nil {
		_ = f.Chown(-1, int(stat.Gid))
	}
}
