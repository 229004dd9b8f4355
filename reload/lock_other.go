//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package reload

import "os"

// lockShared does nothing where there is no flock.
func lockShared(*os.File) error { return nil }

func unlock(*os.File) {}
