package strategy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// This file decides which units a buy-and-get rule sets aside and which are got.
//
// The number of full rounds is the most that any assignment of units to the two sides allows. If
// partial, one round that gets fewer units follows. The rounds are allocated one by one: units
// are set aside in the order of reserve, then got in the order of pick. A unit is passed over
// only if taking it would make the remaining rounds impossible.

// unitsOf is how many units of a portion are on each side.
type unitsOf struct {
	free            int64 // on neither
	bought, got     int64
	buying, getting int64 // in the current round
	buys, gets      bool  // which sides may have them
	touched         bool  // by the current round
}

// allocationRounds is what is left to allocate, and from which units.
type allocationRounds struct {
	*evaluation
	buy, get side
	both     int64 // free units that either side may have
}

// side is what one side still needs.
type side struct {
	due  int64 // units, in all rounds
	own  int64 // free units that only this side may have
	each int64 // units in each round
	both int64 // units that either side may have, taken in the current round
	next int   // index in its order: earlier portions never have a unit for it again
}

// needs is how many of the units that either side may have this side requires.
func (s *side) needs() int64 { return max(0, s.due-s.own) }

// allocateRounds assigns the units of a target to the two sides, in e.rewards.units.
func (e *evaluation) allocateRounds(b *buyGet, pick pick, t *target) {
	d := allocationRounds{evaluation: e, buy: side{each: b.buyUnits}, get: side{each: b.getUnits}}
	d.collect(b, pick, t)
	full, partial := d.plan(b)
	for full > 0 {
		full -= d.round(full)
	}
	if d.get.each = partial; partial > 0 {
		d.round(1)
	}
}

// collect lists the units that are free, and their orders.
func (d *allocationRounds) collect(b *buyGet, pick pick, t *target) {
	e := d.evaluation
	e.rewards.units, e.rewards.byReserve, e.rewards.byPick = e.rewards.units[:0], e.rewards.byReserve[:0], e.rewards.byPick[:0]
	for i := range t.portions {
		p := &t.portions[i]
		l := &e.items[p.item]
		u := unitsOf{free: p.units, buys: b.buyLines.matches(l), gets: b.getLines.matches(l)}
		switch {
		case p.used:
			u.free = 0
		case u.buys && u.gets:
			d.both += u.free
		case u.buys:
			d.buy.own += u.free
		case u.gets:
			d.get.own += u.free
		}
		e.rewards.units = append(e.rewards.units, u)
		if u.free > 0 && u.buys {
			e.rewards.byReserve = append(e.rewards.byReserve, int32(i))
		}
		if u.free > 0 && u.gets {
			e.rewards.byPick = append(e.rewards.byPick, int32(i))
		}
	}
	e.sortUnits(e.rewards.byReserve, b.reserve, t)
	e.sortUnits(e.rewards.byPick, pick, t)
}

// sortUnits orders portions by the price of a unit. Among equal ones, those that the other side
// cannot have come first, then those with more headroom. Then the articles are compared, so
// that the order of the lines does not matter.
func (e *evaluation) sortUnits(list []int32, by pick, t *target) {
	if by == inCartOrder {
		return
	}
	slices.SortFunc(list, func(a, b int32) int {
		p, o := &t.portions[a], &t.portions[b]
		first := cmp.Or(compareUnits(p, o, by), cmp.Compare(e.rewards.units[a].sides(), e.rewards.units[b].sides()), byHeadroom(p, o))
		if first != 0 { // the usual case; comparing goods is slow
			return first
		}
		return cmp.Or(e.compareGoods(&e.items[p.item], &e.items[o.item]), byItem(*p, *o))
	})
}

// sides is how many sides may have the units.
func (u *unitsOf) sides() int {
	if u.buys && u.gets {
		return 2
	}
	return 1
}

// plan computes how many full rounds there are, and how many units a partial one gets.
func (d *allocationRounds) plan(b *buyGet) (full, partial int64) {
	buy, get := &d.buy, &d.get
	full = min((buy.own+d.both)/buy.each, (get.own+d.both)/get.each, (buy.own+get.own+d.both)/(buy.each+get.each))
	if b.repeat > 0 {
		full = min(full, b.repeat)
	}
	buy.due, get.due = full*buy.each, full*get.each
	if !b.partial || full == b.repeat && full > 0 {
		return full, 0
	}
	both := d.both - max(0, buy.due+buy.each-buy.own) // those that are not set aside
	partial = min(get.each-1, get.own+both-get.due)
	if both < 0 || partial <= 0 {
		return full, 0
	}
	buy.due, get.due = buy.due+buy.each, get.due+partial
	return full, partial
}

// progress is what is missing for the next unit to be got, if partial, or else for the next full
// round.
func (b *buyGet) progress(e *evaluation, t *target) progress {
	d := allocationRounds{evaluation: e, buy: side{each: b.buyUnits}, get: side{each: b.getUnits}}
	d.collect(b, inCartOrder, t)
	full, partial := d.plan(b)
	c := progress{reason: ReasonGet, full: full*b.getUnits + partial, units: true}
	if b.repeat > 0 && full == b.repeat {
		return c
	}
	buys, gets := (full+1)*b.buyUnits, (full+1)*b.getUnits
	if b.partial {
		gets = c.full + 1
	}
	buyShort, getShort := max(0, buys-d.buy.own), max(0, gets-d.get.own)
	missing := max(0, buyShort+getShort-d.both)
	c.seen = buys + gets - missing
	got := min(missing, getShort)
	c.needs = [2]need{{units: got, of: &b.getLines}, {units: missing - got, of: &b.buyLines}}
	return c
}

// spare is how many of the units that either side may have neither side needs.
func (d *allocationRounds) spare() int64 { return d.both - d.buy.needs() - d.get.needs() }

// round allocates a round, repeats it as often as it can be repeated unchanged, up to most, and
// returns how often it was done. So large quantities cost no more than small ones. It looks only
// at portions that it takes units of or uses up, so the cost of all rounds grows with the
// portions.
func (d *allocationRounds) round(most int64) int64 {
	d.rewards.touched = d.rewards.touched[:0]
	before := *d
	d.take(&d.buy, d.rewards.byReserve, func(u *unitsOf) *int64 { return &u.buying })
	d.take(&d.get, d.rewards.byPick, func(u *unitsOf) *int64 { return &u.getting })
	times := before.times(d, most)
	again := times - 1
	for _, i := range d.rewards.touched {
		u := &d.rewards.units[i]
		u.bought += times * u.buying
		u.got += times * u.getting
		u.free -= again * (u.buying + u.getting)
		u.buying, u.getting, u.touched = 0, 0, false
	}
	d.buy.again(&before.buy, again)
	d.get.again(&before.get, again)
	d.both -= again * (before.both - d.both)
	return times
}

// again repeats the step from before to the current state a number of times.
func (s *side) again(before *side, times int64) {
	s.due -= times * (before.due - s.due)
	s.own -= times * (before.own - s.own)
}

// times is how often the round that led from d to after can be done unchanged, up to most.
func (d *allocationRounds) times(after *allocationRounds, most int64) int64 {
	times := most
	for _, i := range after.rewards.touched {
		u := &d.rewards.units[i]
		if n := u.buying + u.getting; n > 0 {
			times = min(times, (u.free+n)/n)
		}
	}
	for _, limit := range [...]struct{ have, each int64 }{
		{d.spare(), d.spare() - after.spare()},
		{d.buy.needs(), after.buy.both},
		{d.get.needs(), after.get.both},
	} {
		if limit.have > 0 && limit.each > 0 {
			times = min(times, max(1, limit.have/limit.each))
		}
	}
	return times
}

// take takes the units of a side in a round, in the given order of portions; taken is the counter
// of a portion. A portion that is passed over is never taken later: units do not come back, and
// the side may take ever fewer of the units that either side may have.
func (d *allocationRounds) take(s *side, order []int32, taken func(*unitsOf) *int64) {
	s.both = 0
	for left := s.each; s.next < len(order); s.next++ {
		u := &d.rewards.units[order[s.next]]
		n := min(u.free, left)
		if u.buys && u.gets {
			n = min(n, s.needs()+d.spare())
			d.both, s.both = d.both-n, s.both+n
		} else {
			s.own -= n
		}
		if n > 0 && !u.touched {
			u.touched = true
			d.rewards.touched = append(d.rewards.touched, order[s.next])
		}
		*taken(u) = n
		u.free, s.due = u.free-n, s.due-n
		if left -= n; left == 0 {
			return
		}
	}
}

// compareGoods orders articles by what they are.
func (e *evaluation) compareGoods(a, b *item) int {
	x, y := a.from, b.from
	first := cmp.Or(e.compareSKUs(x.SKU, y.SKU), compareListPrices(a, b))
	if first != 0 || a.product != nil && a.product == b.product {
		return cmp.Or(first, compareBools(a.reduced, b.reduced))
	}
	return cmp.Or(strings.Compare(x.Category, y.Category), strings.Compare(x.Subgroup, y.Subgroup), compareBools(a.reduced, b.reduced),
		slices.Compare(x.MoreCategories, y.MoreCategories), slices.CompareFunc(x.Attributes, y.Attributes, compareAttributes))
}

// compareListPrices compares list prices, which may be fractions.
func compareListPrices(a, b *item) int {
	first := cmp.Or(cmp.Compare(a.unitPrice, b.unitPrice), compareBools(a.priceOver, b.priceOver))
	if first != 0 || !a.priceOver {
		return first
	}
	return compareRatios(a.original, a.quantity, b.original, b.quantity)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func compareAttributes(a, b cart.Attribute) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Text, b.Text), cmp.Compare(a.Kind, b.Kind))
}
