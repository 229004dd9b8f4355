package cputime

import (
	"time"

	"golang.org/x/sys/unix"
)

// ofThread is what this thread has had of a processor.
func ofThread() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return time.Since(start)
	}
	return time.Duration(t.Nano())
}
