package strategy

import (
	"cmp"
	"slices"
)

// progress is how far a rule has come to giving something, or more, and what is missing for
// that.
type progress struct {
	reason   string // one of [Reasons]; "" where nothing is counted up to
	part     int32  // the first line of the part of the target, for a rule that looks at parts
	full     int64  // how often the reward is reached already; below zero where a condition fails
	gave     bool   // the rule gave something for it
	seen     int64  // units, different articles or minor units
	units    bool   // Seen is in units
	articles bool   // and these are different articles
	worth    int64  // of what is missing, as far as the cart has the goods
	needs    [2]need
}

// failing is full of a condition that does not hold.
const failing = -1

// need is goods that are missing, all of one kind. Only one of the numbers is above zero.
type need struct {
	amount   int64 // minor units
	units    int64
	articles int64    // different ones that are not in the cart
	of       *matcher // which goods; nil for those that the rule counts
	anywhere bool     // of need not be goods that the rule is about
	oneLine  bool     // the units have to be on the line that has most
	found    bool     // item and line are set
	item     int32    // goods of the cart that they are like; unknownGoods for none
	known    *product // of the catalogue, where they are like none of the cart
	line     int32    // of the cart, where they are like goods of it
}

const unknownGoods = -1

// some reports whether anything is missing.
func (n *need) some() bool { return n.amount > 0 || n.units > 0 || n.articles > 0 }

// number is how much is missing in the unit that it is in.
func (n *need) number() int64 { return n.amount + n.units + n.articles }

// missing is how much is missing together, in the unit of the progress.
func (c *progress) missing() int64 {
	if c.reason == "" {
		return 0
	}
	return c.needs[0].number() + c.needs[1].number()
}

// short says what is not reached; the zero shortfall where something is, or nothing is
// counted up to.
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

// progressOf is how far a condition or a reward of a rule has come with the target.
func (e *evaluation) progressOf(of any, r *compiledRule) progress {
	by, ok := of.(progressReporter)
	if !ok {
		return progress{}
	}
	c := by.progress(e, &e.target)
	for i := range c.needs {
		if n := &c.needs[i]; n.some() && !e.findLike(n, r) {
			c.reason = "" // of goods that are not known nothing can be said
		}
	}
	return c
}

// findLike finds the goods that missing ones are like: the cheapest of the target, or
// else of those that the rule is about, or else unknown ones of the catalogue. What does
// not count at 0.00 is not among them. It reports whether there are any.
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

// likelier reports whether missing goods are rather like one portion than like another:
// where they have to be on one line like that with more units, and else like the cheaper
// one. Goods by weight are for amounts.
func (e *evaluation) likelier(n *need, p, other *portion) bool {
	if n.amount == 0 && e.items[p.item].weighed != e.items[other.item].weighed {
		return e.items[other.item].weighed
	}
	if l, o := &e.items[p.item], &e.items[other.item]; n.oneLine && l.largest != o.largest {
		return l.largest > o.largest
	}
	return compareUnits(p, other, cheapest) < 0
}

// largestLine is the line of an article that has most units, the first of several.
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

// cheapestOf is the cheapest article of the cart that is what is missing; unknownGoods for
// none.
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

// worth is what the missing goods that are known come to at the prices of the cart.
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

// maxWorth is beyond every amount.
const maxWorth = 1 << 62

// keep notes how far a rule, or a part of its target, has come. Of all rules only the
// nearest parts are kept: there may be as many as lines.
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
