package engine

import (
	"fmt"
	"syscall"
	"testing"
)

// What the log and the answers say of a full disk.
func TestAFullDiskIsNamedWithWhatToDo(t *testing.T) {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		err := stateError("/state", fmt.Errorf("writing the rollback down: %w", full))
		if got, want := err.Error(), "state /state: writing the rollback down: "+full.Error()+": free some space there"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
