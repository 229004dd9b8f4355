package reload

import (
	"fmt"
	"sync/atomic"

	"github.com/promogate/caddy-discount/internal/symlink"
	"github.com/promogate/caddy-discount/reload/history"
)

// A Source keeps the newest accepted revision of one file, or of the files of one
// directory. All methods are safe for concurrent use.
type Source[T any] struct {
	live       atomic.Pointer[Revision[T]]
	controller *controller
}

// Open watches the file or directory at path, reads it and returns once its
// first revision is in service. A file that is being written is waited for, for two seconds. It
// fails if there is no file, if load refuses it, or if it cannot be read; it
// does not fail because the file cannot be watched (see [EventPolling]).
//
// The Source must be closed.
func Open[T any](path string, load Loader[T], o Options) (*Source[T], error) {
	path, err := symlink.Absolute(path)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	s := &Source[T]{}
	o = o.withDefaults()
	o.OnEvent = s.withValue(o.OnEvent)
	s.controller = newController(path, s.loadFunc(load), o)
	if err := s.controller.start(); err != nil {
		return nil, err
	}
	return s, nil
}

// Live returns the revision in service. It is one atomic load: it never blocks,
// never allocates and never returns nil. Two calls may return two revisions; a
// reader that needs one throughout calls it once.
func (s *Source[T]) Live() *Revision[T] { return s.live.Load() }

// inService is what a candidate has to be compared with; nil while there is
// nothing.
func (s *Source[T]) inService() *Revision[T] { return s.live.Load() }

// withValue adds to the event of an activation the value that it speaks of. The event comes
// from the goroutine that put the value into service, so no other one is there yet.
func (s *Source[T]) withValue(onEvent func(Event)) func(Event) {
	return func(e Event) {
		if e.Kind == EventActivated {
			e.Value = s.Live().Value
		}
		onEvent(e)
	}
}

// Status returns how the source is doing. It does not wait for a load.
func (s *Source[T]) Status() Status { return s.controller.status.read() }

// Close stops watching and returns when nothing of the source is running any
// more. A load in progress is waited for and its outcome discarded. The last
// revision stays readable. Closing again does nothing.
func (s *Source[T]) Close() error { return s.controller.close() }

// StartJournal begins to write to the state directory: what is in service now, and
// whatever happens from now on. Until then nothing is written, so that a source
// can be opened to see whether it could be. It waits for nothing.
func (s *Source[T]) StartJournal() {
	s.controller.journalRef.Load().start()
}

// Rollback puts a revision that was in service once back there, by its
// fingerprint, or by the one on record for it from an earlier [Options.Language].
// It stays until the file is saved with a content of another meaning than it has
// now, across restarts, too. inService, if not empty, is the fingerprint of the
// revision to be replaced: if another is in service the error is [ErrNotInService]
// and nothing changes. reason is for the record.
//
// When it returns nil the revision is in service and the rollback on disk.
func (s *Source[T]) Rollback(fingerprint, inService, reason string) error {
	err := ErrClosed
	s.controller.do(func() { err = s.controller.rollback(fingerprint, inService, reason) })
	return err
}

// History is what the state directory holds.
type History struct {
	Records   []history.Record   // oldest first
	Snapshots []history.Snapshot // newest first, without their files
}

// History returns what is remembered. It waits for a load in progress, and until
// everything that happened is written, if it can be.
func (s *Source[T]) History() History {
	s.controller.do(func() {})
	return s.controller.journalRef.Load().history()
}

// loadFunc is the one door between the controller, which knows no T, and the loader:
// whatever else shall prove a candidate before it goes into service goes here.
func (s *Source[T]) loadFunc(load Loader[T]) loadFunc {
	return func(content Content) (loaded, error) {
		c, err := contain(load, content, s.inService())
		if err != nil {
			return loaded{fingerprint: c.Fingerprint, version: c.Version}, err
		}
		if c.Fingerprint == "" {
			c.Fingerprint = history.Digest(content.Files)
		}
		return loaded{
			fingerprint: c.Fingerprint,
			texts:       c.Texts,
			version:     c.Version,
			note:        c.Note,
			due:         c.Due,
			activate:    func(f Info) { s.live.Store(&Revision[T]{Value: c.Value, Info: f}) },
		}, nil
	}
}
