package strategy

import (
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// unitLadder is the reward unit_ladder: on each line one amount off the first unit and another
// off each further one, up to a number of units.
//
//	unit_ladder = { first = 1.00, additional = 2.00, max_units = 5 }
type unitLadder struct {
	first, additional int64 // minor units
	most              int64 // units of a line; 0 when absent
}

var unitLadderKind = rewardKind{
	key: ReasonUnitLadder, decode: decodeUnitLadder,
	unitLimit: func(*section) string { return "did you mean max_units within unit_ladder?" },
	unreached: "there are too few units on a line for one that costs less",
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
	u.most, _ = sub.Integer("max_units", 1, money.Max)
	sub.Done()
	return u
}

func (u *unitLadder) countsUnits() bool { return true }

func (u *unitLadder) looksAtLines() bool { return true }

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
	e.rewards.taken = e.rewards.taken[:0]
	units := int64(0) // earlier units of the line
	for i, p := range t.portions {
		if i == 0 || !p.with(&t.portions[i-1]) {
			units = 0
		}
		for p.units > 0 {
			n, off := u.step(e, units, p.units)
			piece := p.first(n)
			piece.off = min(times(off, n), piece.headroom)
			e.rewards.taken = append(e.rewards.taken, piece)
			units, p = units+n, p.after(n)
		}
	}
	t.portions = append(t.portions[:0], e.rewards.taken...)
}

// step is how many of a line's next units lose the same amount, and that amount in minor units;
// before is the number of earlier units.
func (u *unitLadder) step(e *evaluation, before, units int64) (n, off int64) {
	switch {
	case before == 0:
		return 1, e.arith.round(u.first)
	case u.most == 0:
		return units, e.arith.round(u.additional)
	case before >= u.most:
		return units, 0
	}
	return min(units, u.most-before), e.arith.round(u.additional)
}

// progress is about one line: of the lines on which another unit would lose something, the one
// with the cheapest units.
func (u *unitLadder) progress(_ *evaluation, t *target) progress {
	c := progress{reason: ReasonUnitLadder, units: true}
	var nearest *portion
	for line, tail := nextTogether(t.portions); len(line) > 0; line, tail = nextTogether(tail) {
		units := int64(0)
		for i := range line {
			units += line[i].units
		}
		c.full += u.reduced(units)
		if u.additional == 0 || u.most > 0 && units >= u.most {
			continue
		}
		if nearest == nil || compareUnits(&line[0], nearest, cheapest) < 0 {
			nearest, c.seen = &line[0], units
		}
	}
	if nearest != nil {
		c.needs[0] = need{units: 1, found: true, item: nearest.item, line: nearest.line}
	}
	return c
}

// reduced is how many of the units of a line lose something.
func (u *unitLadder) reduced(units int64) int64 {
	if u.most > 0 {
		units = min(units, u.most)
	}
	switch {
	case u.additional == 0 && u.first == 0:
		return 0
	case u.additional == 0:
		return 1
	case u.first == 0:
		return units - 1
	}
	return units
}

func (u *unitLadder) key() string { return "unit_ladder" }

// boundBy drops max_units, because units are counted on each line.
func (u *unitLadder) boundBy(like *compiledRule, units int64) int64 {
	like.targeting.maxUnits = 0
	return units
}

func (u *unitLadder) lineWarning(*rule) (warning lineWarning, looks bool) {
	return lineWarning{key: "unit_ladder", what: "unit_ladder begins anew on each line: ", hint: "unit_rates counts the units of all lines"}, true
}

// stepRefs leaves out steps of 0.
func (u *unitLadder) stepRefs(money.Currency) []StepRef {
	var list []StepRef
	if u.first > 0 {
		list = append(list, StepRef{Number: 1, From: unitsText(1)})
	}
	if u.additional > 0 && u.most != 1 {
		list = append(list, StepRef{Number: 2, From: unitsText(2)})
	}
	return list
}

// contributed attributes the first portion of each line to step 1, and the others to step 2.
func (u *unitLadder) contributed(_ *evaluation, _ *target, portions []portion) []contribution {
	var list []contribution
	for i := range portions {
		number := 1
		if i > 0 && portions[i].with(&portions[i-1]) {
			number = 2
		}
		if portions[i].off > 0 {
			list = append(list, contribution{number: number, item: portions[i].item})
		}
	}
	return list
}

// Interface guards.
var (
	_ unitCounter      = (*unitLadder)(nil)
	_ lineReader       = (*unitLadder)(nil)
	_ progressReporter = (*unitLadder)(nil)
	_ steppedReward    = (*unitLadder)(nil)
	_ boundedReward    = (*unitLadder)(nil)
	_ lineWarner       = (*unitLadder)(nil)
)
