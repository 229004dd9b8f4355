package reload

import (
	"errors"
	"slices"
	"sync"

	"github.com/promogate/caddy-discount/reload/history"
)

// A journal is the way to the state directory: it saves snapshots of what goes into
// service and records what happens. What was there at the start is only read; nothing is
// written before [Source.StartJournal] is called.
//
// A goroutine of its own writes, so that flushing a disk never delays the next save. What
// cannot be written is kept and written later: a full disk does not keep a finished save
// out of service.
//
// A nil journal, of a source without a state directory, has nothing on record and does
// nothing.
type journal struct {
	dir      string
	options  history.Options
	language int           // see [Options.Language]
	ready    chan struct{} // has one element when state may have changed
	wake     chan struct{} // has one element when there is something to write

	// Only the goroutine of the controller uses these.
	signed    *history.View    // what earlier processes signed
	signedErr error            // why there is nothing in it to go by, where there was something
	recorded  []history.Record // by this process, of contents; they need not be written yet
	reported  journalState     // as it was reported last

	mu        sync.Mutex
	done      chan struct{}    // closed when nothing will be written any more; nil until it is started
	closed    bool             // close was called
	log       *history.Journal // nil until it could be opened
	state     journalState
	snapshots []cachedSnapshot // of what is in service and what is to be, oldest first
	retained  []string         // fingerprints of the snapshots that must not be dropped
	queue     []entry          // to be written, oldest first
	inService *history.Record  // the last one that says what is; nil if none was written
}

// journalState is how writing goes.
type journalState struct {
	err        error  // why the last attempt failed; nil if it did not
	found      error  // what was wrong with the directory when it was opened
	checkpoint string // the last one that was signed
}

// A cachedSnapshot is kept in memory, too, so that it can be read while the disk fails, and
// saved again if the directory is removed.
type cachedSnapshot struct {
	history.Snapshot
	saved bool
}

// newJournal reads what earlier processes signed. Nothing else is acted on. It is nil if
// there is no state directory.
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

// start lets it write. Until then everything waits.
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

// started reports whether it may write.
func (j *journal) started() bool {
	if j == nil {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.done != nil
}

// close writes what can be written and lets go of the directory.
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

// retry has what could not be written tried again.
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

// currentState is how writing goes.
func (j *journal) currentState() journalState {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state
}

// save saves a snapshot before it goes into service. It does not wait for the disk. Where
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

// cacheSaved keeps a snapshot in memory, too, that is in the directory, in case the
// directory is removed.
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

// retain says which snapshots must not be dropped.
func (j *journal) retain(fingerprints ...string) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.retained = fingerprints
	j.dropSnapshots()
}

// dropSnapshots drops from memory all but what is retained, and what will be saved any
// moment. j.mu is held.
func (j *journal) dropSnapshots() {
	writing := j.done != nil && j.state.err == nil
	j.snapshots = slices.DeleteFunc(j.snapshots, func(h cachedSnapshot) bool {
		return !slices.Contains(j.retained, h.Fingerprint) && (h.saved || !writing)
	})
}

// record has a record written, some time soon.
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

// addRecorded notes what this process knows of contents itself.
func (j *journal) addRecorded(r history.Record) {
	if !isOfContent(r) {
		return
	}
	known := func(n history.Record) bool { return slices.Equal(n.Contents(), r.Contents()) }
	if !slices.ContainsFunc(j.recorded, known) {
		j.recorded = append(j.recorded, r)
	}
}

// append writes a record now. If that fails it is not tried again, and the record does not
// count.
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

var errNoState = errors.New("there is no state directory")

// history is what is written, once everything recorded so far is, if it can be.
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
