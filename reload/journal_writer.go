package reload

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/promogate/caddy-discount/reload/history"
)

// maxBacklog bounds the records that wait to be written while the disk refuses
// them; the oldest are given up.
const maxBacklog = 1000

// A scribe writes to the state directory on a goroutine of its own, so that
// flushing a disk never keeps the loader from the next save. All methods are safe
// for concurrent use.
type scribe struct {
	dir     string
	options history.Options
	news    chan struct{} // has one element when there is something to tell
	wake    chan struct{} // has one element when there is something to write
	done    chan struct{} // closed when nothing will be written any more; nil until it begins

	mu         sync.Mutex
	closed     bool
	book       *history.Journal // nil until it could be opened
	fault      error            // why the last attempt to write failed
	found      error            // what was wrong with the directory when it was opened
	checkpoint string           // the last one that was signed
	snapshots  []keptSnapshot   // of what is in service and what is to be, oldest first
	retained   []string
	queue      []entry         // to be written, oldest first
	inService  *history.Record // the last one that says what is; nil if none was written
}

// keptSnapshot is held here too, so that it can be read while the disk fails, and
// saved again if the directory is taken away.
type keptSnapshot struct {
	history.Snapshot
	saved bool
}

// An entry is a record, or a mark that only waits for its turn, and somebody who
// may wait for it.
type entry struct {
	record  *history.Record
	written chan error // nil if nobody waits
}

func newScribe(dir string, o history.Options) *scribe {
	return &scribe{dir: dir, options: o, news: make(chan struct{}, 1), wake: make(chan struct{}, 1)}
}

// begin lets it write. Until then everything waits.
func (s *scribe) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done != nil || s.closed {
		return
	}
	s.done = make(chan struct{})
	go s.run()
	ring(s.wake)
}

// writes reports whether it may write; there is none where nothing is remembered.
func (s *scribe) writes() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done != nil
}

// nudge has it try again what failed.
func (s *scribe) nudge() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault != nil && !s.closed {
		ring(s.wake)
	}
}

// close writes what can be written and lets go of the directory.
func (s *scribe) close() {
	s.mu.Lock()
	again, done := s.closed, s.done
	s.closed = true
	if !again && done != nil {
		close(s.wake)
	}
	s.mu.Unlock()
	if done != nil {
		<-done
	}
}

func ring(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// keep saves a snapshot, which is a matter of memory and not of the disk, or has it
// saved as soon as the directory is open.
func (s *scribe) keep(n history.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	saved := false
	if s.book != nil {
		err := s.book.Save(n)
		if saved = err == nil; !saved {
			s.failed(err)
		}
	}
	s.replace(keptSnapshot{n, saved})
}

// hold takes over a snapshot that is in the directory.
func (s *scribe) hold(n history.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.snapshots, func(k keptSnapshot) bool { return k.Fingerprint == n.Fingerprint }) {
		s.replace(keptSnapshot{n, true})
	}
}

// replace holds a snapshot in place of one with its fingerprint; s.mu is held.
func (s *scribe) replace(n keptSnapshot) {
	s.snapshots = slices.DeleteFunc(s.snapshots, func(k keptSnapshot) bool { return k.Fingerprint == n.Fingerprint })
	s.snapshots = append(s.snapshots, n)
}

// retain names the contents that must not be dropped.
func (s *scribe) retain(fingerprints []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retained = fingerprints
	s.forget()
}

// forget drops what need not be held: all but what is retained, and what will be
// saved any moment. s.mu is held.
func (s *scribe) forget() {
	writing := s.done != nil && s.fault == nil
	s.snapshots = slices.DeleteFunc(s.snapshots, func(k keptSnapshot) bool {
		return !slices.Contains(s.retained, k.Fingerprint) && (k.saved || !writing)
	})
}

func (s *scribe) kept(fingerprint string) (history.Snapshot, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.snapshots {
		if k.Fingerprint == fingerprint {
			return k.Snapshot, true
		}
	}
	return history.Snapshot{}, false
}

// note queues a record.
func (s *scribe) note(r history.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(entry{record: &r})
}

// append writes a record and waits until it is on disk. One that fails is not
// tried again.
func (s *scribe) append(r history.Record) error { return s.await(&r) }

// all is what is written, once everything noted so far is, if it can be.
func (s *scribe) all() History {
	_ = s.await(nil) // what cannot be written is told elsewhere
	s.mu.Lock()
	book := s.book
	s.mu.Unlock()
	if book != nil {
		return History{Records: book.Records(), Snapshots: book.Snapshots()}
	}
	past, _ := history.OpenReadOnly(s.dir)
	return History{Records: past.Records, Snapshots: past.Snapshots()}
}

func (s *scribe) await(r *history.Record) error {
	e := entry{record: r, written: make(chan error, 1)}
	s.mu.Lock()
	idle := s.done == nil || s.closed
	if !idle {
		s.put(e)
	}
	s.mu.Unlock()
	if idle {
		return errors.New("the state directory is not written to")
	}
	return <-e.written
}

// records are those that were signed when the directory was opened, and since.
func (s *scribe) records() []history.Record {
	s.mu.Lock()
	book := s.book
	s.mu.Unlock()
	if book == nil {
		return nil
	}
	return book.Records()
}

// put queues an entry; s.mu is held.
func (s *scribe) put(e entry) {
	s.queue = append(s.queue, e)
	if n := len(s.queue); n > maxBacklog {
		gone := s.queue[:n-maxBacklog]
		answer(gone, errors.New("too much waits to be written"))
		s.queue = slices.Delete(s.queue, 0, len(gone))
	}
	if !s.closed {
		ring(s.wake)
	}
}

func answer(entries []entry, err error) {
	for _, e := range entries {
		if e.written != nil {
			e.written <- err
		}
	}
}

// run is the life of the goroutine.
func (s *scribe) run() {
	defer close(s.done)
	for range s.wake {
		s.catchUp()
	}
	s.catchUp()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.book != nil {
		_ = s.book.Close() // every record was flushed when it was written
	}
}

// catchUp writes what was not written yet.
func (s *scribe) catchUp() {
	err := s.writeAll()
	if errors.Is(err, history.ErrTakenAway) {
		s.letGo(err)
		err = s.writeAll()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.book != nil {
		s.checkpoint = string(s.book.Checkpoint())
	}
	s.failed(err)
	if err != nil {
		// Whoever waits is told; what merely has to be on record waits.
		answer(s.queue, err)
		s.queue = slices.DeleteFunc(s.queue, func(e entry) bool { return e.written != nil })
	}
}

// letGo closes a book that is not the directory's any more, to open another one,
// which has to say again what is in service.
func (s *scribe) letGo(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.book.Close() // it has nothing that can be saved
	s.book, s.options.Lost = nil, why
	for i := range s.snapshots {
		s.snapshots[i].saved = false
	}
	if s.inService != nil {
		s.queue = slices.Insert(s.queue, 0, entry{record: s.inService})
	}
}

func (s *scribe) writeAll() error {
	book, err := s.opened()
	if err != nil {
		return err
	}
	for {
		e, retained, ok := s.next()
		if !ok {
			return nil
		}
		if e.record != nil {
			book.Retain(retained...)
			if _, err := book.Append(*e.record); err != nil {
				return err
			}
		}
		s.wrote(e)
	}
}

// opened opens the directory if it is not, and saves what could not be before.
func (s *scribe) opened() (*history.Journal, error) {
	if s.book == nil { // nobody else changes it
		book, err := history.Open(s.dir, s.options)
		if err != nil {
			s.toldLater(err)
			return nil, err
		}
		s.mu.Lock()
		s.book, s.found, s.options.Lost = book, book.Found(), nil
		s.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.snapshots {
		k := &s.snapshots[i]
		if k.saved {
			continue
		}
		if err := s.book.Save(k.Snapshot); err != nil {
			return nil, fmt.Errorf("saving the snapshot %s: %w", k.Fingerprint, err)
		}
		k.saved = true
	}
	s.forget()
	return s.book, nil
}

// toldLater has the next attempt to open the directory put on record what this one found.
func (s *scribe) toldLater(err error) {
	var unfinished *history.UnfinishedError
	if !errors.As(err, &unfinished) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Lost = unfinished.Found
}

// next is the oldest entry; it stays in the queue until it is written.
func (s *scribe) next() (e entry, retained []string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return entry{}, nil, false
	}
	return s.queue[0], s.retained, true
}

// wrote takes an entry off the queue, of which it may have been taken already to
// make room.
func (s *scribe) wrote(e entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.record != nil && putsIntoService(e.record.Action) {
		s.inService = e.record
	}
	if len(s.queue) > 0 && s.queue[0] == e {
		s.queue = slices.Delete(s.queue, 0, 1)
		answer([]entry{e}, nil)
	}
}

// failed notes whether writing works; s.mu is held.
func (s *scribe) failed(err error) {
	s.fault = err
	ring(s.news)
}

// state is what there is to tell.
func (s *scribe) state() (checkpoint string, fault, found error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.checkpoint, s.fault, s.found
}
