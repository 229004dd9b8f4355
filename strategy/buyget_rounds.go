package strategy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// This file is which units a buy-and-get rule sets aside and which it lets be got.
//
// There are as many full rounds as some assignment of units to the two sides allows,
// and then one that gets fewer, if partial. The rounds are dealt one by one: units are
// set aside in the order of reserve, then got in the order of pick. A unit is passed
// over only if taking it would make the remaining rounds impossible.

// unitsOf is how many units of a portion are on which side.
type unitsOf struct {
	free            int64 // on neither
	bought, got     int64
	buying, getting int64 // in the round that is dealt
	buys, gets      bool  // which sides may have them
}

// rounds is what is left to be dealt, and of which units.
type rounds struct {
	*evaluation
	bought, got      int64 // still to be set aside, and to be got, in all rounds
	forBuy, forGet   int64 // free units that only the one side may have
	both             int64 // those that either may have
	buyUnits         int64 // in each round
	takenBuy, takGet int64 // of both, in the round that is dealt
}

// dealRounds deals the units of a target out, into e.units.
func (e *evaluation) dealRounds(b *buyGet, pick pick, t *target) {
	d := rounds{evaluation: e, buyUnits: b.buyUnits}
	d.collect(b, pick, t)
	full, partial := d.plan(b)
	for full > 0 {
		full -= d.round(b.getUnits, full)
	}
	if partial > 0 {
		d.round(partial, 1)
	}
}

// collect lists the units that are free, and their orders.
func (d *rounds) collect(b *buyGet, pick pick, t *target) {
	e := d.evaluation
	e.units, e.byReserve, e.byPick = e.units[:0], e.byReserve[:0], e.byPick[:0]
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
			d.forBuy += u.free
		case u.gets:
			d.forGet += u.free
		}
		e.units = append(e.units, u)
		if u.free > 0 && u.buys {
			e.byReserve = append(e.byReserve, int32(i))
		}
		if u.free > 0 && u.gets {
			e.byPick = append(e.byPick, int32(i))
		}
	}
	e.sortUnits(e.byReserve, b.reserve, t)
	e.sortUnits(e.byPick, pick, t)
}

// sortUnits orders portions by the price of a unit. Of equal ones those come first
// that the other side cannot have, then those of which more may be taken off, then by
// what the articles are: where the lines stand decides nothing.
func (e *evaluation) sortUnits(list []int32, by pick, t *target) {
	if by == inCartOrder {
		return
	}
	slices.SortFunc(list, func(a, b int32) int {
		p, o := &t.portions[a], &t.portions[b]
		return cmp.Or(compareUnits(p, o, by), cmp.Compare(e.units[a].sides(), e.units[b].sides()), moreRoom(p, o),
			e.compareGoods(&e.items[p.item], &e.items[o.item]), byItem(*p, *o))
	})
}

// sides is how many sides may have the units.
func (u *unitsOf) sides() int {
	if u.buys && u.gets {
		return 2
	}
	return 1
}

// plan works out how many full rounds there are, and how many units a partial one
// gets.
func (d *rounds) plan(b *buyGet) (full, partial int64) {
	full = min((d.forBuy+d.both)/b.buyUnits, (d.forGet+d.both)/b.getUnits, (d.forBuy+d.forGet+d.both)/(b.buyUnits+b.getUnits))
	if b.repeat > 0 {
		full = min(full, b.repeat)
	}
	d.bought, d.got = full*b.buyUnits, full*b.getUnits
	if !b.partial || full == b.repeat && full > 0 {
		return full, 0
	}
	both := d.both - max(0, d.bought+b.buyUnits-d.forBuy) // that are not set aside
	partial = min(b.getUnits-1, d.forGet+both-d.got)
	if both < 0 || partial <= 0 {
		return full, 0
	}
	d.bought, d.got = d.bought+b.buyUnits, d.got+partial
	return full, partial
}

// spare is how many of the units that either side may have are not needed.
func (d *rounds) spare() int64 {
	return d.both - max(0, d.bought-d.forBuy) - max(0, d.got-d.forGet)
}

// round deals a round and reports how often it could be done. One that can be done
// again just the same is done as often as that, so that large quantities cost no more
// than small ones.
func (d *rounds) round(getUnits, most int64) int64 {
	for i := range d.units {
		d.units[i].buying, d.units[i].getting = 0, 0
	}
	before := *d
	d.takenBuy, d.takGet = 0, 0
	d.setAside()
	d.get(getUnits)
	times := before.times(d, most)
	again := times - 1
	for i := range d.units {
		u := &d.units[i]
		u.bought += times * u.buying
		u.got += times * u.getting
		u.free -= again * (u.buying + u.getting)
	}
	d.bought -= again * (before.bought - d.bought)
	d.got -= again * (before.got - d.got)
	d.forBuy -= again * (before.forBuy - d.forBuy)
	d.forGet -= again * (before.forGet - d.forGet)
	d.both -= again * (before.both - d.both)
	return times
}

// times is how often the round that led from d to after can be done just the same.
func (d *rounds) times(after *rounds, most int64) int64 {
	times := most
	for i := range d.units {
		u := &d.units[i]
		if n := u.buying + u.getting; n > 0 {
			times = min(times, (u.free+n)/n)
		}
	}
	for _, limit := range [...]struct{ have, each int64 }{
		{d.spare(), d.spare() - after.spare()},
		{d.bought - d.forBuy, after.takenBuy}, // of both, needed for this side
		{d.got - d.forGet, after.takGet},
	} {
		if limit.have > 0 && limit.each > 0 {
			times = min(times, max(1, limit.have/limit.each))
		}
	}
	return times
}

// setAside takes the units that are bought in a round.
func (d *rounds) setAside() {
	left := d.buyUnits
	for _, i := range d.byReserve {
		u := &d.units[i]
		n := min(u.free, left)
		if u.gets {
			n = min(n, max(0, d.bought-d.forBuy)+d.spare())
			d.both, d.takenBuy = d.both-n, d.takenBuy+n
		} else {
			d.forBuy -= n
		}
		u.buying, u.free = n, u.free-n
		d.bought -= n
		if left -= n; left == 0 {
			return
		}
	}
}

// get takes the units that are got in a round.
func (d *rounds) get(left int64) {
	for _, i := range d.byPick {
		u := &d.units[i]
		n := min(u.free, left)
		if u.buys {
			n = min(n, max(0, d.got-d.forGet)+d.spare())
			d.both, d.takGet = d.both-n, d.takGet+n
		} else {
			d.forGet -= n
		}
		u.getting, u.free = n, u.free-n
		d.got -= n
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

// compareListPrices compares list prices, of which some are fractions.
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
