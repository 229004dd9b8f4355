package quota

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// Tx is one transaction on what a ledger keeps. It only keeps values: the [Machine] decides.
type Tx interface {
	// Record returns the record of an order, and whether there is one. Its slices must not be
	// changed.
	Record(ID) (Record, bool)
	PutRecord(ID, Record)
	DropRecord(ID)

	// Count returns a count, the zero Count if there is none.
	Count(Key) Count
	PutCount(Key, Count)
	DropCount(Key)

	// Index adds an entry to a list, and Unindex removes it.
	Index(Entry)
	Unindex(Entry)

	// Due returns the entries of a list with an instant from one to another, both included: the first
	// so many, by instant and then by name.
	Due(list List, from, to int64, most int) []Entry
}

// List is a list of names by instants.
type List byte

// The lists. The names are those of orders, as the bytes of their ID, but for the last.
const (
	ListHeld        List = 'h' // held, by deadline
	ListUnknown     List = 'u' // held with an unknown outcome, by deadline
	ListKept        List = 'k' // held beyond the deadline, by deadline
	ListKeptUnknown List = 'q' // held beyond the deadline, with an unknown outcome
	ListSettled     List = 's' // settled, by the end of remembering
	ListCounts      List = 'c' // keys of counts, by when they may be forgotten
)

// Entry is a name in a list.
type Entry struct {
	List List
	At   int64 // milliseconds since 1970
	Name string
}

// Compare orders entries by instant, and then by name.
func (e Entry) Compare(other Entry) int {
	return cmp.Or(cmp.Compare(e.At, other.At), strings.Compare(e.Name, other.Name))
}

// Record is what a ledger keeps of an order.
type Record struct {
	State State

	// Until is the deadline of a held order, the end of remembering a settled one. It is in
	// milliseconds since 1970.
	Until    int64
	Remember int64 // milliseconds
	Keep     bool
	Unknown  bool // the outcome of an attempt is unknown

	// Folded says that there were more attempts than Open can list. They may have been accepted.
	Folded bool

	// Open are the attempts of a held order that were not refused. Of a settled one they are those
	// that it ended with.
	Open  []ID
	Takes []Take

	// Over is what the call OverBy counted beyond limits, for that call to be answered so again.
	Over   []Over
	OverBy ID
}

// MostOpen is how many attempts of an order are told apart.
const MostOpen = 16

// windowGrace is how long a count is kept after its window, for outcomes that come late.
const windowGrace = 48 * time.Hour

// Machine is the state machine of a ledger at one instant, within one transaction. It may carry out
// many calls.
type Machine struct {
	tx    Tx
	now   int64
	swept bool // nothing is overdue at this instant
}

// NewMachine returns the state machine over a transaction, at an instant.
func NewMachine(tx Tx, now time.Time) *Machine { return &Machine{tx: tx, now: now.UnixMilli()} }

// Read is [Ledger.Read]. It changes nothing: a reservation beyond its deadline is counted until it is
// swept.
func (m *Machine) Read(keys []Key) []Count {
	counts := make([]Count, len(keys))
	for i, k := range keys {
		counts[i] = m.tx.Count(k)
	}
	return counts
}

// Find is [Ledger.Find]. It changes nothing.
func (m *Machine) Find(order ID) (Reservation, error) {
	r, _ := m.tx.Record(order)
	if r = r.at(m.now); r.State == None {
		return Reservation{}, ErrNotFound
	}
	return r.reservation(order), nil
}

func (r Record) reservation(order ID) Reservation {
	return Reservation{Order: order, State: r.State, Until: time.UnixMilli(r.Until), Unknown: r.Unknown, Takes: slices.Clone(r.Takes)}
}

// Unresolved is [Ledger.Unresolved]. It changes nothing.
func (m *Machine) Unresolved(most int) []Reservation {
	const ever = math.MaxInt64
	due := m.tx.Due(ListUnknown, m.now+1, ever, most) // the others have lapsed
	due = append(due, m.tx.Due(ListKeptUnknown, 0, ever, most)...)
	due = append(due, m.tx.Due(ListKept, 0, m.now, most)...)
	slices.SortFunc(due, Entry.Compare)
	var all []Reservation
	for _, e := range due[:min(most, len(due))] {
		order := ID([]byte(e.Name))
		r, _ := m.tx.Record(order)
		all = append(all, r.reservation(order))
	}
	return all
}

// Check says why the adjustment can never be carried out, as an [InvalidError].
func (a Adjustment) Check() error {
	if a.Reason == "" {
		return &InvalidError{Reason: "an adjustment needs a reason"}
	}
	if a.Delta < -MostAmount || a.Delta > MostAmount {
		return errAdjustedBeyond
	}
	return nil
}

// errAdjustedBeyond is the error of an adjustment beyond what engines count exactly.
var errAdjustedBeyond = &InvalidError{Reason: "an adjustment is beyond what a ledger counts"}

// Adjust is [Ledger.Adjust].
func (m *Machine) Adjust(a Adjustment) (Count, error) {
	if err := a.Check(); err != nil {
		return Count{}, err
	}
	c := m.tx.Count(a.Key)
	if c.Committed+a.Delta > MostAmount {
		return c, errAdjustedBeyond
	}
	if c.Revision != a.Revision {
		return c, ErrRevision
	}
	if c.Committed+a.Delta < 0 {
		return c, ErrBelowZero
	}
	c.Committed += a.Delta
	c.Revision++
	c.Reason = a.Reason
	m.tx.PutCount(a.Key, c)
	return c, nil
}

// load returns the record of an order as it is now.
func (m *Machine) load(order ID) Record {
	r, ok := m.tx.Record(order)
	if !ok {
		return Record{}
	}
	now := r.at(m.now)
	if now.State != r.State {
		m.save(order, r, now)
	}
	return now
}

// at is the record at an instant: a held one beyond its deadline has lapsed, and a settled one that
// was remembered long enough is none.
func (r Record) at(now int64) Record {
	if r.State == Held && !r.Keep && r.Until <= now {
		r.settle(Lapsed, r.Until)
	}
	if r.State != Held && r.Until <= now {
		return Record{}
	}
	return r
}

// settle ends the attempts of a record. It is remembered from an instant on.
func (r *Record) settle(s State, from int64) {
	r.State, r.Until = s, from+r.Remember
	r.Folded, r.Unknown = false, false
}

// saveBy is save, and returns what a call counted beyond limits with it.
func (m *Machine) saveBy(call, order ID, old, next Record) []Over {
	m.recount(old, next)
	all := m.over(old, next)
	if len(all) > 0 && !call.IsZero() {
		next.Over, next.OverBy = slices.Clone(all), call
	}
	m.put(order, old, next)
	return all
}

// save replaces the record of an order, with what it counts.
func (m *Machine) save(order ID, old, next Record) {
	m.recount(old, next)
	m.put(order, old, next)
}

// put replaces the record of an order. A record with the state None is none.
func (m *Machine) put(order ID, old, next Record) {
	if old.State != None {
		m.tx.Unindex(old.entry(order))
	}
	if next.State == None {
		m.tx.DropRecord(order)
		return
	}
	m.tx.PutRecord(order, next)
	m.tx.Index(next.entry(order))
}

// entry is where an order is listed.
func (r Record) entry(order ID) Entry {
	list := ListSettled
	switch {
	case r.State != Held:
	case r.Keep && r.Unknown:
		list = ListKeptUnknown
	case r.Keep:
		list = ListKept
	case r.Unknown:
		list = ListUnknown
	default:
		list = ListHeld
	}
	return Entry{List: list, At: r.Until, Name: string(order[:])}
}

// taken is what a record takes of a count, 0 if it is not counted.
func (r Record) taken(k Key) int64 {
	if r.State != Held && r.State != Committed {
		return 0
	}
	return r.amount(k)
}

// amount is the amount of the take of a count.
func (r Record) amount(k Key) int64 {
	for i := range r.Takes {
		if r.Takes[i].Key == k {
			return r.Takes[i].Amount
		}
	}
	return 0
}

// recount replaces what a record counts. What an order has committed stays when it is forgotten.
func (m *Machine) recount(old, next Record) {
	if old.State == Committed && next.State == None {
		return
	}
	for _, t := range old.Takes {
		if old.taken(t.Key) != 0 && (old.State != next.State || next.amount(t.Key) != t.Amount) {
			m.add(t, old.State, -t.Amount)
		}
	}
	for _, t := range next.Takes {
		if next.taken(t.Key) != 0 && (old.State != next.State || old.amount(t.Key) != t.Amount) {
			m.add(t, next.State, t.Amount)
		}
	}
}

// add adds to what a count holds or has committed. A count is never below zero: it may have been
// adjusted, or forgotten with its window. It stops at the greatest amount, up to which every engine is
// exact.
func (m *Machine) add(t Take, state State, amount int64) {
	old := m.tx.Count(t.Key)
	c := old
	if state == Held {
		c.Held = min(MostAmount, max(0, c.Held+amount))
	} else {
		c.Committed = min(MostAmount, max(0, c.Committed+amount))
	}
	if amount > 0 {
		c.WindowEnd = max(c.WindowEnd, t.WindowEnd)
	}
	m.putCount(t.Key, old, c)
}

// putCount replaces a count. One that is zero and was never adjusted is none.
func (m *Machine) putCount(k Key, old, c Count) {
	none := c.Used() == 0 && c.Revision == 0
	if old.WindowEnd != 0 && (none || old.WindowEnd != c.WindowEnd) {
		m.tx.Unindex(old.entry(k))
	}
	if none {
		m.tx.DropCount(k)
		return
	}
	m.tx.PutCount(k, c)
	if c.WindowEnd != 0 && old.WindowEnd != c.WindowEnd {
		m.tx.Index(c.entry(k))
	}
}

// entry is where a count with a window is listed.
func (c Count) entry(k Key) Entry {
	return Entry{List: ListCounts, At: c.WindowEnd + windowGrace.Milliseconds(), Name: string(k)}
}
