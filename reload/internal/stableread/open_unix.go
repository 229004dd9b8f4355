//go:build unix

package stableread

import (
	"os"

	"golang.org/x/sys/unix"
)

// openNow opens path for reading without waiting for a FIFO's other end and
// without making a terminal ours.
func openNow(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
}
