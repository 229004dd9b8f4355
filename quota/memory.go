package quota

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Memory is a ledger that keeps nothing when it ends: the state machine behind a lock.
type Memory struct {
	now func() time.Time

	mu     sync.Mutex
	tx     values
	closed bool
}

// NewMemory returns an empty ledger, with the clock for its deadlines.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, tx: values{records: make(map[ID]Record), counts: make(map[Key]Count), lists: make(map[List][]Entry)}}
}

var _ Ledger = (*Memory)(nil)

// do carries out one call.
func (l *Memory) do(ctx context.Context, call func(m *Machine) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return call(NewMachine(&l.tx, l.now()))
}

// Reserve implements [Ledger].
func (l *Memory) Reserve(ctx context.Context, q Request) (grant Grant, denials []Denial, err error) {
	err = l.do(ctx, func(m *Machine) (err error) {
		grant, denials, err = m.Reserve(q)
		return err
	})
	return grant, denials, err
}

// Settle implements [Ledger].
func (l *Memory) Settle(ctx context.Context, all []Settlement) (settled []Settled, err error) {
	err = l.do(ctx, func(m *Machine) (err error) {
		settled, err = m.Settle(all)
		return err
	})
	return settled, err
}

// Read implements [Ledger].
func (l *Memory) Read(ctx context.Context, keys []Key) (counts []Count, err error) {
	err = l.do(ctx, func(m *Machine) error {
		counts = m.Read(keys)
		return nil
	})
	return counts, err
}

// Find implements [Ledger].
func (l *Memory) Find(ctx context.Context, order ID) (r Reservation, err error) {
	err = l.do(ctx, func(m *Machine) (err error) {
		r, err = m.Find(order)
		return err
	})
	return r, err
}

// Unresolved implements [Ledger].
func (l *Memory) Unresolved(ctx context.Context, most int) (all []Reservation, err error) {
	err = l.do(ctx, func(m *Machine) error {
		all = m.Unresolved(most)
		return nil
	})
	return all, err
}

// Adjust implements [Ledger].
func (l *Memory) Adjust(ctx context.Context, a Adjustment) (c Count, err error) {
	err = l.do(ctx, func(m *Machine) (err error) {
		c, err = m.Adjust(a)
		return err
	})
	return c, err
}

// Sweep implements [Ledger].
func (l *Memory) Sweep(ctx context.Context) error {
	return l.do(ctx, func(m *Machine) error {
		for m.Sweep(sweepWithCall) {
		}
		return nil
	})
}

// Close implements [Ledger].
func (l *Memory) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return nil
}

// values is a Tx in memory.
type values struct {
	records map[ID]Record
	counts  map[Key]Count
	lists   map[List][]Entry // ordered
}

// Record implements [Tx].
func (v *values) Record(id ID) (Record, bool) {
	r, ok := v.records[id]
	return r, ok
}

// PutRecord implements [Tx].
func (v *values) PutRecord(id ID, r Record) { v.records[id] = r }

// DropRecord implements [Tx].
func (v *values) DropRecord(id ID) { delete(v.records, id) }

// Count implements [Tx].
func (v *values) Count(k Key) Count { return v.counts[k] }

// PutCount implements [Tx].
func (v *values) PutCount(k Key, c Count) { v.counts[k] = c }

// DropCount implements [Tx].
func (v *values) DropCount(k Key) { delete(v.counts, k) }

// Index implements [Tx].
func (v *values) Index(e Entry) {
	if i, found := slices.BinarySearchFunc(v.lists[e.List], e, Entry.Compare); !found {
		v.lists[e.List] = slices.Insert(v.lists[e.List], i, e)
	}
}

// Unindex implements [Tx].
func (v *values) Unindex(e Entry) {
	if i, found := slices.BinarySearchFunc(v.lists[e.List], e, Entry.Compare); found {
		v.lists[e.List] = slices.Delete(v.lists[e.List], i, i+1)
	}
}

// Due implements [Tx].
func (v *values) Due(list List, from, to int64, most int) []Entry {
	all := v.lists[list]
	first, _ := slices.BinarySearchFunc(all, Entry{At: from}, Entry.Compare)
	last := first
	for last < len(all) && last-first < most && all[last].At <= to {
		last++
	}
	return slices.Clone(all[first:last])
}
