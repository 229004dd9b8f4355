package strategy_test

import (
	"cmp"
	"slices"
	"strings"
)

// refUnit is one unit that a buy-and-get rule may set aside or let be got.
type refUnit struct {
	piece      int
	buys, gets bool
	bought     bool
	got        bool
}

func (u *refUnit) free() bool { return !u.bought && !u.got }

// giveBuyGet plays the rounds one at a time, unit by unit.
func (st *refState) giveBuyGet(r *ruleSpec, pieces []refPiece) []refPiece {
	w := &r.reward
	var units []*refUnit
	for i := range pieces {
		l := &st.items[pieces[i].item]
		for range pieces[i].units() {
			if u := (refUnit{piece: i, buys: w.buy.matches(l), gets: w.get.matches(l)}); !pieces[i].used && (u.buys || u.gets) {
				units = append(units, &u)
			}
		}
	}
	rounds := planRounds(w, units)
	buying, getting := int64(0), int64(0)
	for _, got := range rounds {
		buying, getting = buying+w.buyUnits, getting+got
	}
	reserve := st.unitsInOrder(units, pieces, cmp.Or(w.reserve, "dearest"))
	pick := st.unitsInOrder(units, pieces, cmp.Or(r.pick, "cheapest"))
	for _, got := range rounds {
		for range w.buyUnits {
			buying--
			takeUnit(units, reserve, buying, getting, func(u *refUnit) (bool, *bool) { return u.buys, &u.bought })
		}
		for range got {
			getting--
			takeUnit(units, pick, buying, getting, func(u *refUnit) (bool, *bool) { return u.gets, &u.got })
		}
	}
	return st.gotPieces(w, pieces, units)
}

// planRounds is how many units each round gets: as many full rounds as there can be,
// then a partial one.
func planRounds(w *rewardSpec, units []*refUnit) []int64 {
	var rounds []int64
	full, buying, getting := max(1, w.units), int64(0), int64(0)
	for w.most == 0 || int64(len(rounds)) < w.most {
		if buying += w.buyUnits; possible(units, buying, getting+full) {
			rounds, getting = append(rounds, full), getting+full
			continue
		}
		for got := full - 1; got > 0 && !w.wholeGets; got-- {
			if possible(units, buying, getting+got) {
				return append(rounds, got)
			}
		}
		break
	}
	return rounds
}

// possible says whether so many free units can be bought and got, trying every way to
// divide those that may be either.
func possible(units []*refUnit, buying, getting int64) bool {
	var onlyBuy, onlyGet, both int64
	for _, u := range units {
		switch {
		case !u.free():
		case u.buys && u.gets:
			both++
		case u.buys:
			onlyBuy++
		default:
			onlyGet++
		}
	}
	for bought := range both + 1 {
		if onlyBuy+bought >= buying && onlyGet+both-bought >= getting {
			return true
		}
	}
	return false
}

// takeUnit takes the first unit in an order that leaves the remaining rounds possible.
func takeUnit(units, order []*refUnit, buying, getting int64, side func(*refUnit) (may bool, taken *bool)) {
	for _, u := range order {
		may, taken := side(u)
		if !may || !u.free() {
			continue
		}
		if *taken = true; possible(units, buying, getting) {
			return
		}
		*taken = false
	}
	panic("a planned round cannot be dealt")
}

// unitsInOrder sorts units by price; of equal ones those come first that only one side
// may have, then by what the articles are.
func (st *refState) unitsInOrder(units []*refUnit, pieces []refPiece, pick string) []*refUnit {
	order := slices.Clone(units)
	if pick == "cart" {
		return order
	}
	slices.SortStableFunc(order, func(a, b *refUnit) int {
		p, o := &pieces[a.piece], &pieces[b.piece]
		byUnit := cmp.Compare(p.value()*o.units(), o.value()*p.units())
		if pick == "dearest" {
			byUnit = -byUnit
		}
		sides := func(u *refUnit) int {
			if u.buys && u.gets {
				return 2
			}
			return 1
		}
		return cmp.Or(byUnit, cmp.Compare(sides(a), sides(b)), moreRoomFirst(p, o), st.compareArticles(p.item, o.item))
	})
	return order
}

// compareArticles orders articles by what the first line of each says.
func (st *refState) compareArticles(a, b int) int {
	if a == b {
		return 0
	}
	x, y := &st.items[a], &st.items[b]
	first := cmp.Or(strings.Compare(x.comparedSKU(), y.comparedSKU()), x.listPrice.Cmp(y.listPrice))
	if first != 0 || x.product && y.product {
		return cmp.Or(first, boolOrder(x.reduced, y.reduced))
	}
	l, m := &st.cart.Lines[x.lines[0].index], &st.cart.Lines[y.lines[0].index]
	first = cmp.Or(strings.Compare(l.Category, m.Category), strings.Compare(l.Subgroup, m.Subgroup), boolOrder(x.reduced, y.reduced),
		slices.Compare(l.MoreCategories, m.MoreCategories))
	for i := range min(len(l.Attributes), len(m.Attributes)) {
		c, d := l.Attributes[i], m.Attributes[i]
		first = cmp.Or(first, strings.Compare(c.Name, d.Name), strings.Compare(c.Text, d.Text), cmp.Compare(c.Kind, d.Kind))
	}
	return cmp.Or(first, cmp.Compare(len(l.Attributes), len(m.Attributes)))
}

func boolOrder(a, b bool) int {
	order := map[bool]int{true: 1}
	return cmp.Compare(order[a], order[b])
}

// gotPieces are the units that are got, at their rate off, and those that were set
// aside for them.
func (st *refState) gotPieces(w *rewardSpec, pieces []refPiece, units []*refUnit) []refPiece {
	bought, got := map[int]int64{}, map[int]int64{}
	for _, u := range units {
		if u.bought {
			bought[u.piece]++
		}
		if u.got {
			got[u.piece]++
		}
	}
	var list []refPiece
	for i := range pieces {
		p := pieces[i].part(0, got[i])
		if p.uses = true; p.units() > 0 {
			list = append(list, p)
		}
		p = pieces[i].part(got[i], got[i]+bought[i])
		p.uses, p.room = true, 0
		p.values = make([]int64, p.units())
		if p.units() > 0 {
			list = append(list, p)
		}
	}
	st.giveOffer(w, list)
	return list
}

// giveOffer takes a rate or an amount off the units that are got, or gives each the
// price.
func (st *refState) giveOffer(w *rewardSpec, pieces []refPiece) {
	if w.offer == "" {
		st.giveRate(cmp.Or(w.rate, "1"), pieces)
		return
	}
	for i := range pieces {
		p := &pieces[i]
		for _, value := range p.values {
			off := st.spec.roundAmount(w.amount)
			if w.offer == "unit_price" {
				off = max(0, value-w.amount)
			}
			p.off += off
		}
		p.off = min(p.off, p.room)
	}
}
