package reload

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
)

// A Source keeps the newest accepted edition of one file. All methods are safe
// for concurrent use.
type Source[T any] struct {
	live    atomic.Pointer[Edition[T]]
	machine *machine
}

// Open watches the file at path, reads it and returns once its first edition is
// in service. A file that is being written is waited for, for two seconds. It
// fails if there is no file, if load refuses it, or if it cannot be read; it
// does not fail because the file cannot be watched (see [EventPolling]).
//
// The Source must be closed.
func Open[T any](path string, load Loader[T], o Options) (*Source[T], error) {
	path, err := absolute(path)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	s := &Source[T]{}
	s.machine = newMachine(path, s.judge(load), o.withDefaults())
	if err := s.machine.start(); err != nil {
		return nil, err
	}
	return s, nil
}

// Live returns the edition in service. It is one atomic load: it never blocks,
// never allocates and never returns nil. Two calls may return two editions; a
// reader that needs one throughout calls it once.
func (s *Source[T]) Live() *Edition[T] { return s.live.Load() }

// Status returns how the source is doing. It does not wait for a load.
func (s *Source[T]) Status() Status { return s.machine.board.read() }

// Close stops watching and returns when nothing of the source is running any
// more. A load in progress is waited for and its outcome discarded. The last
// edition stays readable. Closing again does nothing.
func (s *Source[T]) Close() error { return s.machine.close() }

// judge is the one door between the machine, which knows no T, and the loader:
// whatever else shall prove a candidate before it goes into service goes here.
func (s *Source[T]) judge(load Loader[T]) judge {
	return func(path string, data []byte) (verdict, error) {
		c, err := contain(load, path, data)
		if err != nil {
			return verdict{}, err
		}
		if c.Fingerprint == "" {
			sum := sha256.Sum256(data)
			c.Fingerprint = hex.EncodeToString(sum[:])
		}
		return verdict{
			fingerprint: c.Fingerprint,
			version:     c.Version,
			publish:     func(f Facts) { s.live.Store(&Edition[T]{Value: c.Value, Facts: f}) },
		}, nil
	}
}

// absolute puts the working directory before a relative path. It does not tidy
// the path as filepath.Abs does: "link/../file" is a file beside what link
// points to, not one beside link.
func absolute(path string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	wd, err := os.Getwd()
	if err != nil {
		return path, fmt.Errorf("finding the working directory: %w", err)
	}
	return wd + string(filepath.Separator) + path, nil
}
