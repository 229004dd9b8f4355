package main

import (
	"syscall"
	"time"
)

// sleep sleeps in the kernel: [time.Sleep] rounds.
func sleep(d time.Duration) {
	left := syscall.NsecToTimespec(d.Nanoseconds())
	_ = syscall.Nanosleep(&left, nil) // a signal makes it shorter, which is not late
}
