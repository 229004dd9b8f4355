package redisledger

import (
	"container/list"
	"slices"
	"sync"
	"time"

	"github.com/promogate/caddy-discount/quota"
)

// granted is what this gateway was granted and a server may have forgotten: reservations until their
// deadline, and orders that were accepted in the last seconds. Its memory is bounded: beyond most, the
// oldest is lost, and counted as such.
type granted struct {
	most   int
	recent time.Duration // how long an accepted order is kept

	mu     sync.Mutex
	orders map[quota.ID]*list.Element // of *grantedOrder
	held   *list.List                 // by the time of the last grant
	done   *list.List                 // accepted, by the time of that
	lost   int                        // since that was last reported
}

// grantedOrder is one order: held with its attempts, or accepted.
type grantedOrder struct {
	order    quota.ID
	attempts []grantedAttempt
	until    time.Time // by the clock of the gateway
	kept     time.Time // until when it is sent again although its deadline has passed
	accepted bool

	// of an accepted order
	takes []quota.Take
	terms quota.Terms
}

type grantedAttempt struct {
	attempt quota.ID
	takes   []quota.Take
	terms   quota.Terms
	unknown bool // its outcome
}

func newGranted(most int, recent time.Duration) *granted {
	return &granted{most: most, recent: recent, orders: make(map[quota.ID]*list.Element), held: list.New(), done: list.New()}
}

// reserved adds a reservation that the ledger granted.
func (g *granted) reserved(q quota.Request, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.expire(now)
	o := &grantedOrder{order: q.Order}
	if e := g.orders[q.Order]; e != nil {
		o = e.Value.(*grantedOrder)
		if o.accepted {
			return
		}
		g.held.MoveToBack(e)
	} else {
		g.makeRoom()
		g.orders[q.Order] = g.held.PushBack(o)
	}
	o.until = later(o.until, now.Add(q.Terms.Hold))
	if q.Terms.Keep {
		o.kept = now.Add(q.Terms.Remember)
	}
	given := grantedAttempt{attempt: q.Attempt, takes: append([]quota.Take(nil), q.Takes...), terms: q.Terms}
	if i := o.find(q.Attempt); i >= 0 {
		o.attempts[i] = given
		return
	}
	// More attempts of one order than this are folded by the ledger, too.
	if len(o.attempts) == quota.MostOpen {
		o.attempts = append(o.attempts[:0], o.attempts[1:]...)
	}
	o.attempts = append(o.attempts, given)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// settled changes an order as the ledger did.
func (g *granted) settled(s quota.Settlement, state quota.State, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.expire(now)
	switch state {
	case quota.Committed:
		g.accept(s, now)
	case quota.Held:
		g.stillHeld(s, now)
	default:
		g.drop(s.Order)
	}
}

// has reports whether an order is known.
func (g *granted) has(order quota.ID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.orders[order] != nil
}

// accept remembers an order that is committed, if it is known what it took.
func (g *granted) accept(s quota.Settlement, now time.Time) {
	if s.Outcome != quota.Commit {
		return
	}
	o := &grantedOrder{order: s.Order, accepted: true, until: now.Add(g.recent), takes: s.Takes, terms: s.Terms}
	if e := g.orders[s.Order]; e != nil {
		before := e.Value.(*grantedOrder)
		if before.accepted {
			return
		}
		o.takes, o.terms = before.most(s.Takes, s.Terms)
		g.drop(s.Order)
	}
	if len(o.takes) == 0 {
		return
	}
	g.makeRoom()
	g.orders[s.Order] = g.done.PushBack(o)
}

// most is what any attempt took at most, as the ledger counts it.
func (o *grantedOrder) most(takes []quota.Take, terms quota.Terms) ([]quota.Take, quota.Terms) {
	var all []quota.Take
	for _, a := range o.attempts {
		all, terms = quota.Greatest(all, a.takes), a.terms
	}
	if len(all) == 0 {
		return takes, terms
	}
	return all, terms
}

// stillHeld ends one attempt of an order that others hold, or changes its deadline.
func (g *granted) stillHeld(s quota.Settlement, now time.Time) {
	e := g.orders[s.Order]
	if e == nil {
		return
	}
	o := e.Value.(*grantedOrder)
	switch s.Outcome {
	case quota.Hold:
		o.until = now.Add(min(s.For, quota.MostHold))
		g.held.MoveToBack(e)
	case quota.Unknown:
		if i := o.find(s.Attempt); i >= 0 {
			o.attempts[i].unknown = true
		}
	case quota.Release:
		if i := o.find(s.Attempt); i >= 0 {
			o.attempts = append(o.attempts[:i], o.attempts[i+1:]...)
		}
		if len(o.attempts) == 0 {
			g.drop(s.Order)
		}
	}
}

func (o *grantedOrder) find(attempt quota.ID) int {
	return slices.IndexFunc(o.attempts, func(a grantedAttempt) bool { return a.attempt == attempt })
}

func (g *granted) drop(order quota.ID) {
	e := g.orders[order]
	if e == nil {
		return
	}
	delete(g.orders, order)
	if e.Value.(*grantedOrder).accepted {
		g.done.Remove(e)
	} else {
		g.held.Remove(e)
	}
}

// expire drops a few of the oldest that a server need not know any more. Each call adds one at most,
// so what is left over is gone soon.
func (g *granted) expire(now time.Time) {
	for _, l := range [...]*list.List{g.held, g.done} {
		for range 4 {
			e := l.Front()
			if e == nil {
				break
			}
			o := e.Value.(*grantedOrder)
			if !o.over(now) {
				// One that is held for longer than others must not keep those behind it.
				if !o.accepted && l.Len() > 1 && e.Next().Value.(*grantedOrder).over(now) {
					l.MoveToBack(e)
					continue
				}
				break
			}
			g.drop(o.order)
		}
	}
}

// over reports whether a server need not know the order any more. Others may have settled one that is
// kept beyond its deadline: it is sent again only while a server that forgot nothing still knows that.
func (o *grantedOrder) over(now time.Time) bool { return !now.Before(later(o.until, o.kept)) }

// makeRoom drops the oldest if there are as many as there may be: those that were accepted first,
// which a server forgets least often.
func (g *granted) makeRoom() {
	if len(g.orders) < g.most {
		return
	}
	l := g.done
	if l.Len() == 0 {
		l = g.held
	}
	g.drop(l.Front().Value.(*grantedOrder).order)
	g.lost++
}

// all returns what to send again, as requests and settlements, and how many orders were lost.
func (g *granted) all(now time.Time) (requests []quota.Request, settlements []quota.Settlement, lost int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for e := g.held.Front(); e != nil; e = e.Next() {
		o := e.Value.(*grantedOrder)
		if o.over(now) {
			continue
		}
		for _, a := range o.attempts {
			q := quota.Request{Order: o.order, Attempt: a.attempt, Takes: a.takes, Terms: a.terms, Unlimited: true}
			q.Terms.Hold = min(max(o.until.Sub(now), time.Millisecond), quota.MostHold)
			requests = append(requests, q)
			if a.unknown {
				settlements = append(settlements, quota.Settlement{Order: o.order, Attempt: a.attempt, Outcome: quota.Unknown})
			}
		}
	}
	for e := g.done.Front(); e != nil; e = e.Next() {
		o := e.Value.(*grantedOrder)
		if !o.over(now) {
			settlements = append(settlements, quota.Settlement{Order: o.order, Outcome: quota.Commit, Takes: o.takes, Terms: o.terms})
		}
	}
	return requests, settlements, g.lost
}

// found says that the loss of so many orders was reported.
func (g *granted) found(lost int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lost -= lost
}
