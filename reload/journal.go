package reload

import (
	"fmt"
	"slices"
	"sync"

	"github.com/promogate/caddy-discount/reload/history"
)

// A journal writes to the state directory: it saves snapshots of the contents that go into
// service and records what happens. It only reads what was there at the start. It writes
// nothing before [Source.StartJournal] is called.
//
// A separate goroutine writes, so that flushing a disk never delays the next save. A record
// that cannot be written is kept in memory and written later, so that a finished save goes
// into service while the disk is full.
//
// A nil journal is that of a source without a state directory. It has no records and does
// nothing.
type journal struct {
	dir      string
	options  history.Options
	language int           // see [Options.Language]
	ready    chan struct{} // has one element when state may have changed
	wake     chan struct{} // has one element when there is something to write

	// Only the goroutine of the controller uses these.
	signed    *history.View    // what earlier processes signed
	signedErr error            // why signed has no records although the directory has a log
	recorded  []history.Record // by this process, of contents; they may not be written yet
	reported  journalState     // as it was reported last

	mu        sync.Mutex
	done      chan struct{}    // closed when nothing will be written any more; nil until it is started
	closed    bool             // close was called
	log       *history.Journal // nil until it is opened
	state     journalState
	snapshots []cachedSnapshot // of contents that are retained or not saved yet, oldest first
	retained  []string         // fingerprints of the snapshots that must not be dropped
	queue     []entry          // to be written, oldest first
	inService *history.Record  // the last record of a revision in service; nil if none was written
}

// journalState is the health of the writing.
type journalState struct {
	err        error  // why the last attempt failed; nil if it did not
	found      error  // what was wrong with the directory when it was opened
	checkpoint string // the last one that was signed
}

// A cachedSnapshot is a snapshot that is also kept in memory. It can be read while the disk
// fails, and saved again if the directory is removed.
type cachedSnapshot struct {
	history.Snapshot
	saved bool
}

// newJournal reads the records that earlier processes signed, and ignores all others. It
// returns nil if there is no state directory.
func newJournal(o Options) *journal {
	if o.State == "" {
		return nil
	}
	signed, err := history.OpenVerified(o.State, o.StateOptions)
	signed.Records = withoutAbandoned(signed.Records)
	return &journal{
		dir: o.State, options: o.StateOptions, language: o.Language,
		signed: signed, signedErr: err,
		ready: make(chan struct{}, 1), wake: make(chan struct{}, 1),
	}
}

// start begins to write. Records and snapshots wait until then.
func (j *journal) start() {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.done != nil || j.closed {
		return
	}
	j.done = make(chan struct{})
	go j.run()
	signal(j.wake)
}

// close writes what can be written, then closes the directory.
func (j *journal) close() {
	if j == nil {
		return
	}
	j.mu.Lock()
	again, done := j.closed, j.done
	j.closed = true
	if !again && done != nil {
		close(j.wake)
	}
	j.mu.Unlock()
	if done != nil {
		<-done
	}
}

// retry tries again to write what could not be written.
func (j *journal) retry() {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state.err != nil && !j.closed {
		signal(j.wake)
	}
}

// stateChanges has an element when the state may have changed.
func (j *journal) stateChanges() <-chan struct{} {
	if j == nil {
		return nil
	}
	return j.ready
}

// currentState is the present health of the writing.
func (j *journal) currentState() journalState {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state
}

// save saves a snapshot before its content goes into service. It does not wait for the disk. If
// the directory is not open yet, the snapshot is saved once it is.
func (j *journal) save(s history.Snapshot) {
	if j == nil {
		return
	}
	s.Language = j.language
	j.mu.Lock()
	defer j.mu.Unlock()
	saved := false
	if j.log != nil {
		err := j.log.Save(s)
		if saved = err == nil; !saved {
			j.setError(err)
		}
	}
	j.cache(cachedSnapshot{s, saved})
}

// cacheSaved also keeps in memory a snapshot that is in the directory, in case the directory is
// removed.
func (j *journal) cacheSaved(s history.Snapshot) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if !slices.ContainsFunc(j.snapshots, func(h cachedSnapshot) bool { return h.Fingerprint == s.Fingerprint }) {
		j.cache(cachedSnapshot{s, true})
	}
}

// cache replaces the snapshot with the same fingerprint; j.mu is held.
func (j *journal) cache(s cachedSnapshot) {
	j.snapshots = slices.DeleteFunc(j.snapshots, func(h cachedSnapshot) bool { return h.Fingerprint == s.Fingerprint })
	j.snapshots = append(j.snapshots, s)
}

// retain sets which snapshots must not be dropped, by their fingerprints.
func (j *journal) retain(fingerprints ...string) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.retained = fingerprints
	j.dropSnapshots()
}

// dropSnapshots drops all snapshots from memory except the retained ones and those that are
// about to be saved. j.mu is held.
func (j *journal) dropSnapshots() {
	writing := j.done != nil && j.state.err == nil
	j.snapshots = slices.DeleteFunc(j.snapshots, func(h cachedSnapshot) bool {
		return !slices.Contains(j.retained, h.Fingerprint) && (h.saved || !writing)
	})
}

// record queues a record. It is written soon, or once the disk works.
func (j *journal) record(r history.Record) {
	if j == nil {
		return
	}
	r.Language = j.language
	j.addRecorded(r)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.enqueue(entry{record: &r})
}

// addRecorded keeps a record of contents in memory, so that it counts before it is written.
func (j *journal) addRecorded(r history.Record) {
	if !isOfContent(r) {
		return
	}
	known := func(n history.Record) bool { return slices.Equal(n.Contents(), r.Contents()) }
	if !slices.ContainsFunc(j.recorded, known) {
		j.recorded = append(j.recorded, r)
	}
}

// append writes a record and waits until it is on disk. If that fails, it is not tried again,
// and the record does not count.
func (j *journal) append(r history.Record) error {
	if j == nil {
		return errNoState
	}
	r.Language = j.language
	if err := j.await(&r); err != nil {
		j.record(history.Record{Time: r.Time, Action: actionAbandoned, Fingerprint: r.Fingerprint, Version: r.Version, Reason: err.Error()})
		return err
	}
	j.addRecorded(r)
	return nil
}

// note writes a record that is not of a content and waits until it is on disk. If that fails, it is
// not tried again.
func (j *journal) note(r history.Record) error {
	r.Language = j.language
	return j.await(&r)
}

var errNoState = fmt.Errorf("there is no state directory: %w", ErrNotKept)

// history returns what is on disk, after everything recorded so far is written, if it can be.
func (j *journal) history() History {
	if j == nil {
		return History{}
	}
	_ = j.await(nil) // what cannot be written is reported elsewhere
	if log := j.opened(); log != nil {
		return History{Records: log.Records(), Snapshots: log.Snapshots()}
	}
	view, _ := history.OpenReadOnly(j.dir)
	return History{Records: view.Records, Snapshots: view.Snapshots()}
}
