package reservations

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// markFor is how long a quota that is used up is known to be so. Then one order asks again.
const markFor = 250 * time.Millisecond

// marks are the quotas of a strategy that are known to be used up. Reading them takes no lock.
type marks struct {
	list atomic.Pointer[[]mark] // nil for none; never changed once it is stored
	mu   sync.Mutex
}

// mark says that nothing is left of a quota.
type mark struct {
	quota int
	until int64 // an instant, in nanoseconds since 1970
}

// all are the marks, also those that have ended.
func (m *marks) all() []mark {
	if list := m.list.Load(); list != nil {
		return *list
	}
	return nil
}

// set marks a quota until an instant.
func (m *marks) set(quota int, until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(quota, until.UnixNano())
}

// clear removes the mark of a quota.
func (m *marks) clear(quota int) {
	if !slices.ContainsFunc(m.all(), func(k mark) bool { return k.quota == quota }) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(quota, 0)
}

// put replaces the mark of a quota; an until of 0 is none.
func (m *marks) put(quota int, until int64) {
	list := slices.DeleteFunc(slices.Clone(m.all()), func(k mark) bool { return k.quota == quota })
	if until != 0 {
		list = append(list, mark{quota, until})
	}
	if len(list) == 0 {
		m.list.Store(nil)
		return
	}
	m.list.Store(&list)
}

// mayAsk reports whether an order may ask the ledger about a quota. Of the orders soon after the end of
// a mark one may, which extends it for the others. A mark that ended long ago is none.
func (m *marks) mayAsk(quota int, now time.Time) bool {
	at := now.UnixNano()
	until := func() int64 {
		for _, k := range m.all() {
			if k.quota == quota {
				return k.until
			}
		}
		return 0
	}
	if until() == 0 {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch u := until(); {
	case u == 0:
		return true
	case at < u:
		return false
	case at-u > int64(markFor): // nothing was asked for a while: something may have come back
		m.put(quota, 0)
		return true
	}
	m.put(quota, at+int64(markFor))
	return true
}
