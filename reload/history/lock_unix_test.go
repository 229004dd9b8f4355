//go:build darwin || linux

package history

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A child process has copies of all open files until it executes its program. The directory
// can be opened meanwhile.
func TestAClosedDirectoryIsNotLockedByAChildThatIsStarted(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Options{})
	child, err := unix.Dup(int(h.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(child)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir, Options{})
}
