package reload

import "errors"

// ErrNoWatch is the reason of a Source that WithoutWatch opened for polling.
var ErrNoWatch = errors.New("no watch for this test")

// WithoutLease is o on a file system, or for a user, that may not take leases.
func (o Options) WithoutLease() Options { o.faults.noLease = true; return o }

// WithoutCloses is o on a system that does not tell of closes.
func (o Options) WithoutCloses() Options { o.faults.noCloses = true; return o }

// WithoutWatch is o on a system that tells nothing.
func (o Options) WithoutWatch() Options {
	o.faults.noWatch = ErrNoWatch
	return o.WithoutCloses()
}

// Reads is o with told called after every complete read.
func (o Options) Reads(told func()) Options { o.faults.onRead = told; return o }

// LoseWatches takes the watches away without a report, as an unmounted
// file system does. The Source must have been opened WithoutClosings.
func (s *Source[T]) LoseWatches() error { return s.controller.watch.LoseWatches() }

// Overflow reports what the kernel reports when it dropped events.
func (s *Source[T]) Overflow() { s.controller.watch.Overflow() }

// Closing is closed as soon as Close was called.
func (s *Source[T]) Closing() <-chan struct{} { return s.controller.stop }
