package strategy

import (
	"cmp"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// Next is a discount or a gift that the customer is close to.
type Next struct {
	Rule string
	// Reason is one of [Reasons]: the key of the threshold that is not reached yet.
	Reason string
	// Seen is what the cart has, and Needed is what the rule asks for.
	Seen, Needed Value
	// Missing is how much the customer has to add: goods for an amount, or a number of units.
	// It may exceed Needed less Seen, or be in another unit, if earlier rules reduce what is
	// added or if another threshold has to be reached as well.
	Missing Value
	// Units is how many units are missing, and Amount is for how much goods are missing, in
	// minor units. If both are above zero, Missing is Units.
	Amount, Units int64
	// Add lists the missing goods.
	Add []Addition
	// Saves is how much more the rule would save with the missing goods than it saves now, in
	// minor units. The fuller cart is quoted with the rule and without it, so Saves excludes
	// what other rules would give for the same goods.
	Saves int64
	// Gift is the further gift that the rule would give; its SKU is empty for none. Saves
	// does not include the value of the gift.
	Gift Gift
	// Text is the whole offer in words.
	Text string
}

// Addition is goods that are missing for a [Next].
type Addition struct {
	// Line is the index of a cart line. Missing units are units of that line; goods for an
	// amount and further articles resemble that line. It is -1 for an article of the
	// catalogue that is not in the cart.
	Line int
	SKU  string // of the line or the article; may be empty
	// Units is how many units are missing, Articles is how many different articles, and
	// Amount is for how much, in minor units. Only one of them is above zero.
	Units, Articles, Amount int64
}

// The bounds of the search for what a cart is close to. Each goal takes at least one quote, so
// the cost of trying all of them would grow with the square of the number of rules.
const (
	// maxNext is how many goals are tried.
	maxNext = 16
	// maxReaches is how often goods are added for one goal: earlier rules may reduce what is
	// added, so that a little more is missing each time.
	maxReaches = 16
	// maxQuotes is the maximum number of further quotes for all goals of an explanation: to
	// reach the goals, and to price the cart without their rules.
	maxQuotes = 96
	// maxWork bounds the work of these quotes. The work of a quote is its lines times the sum
	// of its candidate rules and its tries in combinations. leastQuotes quotes are always
	// allowed.
	maxWork     = 5_000_000
	leastQuotes = 4
	// maxSought is for how many rules, in their order, the catalogue is searched for goods
	// that are not in the cart.
	maxSought = 16
)

// goal is a rule, or a part of its target, with what is missing for the rule to give more.
type goal struct {
	progress
	rule int
	adds []addition
}

// next finds what the rules whose thresholds are nearest would give.
func (s *Strategy) next(q *Quote, c *cart.Cart, now time.Time, t *trace) []Next {
	if q.Reason != "" {
		return nil
	}
	tries := &trials{Strategy: s, cart: c, now: now, within: t.within, left: q.work.choice.combining.triesFor(maxQuotes)}
	var list []Next
	for _, g := range s.nearest(q, c, t) {
		if n, found := tries.outcome(q, &g); found {
			list = append(list, n)
		}
	}
	slices.SortStableFunc(list, func(a, b Next) int { return cmp.Compare(b.Saves, a.Saves) })
	return list
}

// nearest lists the goals for which the missing goods are worth least, the nearest first.
func (s *Strategy) nearest(q *Quote, c *cart.Cart, t *trace) []goal {
	search := &catalogueSearch{strategy: s, left: maxSought}
	var found []foundProgress
	for i := range s.rules[:s.ruleCount] {
		climbs := t.tried[i].progress
		for n := range climbs {
			if search.price(&climbs[n], i) {
				found = append(found, foundProgress{i, &climbs[n]})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b foundProgress) int { return cmp.Compare(a.worth, b.worth) })
	var goals []goal
	for _, f := range found {
		g := goal{progress: *f.progress, rule: f.rule}
		if q.additions(&g, c, s.rules[f.rule].each) && s.canHave(&g) {
			if goals = append(goals, g); len(goals) == maxNext {
				break
			}
		}
	}
	return goals
}

// foundProgress is how far a rule, or a part of its target, has come.
type foundProgress struct {
	rule int
	*progress
}

// canHave reports whether a rule can be about as many different articles as a goal needs.
func (s *Strategy) canHave(g *goal) bool {
	skus := len(s.rules[g.rule].lines.skus)
	return !g.articles || skus == 0 || g.seen+g.missing() <= int64(skus)
}

// trials quotes a cart with goods added to it.
type trials struct {
	*Strategy
	cart *cart.Cart
	now  time.Time

	within *Restriction // nil for none

	left int // maximum number of quotes
	made int // quotes so far
	work int // of the quotes so far: rules and tries times lines
}

// outcome adds what is missing for a goal and computes what its rule then gives; false if the
// rule gives nothing more or the goal is not reached.
func (r *trials) outcome(q *Quote, g *goal) (Next, bool) {
	fuller, reached := r.reach(q, g)
	if !reached {
		return Next{}, false
	}
	would, known := r.saved(fuller, g.rule, g.adds)
	_, gifts, applied := q.took(g.rule)
	if applied && known {
		var saves int64
		saves, known = r.saved(q, g.rule, nil)
		would -= saves
	}
	_, more, _ := fuller.took(g.rule)
	gift := Gift{Rule: g.rule, Quantity: more - gifts}
	if gift.Quantity > 0 {
		gift.SKU = fuller.giftOf(g.rule)
	}
	if !known || would < 0 || would == 0 && gift.Quantity <= 0 {
		return Next{}, false
	}
	return r.describeNext(g, r.cart, would, gift), true
}

// giftOf is the SKU of the gift of a rule.
func (q *Quote) giftOf(rule int) string {
	at := slices.IndexFunc(q.Gifts, func(g Gift) bool { return g.Rule == rule })
	return q.Gifts[at].SKU
}

// reach adds to a goal until its rule gives more for it than it does now.
func (r *trials) reach(q *Quote, g *goal) (*Quote, bool) {
	amount, gifts, _ := q.took(g.rule)
	for range maxReaches {
		trace := &trace{only: g.rule + 1}
		fuller, ok := r.quote(r.Strategy, trace, g.adds)
		if !ok {
			return nil, false
		}
		now, found := of(trace.tried[g.rule].progress, g.part)
		more, moreGifts, applied := fuller.took(g.rule)
		switch {
		case applied && now.gave && now.full > g.full && (more > amount || moreGifts > gifts):
			return fuller, true
		case !found || now.full > max(g.full, 0) || !g.further(fuller, &now, r.cart):
			return nil, false // adding more would change nothing
		}
	}
	return nil, false
}

// of finds the progress of a part of a target.
func of(climbs []progress, part int32) (progress, bool) {
	at := slices.IndexFunc(climbs, func(c progress) bool { return c.part == part })
	if at < 0 {
		return progress{}, false
	}
	return climbs[at], true
}

// saved is how much more a quoted cart costs without a rule, in minor units.
func (r *trials) saved(with *Quote, rule int, adds []addition) (int64, bool) {
	without, ok := r.quote(r.leadingWithout(rule), &trace{only: noRule, without: rule + 1}, adds)
	if !ok {
		return 0, false
	}
	return without.Payable - with.Payable, true
}

// quote quotes the cart with additions; false if an amount or a quantity is too large, or if
// the quotes or their work are used up.
func (r *trials) quote(s *Strategy, t *trace, adds []addition) (*Quote, bool) {
	fuller, extras, ok := filled(r.cart, adds)
	if !ok || r.left == r.made || r.made >= leastQuotes && r.work >= maxWork {
		return nil, false
	}
	q := &Quote{}
	t.within = r.within
	q.work.trace, q.work.extras = t, extras
	ok = s.QuoteInto(q, fuller, r.now) == nil
	r.made, r.work = r.made+1, r.work+(len(q.work.lookup.candidates)+q.work.choice.combining.tried())*len(q.Lines)
	return q, ok
}

// describeNext describes a goal that is reached.
func (s *Strategy) describeNext(g *goal, c *cart.Cart, saves int64, gift Gift) Next {
	n := Next{
		Rule: s.ids[g.rule], Reason: g.reason, Saves: saves, Gift: gift,
		Seen:   g.value(g.seen, sayPlain, sayArticles).inWords(s.currency),
		Needed: g.value(g.seen+g.missing(), sayAtLeast, sayAtLeastArticles).inWords(s.currency),
	}
	for i := range g.adds {
		a := g.adds[i].public(c)
		n.Add = append(n.Add, a)
		n.Units += a.Units + a.Articles
		n.Amount += a.Amount
	}
	switch {
	case n.Units == 0:
		n.Missing = minorValue(n.Amount, sayGoodsFor)
	case !slices.ContainsFunc(n.Add, func(a Addition) bool { return a.Articles == 0 }):
		n.Missing = unitsValue(n.Units, sayArticlesMore)
	case len(n.Add) == 1 && n.Add[0].Line < 0:
		n.Missing = unitsValue(n.Units, sayMoreOf).about(n.Add[0].SKU)
	default:
		n.Missing = unitsValue(n.Units, sayMore)
	}
	n.Missing = n.Missing.inWords(s.currency)
	n.Text = n.sentence(s.currency)
	return n
}
