//go:build !linux

package cputime

import "time"

// ofThread is the elapsed time.
func ofThread() time.Duration { return time.Since(start) }
