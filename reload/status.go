package reload

import (
	"sync"
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// Status is the state of a [Source].
type Status struct {
	Path    string    // as given to Open, made absolute
	Target  string    // the path without links, as last seen
	File    LastRead  // the last read and its outcome
	Live    Info      // of the revision in service
	Staged  Info      // of the revision that is due later; zero if none is
	Pinned  Identity  // of the content of the file that a rollback suppresses; zero if none is
	Proof   ReadProof // of the last complete read
	Refusal Refusal   // the last refusal; zero if there was none
	Pending time.Time // since when a save waits to be proved; zero if none is reported
	Missing time.Time // since when there is no file; zero if there is one
	Watch   WatchHealth
	State   StateHealth
}

// LastRead is the content that was read last, and its outcome.
type LastRead struct {
	Digest  string // of the content, see [history.Digest]; "" if it could not be read
	Outcome Outcome

	// Number counts how often the files were read or could not be read. A program that saves
	// the files waits for two more attempts: the second one began after the save.
	Number uint64
}

// An Outcome is what happened to a content that was read.
type Outcome string

// The outcomes.
const (
	OutcomeInService Outcome = "in_service" // it has the meaning that is in service
	OutcomeStaged    Outcome = "staged"     // it was accepted and is due later
	OutcomePinned    Outcome = "held"       // a rollback suppresses it
	OutcomeRefused   Outcome = "refused"    // see [Status.Refusal]
)

// StateHealth is the health of the state directory.
type StateHealth struct {
	Dir   string // "" if there is none
	Err   error  // why it cannot be written; nil if it can
	Found error  // what was wrong when it was opened; nil if nothing was
}

// A Refusal is content, or a file, that did not go into service.
type Refusal struct {
	Identity
	Time   time.Time
	Err    error
	Active bool // the file is still as it was refused
}

// WatchHealth says how changes are found.
type WatchHealth struct {
	Polling bool  // changes are found only by polling, every [Options.Poll]
	Reason  error // why, if Polling
}

// A ReadProof is why a file counted as finished when it was read. The package documentation
// says how strong each one is.
type ReadProof = stableread.Proof

// The proofs, the strongest first.
const (
	ProofLease     = stableread.ByLease     // no process had it open for writing during the read
	ProofClose     = stableread.ByClose     // its last reported write was followed by a close or a rename
	ProofStillness = stableread.ByStillness // it had not changed for 150 ms
)

// statusBox is the status. The controller writes it, and any goroutine reads it.
type statusBox struct {
	mu sync.Mutex
	s  Status
}

func (b *statusBox) update(change func(*Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.s)
}

func (b *statusBox) read() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.s
}
