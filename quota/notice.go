package quota

// Event is what happened to a ledger.
type Event uint8

// The events.
const (
	// Down: the ledger cannot be reached. Calls fail at once until it is Up.
	Down Event = iota + 1

	// Up: the ledger can be reached again.
	Up

	// Forgot: the ledger may have forgotten what it acknowledged. What is known of it was sent
	// again, and counted whatever the limits say.
	Forgot
)

// String is the event as a word.
func (e Event) String() string {
	switch e {
	case Down:
		return "down"
	case Up:
		return "up"
	case Forgot:
		return "forgot"
	}
	return "unknown"
}

// Notice is what a ledger says without being asked.
type Notice struct {
	Event Event

	// Err is why the ledger is Down.
	Err error

	// Sent is how many orders were sent again.
	Sent int

	// Unknown is how many orders could not be sent again, because more were granted than an engine
	// remembers.
	Unknown int

	// Over is what counts are beyond their limits by, with what was sent again.
	Over []Over
}

// Notifier is a [Ledger] that gives notices.
type Notifier interface {
	// Notify calls do with each notice, one after the other, until stop is called. A ledger that is
	// down says so at once. do must return soon, and not call stop.
	Notify(do func(Notice)) (stop func())
}
