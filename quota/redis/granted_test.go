package redisledger

import (
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
)

var (
	start = time.UnixMilli(1_800_000_000_000)
	terms = quota.Terms{Hold: 10 * time.Minute, Remember: time.Hour}
	takes = []quota.Take{{Key: "a", Amount: 2, Limit: 9}}
)

func orderID(n int) quota.ID { return quota.ID{13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)} }

func grant(n int) quota.Request {
	return quota.Request{Order: orderID(n), Attempt: orderID(n), Takes: takes, Terms: terms}
}

// wants compares how many requests and settlements would be sent again.
func (g *granted) wants(t *testing.T, now time.Time, requests, settlements, lost int) {
	t.Helper()
	r, s, l := g.all(now)
	if len(r) != requests || len(s) != settlements || l != lost {
		t.Fatalf("%d requests, %d settlements, %d lost, want %d, %d and %d", len(r), len(s), l, requests, settlements, lost)
	}
}

func commit(n int) quota.Settlement {
	return quota.Settlement{Order: orderID(n), Attempt: orderID(n), Outcome: quota.Commit}
}

// Each case says what is sent again after what was granted and settled.
func TestGranted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(t *testing.T, g *granted){
		"a reservation, until its deadline": func(t *testing.T, g *granted) {
			g.reserved(grant(1), start)
			g.wants(t, start.Add(terms.Hold-1), 1, 0, 0)
			g.wants(t, start.Add(terms.Hold), 0, 0, 0)
		},
		"what is left of the time it is held for": func(t *testing.T, g *granted) {
			g.reserved(grant(1), start)
			requests, _, _ := g.all(start.Add(time.Minute))
			if r := requests[0]; r.Terms.Hold != 9*time.Minute || !r.Unlimited {
				t.Errorf("sent again as %+v", r)
			}
		},
		"the last reservation of an attempt": func(t *testing.T, g *granted) {
			g.reserved(grant(1), start)
			again := grant(1)
			again.Takes = []quota.Take{{Key: "b", Amount: 1, Limit: 1}}
			g.reserved(again, start)
			requests, _, _ := g.all(start)
			if len(requests) != 1 || requests[0].Takes[0].Key != "b" {
				t.Errorf("sent again as %+v", requests)
			}
		},
		"each attempt of an order": func(t *testing.T, g *granted) {
			second := grant(1)
			second.Attempt = orderID(2)
			g.reserved(grant(1), start)
			g.reserved(second, start)
			g.wants(t, start, 2, 0, 0)
			g.settled(quota.Settlement{Order: orderID(1), Attempt: orderID(2), Outcome: quota.Release}, quota.Held, start)
			g.wants(t, start, 1, 0, 0)
		},
		"not what was released": func(t *testing.T, g *granted) {
			g.reserved(grant(1), start)
			g.settled(quota.Settlement{Order: orderID(1), Attempt: orderID(1), Outcome: quota.Release}, quota.Released, start)
			g.wants(t, start, 0, 0, 0)
		},
		"an accepted order, for some seconds, with what it took": func(t *testing.T, g *granted) {
			g.reserved(grant(1), start)
			g.settled(commit(1), quota.Committed, start)
			_, settlements, _ := g.all(start.Add(recently - 1))
			if len(settlements) != 1 || settlements[0].Outcome != quota.Commit || settlements[0].Takes[0] != takes[0] || settlements[0].Terms != terms {
				t.Errorf("sent again as %+v", settlements)
			}
			g.wants(t, start.Add(recently), 0, 0, 0)
		},
		"an order that another gateway reserved, if the commit says what it took": func(t *testing.T, g *granted) {
			g.settled(commit(1), quota.Committed, start)
			g.wants(t, start, 0, 0, 0)
			known := commit(2)
			known.Takes, known.Terms = takes, terms
			g.settled(known, quota.Committed, start)
			g.wants(t, start, 0, 1, 0)
		},
		"not what was returned": func(t *testing.T, g *granted) {
			g.reserved(grant(1), start)
			g.settled(commit(1), quota.Committed, start)
			g.settled(quota.Settlement{Order: orderID(1), Outcome: quota.Return}, quota.Returned, start)
			g.wants(t, start, 0, 0, 0)
		},
		"an unknown outcome": func(t *testing.T, g *granted) {
			g.reserved(grant(1), start)
			g.settled(quota.Settlement{Order: orderID(1), Attempt: orderID(1), Outcome: quota.Unknown}, quota.Held, start)
			g.wants(t, start, 1, 1, 0)
		},
		"an order that awaits payment, for so long": func(t *testing.T, g *granted) {
			g.reserved(grant(1), start)
			g.settled(quota.Settlement{Order: orderID(1), Attempt: orderID(1), Outcome: quota.Hold, For: time.Hour}, quota.Held, start)
			g.wants(t, start.Add(time.Hour-1), 1, 0, 0)
			g.wants(t, start.Add(time.Hour), 0, 0, 0)
		},
		"a kept order beyond its deadline, while the server would still know that it was settled": func(t *testing.T, g *granted) {
			kept := grant(1)
			kept.Terms.Keep = true
			g.reserved(kept, start)
			g.wants(t, start.Add(terms.Remember-1), 1, 0, 0)
			g.wants(t, start.Add(terms.Remember), 0, 0, 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newGranted(100, recently))
		})
	}
}

// The memory of what was granted is bounded: the oldest go first, accepted ones before those held.
func TestGrantedIsBounded(t *testing.T) {
	t.Parallel()
	g := newGranted(3, recently)
	for n := range 3 {
		g.reserved(grant(n), start)
	}
	g.settled(commit(1), quota.Committed, start)
	g.reserved(grant(3), start)
	g.wants(t, start, 3, 0, 1)
	g.reserved(grant(4), start)
	g.wants(t, start, 3, 0, 2)
	requests, _, lost := g.all(start)
	if requests[0].Order != orderID(2) {
		t.Errorf("the oldest is %v", requests[0].Order)
	}
	g.found(lost)
	g.wants(t, start, 3, 0, 0)
}

// What no server need know any more is dropped as others come, also behind an order that is held for
// longer.
func TestGrantedIsForgotten(t *testing.T) {
	t.Parallel()
	g := newGranted(1000, recently)
	long := grant(0)
	long.Terms.Hold = 24 * time.Hour
	g.reserved(long, start)
	now := start
	for n := 1; n < 5000; n++ {
		now = now.Add(terms.Hold / 100)
		g.reserved(grant(n), now)
		if n%2 == 0 {
			g.settled(commit(n), quota.Committed, now)
		}
	}
	if len(g.orders) > 110 || g.lost != 0 {
		t.Errorf("%d orders are kept and %d lost", len(g.orders), g.lost)
	}
	if g.held.Len()+g.done.Len() != len(g.orders) {
		t.Errorf("%d and %d in the lists, %d orders", g.held.Len(), g.done.Len(), len(g.orders))
	}
}
