package reload

import (
	"sync"
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// Status is how a [Source] is doing.
type Status struct {
	Path    string    // as given to Open, made absolute
	Target  string    // where the links on the way to it led last
	File    LastRead  // what was read last, and what became of it
	Live    Info      // of the revision in service
	Staged  Info      // of the one that waits for its instant; zero if none does
	Pinned  Identity  // of the content of the file that a rollback keeps out of service; zero if none does
	Proof   ReadProof // of the last complete read
	Refusal Refusal   // the last one; zero if there was none
	Pending time.Time // since when a save waits to be proved; zero if none is reported
	Missing time.Time // since when there is no file; zero if there is one
	Watch   WatchHealth
	State   StateHealth
}

// LastRead is the content that was read last, and what became of it.
type LastRead struct {
	Digest  string // of the content, see [history.Digest]; "" if it could not be read
	Outcome Outcome

	// Number is how often the files were read, or found to be unreadable. A program
	// that saves them, and whose save cannot be read, sees by it that two attempts
	// have ended since: the second one began after the save.
	Number uint64
}

// An Outcome is what became of a content that was read.
type Outcome string

// The outcomes.
const (
	OutcomeInService Outcome = "in_service" // it has the meaning that is in service
	OutcomeStaged    Outcome = "staged"     // it was accepted and waits for its instant
	OutcomePinned    Outcome = "held"       // a rollback keeps it out of service
	OutcomeRefused   Outcome = "refused"    // see [Status.Refusal]
)

// StateHealth is how the state directory is doing.
type StateHealth struct {
	Dir   string // "" if there is none
	Err   error  // why it cannot be written, if it cannot
	Found error  // what was wrong with it when it was opened, if anything was
}

// A Refusal is content, or a file, that did not go into service.
type Refusal struct {
	Identity
	Time   time.Time
	Err    error
	Active bool // the file is still as it was refused
}

// WatchHealth says how changes are noticed.
type WatchHealth struct {
	Polling bool  // only by polling, every [Options.Poll]
	Reason  error // why, if Polling
}

// A ReadProof is why a file counted as finished when it was read. See the
// package documentation for what each is worth.
type ReadProof = stableread.Proof

// The proofs, the strongest first.
const (
	ProofLease     = stableread.ByLease     // no process had it open for writing during the read
	ProofClose     = stableread.ByClose     // its last reported write was followed by a close or a rename
	ProofStillness = stableread.ByStillness // it had not changed for 150 ms
)

// statusBox is the status the controller writes and any goroutine reads.
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
