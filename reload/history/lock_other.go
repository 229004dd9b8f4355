//go:build !unix || solaris || aix

package history

import (
	"fmt"
	"os"
)

// lock only marks the directory: there is no flock here.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the state directory: %w", err)
	}
	return f, nil
}
