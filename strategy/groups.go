package strategy

import (
	"cmp"
	"slices"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// groups is the reward groups_of: only units in full groups are reduced, by a
// rate or an amount a unit. Units are taken article by article, those with more
// units first.
//
//	groups_of = { size = 3, rate = 0.1 }
//	groups_of = { size = 2, amount = 5.00 }
type groups struct {
	size   int64
	amount int64 // minor units a unit; 0 when there is a rate
	rate   money.Rate
}

func decodeGroups(s *section, n *document.Node) reward {
	g := &groups{size: 1}
	sub := s.table(n, "groups_of", "{ size = 3, rate = 0.1 }")
	if sub == nil {
		return g
	}
	sub.required("size")
	if size, ok := sub.integer("size", 1, money.Max); ok {
		g.size = size
	}
	g.amount, g.rate = sub.amountOrRate()
	sub.done()
	return g
}

func (g *groups) countsUnits() bool { return true }

func (g *groups) encode(o *object) {
	o.key("groups_of")
	o.object(func(o *object) {
		encodeAmountOrRate(o, g.amount, g.rate)
		o.key("size")
		o.integer(g.size)
	})
}

func (g *groups) give(e *evaluation, _ *compiledRule, t *target) {
	e.sortByArticle(t.portions)
	left := t.quantity - t.quantity%g.size
	grouped := t.portions[:0]
	t.value = 0
	for _, p := range t.portions {
		if units := min(left, p.units); units > 0 {
			left -= units
			p = p.first(units)
			t.value += p.value
			grouped = append(grouped, p)
		}
	}
	t.portions = grouped
	slices.SortFunc(t.portions, byItem)
	if g.amount > 0 {
		t.each(func(p *portion) int64 { return times(e.arith.round(g.amount), p.units) })
		return
	}
	e.giveRate(g.rate, t)
}

// sortByArticle orders portions by how many units of their article there are, most
// first, equal ones in the order of the cart.
func (e *evaluation) sortByArticle(portions []portion) {
	e.units = e.units[:0]
	for i := range portions {
		for len(e.units) <= int(portions[i].item) {
			e.units = append(e.units, unitsOf{})
		}
		e.units[portions[i].item].free += portions[i].units
	}
	slices.SortFunc(portions, func(a, b portion) int {
		return cmp.Or(cmp.Compare(e.units[b.item].free, e.units[a.item].free), byItem(a, b))
	})
}
