package quota

import "time"

// Failure is why a gateway has no answer of the order service.
type Failure uint8

// The failures.
const (
	NoFailure Failure = iota

	// NeverSent: the request was answered or failed before any upstream was asked.
	NeverSent

	// NotConnected: the first try could not connect.
	NotConnected

	// ClientGone: the client hung up. Caddy writes 499 then, and returns no error.
	ClientGone

	// Broken: the answer broke off before its header was complete.
	Broken

	// OtherFailure: a time-out and everything else.
	OtherFailure
)

// Answer is what a gateway saw of one order.
type Answer struct {
	// Upstream is the status that the order service answered with, 0 if there is none. It is one of a
	// proxy before, such as forward_auth, if the client was gone when nothing was written yet.
	Upstream int

	// Written is the status that the client got. It counts if no upstream was asked.
	Written int
	Failure Failure

	// Retries says that the proxy is configured to try again.
	Retries bool

	// Replayable says that the request has an Idempotency-Key or X-Idempotency-Key: Go's transport
	// may have sent it twice.
	Replayable bool

	// Word is the order service's own, if it said one.
	Word Word
}

// statusClientGone is what Caddy writes for a client that hung up.
const statusClientGone = 499

// Outcome returns what became of the order, and for how long it is held if that is Hold.
//
// Only what proves that there is no order is a Release. A retry or a replay may follow a try that was
// accepted and whose answer was lost, so after one nothing but a success proves anything.
func (a Answer) Outcome() (Outcome, time.Duration) {
	if a.Word.Said {
		return a.Word.Outcome, a.Word.For
	}
	once := !a.Retries && !a.Replayable
	switch {
	case a.Upstream != 0 && a.Written != statusClientGone:
		return ofStatus(a.Upstream, once), 0
	case a.Failure == NeverSent:
		return Release, 0
	case a.Failure == NotConnected && once:
		return Release, 0
	case a.Failure != NoFailure, a.Written == statusClientGone:
		return Unknown, 0
	case a.Written/100 == 2:
		return Commit, 0 // by another handler
	}
	return Release, 0
}

// ofStatus is the outcome of an answer of the order service. once says that it was asked once.
func ofStatus(status int, once bool) Outcome {
	switch status {
	case 303:
		return Commit
	case 408, 409, 425, 429, statusClientGone: // 409 may be "that order exists"
		return Unknown
	}
	switch status / 100 {
	case 2:
		return Commit
	case 4:
		if once {
			return Release
		}
	}
	return Unknown
}
