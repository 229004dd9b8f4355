package strategy

import (
	"cmp"
	"slices"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// groups is the reward groups_of: only units in full groups are reduced, by a rate or an amount a
// unit. Groups by size take units article by article, the articles with more units first.
// Groups by value take the cheapest units first.
//
//	groups_of = { size = 3, rate = 0.1 }
//	groups_of = { size = 2, amount = 5.00 }
//	groups_of = { value = 149.00, rate = 0.1 }
type groups struct {
	size   int64 // 0 when there is a value
	value  int64 // minor units
	amount int64 // minor units a unit; 0 when there is a rate
	rate   money.Rate
}

var groupsKind = rewardKind{key: ReasonGroupsOf, decode: decodeGroups, inSets: true, unreached: "there is too little for a group"}

func decodeGroups(s *section, n *document.Node) reward {
	g := &groups{}
	sub := s.table(n, "groups_of", "{ size = 3, rate = 0.1 }")
	if sub == nil {
		return g
	}
	g.size, _ = sub.Integer("size", 1, money.Max)
	g.value, _ = sub.amount("value", 1)
	g.amount, g.rate = sub.amountOrRate()
	const hint = "write one of them, such as size = 3, or value = 149"
	switch size, value := sub.Has("size"), sub.Has("value"); {
	case size && value:
		sub.Add(n.Pos, sub.Path(), "size and value are both here", hint)
	case !size && !value && !sub.mistyped("size") && !sub.mistyped("value"):
		sub.Add(n.Pos, sub.Path(), "there is neither size nor value", hint)
	}
	sub.Done()
	return g
}

func (g *groups) countsUnits() bool { return true }

func (g *groups) encode(o *object) {
	o.key("groups_of")
	o.object(func(o *object) {
		encodeAmountOrRate(o, g.amount, g.rate)
		if g.size != 0 {
			o.key("size")
			o.integer(g.size)
		}
		o.optionalAmount("value", g.value)
	})
}

func (g *groups) give(e *evaluation, _ *compiledRule, t *target) {
	e.rewards.taken = e.rewards.taken[:0]
	if g.value > 0 {
		sortByUnit(t.portions, cheapest)
		sets := setsByValue{value: g.value}
		sets.fill(t.portions)
		e.keepFirst(sets.full, t)
	} else {
		sortByArticle(t.portions)
		e.keepFirst(t.quantity-t.quantity%g.size, t)
	}
	if g.amount > 0 {
		t.each(func(p *portion) int64 { return times(e.arith.round(g.amount), p.units) })
	} else {
		e.giveRate(g.rate, t)
	}
	t.portions = append(t.portions, e.rewards.taken...)
	slices.SortFunc(t.portions, byItem)
}

// keepFirst keeps the first units of the target and sorts them into the order of the cart. The
// other units are moved to e.rewards.taken.
func (e *evaluation) keepFirst(units int64, t *target) {
	kept := t.portions[:0]
	t.value = 0
	for _, p := range t.portions {
		n := min(units, p.units)
		if units -= n; n > 0 {
			kept = append(kept, p.first(n))
			t.value += kept[len(kept)-1].value
		}
		if n < p.units {
			e.rewards.taken = append(e.rewards.taken, p.after(n))
		}
	}
	t.portions = kept
	slices.SortFunc(t.portions, byItem)
}

func (g *groups) progress(e *evaluation, t *target) progress {
	if g.value == 0 {
		open := t.quantity % g.size
		return progress{reason: ReasonGroupsOf, full: t.quantity / g.size, seen: open, units: true, needs: [2]need{{units: g.size - open}}}
	}
	e.rewards.taken = append(e.rewards.taken[:0], t.portions...)
	sortByUnit(e.rewards.taken, cheapest)
	sets := setsByValue{value: g.value}
	sets.fill(e.rewards.taken)
	return progress{reason: ReasonGroupsOf, full: sets.full, seen: sets.have, needs: [2]need{{amount: g.value - sets.have}}}
}

// sortByArticle orders portions by how many units of their article there are, most first, and
// equal ones in the order of the cart. The portions have to be in the order of the cart. It
// stores that number in the remainder of each portion, which sharing overwrites.
func sortByArticle(portions []portion) {
	for from := 0; from < len(portions); {
		to, units := from, int64(0)
		for ; to < len(portions) && portions[to].item == portions[from].item; to++ {
			units += portions[to].units
		}
		for ; from < to; from++ {
			portions[from].remainder = uint64(units)
		}
	}
	slices.SortFunc(portions, func(a, b portion) int { return cmp.Or(cmp.Compare(b.remainder, a.remainder), byItem(a, b)) })
}

func (g *groups) key() string { return "groups_of" }

// boundBy reduces all units, whether or not they are in a group.
func (g *groups) boundBy(like *compiledRule, _ int64) int64 {
	if g.amount == 0 {
		like.reward, like.targeting.maxUnits = &percentOff{g.rate}, 0
	} else {
		like.reward = &amountOff{amount: g.amount, per: perUnit}
	}
	return 0
}

func (g *groups) fewestUnits() int64 { return g.size }

func (g *groups) reaches() []reach { return []reach{{units: g.size, amount: g.value}} }

func (g *groups) sameAtAnyPrice() bool { return g.amount == 0 }

// Interface guards.
var (
	_ unitCounter        = (*groups)(nil)
	_ progressReporter   = (*groups)(nil)
	_ boundedReward      = (*groups)(nil)
	_ unitThreshold      = (*groups)(nil)
	_ reacher            = (*groups)(nil)
	_ proportionalReward = (*groups)(nil)
)
