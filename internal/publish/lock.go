package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/internal/flock"
	"github.com/promogate/caddy-discount/internal/strategyfile"
)

// How long publish waits for another process that holds a lock, and how often it tries.
const (
	lockPatience = 10 * time.Second
	lockInterval = 5 * time.Millisecond
)

// LockDirectories locks directories for this publisher until unlock is called. It locks the
// directory itself, so that no lock file is left in it. A gateway takes no such lock and does not
// wait for one. patience bounds the wait for another publisher. The error is [ErrInterrupted] if
// ctx ends first.
func LockDirectories(ctx context.Context, dirs []string, patience time.Duration) (unlock func(), err error) {
	return lockEach(ctx, dirs, patience)
}

// lockFiles takes an exclusive advisory lock on each file.
func lockFiles(ctx context.Context, paths []string) (unlock func(), err error) {
	return lockEach(ctx, paths, lockPatience)
}

// lockEach takes the locks in the order of the paths, which is the same for all publishers, and
// waits for the process that holds one.
func lockEach(ctx context.Context, paths []string, patience time.Duration) (unlock func(), err error) {
	var held []*os.File
	unlock = func() {
		for _, f := range held {
			flock.Unlock(f)
			f.Close() // nothing was written
		}
	}
	if !flock.Supported {
		return unlock, nil // two publishers may mix their files
	}
	paths = slices.Clone(paths)
	slices.Sort(paths)
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			unlock()
			return nil, strategyfile.PathError(path, err)
		}
		if isOpen(held, f) {
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

// isOpen reports whether a file is open already, under any name. A second lock on it would wait
// for the first one.
func isOpen(held []*os.File, f *os.File) bool {
	info, err := f.Stat()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(held, func(h *os.File) bool {
		other, err := h.Stat()
		return err == nil && os.SameFile(info, other)
	})
}

// lock waits for a lock. On a file system without locks it returns at once, without one.
func lock(ctx context.Context, f *os.File, patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; {
		switch {
		case !errors.Is(flock.Exclusive(f), flock.ErrLocked):
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("another process holds a lock on %s, for longer than %s", f.Name(), patience)
		}
		select {
		case <-ctx.Done():
			return ErrInterrupted
		case <-time.After(lockInterval):
		}
	}
}
