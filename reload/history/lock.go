package history

import (
	"errors"
	"fmt"
	"os"

	"github.com/promogate/caddy-discount/internal/flock"
)

// lock takes the lock of the directory. On a system without locks any number of processes get it.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the state directory: %w", err)
	}
	if err := flock.Exclusive(f); err != nil {
		f.Close()
		if errors.Is(err, flock.ErrLocked) {
			return nil, fmt.Errorf("%s: %w", path, ErrInUse)
		}
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return f, nil
}

// unlock ends the lock of the directory, also where a child process that is being started has a copy
// of the file.
func unlock(f *os.File) error {
	flock.Unlock(f)
	return f.Close()
}
