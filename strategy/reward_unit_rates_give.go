package strategy

import (
	"cmp"
	"slices"

	"github.com/promogate/caddy-discount/money"
)

// This file computes what unit_rates takes off. The contribution of some units is their value
// times their rate. The contributions are added up exactly, the sum is rounded once, and it is
// shared by contribution.

func (u *unitRates) give(e *evaluation, r *compiledRule, t *target) {
	sortByUnit(t.portions, r.targeting.pick)
	e.rewards.taken = e.rewards.taken[:0]
	left, place := u.most(), int64(0)
	for _, p := range t.portions {
		if n := min(left, p.units); n > 0 {
			e.rewards.taken = u.distribute(e.rewards.taken, p.first(n), place)
			left, place = left-n, (place+n)%int64(len(u.rates))
			p = p.after(n)
		}
		if p.units > 0 {
			p.remainder = 0
			e.rewards.taken = append(e.rewards.taken, p)
		}
	}
	slices.SortFunc(e.rewards.taken, reducedFirst)
	reduced := len(e.rewards.taken)
	for reduced > 0 && e.rewards.taken[reduced-1].remainder == 0 {
		reduced--
	}
	u.reduce(e, e.rewards.taken[:reduced])
	t.portions = append(t.portions[:0], e.rewards.taken...)
	slices.SortFunc(t.portions, byItem)
}

// reducedFirst puts the portions that have a rate before those that have none.
func reducedFirst(a, b portion) int {
	return cmp.Or(compareBools(a.remainder == 0, b.remainder == 0), byItem(a, b))
}

// distribute appends the units of a portion; place is the index of the first unit in its set. The
// units are equal, so those with the same place become one portion. It stores the place, counted
// from 1, in the remainder of the portion, which sharing overwrites; 0 for a rate of 0.
func (u *unitRates) distribute(taken []portion, p portion, place int64) []portion {
	length := int64(len(u.rates))
	full, more := p.units/length, p.units%length
	for at := range length {
		n := full
		if (at-place+length)%length < more {
			n++
		}
		if n == 0 {
			continue
		}
		units := p.first(n)
		p = p.after(n)
		if units.remainder = 0; u.parts[at] > 0 {
			units.remainder = uint64(at + 1)
		}
		taken = append(taken, units)
	}
	return taken
}

// reduce takes the rates off the portions.
func (u *unitRates) reduce(e *evaluation, portions []portion) {
	switch e.arith.scope {
	case scopeRule:
		amount := u.weigh(e.arith, portions)
		e.share(amount, portions)
	case scopeLine:
		for line, tail := nextTogether(portions); len(line) > 0; line, tail = nextTogether(tail) {
			e.takeOff(u.weigh(e.arith, line), line)
		}
	case scopeUnit:
		for i := range portions {
			p := &portions[i]
			p.off = min(e.arith.rateOfUnits(u.rates[p.remainder-1], p.value, p.units), p.headroom)
		}
	}
}

// weigh replaces the values of portions by their contributions, and returns the rounded sum in
// minor units. The sum exceeds 63 bits only for goods above 9,223,372,036 minor units at rates
// of nine decimals. The contributions are then shifted right by the excess bits: the sum is
// still exact, and the shares are nearly exact.
func (u *unitRates) weigh(a *arithmetic, portions []portion) int64 {
	var sum money.Wide
	for i := range portions {
		p := &portions[i]
		sum = sum.AddMul(p.value, u.parts[p.remainder-1])
	}
	excess := sum.Excess()
	for i := range portions {
		p := &portions[i]
		p.value = money.Wide{}.AddMul(p.value, u.parts[p.remainder-1]).Shift(excess)
	}
	return sum.Div(u.whole*a.unit, a.rounding) * a.unit
}
