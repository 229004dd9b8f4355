//go:build !linux

package cputime

import "time"

// ofThread is the time on the wall.
func ofThread() time.Duration { return time.Since(start) }
