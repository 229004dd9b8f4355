package reload

import (
	"errors"
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/reload/history"
)

// maxBacklog bounds the entries that wait while the disk cannot be written. Beyond it the
// oldest are dropped.
const maxBacklog = 1000

// An entry is a record, or a mark whose only purpose is to wait for the records before it.
type entry struct {
	record  *history.Record // nil for a mark
	written chan error      // nil if nothing waits for it
}

// await queues a record, or a mark, and waits until it is on disk.
func (j *journal) await(r *history.Record) error {
	e := entry{record: r, written: make(chan error, 1)}
	j.mu.Lock()
	idle := j.done == nil || j.closed
	if !idle {
		j.enqueue(e)
	}
	j.mu.Unlock()
	if idle {
		return errors.New("the state directory is not written to")
	}
	return <-e.written
}

// enqueue adds an entry to the queue; j.mu is held.
func (j *journal) enqueue(e entry) {
	j.queue = append(j.queue, e)
	if n := len(j.queue); n > maxBacklog {
		dropped := j.queue[:n-maxBacklog]
		reply(dropped, fmt.Errorf("more than %d records wait to be written", maxBacklog))
		j.queue = slices.Delete(j.queue, 0, len(dropped))
	}
	if !j.closed {
		signal(j.wake)
	}
}

// reply sends err to all goroutines that wait for entries.
func reply(entries []entry, err error) {
	for _, e := range entries {
		if e.written != nil {
			e.written <- err
		}
	}
}

// signal adds an element to a channel with a capacity of one, unless it has one already.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run writes whenever there is something to write, until the journal is closed.
func (j *journal) run() {
	defer close(j.done)
	for range j.wake {
		j.flush()
	}
	j.flush()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.log != nil {
		_ = j.log.Close() // every record was flushed when it was written
	}
}

// flush writes all entries and snapshots that are not written yet.
func (j *journal) flush() {
	err := j.writeQueue()
	if errors.Is(err, history.ErrLogChanged) {
		j.abandonLog(err)
		err = j.writeQueue()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.log != nil {
		j.state.checkpoint = string(j.log.Checkpoint())
	}
	j.setError(err)
	if err != nil {
		// Entries that a goroutine waits for fail now; the other records stay in the queue.
		reply(j.queue, err)
		j.queue = slices.DeleteFunc(j.queue, func(e entry) bool { return e.written != nil })
	}
}

// abandonLog closes a log that was removed or changed. The record of the revision in service is
// queued again, for the next log.
func (j *journal) abandonLog(cause error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	_ = j.log.Close() // nothing in it is unsaved
	j.log, j.options.Lost = nil, cause
	for i := range j.snapshots {
		j.snapshots[i].saved = false
	}
	if j.inService != nil {
		j.queue = slices.Insert(j.queue, 0, entry{record: j.inService})
	}
}

func (j *journal) writeQueue() error {
	log, err := j.openLog()
	if err != nil {
		return err
	}
	for {
		e, retained, ok := j.oldest()
		if !ok {
			return nil
		}
		if e.record != nil {
			log.Retain(retained...)
			if _, err := log.Append(*e.record); err != nil {
				return err
			}
		}
		j.dequeue(e)
	}
}

// openLog opens the directory if it is not open, and saves the snapshots that could not be
// saved before.
func (j *journal) openLog() (*history.Journal, error) {
	if j.log == nil { // no other goroutine changes it
		log, err := history.Open(j.dir, j.options)
		if err != nil {
			j.recordNextTime(err)
			return nil, err
		}
		j.mu.Lock()
		j.log, j.state.found, j.options.Lost = log, log.Found(), nil
		j.mu.Unlock()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.snapshots {
		s := &j.snapshots[i]
		if s.saved {
			continue
		}
		if err := j.log.Save(s.Snapshot); err != nil {
			return nil, fmt.Errorf("saving the snapshot %s: %w", s.Fingerprint, err)
		}
		s.saved = true
	}
	j.dropSnapshots()
	return j.log, nil
}

// recordNextTime makes the next attempt to open the directory record what this one found.
func (j *journal) recordNextTime(err error) {
	var unfinished *history.UnfinishedError
	if !errors.As(err, &unfinished) {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.options.Lost = unfinished.Found
}

// opened is the open log; nil if it was not opened yet.
func (j *journal) opened() *history.Journal {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log
}

// oldest is the oldest entry. It stays in the queue until it is written.
func (j *journal) oldest() (e entry, retained []string, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.queue) == 0 {
		return entry{}, nil, false
	}
	return j.queue[0], j.retained, true
}

// dequeue removes an entry that was written from the queue, unless it was dropped meanwhile.
func (j *journal) dequeue(e entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if e.record != nil && putsIntoService(e.record.Action) {
		j.inService = e.record
	}
	if len(j.queue) > 0 && j.queue[0] == e {
		j.queue = slices.Delete(j.queue, 0, 1)
		reply([]entry{e}, nil)
	}
}

// setError records whether the last write worked; j.mu is held.
func (j *journal) setError(err error) {
	j.state.err = err
	signal(j.ready)
}
