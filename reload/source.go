package reload

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/symlink"
	"github.com/promogate/caddy-discount/reload/history"
)

// A Source keeps the newest accepted revision of one file, or of the files of one
// directory. All methods are safe for concurrent use.
type Source[T any] struct {
	live       atomic.Pointer[Revision[T]]
	controller *controller
}

// Open watches the file or directory at path, reads it and returns once its first revision is
// in service. It waits up to two seconds for a file that is being written. If there is no file,
// load refuses it, it cannot be read or it is due later, Open puts the last revision in
// [Options.State] back into service; without one it fails. It does not fail because the file
// cannot be watched (see [EventPolling]).
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

// inService is the revision that a candidate is compared with; nil while there is none.
func (s *Source[T]) inService() *Revision[T] { return s.live.Load() }

// withValue adds the value to the event of an activation. The event comes from the goroutine
// that activated the value, so there is no later one yet.
func (s *Source[T]) withValue(onEvent func(Event)) func(Event) {
	return func(e Event) {
		if e.Kind == EventActivated {
			e.Value = s.Live().Value
		}
		onEvent(e)
	}
}

// Status returns the status of the source. It does not wait for a load.
func (s *Source[T]) Status() Status { return s.controller.status.read() }

// Close stops watching. When it returns, no goroutine of the source is running. It waits for
// a load in progress and discards its outcome. The last revision stays readable. Closing again
// does nothing and returns the same error.
func (s *Source[T]) Close() error { return s.controller.close() }

// StartJournal begins to write to the state directory: first what happened since [Open], then
// what happens later. Nothing is written before, so that a program can open a source to find
// out whether that succeeds. It also allows to write to every directory that a later
// [Source.Reconfigure] names. It does not wait.
func (s *Source[T]) StartJournal() { s.controller.startJournal() }

// Rollback puts a revision that was in service before back into service. fingerprint may also
// be the one on record for it in an earlier [Options.Language]. The revision is pinned, across
// restarts, too, until the file is saved with a content of another meaning than it has now.
// inService, if not empty, is the fingerprint of the revision to be replaced. reason is for
// the record.
//
// When it returns nil the revision is in service and the rollback is on disk. The error is
// [ErrNotInService] if another revision than inService is in service, [ErrInService] if the
// revision is in service already, [ErrNotKept] if no snapshot of it is kept, a [NotAcceptedError]
// if the loader refuses it now, and [ErrClosed] after [Source.Close]. With any error nothing changes.
func (s *Source[T]) Rollback(fingerprint, inService, reason string) error {
	err := ErrClosed
	s.controller.do(func() { err = s.controller.rollback(fingerprint, inService, reason) })
	return err
}

// Record records something that was done to what the source is about, beside its contents, and waits
// until that is on disk. Its action is none of this package's. It reports false, and does nothing, if
// there is no state directory.
func (s *Source[T]) Record(action history.Action, reason string) (recorded bool, err error) {
	j := s.controller.journalRef.Load()
	if j == nil {
		return false, nil
	}
	live := s.Live().Info
	return true, j.note(history.Record{
		Time: time.Now(), Action: action, Fingerprint: live.Fingerprint, Version: live.Version, Reason: brief.Text(reason, maxReason),
	})
}

// History is the content of the state directory.
type History struct {
	Records   []history.Record   // oldest first
	Snapshots []history.Snapshot // newest first, without their files
}

// History returns the content of the state directory. It waits for a load in progress, and
// until all records are written, if they can be.
func (s *Source[T]) History() History {
	s.controller.do(func() {})
	return s.controller.journalRef.Load().history()
}

// loadFunc connects the controller, which does not know T, and the loader. Any further check of
// a candidate before it goes into service belongs here.
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
