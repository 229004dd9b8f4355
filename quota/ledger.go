package quota

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Ledger counts. Its methods may be called at the same time. A method that returns an error of the
// context, or of an engine that cannot be reached, may still have been carried out: sending the same
// again changes nothing more.
type Ledger interface {
	// Reserve holds all takes of the request for its order, or none of them. What the same attempt
	// reserved before is replaced. Denials are not an error: without an error, either denials are
	// empty and the grant is good, or they list every take that is denied.
	Reserve(ctx context.Context, q Request) (Grant, []Denial, error)

	// Settle says what became of orders, and returns the state of each. Saying the same twice
	// changes nothing more.
	Settle(ctx context.Context, s []Settlement) ([]Settled, error)

	// Read returns the counts of the keys. A count that the ledger does not have is zero.
	Read(ctx context.Context, keys []Key) ([]Count, error)

	// Find returns the reservation of an order. The error is [ErrNotFound] if there is none.
	Find(ctx context.Context, order ID) (Reservation, error)

	// Unresolved returns the reservations with an unknown outcome, and those held beyond their
	// deadline: at most so many, those with the earliest deadline first.
	Unresolved(ctx context.Context, most int) ([]Reservation, error)

	// Adjust changes what a count has committed, and returns the new count. The error is
	// [ErrRevision] if the count was adjusted since it was read, and [ErrBelowZero] if it would be
	// less than nothing.
	Adjust(ctx context.Context, a Adjustment) (Count, error)

	// Sweep ends what is overdue: reservations beyond their deadline lapse, settled ones that were
	// remembered long enough and counts of windows that ended long ago are forgotten. Engines do so
	// by themselves, now and then.
	Sweep(ctx context.Context) error

	// Close waits for the calls that are being carried out. Later ones return [ErrClosed].
	Close() error
}

// The errors of a ledger that its users tell apart.
var (
	ErrNotFound  = errors.New("the ledger has no such reservation")
	ErrRevision  = errors.New("the count was adjusted since it was read")
	ErrBelowZero = errors.New("the count would be below zero")
	ErrClosed    = errors.New("the ledger is closed")
)

// NotAskedError is the error of a call that was certainly not carried out.
type NotAskedError struct{ Err error }

// Error is what prevented the call.
func (e *NotAskedError) Error() string { return e.Err.Error() }

// Unwrap is what prevented the call.
func (e *NotAskedError) Unwrap() error { return e.Err }

// InvalidError says that a call can never be carried out.
type InvalidError struct{ Reason string }

// Error is the reason.
func (e *InvalidError) Error() string { return e.Reason }

// ID names an order and the reservation that it has, or one attempt. See [Digester.Order],
// [NewOrderID] and [NewID].
type ID [16]byte

// NewID returns a random ID, for an attempt.
func NewID() ID {
	var id [16]byte
	_, _ = rand.Read(id[:]) // it never fails
	return idOf(id)
}

// idOf is the ID of random bytes. Its text begins with a letter: commands would take a hyphen for that
// of a flag.
func idOf(random [16]byte) ID {
	random[0] &= 0x7f
	return random
}

// NewOrderID returns an ID for an order that no other request belongs to. It is random but for its
// first six bytes, the milliseconds: a ledger in a file writes fewer pages if orders of the same time
// are near each other.
func NewOrderID(now time.Time) ID {
	id := NewID()
	var millis [8]byte
	binary.BigEndian.PutUint64(millis[:], uint64(now.UnixMilli()))
	copy(id[:6], millis[2:])
	return id
}

// IsZero reports whether the ID names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// String is the ID as 22 characters of base64url.
func (id ID) String() string { return base64.RawURLEncoding.EncodeToString(id[:]) }

// ParseID reads what [ID.String] wrote.
func ParseID(text string) (ID, error) {
	var id ID
	if len(text) != base64.RawURLEncoding.EncodedLen(len(id)) {
		return ID{}, fmt.Errorf("reading the id of a reservation: %d characters, want 22", len(text))
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(id[:], []byte(text)); err != nil {
		return ID{}, fmt.Errorf("reading the id of a reservation: %w", err)
	}
	return id, nil
}

// MostAmount is the greatest amount and limit: engines that compute with floats are exact up to it.
const MostAmount = 1<<53 - 1

// MostHold is the longest time that an order may be held for.
const MostHold = 24 * time.Hour

// Take is what an order takes of one count.
type Take struct {
	Key    Key
	Amount int64 // uses, units or minor units; 1 at least
	Limit  int64 // of the count, as the strategy has it now

	// WindowEnd is when the window of the count ends, in milliseconds since 1970; 0 for a count
	// without a window. Two days later the count may be forgotten.
	WindowEnd int64
}

// Terms are how long a ledger keeps a reservation.
type Terms struct {
	// Hold is how long an order is held whose outcome is not known.
	Hold time.Duration

	// Remember is how long a settled order is known.
	Remember time.Duration

	// Keep says that a reservation stays held beyond its deadline, until it is settled.
	Keep bool
}

// Request asks for what one order takes.
type Request struct {
	// Order is the order. Requests with the same Order are attempts of it: they join.
	Order ID

	// Attempt is the one request to the gateway that is being priced.
	Attempt ID

	// Takes have different keys.
	Takes []Take
	Terms Terms

	// Unlimited counts the takes whatever the limits say: the order was granted before. It changes
	// nothing if the ledger knows that the attempt has ended since.
	Unlimited bool

	// Call names an unlimited request that is made again while its answer is lost. The answer says
	// then what went over, also if the request was carried out before. The zero ID names none.
	Call ID
}

// State is what an order is in a ledger.
type State uint8

// The states. None is an order that the ledger does not know, or has forgotten.
const (
	None State = iota
	Held
	Committed
	Released
	Lapsed
	Returned
)

// String is the state as a word.
func (s State) String() string {
	words := [...]string{"none", "held", "committed", "released", "lapsed", "returned"}
	if int(s) < len(words) {
		return words[s]
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// Grant is what a ledger answers to a request that it allows.
type Grant struct {
	// State is Held. It is Committed or Returned if the request joined an order that was settled:
	// nothing more is counted. It is Released or Lapsed for an unlimited request whose attempt has
	// ended so.
	State State

	// Until is the deadline of a held order. A settled one is remembered until then.
	Until time.Time

	// Joined says that another attempt of the order came first.
	Joined bool

	// Over is what went beyond limits, of an unlimited request.
	Over []Over
}

// Denial is a take that a ledger does not allow.
type Denial struct {
	// Take is its index in the request.
	Take int

	// Left is how much the order could have instead, 0 for nothing.
	Left int64

	// UsedUp says that nothing of the count is left, for any order.
	UsedUp bool
}

// Over is what was counted beyond a limit.
type Over struct {
	Key Key
	By  int64
}

// Outcome is what became of an order or of one attempt of it.
type Outcome uint8

// The outcomes.
const (
	// Unknown: perhaps done. The order stays held until its deadline.
	Unknown Outcome = iota

	// Commit: the order was accepted. It is counted, whatever the limits say.
	Commit

	// Release: the order was refused. It stays held while another attempt may have been accepted.
	Release

	// Hold: the order was accepted and awaits something. It is held for the time of the settlement.
	Hold

	// Return: a committed order was cancelled. What it took is given back.
	Return
)

// String is the outcome as a word.
func (o Outcome) String() string {
	words := [...]string{"unknown", "commit", "release", "hold", "return"}
	if int(o) < len(words) {
		return words[o]
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}

// Settlement says what became of an order.
type Settlement struct {
	Order ID

	// Attempt is the attempt whose outcome it is. The zero ID is the order service's own word on
	// the order as a whole: a release does not wait for other attempts.
	Attempt ID
	Outcome Outcome

	// For is how long an order with the outcome Hold is held, MostHold at most.
	For time.Duration

	// Call names a settlement that is told again while its answer is lost, as that of a [Request]
	// does.
	Call ID

	// Takes and Terms count an order that the ledger does not have, with the outcome Commit or
	// Hold. Without them such an order is not counted, and its state is None.
	Takes []Take
	Terms Terms
}

// Settled is what a ledger answers to a settlement.
type Settled struct {
	// State is the state of the order after the settlement.
	State State

	// Changed says that the settlement changed the state.
	Changed bool

	// Over is what the settlement counted beyond limits: the order had lapsed, or was released.
	Over []Over
}

// Count is what was taken of a limit.
type Count struct {
	Held      int64 // by orders whose outcome is not known
	Committed int64

	// Revision is how often the count was adjusted.
	Revision uint64

	// Reason is that of the last adjustment.
	Reason string

	// WindowEnd is that of the takes.
	WindowEnd int64
}

// Used is all that was taken.
func (c Count) Used() int64 { return c.Held + c.Committed }

// Left is what a limit leaves, 0 if more was taken.
func (c Count) Left(limit int64) int64 { return max(0, limit-c.Used()) }

// Reservation is an order in a ledger.
type Reservation struct {
	Order ID
	State State

	// Until is the deadline of a held order. A settled one is remembered until then.
	Until time.Time

	// Unknown says that the outcome of an attempt of a held order is unknown.
	Unknown bool

	// Takes are what it holds or has committed, or did so before.
	Takes []Take
}

// Adjustment changes a count by hand.
type Adjustment struct {
	Key Key

	// Delta is added to what is committed.
	Delta int64

	// Revision is that of the count as it was read.
	Revision uint64

	// Reason is for people. It must not be empty.
	Reason string
}

// Engine is a module that opens a ledger for the handlers that are configured with it.
type Engine interface {
	// Open returns the ledger of a handler. The module closes it when the configuration ends. A
	// ledger that cannot be reached yet is no error: its calls fail until it can be.
	Open(Origin) (Opened, error)
}

// Origin is whose ledger an engine opens.
type Origin struct {
	// Namespace is that of a configuration without one: the file name of the strategy.
	Namespace string

	// StateDir is the directory that the handler keeps its state in, "" for none.
	StateDir string
}

// Opened is a ledger and what its configuration says.
type Opened struct {
	Ledger   Ledger
	Digester *Digester // with the key of the ledger
	Terms    Terms
	Timeout  time.Duration // of one reservation
}
