// Package flock takes advisory locks on open files, which end with the file or the
// process at the latest.
//
// A lock belongs to the open file: a child process that is being started has a copy of
// it until it executes its program, and keeps the lock for that long. [Unlock] ends it
// for both.
package flock

import "errors"

// ErrLocked says that another open file holds a lock that excludes the one asked for.
var ErrLocked = errors.New("another process holds a lock on it")
