//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package reload

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockShared takes a shared advisory lock that ends with f. A file system that
// has no locks has no lock holders to respect.
func lockShared(f *os.File) error {
	err := flock(f, unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return obstacleLock
	}
	return nil
}

// unlock ends the lock on f, if there is one.
func unlock(f *os.File) { _ = flock(f, unix.LOCK_UN) }

func flock(f *os.File, how int) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	if err := raw.Control(func(fd uintptr) { result = unix.Flock(int(fd), how) }); err != nil {
		return err
	}
	return result
}
