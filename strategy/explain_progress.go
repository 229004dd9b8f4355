package strategy

import (
	"cmp"
	"slices"
)

// progress is how close a rule is to giving something, or more, and what is missing.
type progress struct {
	reason   string // one of [Reasons]; "" where there is no threshold
	part     int32  // the first line of the part of the target, for a rule with each
	full     int64  // how often the threshold is reached; below zero where a condition fails
	gave     bool   // the rule gave something for it
	seen     int64  // units, different articles or minor units
	units    bool   // seen is in units
	articles bool   // seen counts different articles
	worth    int64  // of what is missing, in minor units, as far as prices are known
	needs    [2]need
}

// failing is the value of full for a condition that is not met.
const failing = -1

// need is goods that are missing, all of one kind. Only one of the numbers is above zero.
type need struct {
	amount   int64 // minor units
	units    int64
	articles int64    // different articles that are not in the cart
	of       *matcher // which goods; nil for those that the rule counts
	anywhere bool     // of need not be goods that the rule is about
	oneLine  bool     // the units have to be on the line with the most units
	found    bool     // item and line are set
	item     int32    // the item of the cart that they resemble; unknownGoods for none
	known    *product // of the catalogue, where they resemble no item of the cart
	line     int32    // the cart line of item
}

const unknownGoods = -1

// some reports whether anything is missing.
func (n *need) some() bool { return n.amount > 0 || n.units > 0 || n.articles > 0 }

// number is how much is missing: units, articles or minor units.
func (n *need) number() int64 { return n.amount + n.units + n.articles }

// missing is the sum of what is missing, in the unit of the progress.
func (c *progress) missing() int64 {
	if c.reason == "" {
		return 0
	}
	return c.needs[0].number() + c.needs[1].number()
}

// short says which threshold is not reached; the zero shortfall if one is reached or there is
// none.
func (c *progress) short() shortfall {
	if c.reason == "" || c.full > 0 || c.missing() == 0 {
		return shortfall{}
	}
	return shortfall{c.reason, c.value(c.seen, sayPlain, sayArticles), c.value(c.seen+c.missing(), sayAtLeast, sayAtLeastArticles)}
}

// value is a number in the unit of the progress.
func (c *progress) value(n int64, say, sayOfArticles phrase) Value {
	switch {
	case c.articles:
		return unitsValue(n, sayOfArticles)
	case c.units:
		return unitsValue(n, say)
	}
	return minorValue(n, say)
}

// progressOf is the progress of a condition or a reward of a rule with the target.
func (e *evaluation) progressOf(of any, r *compiledRule) progress {
	by, ok := of.(progressReporter)
	if !ok {
		return progress{}
	}
	c := by.progress(e, &e.target)
	for i := range c.needs {
		if n := &c.needs[i]; n.some() && !e.findLike(n, r) {
			c.reason = "" // the missing goods are unknown
		}
	}
	return c
}

// findLike finds the goods that the missing ones resemble: the cheapest of the target, else
// the cheapest goods of the cart that the rule is about, else unknown goods of the catalogue.
// Goods at 0.00 that do not count are left out. It reports whether there are any.
func (e *evaluation) findLike(n *need, r *compiledRule) bool {
	if n.found {
		return true
	}
	n.found = true
	best := -1
	for i := range e.target.portions {
		p := &e.target.portions[i]
		if int(p.item) >= e.goods || e.items[p.item].uncounted || n.of != nil && (n.anywhere || !n.of.matches(&e.items[p.item])) {
			continue
		}
		if best < 0 || e.likelier(n, p, &e.target.portions[best]) {
			best = i
		}
	}
	if best >= 0 {
		p := &e.target.portions[best]
		n.item, n.line = p.item, p.line
		if n.line < 0 || n.oneLine && r.each != eachLine {
			n.line = e.largestLine(&e.items[p.item])
		}
		return true
	}
	if r.each != eachNone {
		return false
	}
	n.item = e.cheapestOf(n, r)
	if n.item != unknownGoods {
		n.line = e.largestLine(&e.items[n.item])
	}
	return n.item != unknownGoods || n.of != nil
}

// likelier reports whether one portion is a better example of the missing goods than another.
// If the units have to be on one line, the article with the larger line is better; otherwise
// the cheaper one is. Goods by weight are used for amounts only, if there are others.
func (e *evaluation) likelier(n *need, p, other *portion) bool {
	if n.amount == 0 && e.items[p.item].weighed != e.items[other.item].weighed {
		return e.items[other.item].weighed
	}
	if l, o := &e.items[p.item], &e.items[other.item]; n.oneLine && l.largest != o.largest {
		return l.largest > o.largest
	}
	return compareUnits(p, other, cheapest) < 0
}

// largestLine is the line of an article with the most units; of equal ones the first.
func (e *evaluation) largestLine(l *item) int32 {
	line := l.line
	for at, left := l.line, l.lines; left > 0; left-- {
		if e.unitsOf(at) > e.unitsOf(line) {
			line = at
		}
		if left > 1 {
			at = e.nextLine[at]
		}
	}
	return line
}

// cheapestOf is the cheapest article of the cart that satisfies a need; unknownGoods for none.
func (e *evaluation) cheapestOf(n *need, r *compiledRule) int32 {
	best := int32(unknownGoods)
	for i := range e.items[:e.goods] {
		l := &e.items[i]
		if l.quantity == 0 || l.uncounted || n.of != nil && !n.of.matches(l) || !n.anywhere && !r.lines.matches(l) {
			continue
		}
		if best < 0 || compareRatios(l.original, l.quantity, e.items[best].original, e.items[best].quantity) < 0 {
			best = int32(i)
		}
	}
	return best
}

// worth is the value of the missing goods at the prices of the cart, in minor units. Goods
// that are not in the cart are left out, except for amounts.
func (e *evaluation) worth(c *progress) int64 {
	sum := int64(0)
	for i := range c.needs {
		n := &c.needs[i]
		sum += n.amount
		if n.some() && n.amount == 0 && n.item != unknownGoods {
			l := &e.items[n.item]
			sum = min(maxWorth, sum+times(l.original/l.quantity, n.units+n.articles))
		}
	}
	return sum
}

// maxWorth is above every amount.
const maxWorth = 1 << 62

// keep notes the progress of a rule or of a part of its target. If all rules are traced, only
// the nearest parts are kept, because a rule may have as many parts as there are lines.
func (found *tried) keep(e *evaluation, c progress) {
	c.part = found.part
	if !e.trace.all() {
		found.progress = append(found.progress, c)
		return
	}
	if c.missing() == 0 {
		return
	}
	c.worth = e.worth(&c)
	full := len(found.progress) == maxNext
	if full && c.worth >= found.progress[maxNext-1].worth {
		return
	}
	at, _ := slices.BinarySearchFunc(found.progress, c.worth+1, func(other progress, worth int64) int { return cmp.Compare(other.worth, worth) })
	if full {
		found.progress = found.progress[:maxNext-1]
	}
	found.progress = slices.Insert(found.progress, at, c)
}
