package main

import (
	"runtime"
	"slices"
	"time"
)

// A wakeup measures how late the machine wakes a thread that sleeps: what no program
// on it can be quicker than.
type wakeup struct {
	stop chan struct{}
	late chan []time.Duration
}

// startWakeup begins to sleep a millisecond at a time, on a thread of its own.
func startWakeup() *wakeup {
	const asleep = time.Millisecond
	w := &wakeup{make(chan struct{}), make(chan []time.Duration)}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var late []time.Duration
		for {
			select {
			case <-w.stop:
				slices.Sort(late)
				w.late <- late
				return
			default:
			}
			began := time.Now()
			sleep(asleep)
			late = append(late, time.Since(began)-asleep)
		}
	}()
	return w
}

// end returns the sorted delays.
func (w *wakeup) end() []time.Duration {
	close(w.stop)
	return <-w.late
}
