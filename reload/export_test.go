package reload

import "errors"

// ErrNoWatch is the reason of a Source that WithoutWatch opened for polling.
var ErrNoWatch = errors.New("no watch for this test")

// WithoutLease is o on a file system, or for a user, that may not take leases.
func (o Options) WithoutLease() Options { o.faults.noLease = true; return o }

// WithoutClosings is o on a system that does not tell of closes.
func (o Options) WithoutClosings() Options { o.faults.noClosings = true; return o }

// WithoutWatch is o on a system that tells nothing.
func (o Options) WithoutWatch() Options {
	o.faults.noWatch = ErrNoWatch
	return o.WithoutClosings()
}

// Reads is o with told called after every complete read.
func (o Options) Reads(told func()) Options { o.faults.told = told; return o }

// LoseWatches takes the watches away without a report, as an unmounted
// file system does. The Source must have been opened WithoutClosings.
func (s *Source[T]) LoseWatches() error { return s.machine.watch.LoseWatches() }

// Overflow reports what the kernel reports when it dropped events.
func (s *Source[T]) Overflow() { s.machine.watch.Overflow() }
