//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package flock

import "os"

// Supported reports whether the system has locks.
const Supported = false

// Shared does nothing: there is no flock here.
func Shared(*os.File) error { return nil }

// Exclusive does nothing: there is no flock here.
func Exclusive(*os.File) error { return nil }

// Unlock does nothing: there is no flock here.
func Unlock(*os.File) {}
