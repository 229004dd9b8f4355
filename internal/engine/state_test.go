package engine

import (
	"fmt"
	"syscall"
	"testing"
)

// What the log and the answers say of a full disk.
func TestAFullDiskIsNamedWithWhatToDo(t *testing.T) {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		err := stateError("/state", fmt.Errorf("recording the rollback: %w", full))
		if got, want := err.Error(), "state /state: recording the rollback: "+full.Error()+": free some space there"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
