package strategy

import (
	"cmp"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// Next is something the customer is close to.
type Next struct {
	Rule string
	// Reason is one of [Reasons]: the key of what is not reached yet.
	Reason string
	// Seen and Needed are how far the cart has come, and where it has to come. They say
	// nothing of a reward that does not count up to something.
	Seen, Needed Value
	// Missing is how much is missing: goods for an amount, or so many units of what the
	// rule is about. It is more than Needed less Seen where earlier rules take a part of
	// what is added.
	Missing Value
	// Amount or Units is the number of Missing, by its unit.
	Amount, Units int64
	// Saves is how much less than without the rule's further discount the cart
	// would then come to: the discount of the fuller cart, computed, less the
	// discount of this one.
	Saves int64
	// Text is all of that in words.
	Text string
}

// goal is what is missing for a rule to give more.
type goal struct {
	amount, units int64
	like          item // what the missing goods would be
	shortfall          // of the climber
}

// climber is a condition or a reward that gives more when there is more in the
// cart; it says how much more of the target.
type climber interface {
	missing(e *evaluation, t *target) (amount, units int64)
}

// goals says what a condition or reward is missing, as goods like the cheapest
// unit of the target.
func (e *evaluation) goals(of any, t *target) []goal {
	c, ok := of.(climber)
	if !ok {
		return nil
	}
	amount, units := c.missing(e, t)
	if amount <= 0 && units <= 0 {
		return nil
	}
	best := -1
	for i := range e.target.portions {
		p := &e.target.portions[i]
		if int(p.item) < e.goods && (best < 0 || compareUnits(p, &e.target.portions[best], cheapest) < 0) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	like := e.items[e.target.portions[best].item]
	return []goal{{amount: amount, units: units, like: like, shortfall: e.progress(of, t, amount, units)}}
}

// maxNext is how many goals are tried. Each takes a quote or more, so that to try
// all would cost the square of the rules, and a cart that is close to more than
// that is close to nothing in particular.
const maxNext = 16

// goalOf is a goal with the rule it is of.
type goalOf struct {
	goal
	rule int
}

// nearest are the goals for which the least is missing, by value, the nearest
// first.
func nearest(t *trace, rules int) []goalOf {
	var goals []goalOf
	for i := range rules {
		for _, g := range t.tried[i].goals {
			goals = append(goals, goalOf{g, i})
		}
	}
	slices.SortStableFunc(goals, func(a, b goalOf) int { return cmp.Compare(a.item().original, b.item().original) })
	return goals[:min(len(goals), maxNext)]
}

// next quotes the cart with what is missing for each of the nearest goals added to
// it, and keeps the goals whose rule then gives more.
func (s *Strategy) next(q *Quote, c *cart.Cart, now time.Time, t *trace) []Next {
	var list []Next
	before, tries := q.Discount+q.ShippingDiscount, maxTries
	for _, g := range nearest(t, len(s.rules)) {
		fuller, reached := s.reach(q, g.rule, &g.goal, c, now, &tries)
		if !reached {
			continue
		}
		if saves := fuller.Discount + fuller.ShippingDiscount - before; saves > 0 {
			list = append(list, s.near(s.ids[g.rule], &g.goal, saves))
		}
	}
	slices.SortStableFunc(list, func(a, b Next) int { return cmp.Compare(b.Saves, a.Saves) })
	return list
}

// maxReaches is how often a goal may move away: earlier rules take their part
// of what is added, so that a little more is missing each time. maxTries is how
// often that may be for all goals together, which bounds what an explanation costs
// to so many quotes.
const (
	maxReaches = 16
	maxTries   = 64
)

// reach adds to a goal until its rule gives more than it does now.
func (s *Strategy) reach(q *Quote, rule int, g *goal, c *cart.Cart, now time.Time, tries *int) (*Quote, bool) {
	before, applied := q.took(rule)
	for range min(maxReaches, *tries) {
		*tries--
		fuller, trace := &Quote{}, &trace{only: rule + 1}
		fuller.work.extra, fuller.work.trace = g.item(), trace
		if err := s.QuoteInto(fuller, c, now); err != nil {
			return nil, false // more than there can be
		}
		if amount, applies := fuller.took(rule); amount > before || applies && !applied {
			return fuller, true
		}
		further := trace.tried[rule].goals
		if len(further) == 0 {
			return nil, false
		}
		g.amount += further[0].amount
		g.units += further[0].units
	}
	return nil, false
}

// extra is goods beside those of a cart: more units of one of its articles, or goods
// of their own.
type extra struct {
	item
	joins bool // the article whose first line is the item's
}

// item is the missing goods: so many more units of an article, or one unit for the
// amount that is missing; of goods by weight as much as comes to it.
func (g *goal) item() *extra {
	x, value := &extra{item: g.like}, g.amount
	x.quantity = 1
	switch {
	case g.units > 0:
		x.quantity, value = g.units, times(g.like.original/g.like.quantity, g.units)
		x.joins = !x.weighed
	case !x.weighed:
		x.unitPrice, x.priceOver = g.amount, false
	}
	x.largest, x.original, x.stage, x.left = x.quantity, value, value, value
	x.floor, x.runs = times(x.unitFloor, x.quantity), 0
	x.used, x.discounted, x.stopped, x.uncounted = false, false, false, false
	x.reduced = x.from != nil && x.from.Reduced
	return x
}
