package history

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/promogate/caddy-discount/internal/flock"
)

// lock takes the lock of the directory. Closing the file releases it. On a system without
// locks any number of processes get it.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the state directory: %w", err)
	}
	if err := exclusive(f); err != nil {
		f.Close()
		if errors.Is(err, flock.ErrLocked) {
			return nil, fmt.Errorf("%s: %w", path, ErrInUse)
		}
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return f, nil
}

// exclusive tries a few times. A child process that is being started has copies of all open
// files until it executes its program, so it may still have an earlier lock of this process.
func exclusive(f *os.File) (err error) {
	const tries, pause = 5, 10 * time.Millisecond
	for range tries {
		if err = flock.Exclusive(f); !errors.Is(err, flock.ErrLocked) {
			return err
		}
		time.Sleep(pause)
	}
	return err
}
