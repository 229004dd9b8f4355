package quota

import "time"

// sweepWithCall is how many overdue entries of a list a call ends that has something else to do.
// If there are more, an overdue reservation is counted a little longer.
const sweepWithCall = 64

// Sweep ends at most so many overdue entries of each list, and reports whether there may be more.
// See [Ledger.Sweep].
func (m *Machine) Sweep(most int) (more bool) {
	if m.swept {
		return false
	}
	for _, list := range [...]List{ListHeld, ListUnknown, ListSettled} {
		due := m.tx.Due(list, 0, m.now, most)
		for _, e := range due {
			m.load(ID([]byte(e.Name))) // which ends what is overdue
		}
		more = more || len(due) == most
	}
	due := m.tx.Due(ListCounts, 0, m.now, most)
	for _, e := range due {
		m.forget(Key(e.Name))
	}
	m.swept = !more && len(due) < most
	return !m.swept
}

// forget drops the count of a window that ended long ago. It stays a day longer while an order
// holds some of it.
func (m *Machine) forget(k Key) {
	old := m.tx.Count(k)
	if old.Held == 0 {
		m.tx.Unindex(old.entry(k))
		m.tx.DropCount(k)
		return
	}
	c := old
	c.WindowEnd = m.now - windowGrace.Milliseconds() + (24 * time.Hour).Milliseconds()
	m.putCount(k, old, c)
}
