//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package flock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Supported reports whether the system has locks.
const Supported = true

// Shared takes a shared lock without waiting. The error is [ErrLocked] if an exclusive
// one is held, and another one where the file system has no locks.
func Shared(f *os.File) error { return try(f, unix.LOCK_SH) }

// Exclusive takes an exclusive lock without waiting. The error is [ErrLocked] if any lock
// is held, and another one where the file system has no locks.
func Exclusive(f *os.File) error { return try(f, unix.LOCK_EX) }

// Unlock ends the lock on f, if there is one.
func Unlock(f *os.File) { _ = flock(f, unix.LOCK_UN) }

func try(f *os.File, kind int) error {
	for {
		switch err := flock(f, kind|unix.LOCK_NB); {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrLocked
		default:
			return err
		}
	}
}

// flock is the system call, without making the file blocking as f.Fd would.
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
