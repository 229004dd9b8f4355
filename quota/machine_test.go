package quota_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
)

// start is an instant without meaning.
var start = time.UnixMilli(1_800_000_000_000)

var terms = quota.Terms{Hold: 10 * time.Minute, Remember: 24 * time.Hour}

// shop is a ledger with a clock, for one test.
type shop struct {
	*testing.T
	*quota.Memory
	now time.Time
}

func newShop(t *testing.T) *shop {
	s := &shop{T: t, now: start}
	s.Memory = quota.NewMemory(func() time.Time { return s.now })
	return s
}

func id(n byte) quota.ID { return quota.ID{15: n} }

func key(name string) quota.Key { return quota.Counter{Kind: quota.Units, Name: name}.Key() }

func take(name string, amount, limit int64) quota.Take {
	return quota.Take{Key: key(name), Amount: amount, Limit: limit}
}

// reserve has the takes granted, or fails the test.
func (s *shop) reserve(order, attempt byte, takes ...quota.Take) quota.Grant {
	s.Helper()
	grant, denials, err := s.try(order, attempt, takes...)
	if err != nil || len(denials) > 0 {
		s.Fatalf("reserving: %v, denied %v", err, denials)
	}
	return grant
}

func (s *shop) try(order, attempt byte, takes ...quota.Take) (quota.Grant, []quota.Denial, error) {
	return s.Reserve(context.Background(), quota.Request{Order: id(order), Attempt: id(attempt), Takes: takes, Terms: terms})
}

// denied has the takes denied, or fails the test.
func (s *shop) denied(want []quota.Denial, order, attempt byte, takes ...quota.Take) {
	s.Helper()
	if _, denials, err := s.try(order, attempt, takes...); err != nil || !slices.Equal(denials, want) {
		s.Fatalf("denied %v, %v, want %v", denials, err, want)
	}
}

func (s *shop) settle(order, attempt byte, o quota.Outcome) quota.Settled {
	s.Helper()
	return s.settleAs(quota.Settlement{Order: id(order), Attempt: id(attempt), Outcome: o})
}

func (s *shop) settleAs(settlement quota.Settlement) quota.Settled {
	s.Helper()
	settled, err := s.Settle(context.Background(), []quota.Settlement{settlement})
	if err != nil {
		s.Fatalf("settling: %v", err)
	}
	return settled[0]
}

// want compares a count.
func (s *shop) want(name string, held, committed int64) {
	s.Helper()
	counts, err := s.Read(context.Background(), []quota.Key{key(name)})
	if err != nil {
		s.Fatal(err)
	}
	if got := counts[0]; got.Held != held || got.Committed != committed {
		s.Fatalf("%s: held %d and committed %d, want %d and %d", name, got.Held, got.Committed, held, committed)
	}
}

func (s *shop) wantState(order byte, want quota.State) {
	s.Helper()
	r, err := s.Find(context.Background(), id(order))
	if err != nil && !errors.Is(err, quota.ErrNotFound) {
		s.Fatal(err)
	}
	if r.State != want {
		s.Fatalf("order %d is %s, want %s", order, r.State, want)
	}
}

func (s *shop) sweep() {
	s.Helper()
	if err := s.Sweep(context.Background()); err != nil {
		s.Fatal(err)
	}
}

// Each case is the life of some orders, with the limits they meet.
func TestMachine(t *testing.T) {
	t.Parallel()
	tests := map[string]func(s *shop){
		"an order is held and committed": func(s *shop) {
			if g := s.reserve(1, 1, take("a", 2, 5)); g.State != quota.Held || g.Joined || !g.Until.Equal(start.Add(terms.Hold)) {
				s.Fatalf("granted %+v", g)
			}
			s.want("a", 2, 0)
			if got := s.settle(1, 1, quota.Commit); got.State != quota.Committed || !got.Changed || got.Over != nil {
				s.Fatalf("settled %+v", got)
			}
			s.want("a", 0, 2)
			if got := s.settle(1, 1, quota.Commit); got.State != quota.Committed || got.Changed {
				s.Fatalf("settled again %+v", got)
			}
			s.want("a", 0, 2)
		},
		"every take that is denied is listed, and nothing is taken": func(s *shop) {
			s.reserve(1, 1, take("a", 4, 5), take("b", 1, 1))
			s.denied([]quota.Denial{{Take: 0, Left: 1}, {Take: 2, Left: 0, UsedUp: true}}, 2, 2,
				take("a", 2, 5), take("c", 1, 1), take("b", 1, 1))
			s.want("c", 0, 0)
		},
		"the limit comes with each request": func(s *shop) {
			s.reserve(1, 1, take("a", 3, 5))
			s.denied([]quota.Denial{{Take: 0, UsedUp: true}}, 2, 2, take("a", 1, 2))
			s.reserve(2, 2, take("a", 3, 6))
		},
		"the same attempt replaces what it reserved": func(s *shop) {
			s.reserve(1, 1, take("a", 3, 3), take("b", 1, 1))
			s.reserve(1, 1, take("a", 2, 3), take("c", 1, 1))
			s.want("a", 2, 0)
			s.want("b", 0, 0)
			s.want("c", 1, 0)
		},
		"a denial leaves what the attempt reserved before": func(s *shop) {
			s.reserve(1, 1, take("a", 3, 3))
			s.denied([]quota.Denial{{Take: 1, UsedUp: true}}, 1, 1, take("a", 1, 3), take("b", 1, 0))
			s.want("a", 3, 0)
		},
		"the same request twice counts once": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			if g := s.reserve(1, 1, take("a", 1, 1)); g.Joined {
				s.Fatal("it joined itself")
			}
			s.want("a", 1, 0)
		},
		"a second attempt of a held order joins it": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			if g := s.reserve(1, 2, take("a", 1, 1)); !g.Joined || g.State != quota.Held {
				s.Fatalf("granted %+v", g)
			}
			s.want("a", 1, 0)
		},
		"a joining attempt that wants more has to find it": func(s *shop) {
			s.reserve(1, 1, take("a", 2, 4))
			s.reserve(2, 2, take("a", 1, 4))
			s.denied([]quota.Denial{{Take: 0, Left: 3}}, 1, 3, take("a", 4, 4))
			s.reserve(1, 3, take("a", 3, 4), take("b", 1, 1))
			s.want("a", 4, 0)
			s.want("b", 1, 0)
		},
		"a lower limit takes nothing back from an order": func(s *shop) {
			s.reserve(1, 1, take("a", 3, 3))
			s.reserve(1, 2, take("a", 3, 1))
			s.want("a", 3, 0)
		},
		"an attempt joins a committed order, and counts nothing": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.settle(1, 1, quota.Commit)
			if g := s.reserve(1, 2, take("a", 1, 1)); !g.Joined || g.State != quota.Committed {
				s.Fatalf("granted %+v", g)
			}
			s.settle(1, 2, quota.Release)
			s.want("a", 0, 1)
			s.wantState(1, quota.Committed)
		},
		"a committed order cannot have more": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 9))
			s.settle(1, 1, quota.Commit)
			s.denied([]quota.Denial{{Take: 0, Left: 1}, {Take: 1, Left: 0}}, 1, 2, take("a", 2, 9), take("b", 1, 9))
		},
		"a committed order is joined until it is forgotten": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 2))
			s.settle(1, 1, quota.Commit)
			s.now = start.Add(terms.Remember)
			if g := s.reserve(1, 2, take("a", 1, 2)); g.Joined {
				s.Fatalf("granted %+v", g)
			}
			s.want("a", 1, 1)
		},
		"a refusal releases": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.settle(1, 1, quota.Release)
			s.want("a", 0, 0)
			s.wantState(1, quota.Released)
			s.reserve(2, 2, take("a", 1, 1))
		},
		"a refusal does not release while another attempt is outstanding": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.reserve(1, 2, take("a", 1, 1))
			s.settle(1, 2, quota.Release)
			s.settle(1, 2, quota.Release)
			s.want("a", 1, 0)
			s.settle(1, 1, quota.Release)
			s.want("a", 0, 0)
		},
		"a refusal does not release while the outcome of another attempt is unknown": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.settle(1, 1, quota.Unknown)
			s.reserve(1, 2, take("a", 1, 1))
			s.settle(1, 2, quota.Release)
			s.want("a", 1, 0)
		},
		"more attempts than are told apart are never refused together": func(s *shop) {
			for attempt := byte(1); attempt <= 40; attempt++ {
				s.reserve(1, attempt, take("a", 1, 1))
			}
			for attempt := byte(1); attempt <= 40; attempt++ {
				s.settle(1, attempt, quota.Release)
			}
			s.want("a", 1, 0)
			s.settle(1, 7, quota.Commit)
			s.want("a", 0, 1)
		},
		"the order service's release does not wait for attempts": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.reserve(1, 2, take("a", 1, 1))
			s.settleAs(quota.Settlement{Order: id(1), Outcome: quota.Release})
			s.want("a", 0, 0)
		},
		"an unknown outcome holds until the deadline": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.settle(1, 1, quota.Unknown)
			s.now = start.Add(terms.Hold - time.Millisecond)
			s.denied([]quota.Denial{{UsedUp: true}}, 2, 2, take("a", 1, 1))
			s.now = start.Add(terms.Hold)
			s.reserve(2, 2, take("a", 1, 1))
			s.wantState(1, quota.Lapsed)
		},
		"a commit after the deadline is counted and shown as over": func(s *shop) {
			s.reserve(1, 1, take("a", 3, 4))
			s.now = start.Add(terms.Hold)
			s.reserve(2, 2, take("a", 2, 4))
			got := s.settle(1, 1, quota.Commit)
			if want := []quota.Over{{Key: key("a"), By: 1}}; !slices.Equal(got.Over, want) {
				s.Fatalf("over %v, want %v", got.Over, want)
			}
			s.want("a", 2, 3)
			if got := s.settle(1, 1, quota.Commit); got.Over != nil {
				s.Fatalf("shown twice: %v", got.Over)
			}
		},
		"a commit after a release is counted": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.settle(1, 1, quota.Release)
			if got := s.settle(1, 1, quota.Commit); got.Over != nil || !got.Changed {
				s.Fatalf("settled %+v", got)
			}
			s.want("a", 0, 1)
		},
		"a commit of a forgotten order is counted once, by what it says": func(s *shop) {
			commit := quota.Settlement{Order: id(1), Attempt: id(1), Outcome: quota.Commit, Takes: []quota.Take{take("a", 2, 1)}, Terms: terms}
			if got := s.settleAs(commit); got.State != quota.Committed || !slices.Equal(got.Over, []quota.Over{{Key: key("a"), By: 1}}) {
				s.Fatalf("settled %+v", got)
			}
			s.settleAs(commit)
			s.want("a", 0, 2)
		},
		"a settlement of an order that is not known says so": func(s *shop) {
			for _, o := range []quota.Outcome{quota.Commit, quota.Release, quota.Unknown, quota.Return} {
				if got := s.settle(1, 1, o); got.State != quota.None || got.Changed {
					s.Fatalf("%s: settled %+v", o, got)
				}
			}
		},
		"unresolved orders are kept": func(s *shop) {
			kept := terms
			kept.Keep = true
			q := quota.Request{Order: id(1), Attempt: id(1), Takes: []quota.Take{take("a", 1, 1)}, Terms: kept}
			if _, _, err := s.Reserve(context.Background(), q); err != nil {
				s.Fatal(err)
			}
			if all := s.unresolved(); len(all) != 0 {
				s.Fatalf("unresolved %v while it is served", all)
			}
			s.now = start.Add(terms.Hold)
			s.sweep()
			s.want("a", 1, 0)
			if all := s.unresolved(); !slices.Equal(all, []quota.ID{id(1)}) {
				s.Fatalf("unresolved %v", all)
			}
			s.settleAs(quota.Settlement{Order: id(1), Outcome: quota.Release})
			s.want("a", 0, 0)
			if all := s.unresolved(); len(all) != 0 {
				s.Fatalf("unresolved %v", all)
			}
		},
		"unknown outcomes are unresolved, by deadline": func(s *shop) {
			s.reserve(2, 2, take("a", 1, 9))
			s.now = s.now.Add(time.Second)
			s.reserve(1, 1, take("a", 1, 9))
			s.reserve(3, 3, take("a", 1, 9))
			s.settle(1, 1, quota.Unknown)
			s.settle(2, 2, quota.Unknown)
			if all := s.unresolved(); !slices.Equal(all, []quota.ID{id(2), id(1)}) {
				s.Fatalf("unresolved %v", all)
			}
		},
		"an order awaits payment": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.settleAs(quota.Settlement{Order: id(1), Attempt: id(1), Outcome: quota.Hold, For: time.Hour})
			s.now = start.Add(time.Hour - time.Millisecond)
			s.sweep()
			s.want("a", 1, 0)
			s.now = start.Add(time.Hour)
			s.sweep()
			s.want("a", 0, 0)
		},
		"an order is held for a day at most": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.settleAs(quota.Settlement{Order: id(1), Attempt: id(1), Outcome: quota.Hold, For: 99 * time.Hour})
			s.now = start.Add(24 * time.Hour)
			s.wantState(1, quota.Lapsed)
		},
		"a hold does not shorten that of another attempt": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.reserve(1, 2, take("a", 1, 1))
			s.settleAs(quota.Settlement{Order: id(1), Attempt: id(2), Outcome: quota.Hold, For: time.Second})
			s.now = start.Add(time.Minute)
			s.wantState(1, quota.Held)
		},
		"a lapsed order that awaits payment is held again": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.now = start.Add(terms.Hold)
			s.reserve(2, 2, take("a", 1, 1))
			got := s.settleAs(quota.Settlement{Order: id(1), Attempt: id(1), Outcome: quota.Hold, For: time.Hour})
			if got.State != quota.Held || !slices.Equal(got.Over, []quota.Over{{Key: key("a"), By: 1}}) {
				s.Fatalf("settled %+v", got)
			}
			s.want("a", 2, 0)
		},
		"an order is returned once": func(s *shop) {
			s.reserve(1, 1, take("a", 2, 3))
			s.settle(1, 1, quota.Commit)
			s.reserve(2, 2, take("a", 1, 3))
			s.settle(2, 2, quota.Commit)
			s.settleAs(quota.Settlement{Order: id(1), Outcome: quota.Return})
			if got := s.settleAs(quota.Settlement{Order: id(1), Outcome: quota.Return}); got.Changed || got.State != quota.Returned {
				s.Fatalf("returned again: %+v", got)
			}
			s.settle(1, 1, quota.Commit)
			s.want("a", 0, 1)
		},
		"an attempt joins a returned order, and counts nothing": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.settle(1, 1, quota.Commit)
			s.settleAs(quota.Settlement{Order: id(1), Outcome: quota.Return})
			if g := s.reserve(1, 2, take("a", 1, 1)); g.State != quota.Returned {
				s.Fatalf("granted %+v", g)
			}
			s.want("a", 0, 0)
		},
		"an order that is held or released is not returned": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			if got := s.settleAs(quota.Settlement{Order: id(1), Outcome: quota.Return}); got.State != quota.Held {
				s.Fatalf("settled %+v", got)
			}
			s.settle(1, 1, quota.Release)
			if got := s.settleAs(quota.Settlement{Order: id(1), Outcome: quota.Return}); got.State != quota.Released {
				s.Fatalf("settled %+v", got)
			}
		},
		"an order that was refused can be tried again": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.settle(1, 1, quota.Release)
			if g := s.reserve(1, 2, take("a", 1, 1)); g.Joined {
				s.Fatalf("granted %+v", g)
			}
			s.want("a", 1, 0)
			s.settle(1, 1, quota.Release) // again
			s.want("a", 1, 0)
		},
		"what was granted before is counted whatever the limit says": func(s *shop) {
			q := quota.Request{Order: id(1), Attempt: id(1), Takes: []quota.Take{take("a", 3, 2)}, Terms: terms, Unlimited: true}
			for range 2 {
				if _, denials, err := s.Reserve(context.Background(), q); err != nil || denials != nil {
					s.Fatal(err, denials)
				}
			}
			s.want("a", 3, 0)
		},
		"an order that comes again after midnight is counted in the day that it came first": func(s *shop) {
			of := func(day string, amount int64) quota.Take {
				return quota.Take{Key: quota.Counter{Kind: quota.Units, Name: "a", Window: day}.Key(), Amount: amount, Limit: 2, WindowEnd: start.UnixMilli()}
			}
			holds := func(day string, held, committed int64) {
				s.Helper()
				counts, err := s.Read(context.Background(), []quota.Key{of(day, 1).Key})
				if err != nil || counts[0].Held != held || counts[0].Committed != committed {
					s.Fatalf("%s: %+v, %v, want %d held and %d committed", day, counts[0], err, held, committed)
				}
			}
			s.reserve(1, 1, of("monday", 2))
			if g := s.reserve(1, 2, of("tuesday", 2)); !g.Joined {
				s.Fatalf("granted %+v", g)
			}
			holds("monday", 2, 0)
			holds("tuesday", 0, 0)
			s.settle(1, 2, quota.Commit)
			if g := s.reserve(1, 3, of("tuesday", 2)); g.State != quota.Committed {
				s.Fatalf("granted %+v", g)
			}
			s.denied([]quota.Denial{{Take: 0, Left: 2, UsedUp: true}}, 1, 4, of("tuesday", 3))
			holds("monday", 0, 2)
			holds("tuesday", 0, 0)
		},
		"what was granted before and has ended since is not counted again": func(s *shop) {
			s.reserve(1, 1, take("a", 3, 9))
			s.reserve(1, 2, take("a", 3, 9))
			s.settleAs(quota.Settlement{Order: id(1), Outcome: quota.Release})
			for _, attempt := range []byte{1, 2} {
				q := quota.Request{Order: id(1), Attempt: id(attempt), Takes: []quota.Take{take("a", 3, 9)}, Terms: terms, Unlimited: true}
				if g, _, err := s.Reserve(context.Background(), q); err != nil || g.State != quota.Released {
					s.Fatalf("granted %+v, %v", g, err)
				}
			}
			s.want("a", 0, 0)
			unknown := quota.Request{Order: id(1), Attempt: id(3), Takes: []quota.Take{take("a", 3, 9)}, Terms: terms, Unlimited: true}
			if g, _, err := s.Reserve(context.Background(), unknown); err != nil || g.State != quota.Held {
				s.Fatalf("an attempt that came later: granted %+v, %v", g, err)
			}
			s.want("a", 3, 0)
		},
		"a settlement that is told again says again what went over": func(s *shop) {
			s.reserve(1, 1, take("a", 2, 2))
			s.settle(1, 1, quota.Release)
			s.reserve(2, 2, take("a", 2, 2))
			commit := quota.Settlement{Order: id(1), Attempt: id(1), Outcome: quota.Commit, Call: id(9)}
			for range 3 {
				if got := s.settleAs(commit); len(got.Over) != 1 || got.Over[0].By != 2 {
					s.Fatalf("settled %+v", got)
				}
			}
			for _, another := range []quota.ID{id(8), {}} {
				commit.Call = another
				if got := s.settleAs(commit); len(got.Over) > 0 {
					s.Fatalf("settled %+v by another call", got)
				}
			}
			s.want("a", 2, 2)
		},
		"an unlimited request that is made again says again what went over": func(s *shop) {
			q := quota.Request{Order: id(1), Attempt: id(1), Takes: []quota.Take{take("a", 3, 2)}, Terms: terms, Unlimited: true, Call: id(9)}
			wants := func(over int) {
				s.Helper()
				if g, _, err := s.Reserve(context.Background(), q); err != nil || len(g.Over) != over {
					s.Fatalf("granted %+v, %v", g, err)
				}
			}
			wants(1)
			wants(1)
			s.settle(1, 1, quota.Commit)
			wants(1)
			q.Call = id(8)
			wants(0)
		},
		"a count stops at the greatest amount": func(s *shop) {
			most := quota.Request{Order: id(1), Attempt: id(1), Takes: []quota.Take{take("a", quota.MostAmount, 1)}, Terms: terms, Unlimited: true}
			for n := byte(1); n <= 3; n++ {
				most.Order = id(n)
				if _, _, err := s.Reserve(context.Background(), most); err != nil {
					s.Fatal(err)
				}
			}
			s.want("a", quota.MostAmount, 0)
		},
		"a settled order is forgotten": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.settle(1, 1, quota.Commit)
			s.now = start.Add(terms.Remember)
			s.sweep()
			s.wantState(1, quota.None)
			s.want("a", 0, 1)
		},
		"a lapsed order is remembered from its deadline on": func(s *shop) {
			s.reserve(1, 1, take("a", 1, 1))
			s.now = start.Add(terms.Hold + terms.Remember - time.Millisecond)
			s.wantState(1, quota.Lapsed)
			s.now = s.now.Add(time.Millisecond)
			s.wantState(1, quota.None)
		},
		"the count of a window is forgotten after it": func(s *shop) {
			end := start.Add(time.Hour)
			daily := take("a", 1, 1)
			daily.WindowEnd = end.UnixMilli()
			s.reserve(1, 1, daily)
			s.settle(1, 1, quota.Commit)
			s.now = end.Add(48*time.Hour - time.Millisecond)
			s.sweep()
			s.want("a", 0, 1)
			s.now = end.Add(48 * time.Hour)
			s.sweep()
			s.want("a", 0, 0)
		},
		"the count of a window stays while an order holds some of it": func(s *shop) {
			kept := terms
			kept.Keep = true
			daily := take("a", 1, 1)
			daily.WindowEnd = start.Add(time.Hour).UnixMilli()
			if _, _, err := s.Reserve(context.Background(), quota.Request{Order: id(1), Attempt: id(1), Takes: []quota.Take{daily}, Terms: kept}); err != nil {
				s.Fatal(err)
			}
			s.now = start.Add(99 * time.Hour)
			s.sweep()
			s.want("a", 1, 0)
			s.settle(1, 1, quota.Commit)
			s.want("a", 0, 1)
			s.now = s.now.Add(24 * time.Hour)
			s.sweep()
			s.want("a", 0, 0)
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newShop(t))
		})
	}
}

func (s *shop) unresolved() []quota.ID {
	s.Helper()
	all, err := s.Unresolved(context.Background(), 10)
	if err != nil {
		s.Fatal(err)
	}
	var ids []quota.ID
	for _, r := range all {
		ids = append(ids, r.Order)
	}
	return ids
}
