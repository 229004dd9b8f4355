//go:build unix

package stableread

import (
	"os"

	"golang.org/x/sys/unix"
)

// openNow opens path for reading. It does not wait for the other end of a FIFO, and a terminal
// does not become the controlling terminal of this process.
func openNow(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
}
