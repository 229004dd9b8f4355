package strategy

import (
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// unitLadder is the reward unit_ladder: on each line one amount off for the
// first unit and another for each further one, up to a number of units.
//
//	unit_ladder = { first = 1.00, additional = 2.00, max_units = 5 }
type unitLadder struct {
	first, additional int64 // minor units
	most              int64 // units of a line; 0 when absent
}

func decodeUnitLadder(s *section, n *document.Node) reward {
	u := &unitLadder{}
	sub := s.table(n, "unit_ladder", "{ first = 1, additional = 2 }")
	if sub == nil {
		return u
	}
	sub.required("first", "additional")
	u.first, _ = sub.amount("first", 0)
	u.additional, _ = sub.amount("additional", 0)
	u.most, _ = sub.integer("max_units", 1, money.Max)
	sub.done()
	return u
}

func (u *unitLadder) countsUnits() bool { return true }

func (u *unitLadder) encode(o *object) {
	o.key("unit_ladder")
	o.object(func(o *object) {
		o.key("additional")
		o.amount(u.additional)
		o.key("first")
		o.amount(u.first)
		if u.most != 0 {
			o.key("max_units")
			o.integer(u.most)
		}
	})
}

func (u *unitLadder) give(e *evaluation, _ *compiledRule, t *target) {
	t.each(func(p *portion) int64 {
		units := p.units
		if u.most > 0 {
			units = min(units, u.most)
		}
		if units == 0 {
			return 0
		}
		return min(money.Max, e.arith.round(u.first)+times(e.arith.round(u.additional), units-1))
	})
}
