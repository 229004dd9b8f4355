package strategy

import (
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// evaluation is the working state of one quote.
type evaluation struct {
	lines  []line
	target []int32 // the lines the rule at hand is about
	parts  []part
	budget int64 // what may still be taken off all goods

	now      time.Time
	location *time.Location
	clock    wallClock
	clockSet bool
}

// line is a cart line as rules see it.
type line struct {
	sku, category, subgroup symbol
	product                 *product // nil when the catalogue does not know it
	quantity                int64
	left                    int64 // value after the rules so far
	floor                   int64 // left never goes below
}

// totals are the sums over a target.
type totals struct {
	quantity int64
	value    int64 // minor units, after the rules so far
}

// recognize looks a cart line up in the catalogue and numbers its words.
func (s *Strategy) recognize(from *cart.Line) line {
	l := line{quantity: from.Quantity, sku: s.skus[from.SKU]}
	category, subgroup := from.Category, from.Subgroup
	if p := s.catalogue[l.sku]; p != nil && l.sku != unnamed {
		l.product = p
		category, subgroup = p.category, p.subgroup
	}
	if category != "" {
		l.category = s.categories[category]
	}
	if subgroup != "" {
		l.subgroup = s.subgroups[subgroup]
	}
	return l
}

// evaluate applies the rules in their order.
func (s *Strategy) evaluate(q *Quote, now time.Time) {
	e := &q.work
	e.now, e.location = now, s.location
	e.budget = s.limits.budget(q.Subtotal)
	at := now.UnixNano()
	for i := range s.rules {
		r := &s.rules[i]
		if r.ladder != nil {
			q.take(i, r.ladder.apply(e))
			continue
		}
		if !r.valid.contains(at) || !anyOpen(r.windows, e) {
			continue
		}
		if sum := e.aim(&r.lines); len(e.target) > 0 && r.reaches.reached(sum) {
			q.take(i, r.reward.apply(e, sum))
		}
	}
}

// wall is the instant by the clock on the wall, worked out once a quote.
func (e *evaluation) wall() wallClock {
	if !e.clockSet {
		e.clock, e.clockSet = readWallClock(e.now, e.location), true
	}
	return e.clock
}

// aim makes the lines a matcher matches the target and adds them up.
func (e *evaluation) aim(m *matcher) totals {
	e.target = e.target[:0]
	var sum totals
	for i := range e.lines {
		l := &e.lines[i]
		if m.matches(l) {
			e.target = append(e.target, int32(i))
			sum.quantity += l.quantity
			sum.value += l.left
		}
	}
	return sum
}

// capacity is the most that can be taken off the lines a matcher matches.
func (e *evaluation) capacity(m *matcher) int64 {
	most := int64(0)
	for i := range e.lines {
		if l := &e.lines[i]; m.matches(l) {
			most += l.room()
		}
	}
	return min(most, e.budget)
}

func (l *line) room() int64 { return max(0, l.left-l.floor) }

// take takes an amount off the target for a rule and notes who bore it.
func (q *Quote) take(rule int, amount int64) {
	e := &q.work
	taken := e.share(min(amount, e.budget))
	if taken == 0 {
		return
	}
	first := len(q.shares)
	for i := range e.parts {
		p := &e.parts[i]
		if p.share == 0 {
			continue
		}
		e.lines[p.line].left -= p.share
		q.Lines[p.line].Discount += p.share
		q.shares = append(q.shares, Share{Line: int(p.line), Amount: p.share})
	}
	e.budget -= taken
	q.Discount += taken
	q.Applied = append(q.Applied, Applied{Rule: rule, Amount: taken, first: first, last: len(q.shares)})
}

// share divides an amount over the target, by value, and reports how much of
// it the lines can take.
func (e *evaluation) share(amount int64) int64 {
	if amount <= 0 {
		return 0
	}
	e.parts = e.parts[:0]
	for _, i := range e.target {
		l := &e.lines[i]
		e.parts = append(e.parts, part{line: i, weight: l.left, most: l.room()})
	}
	return shareOut(amount, e.parts)
}
