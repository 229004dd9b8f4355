package reload

import (
	"fmt"
	"time"
)

// An Event is something a [Source] did or found. Fields that do not apply are
// zero.
type Event struct {
	Kind EventKind
	Time time.Time
	Path string // as given to Open, made absolute
	Live Info   // of the revision in service after the event
	Next Info   // of the revision that is staged after the event, or was withdrawn by it
	Err  error  // why, for refused, pending, missing, watch lost, polling, state failed and tampered

	Refused Identity // what was refused, or is suppressed, for refused and pinned

	Value any // of Live, as the loader returned it, for activated

	Checkpoint string // the signed head of the log, a note of golang.org/x/mod's sumdb/note, for signed
}

// An Identity identifies a content, as far as that is known.
type Identity struct {
	Fingerprint string // see [Candidate.Fingerprint]
	Formerly    string // see [Info.Formerly]
	Version     string // as the content states it
}

// An EventKind is the kind of an [Event].
type EventKind uint8

const (
	// EventActivated: a new revision is in service.
	EventActivated EventKind = iota + 1

	// EventRefused: the file's content, or the file, was refused. The same content is
	// reported once, until the file is saved with other content. A refusal by a
	// [GuardrailError] is reported again when the file is saved again.
	EventRefused

	// EventUnchanged: the file was saved with the meaning and texts of the revision in
	// service or staged, or has them again after it was refused or missing. Nothing was
	// swapped.
	EventUnchanged

	// EventPinned: a rollback pins the revision in service, and the file was saved with the
	// content that the rollback replaced, or has that content at the start. Nothing was
	// swapped.
	EventPinned

	// EventPending: a save has not been proved finished for two seconds.
	EventPending

	// EventPendingOver: the pending save has been read, or withdrawn.
	EventPendingOver

	// EventMissing: there is no file under the name any more.
	EventMissing

	// EventWatchLost: a watch was dropped or reports were lost. A watch regained
	// or a polling event follows at once.
	EventWatchLost

	// EventWatchRegained: everything on the way to the file is watched again.
	EventWatchRegained

	// EventPolling: something on the way to the file cannot be watched; changes
	// are found by polling until it can.
	EventPolling

	// EventStaged: a revision was accepted and will be activated when it is due.
	EventStaged

	// EventWithdrawn: the staged revision will not be activated: the file was
	// saved with other content, was deleted, or an older revision was put back.
	EventWithdrawn

	// EventStateFailed: the state directory cannot be written. Records wait in memory until
	// it can be written again.
	EventStateFailed

	// EventStateRestored: the state directory can be written again, and everything
	// is recorded.
	EventStateRestored

	// EventTampered: the state directory was changed by another program. A log that was
	// changed was set aside and a new one begun. A snapshot that was changed
	// ([history.ErrContentChanged]) was set aside alone, and the log continues.
	EventTampered

	// EventSigned: records were written and signed. The checkpoint covers all records. A copy
	// of it in another place shows whether a later log continues this one.
	EventSigned
)

// String returns the kind's name in lower case, words joined by underscores.
func (k EventKind) String() string {
	names := [...]string{
		EventActivated:     "activated",
		EventRefused:       "refused",
		EventUnchanged:     "unchanged",
		EventPinned:        "pinned",
		EventPending:       "pending",
		EventPendingOver:   "pending_over",
		EventMissing:       "missing",
		EventWatchLost:     "watch_lost",
		EventWatchRegained: "watch_regained",
		EventPolling:       "polling",
		EventStaged:        "staged",
		EventWithdrawn:     "withdrawn",
		EventStateFailed:   "state_failed",
		EventStateRestored: "state_restored",
		EventTampered:      "tampered",
		EventSigned:        "signed",
	}
	if int(k) < len(names) && names[k] != "" {
		return names[k]
	}
	return fmt.Sprintf("event(%d)", uint8(k))
}
