package reload

import (
	"errors"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
)

// What the log tells of.
const (
	actionActivated  history.Action = "activated"
	actionRefused    history.Action = "refused"
	actionRolledBack                = history.RolledBack
	actionStaged     history.Action = "staged"
	actionWithdrawn  history.Action = "withdrawn"
)

func putsIntoService(a history.Action) bool { return a == actionActivated || a == actionRolledBack }

// actionAbandoned takes back a rollback that was answered with an error: its record
// may be in the log all the same.
const actionAbandoned history.Action = "abandoned"

// memory is the controller's way to the state directory. What was there at the
// start is only read; nothing is written before [Source.StartJournal] is called, and
// what could not be written is kept and written later: a disk that is full does
// not keep a finished save out of service, and a slow one does not hold it up.
type memory struct {
	past     *history.View    // as it was signed at the start; only the controller's goroutine uses it
	doubt    error            // why there is nothing in it to go by, where there was something
	noted    []history.Record // by this process, of contents; they need not be written yet
	scribe   *scribe          // nil if there is no state directory
	language int              // see [Options.Language]
	told     struct {
		fault, found error
		checkpoint   string
	}
}

// newMemory reads what earlier processes left and signed. Nothing else is acted on.
func newMemory(o Options) memory {
	if o.State == "" {
		return memory{}
	}
	past, err := history.OpenVerified(o.State, o.StateOptions)
	past.Records = carriedOut(past.Records)
	return memory{past: past, doubt: err, scribe: newScribe(o.State, o.StateOptions), language: o.Language}
}

// carriedOut leaves out the rollbacks that were taken back.
func carriedOut(records []history.Record) []history.Record {
	var done []history.Record
	for _, r := range records {
		last := len(done) - 1
		if r.Action != actionAbandoned {
			done = append(done, r)
		} else if last >= 0 && done[last].Action == actionRolledBack && done[last].Fingerprint == r.Fingerprint {
			done = done[:last]
		}
	}
	return done
}

// keep has a snapshot saved before it goes into service.
func (y *memory) keep(s history.Snapshot, digest string) {
	if y.scribe != nil {
		s.Digest, s.Language = digest, y.language
		y.scribe.keep(s)
	}
}

// holdOn keeps a snapshot that is on disk in memory, too, for a directory that turns out
// to be taken away.
func (y *memory) holdOn(s history.Snapshot) {
	if y.scribe != nil {
		y.scribe.hold(s)
	}
}

// note has a record written, some time soon.
func (y *memory) note(r history.Record) {
	if y.scribe != nil {
		r.Language = y.language
		y.remember(r)
		y.scribe.note(r)
	}
}

// remember notes what this process knows of contents itself.
func (y *memory) remember(r history.Record) {
	if !keepsBytes(r) {
		return
	}
	known := func(n history.Record) bool { return slices.Equal(n.Contents(), r.Contents()) }
	if !slices.ContainsFunc(y.noted, known) {
		y.noted = append(y.noted, r)
	}
}

// append writes a record now, or fails and leaves none that counts.
func (y *memory) append(r history.Record) error {
	if y.scribe == nil {
		return errors.New("there is no state directory")
	}
	r.Language = y.language
	err := y.scribe.append(r)
	if err == nil {
		y.remember(r)
	} else {
		y.note(history.Record{Time: r.Time, Action: actionAbandoned, Fingerprint: r.Fingerprint, Version: r.Version, Reason: err.Error()})
	}
	return err
}

// retain says which snapshots must not be dropped.
func (y *memory) retain(fingerprints ...string) {
	if y.scribe != nil {
		y.scribe.retain(fingerprints)
	}
}

// news is told when there may be something to tell of the writing.
func (y *memory) news() <-chan struct{} {
	if y.scribe == nil {
		return nil
	}
	return y.scribe.news
}

// tryAgain has what could not be written tried again.
func (y *memory) tryAgain() {
	if y.scribe != nil {
		y.scribe.nudge()
	}
}

func (y *memory) close() {
	if y.scribe != nil {
		y.scribe.close()
	}
}

// snapshot finds what was in service once.
func (y *memory) snapshot(fingerprint string) (history.Snapshot, error) {
	if y.scribe == nil {
		return history.Snapshot{}, errors.New("nothing is remembered")
	}
	if s, ok := y.scribe.kept(fingerprint); ok {
		return s, nil
	}
	return y.past.Verified(fingerprint, func(s history.Snapshot) bool { // wherever it was saved, it is read from the disk
		return slices.Contains(y.digests(fingerprint), s.Digest) || slices.Contains(y.digests(s.Formerly), s.Digest)
	})
}

// served are the fingerprints of what was in service by the signed records, the
// latest first.
func (y *memory) served() []string {
	if y.past == nil {
		return nil
	}
	var served []string
	for _, r := range slices.Backward(y.past.Records) {
		if putsIntoService(r.Action) && !slices.Contains(served, r.Fingerprint) {
			served = append(served, r.Fingerprint)
		}
	}
	return served
}

// hold is what an earlier life was asked to keep out, if that still counts: it
// does until something else is activated.
func (y *memory) hold() pin {
	if y.past == nil {
		return pin{}
	}
	for _, r := range slices.Backward(y.past.Records) {
		switch {
		case r.Action == actionRolledBack:
			what := Identity{Fingerprint: r.Against, Formerly: y.formerlyOf(r.Against), Version: y.versionOf(r.Against)}
			return pin{digest: r.Digest, what: what, otherLanguage: r.Against != "" && y.foreign(r)}
		case r.Action == actionStaged, r.Action == actionActivated && r.Kind != KindRecall.String():
			return pin{}
		}
	}
	return pin{}
}

// versionOf is what a content that was in service or staged calls itself.
func (y *memory) versionOf(fingerprint string) string {
	for _, r := range slices.Backward(y.past.Records) {
		if r.Fingerprint == fingerprint && r.Version != "" {
			return r.Version
		}
	}
	return ""
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
			return &GuardrailError{Policy: r.Against, Err: errors.New(r.Reason)}
		}
		return nil
	}
	return nil
}

// An GuardrailError is a refusal that depends on more than the content, such as what
// the loader compared it with. The same content is judged again when it is saved
// again; a restart alone does not let it in.
type GuardrailError struct {
	Policy string // the bounds it was held against, see [Options.Policy]
	Err    error
}

// Error is that of the reason.
func (u *GuardrailError) Error() string { return u.Err.Error() }

// Unwrap is the reason.
func (u *GuardrailError) Unwrap() error { return u.Err }

func snapshotOf(c Content, f Info) history.Snapshot {
	return history.Snapshot{
		Fingerprint: f.Fingerprint, Formerly: f.Formerly, Version: f.Version,
		Taken: time.Now(), Origin: c.Path, Files: c.Files,
	}
}
