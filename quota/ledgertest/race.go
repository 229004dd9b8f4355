package ledgertest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
)

var raceTerms = quota.Terms{Hold: 10 * time.Minute, Remember: time.Hour}

// callers is how many race at the same time.
const callers = 64

// race calls do at the same time, many times each.
func race(times int, do func(n int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for caller := range callers {
		wg.Go(func() {
			<-start
			for i := range times {
				do(caller*times + i)
			}
		})
	}
	close(start)
	wg.Wait()
}

// order names the nth order of a race.
func order(n int) quota.ID { return quota.ID{0: 'r', 14: byte(n >> 8), 15: byte(n)} }

// try asks for takes, and reports whether they were granted.
func try(t *testing.T, l quota.Ledger, q quota.Request) bool {
	t.Helper()
	q.Terms = raceTerms
	_, denials, err := l.Reserve(context.Background(), q)
	if err != nil {
		t.Errorf("reserving: %v", err)
	}
	return err == nil && len(denials) == 0
}

func settle(t *testing.T, l quota.Ledger, s quota.Settlement) quota.Settled {
	t.Helper()
	settled, err := l.Settle(context.Background(), []quota.Settlement{s})
	if err != nil {
		t.Errorf("settling: %v", err)
		return quota.Settled{}
	}
	return settled[0]
}

func used(t *testing.T, l quota.Ledger, k quota.Key) quota.Count {
	t.Helper()
	counts, err := l.Read(context.Background(), []quota.Key{k})
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	return counts[0]
}

// Many orders race for a limit: exactly so many are granted. Refused orders make way for others.
func raceForLimit(t *testing.T, s Subject) {
	const limit = 50
	l, k := s.Ledger, keys[0]
	one := func(n int, outcome quota.Outcome) {
		q := quota.Request{Order: order(n), Attempt: order(n), Takes: []quota.Take{{Key: k, Amount: 1, Limit: limit}}}
		if !try(t, l, q) {
			return
		}
		if c := used(t, l, k); c.Used() > limit {
			t.Errorf("count %+v, want at most %d", c, limit)
		}
		settle(t, l, quota.Settlement{Order: q.Order, Attempt: q.Attempt, Outcome: outcome})
	}
	race(4, func(n int) {
		if n%2 == 0 {
			one(n, quota.Release)
		} else {
			one(n, quota.Commit)
		}
	})
	for n := range 2 * limit { // those that were denied because of an order that was refused
		one(1000+n, quota.Commit)
	}
	if c := used(t, l, k); c.Committed != limit || c.Held != 0 {
		t.Errorf("count %+v, want exactly %d committed", c, limit)
	}
}

// Attempts of one order race, and each is settled twice: it is counted once.
func raceOfOneOrder(t *testing.T, s Subject) {
	l, k := s.Ledger, keys[0]
	race(2, func(n int) {
		q := quota.Request{Order: order(0), Attempt: order(n + 1), Takes: []quota.Take{{Key: k, Amount: 3, Limit: 3}}}
		if !try(t, l, q) {
			t.Error("an attempt was denied what its order has")
		}
		for range 2 {
			settle(t, l, quota.Settlement{Order: q.Order, Attempt: q.Attempt, Outcome: quota.Commit})
		}
	})
	if c := used(t, l, k); c.Committed != 3 || c.Held != 0 {
		t.Errorf("count %+v, want 3 committed", c)
	}
}

// Orders that take of two counts have both or none.
func raceForTwoLimits(t *testing.T, s Subject) {
	l := s.Ledger
	var granted atomic.Int64
	race(2, func(n int) {
		takes := []quota.Take{{Key: keys[0], Amount: 1, Limit: 40}, {Key: keys[1], Amount: 2, Limit: 50}}
		if n%2 == 1 {
			takes[0], takes[1] = takes[1], takes[0]
		}
		if try(t, l, quota.Request{Order: order(n), Attempt: order(n), Takes: takes}) {
			granted.Add(1)
		}
	})
	a, b := used(t, l, keys[0]), used(t, l, keys[1])
	if granted.Load() != 25 || a.Held != 25 || b.Held != 50 {
		t.Errorf("%d granted, counts %+v and %+v, want 25 orders with both", granted.Load(), a, b)
	}
}

// Every kind of outcome races with every other, on few orders. In the end the counts are the sums of
// what the orders have.
func raceOfOutcomes(t *testing.T, s Subject) {
	l, k := s.Ledger, keys[0]
	outcomes := []quota.Outcome{quota.Commit, quota.Release, quota.Unknown, quota.Return, quota.Hold}
	const few = 20
	race(8, func(n int) {
		q := quota.Request{Order: order(n * 7 % few), Attempt: order(1000 + n%5), Takes: []quota.Take{{Key: k, Amount: int64(1 + n%3), Limit: 25}}}
		try(t, l, q)
		s := quota.Settlement{Order: q.Order, Attempt: q.Attempt, Outcome: outcomes[n*3%len(outcomes)], For: time.Hour}
		if n%4 == 0 {
			s.Attempt = quota.ID{}
		}
		settle(t, l, s)
	})
	var want quota.Count
	for n := range few {
		r, err := l.Find(context.Background(), order(n))
		if err != nil {
			continue // never granted
		}
		for _, take := range r.Takes {
			switch r.State {
			case quota.Held:
				want.Held += take.Amount
			case quota.Committed:
				want.Committed += take.Amount
			}
		}
	}
	if got := used(t, l, k); got.Held != want.Held || got.Committed != want.Committed {
		t.Errorf("the count is %+v, but the orders have %+v", got, want)
	}
}

// Commits, returns and commits that come late race for one order: it is returned once.
func raceOfReturns(t *testing.T, s Subject) {
	l, k := s.Ledger, keys[0]
	for n := range 3 {
		q := quota.Request{Order: order(n), Attempt: order(n), Takes: []quota.Take{{Key: k, Amount: 1, Limit: 3}}}
		if !try(t, l, q) {
			t.Fatal("denied")
		}
	}
	var returned atomic.Int64
	settle(t, l, quota.Settlement{Order: order(1), Attempt: order(1), Outcome: quota.Commit})
	one := func(outcome quota.Outcome) {
		if got := settle(t, l, quota.Settlement{Order: order(0), Outcome: outcome}); got.Changed && got.State == quota.Returned {
			returned.Add(1)
		}
	}
	race(4, func(n int) {
		if n%2 == 0 {
			one(quota.Return)
		} else {
			one(quota.Commit)
		}
	})
	one(quota.Return) // if every commit of the race came last
	if c := used(t, l, k); c.Committed != 1 || c.Held != 1 {
		t.Errorf("count %+v, want 1 committed and 1 held", c)
	}
	if returned.Load() != 1 {
		t.Errorf("returned %d times", returned.Load())
	}
}

// A call after Close says so, and one whose context has ended is not carried out.
func closed(t *testing.T, s Subject) {
	l := s.Ledger
	q := quota.Request{Order: order(0), Attempt: order(0), Takes: []quota.Take{{Key: keys[0], Amount: 1, Limit: 1}}, Terms: raceTerms}
	ended, end := context.WithCancel(context.Background())
	end()
	if _, _, err := l.Reserve(ended, q); !errors.Is(err, context.Canceled) {
		t.Errorf("reserving with a context that has ended = %v", err)
	}
	if c := used(t, l, keys[0]); c.Used() != 0 {
		t.Errorf("it was carried out: %+v", c)
	}
	if err := l.Close(); err != nil {
		t.Fatalf("closing: %v", err)
	}
	if _, _, err := l.Reserve(context.Background(), q); !errors.Is(err, quota.ErrClosed) {
		t.Errorf("reserving after Close = %v", err)
	}
	if _, err := l.Read(context.Background(), keys); !errors.Is(err, quota.ErrClosed) {
		t.Errorf("reading after Close = %v", err)
	}
	if _, err := l.Settle(context.Background(), nil); !errors.Is(err, quota.ErrClosed) {
		t.Errorf("settling after Close = %v", err)
	}
}
