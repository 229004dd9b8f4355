package reservations

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
)

// Once a sale is sold out, orders ask the ledger four times a second, however many there are.
func TestSoldOut(t *testing.T) {
	t.Parallel()
	s := newShop(t, flash)
	g, _ := s.order(Order{Takes: true}, phones(5, ""))
	calls := func(want int64) {
		t.Helper()
		if got := s.ledger.reserves.Swap(0); got != want {
			t.Errorf("%d calls, want %d", got, want)
		}
	}
	calls(1)
	for range 1000 {
		if _, applied := s.order(Order{Takes: true}, phones(1, "")); applied != "" {
			t.Fatalf("applied %s", applied)
		}
		s.at = s.at.Add(time.Millisecond)
	}
	calls(4)
	s.settle(g, quota.Release)
	s.at = s.at.Add(markFor)
	for range 5 {
		if _, applied := s.order(Order{Takes: true}, phones(1, "")); applied != "flash 100" {
			t.Fatalf("applied %q", applied)
		}
	}
	calls(5)
}

// Of many orders at the end of a mark one asks.
func TestOneAsks(t *testing.T) {
	t.Parallel()
	var m marks
	m.set(3, noon)
	var asked atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if m.mayAsk(3, noon) {
				asked.Add(1)
			}
		})
	}
	all.Wait()
	if got := asked.Load(); got != 1 {
		t.Errorf("%d ask", got)
	}
	if !m.mayAsk(4, noon) {
		t.Error("another quota is marked")
	}
	if m.clear(3); len(m.all()) != 0 {
		t.Errorf("there are %v", m.all())
	}
}

// A denial that is one customer's, or that leaves something, is not one for others.
// A mark is for the time in which nothing came back. After a rest every order asks, not one of a burst.
func TestAnOldMarkIsNone(t *testing.T) {
	t.Parallel()
	var m marks
	m.set(0, noon.Add(markFor))
	for _, c := range []struct {
		name string
		at   time.Duration
		want bool
	}{
		{name: "while it lasts", at: markFor - 1, want: false},
		{name: "the first after its end", at: markFor, want: true},
		{name: "the next", at: markFor, want: false},
		{name: "the first of the next quarter of a second", at: 2 * markFor, want: true},
		{name: "long after", at: 9 * markFor, want: true},
		{name: "another long after", at: 9 * markFor, want: true},
	} {
		if got := m.mayAsk(0, noon.Add(c.at)); got != c.want {
			t.Errorf("%s: may ask: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestOnlySharedCountsThatAreUsedUpAreMarked(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a customer's": "[rule.flash]\nunit_price = 9.00\nquota = { units_per_customer = 2 }\n",
		"not enough":   "[rule.flash]\nunit_price = 9.00\nquota = { units = 3 }\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, text)
			s.order(Order{Takes: true}, phones(2, "ada"))
			if _, applied := s.order(Order{Takes: true}, phones(2, "ada")); applied != "" {
				t.Fatalf("applied %s", applied)
			}
			if all := s.reserver.of(s.strategy).marks.all(); len(all) != 0 {
				t.Errorf("marked are %v", all)
			}
		})
	}
}
