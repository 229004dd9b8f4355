//go:build !linux

package pace

import "time"

// rest sleeps for d, or for the shortest time that Go can sleep on this system.
func rest(d time.Duration) { time.Sleep(d) }
