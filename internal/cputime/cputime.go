// Package cputime measures what a piece of work costs a processor, for tests of how costs
// grow. Elapsed time also counts for how long others had the processor.
package cputime

import (
	"runtime"
	"time"
)

// Of is the processor time that work takes in its own goroutine, which keeps its thread
// for as long. What it starts in others does not count. Where a thread's processor time is
// not known, it is the elapsed time.
func Of(work func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := ofThread()
	work()
	return ofThread() - began
}

// start is any instant; what differs from it is compared.
var start = time.Now()
