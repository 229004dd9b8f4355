package reload

import (
	"errors"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
)

// maxBacklog bounds what waits to be written while the disk refuses it.
const maxBacklog = 1000

// What the log tells of.
const (
	actionActivated  history.Action = "activated"
	actionRefused    history.Action = "refused"
	actionRolledBack history.Action = "rolled_back"
	actionStaged     history.Action = "staged"
	actionWithdrawn  history.Action = "withdrawn"
)

// memory is the machine's way to the state directory. What was there at the
// start is only read; nothing is written before [Source.Remember] is called, and
// what could not be written is kept and written later: a disk that is full does
// not keep a finished save out of service.
//
// Only the machine's goroutine uses it.
type memory struct {
	dir     string // "" for none
	options history.Options
	past    *history.Memory  // until book is open
	book    *history.History // nil until it may be written and can be
	wanted  bool
	fault   error // why the last attempt to write failed

	snapshots []history.Snapshot // to be saved, oldest first
	records   []history.Record   // to be appended, oldest first
	retained  []string
	report    func(error) // of a change of fault
	alarm     func(error) // of what was found when it was opened
}

// look reads what earlier lives left. A directory that cannot be read is as good
// as an empty one; opening it for writing will say why.
func (y *memory) look() {
	if y.dir == "" {
		return
	}
	y.past, _ = history.Look(y.dir)
}

// remember begins to write.
func (y *memory) remember() {
	if y.dir == "" || y.wanted {
		return
	}
	y.wanted = true
	y.catchUp()
}

// keep has a snapshot saved.
func (y *memory) keep(s history.Snapshot, digest string) {
	if y.dir == "" {
		return
	}
	s.Digest = digest
	if len(y.snapshots) == 0 && y.book != nil {
		if y.failed(y.book.Save(s)) == nil {
			return
		}
	}
	// Older ones that were never written are of no use without their records,
	// which are written in order: only the latest is worth its memory.
	y.snapshots = append(y.snapshots[:0], s)
}

// note has a record appended.
func (y *memory) note(r history.Record) {
	if y.dir == "" {
		return
	}
	y.records = append(y.records, r)
	if n := len(y.records); n > maxBacklog {
		y.records = slices.Delete(y.records, 0, n-maxBacklog)
	}
	if y.book != nil {
		y.catchUp()
	}
}

// append writes a record now, or fails and leaves none.
func (y *memory) append(r history.Record) error {
	y.catchUp()
	switch {
	case y.dir == "":
		return errors.New("there is no state directory")
	case y.fault != nil:
		return y.fault
	case y.book == nil:
		return errors.New("nothing is written yet")
	}
	_, err := y.book.Append(r)
	return y.failed(err)
}

// retain says which snapshots must not be dropped.
func (y *memory) retain(fingerprints ...string) {
	y.retained = fingerprints
	if y.book != nil {
		y.book.Retain(fingerprints...)
	}
}

// catchUp writes what was not written yet.
func (y *memory) catchUp() {
	if !y.wanted {
		return
	}
	if y.book == nil {
		book, err := history.Open(y.dir, y.options)
		if err != nil {
			y.failed(err)
			return
		}
		y.book, y.past = book, nil
		y.book.Retain(y.retained...)
		if found := book.Found(); found != nil {
			y.alarm(found)
		}
	}
	for len(y.snapshots) > 0 {
		if y.failed(y.book.Save(y.snapshots[0])) != nil {
			return
		}
		y.snapshots = y.snapshots[1:]
	}
	for len(y.records) > 0 {
		if _, err := y.book.Append(y.records[0]); y.failed(err) != nil {
			return
		}
		y.records = y.records[1:]
	}
	y.failed(nil)
}

// failed notes whether writing works, and returns err.
func (y *memory) failed(err error) error {
	was := y.fault
	y.fault = err
	if (was == nil) != (err == nil) {
		y.report(err)
	}
	return err
}

// snapshot finds what was in service once.
func (y *memory) snapshot(fingerprint string) (history.Snapshot, error) {
	for _, s := range y.snapshots {
		if s.Fingerprint == fingerprint {
			return s, nil
		}
	}
	switch {
	case y.book != nil:
		return y.book.Snapshot(fingerprint)
	case y.past != nil:
		return y.past.Snapshot(fingerprint)
	}
	return history.Snapshot{}, errors.New("nothing is remembered")
}

func (y *memory) all() Past {
	switch {
	case y.book != nil:
		return Past{Records: y.book.Records(), Snapshots: y.book.Snapshots()}
	case y.past != nil:
		return Past{Records: y.past.Records, Snapshots: y.past.Snapshots()}
	}
	return Past{}
}

// served are the fingerprints of what was in service, the latest first.
func (y *memory) served() []string {
	if y.past == nil {
		return nil
	}
	var served []string
	for _, r := range slices.Backward(y.past.Records) {
		good := r.Action == actionActivated || r.Action == actionRolledBack
		if good && !slices.Contains(served, r.Fingerprint) {
			served = append(served, r.Fingerprint)
		}
	}
	return served
}

// hold is what an earlier life was asked to keep out, if that still counts: it
// does until something else is activated.
func (y *memory) hold() hold {
	if y.past == nil {
		return hold{}
	}
	for _, r := range slices.Backward(y.past.Records) {
		switch {
		case r.Action == actionRolledBack:
			return hold{content: r.Digest, meaning: r.Against}
		case r.Action == actionStaged, r.Action == actionActivated && r.Kind != KindRecall.String():
			return hold{}
		}
	}
	return hold{}
}

// refused is the standing refusal of a content, held against the same bounds, in
// an earlier life; nil if there is none.
func (y *memory) refused(digest, against string) error {
	if y.past == nil {
		return nil
	}
	for _, r := range slices.Backward(y.past.Records) {
		if r.Digest != digest {
			continue
		}
		if r.Action == actionRefused && r.Against != "" && r.Against == against {
			return &Unproved{Against: r.Against, Err: errors.New(r.Reason)}
		}
		return nil
	}
	return nil
}

func (y *memory) close() {
	if y.book != nil {
		_ = y.book.Close() // every record was flushed when it was written
	}
}

// An Unproved is a refusal that depends on more than the content, such as what
// the loader compared it with. The same content is judged again when it is saved
// again; a restart alone does not let it in.
type Unproved struct {
	Against string // the bounds it was held against, see [Options.Against]
	Err     error
}

// Error is that of the reason.
func (u *Unproved) Error() string { return u.Err.Error() }

// Unwrap is the reason.
func (u *Unproved) Unwrap() error { return u.Err }

func snapshotOf(c Content, f Facts) history.Snapshot {
	return history.Snapshot{
		Fingerprint: f.Fingerprint, Version: f.Version,
		Taken: time.Now(), Origin: c.Path, Files: c.Files,
	}
}
