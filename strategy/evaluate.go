package strategy

import (
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// evaluation is the working state of one quote. Later quotes reuse its memory.
type evaluation struct {
	order
	lineState
	target  target // of the rule that is evaluated
	gift    Gift   // of the rule that is evaluated; no SKU for none
	rewards rewardBuffers
	choice  choiceBuffers
	lookup  indexBuffers
	quota   quotaState
	trace   *trace // of an explanation; nil for a quote
}

// order is the priced cart and the instant.
type order struct {
	cart       *cart.Cart
	arith      *arithmetic
	skuForm    wordForm // the form in which SKUs are compared
	items      []item   // the articles in the order of the cart, then the shipping charges
	goods      int      // how many items are articles
	extras     []item   // further goods that an explanation tries; none otherwise
	all        totals   // of all goods, without their value
	allCounted bool     // whether all is set
	budget     int64    // minor units that may still be taken off the goods
	steps      int64    // taken so far, see [MaxSteps]
	coupons    cartCoupons
	codes      cartCodes

	now      time.Time
	unixNano int64 // of now
	location *time.Location
	clock    wallClock
	clockSet bool
}

// lineState is the state of the lines and units of articles.
type lineState struct {
	articles articles
	nextLine []int32 // the next line of the same article, by line
	runs     []run   // of the articles whose units are not all alike
	freeRun  int32   // the first run that no article uses now; 0 for none

	// Positions of the rule that is evaluated in an article of several runs or lines.
	walked      bool   // whether cursor, stopping or distributed is set
	cursor      cursor // position of the last cut
	stopping    cursor // beginning of the line that was stopped last
	reading     cursor // position of the units that were read last
	distributed lineCursor
	shareOf     []int32 // index of the share of a line of an article, by line
	behind      []int32 // next line to try after a full line, from one on; 0 if not full
	full        []int32 // the full lines
}

// rewardBuffers is the memory that rewards use.
type rewardBuffers struct {
	taken             []portion
	together          []portion // the portions of one article or line as one portion
	parts             []targetPart
	eachTaken         []portion // of all parts
	units             []unitsOf
	ranked            []rankedRemainder
	byReserve, byPick []int32
	touched           []int32 // items that a round of buy and get reduced or used
}

// choiceBuffers is the memory for choosing between rules.
type choiceBuffers struct {
	winners   []lineWinner
	wonLines  []int32
	inGroups  []int32    // candidates in a group, group by group
	combining *combining // nil before its first use
}

// indexBuffers is the memory that the index uses.
type indexBuffers struct {
	candidates  []int32 // the rules that the cart can touch, in their order
	bits, union bitmap
	frequent    []filedUnder // words of the cart with many rules

	// The goods by their words, and the goods that a matcher may match.
	bySKU, byCategory, bySubgroup postings
	matched                       []int32
	categories                    []symbol   // further categories of all goods
	further                       [][]symbol // those of each item that has some, in categories
	distinct                      []symbol   // categories without repetition
}

// item is an article or a shipping charge as rules see it.
type item struct {
	from                    *cart.Line // the first line; nil for a charge
	product                 *product   // nil when the catalogue does not have the article
	sku, category, subgroup symbol
	further                 *[]symbol    // the further categories; nil for most items
	charge                  *cart.Charge // nil for goods
	line, lastLine, lines   int32        // first and last line in the cart, and the number of lines
	runs                    int32        // index of the first run; 0 while all units are alike
	quantity                int64        // units of all lines; 0 if cancelled: no rule is about it
	largest                 int64        // units of the largest line
	unitPrice               int64        // list price, rounded down; cart.NoPrice when unknown
	original                int64        // value before any rule
	stage                   int64        // value at the beginning of the current stage
	left                    int64        // value after the rules so far
	floor, unitFloor        int64        // lowest left, and lowest value of a unit, in minor units
	weighed                 bool         // goods by weight: one unit that cannot be divided
	priceOver               bool         // unitPrice is rounded: the exact list price is above it
	again                   bool         // an earlier item is the same article
	uncounted               bool         // its list price is 0.00 and its units do not count
	reduced                 bool         // on sale, or discounted by a rule
	used, discounted        bool         // as in run, while there is only one
	stopped                 bool         // no later rule may reduce it
}

func (l *item) headroom() int64 { return max(0, l.left-l.floor) }

func (l *item) value(b base) int64 { return b.of(l.original, l.stage, l.left) }

// reset prepares the evaluation for another cart and keeps its memory.
//
// It empties what later code appends to. It leaves out what each use makes anew, such as
// the memory of the rewards. It works in place: copying the whole struct took a fifth of
// the time of a small quote.
func (e *evaluation) reset() {
	e.order.reset()
	e.lineState.reset()
	e.choice.reset()
	e.lookup.reset()
	e.gift = Gift{}
	e.quota.reset()
}

func (o *order) reset() {
	o.items, o.goods, o.budget, o.steps, o.clockSet, o.allCounted = o.items[:0], 0, 0, 0, false, false
	o.coupons.reset()
	o.codes.reset()
}

func (l *lineState) reset() {
	l.nextLine, l.runs, l.freeRun = l.nextLine[:0], l.runs[:0], 0
}

func (c *choiceBuffers) reset() {
	c.winners, c.wonLines, c.inGroups = c.winners[:0], c.wonLines[:0], c.inGroups[:0]
}

func (x *indexBuffers) reset() {
	x.candidates = x.candidates[:0]
	x.bySKU.reset()
	x.byCategory.reset()
	x.bySubgroup.reset()
	x.categories, x.further = x.categories[:0], x.further[:0]
}

// wall is the wall-clock time of the instant. It is computed once per quote.
func (e *evaluation) wall() wallClock {
	if !e.clockSet {
		e.clock, e.clockSet = readWallClock(e.now, e.location), true
	}
	return e.clock
}

// valueOf adds up the value of portions by a base, in minor units. It restores the reading
// position, since the next part of a target is found from the beginning of this one.
func (e *evaluation) valueOf(portions []portion, b base) int64 {
	sum, begun := int64(0), e.reading
	for i := range portions {
		p := &portions[i]
		sum += e.valueBy(&targetPart{item: p.item, from: p.from, units: p.units}, b)
	}
	e.reading = begun
	return sum
}

// valueBy is the value of some units of an item by a base, in minor units.
func (e *evaluation) valueBy(p *targetPart, b base) int64 {
	l := &e.items[p.item]
	if l.runs == 0 {
		return evenPart(l.value(b), l.quantity, p.from+p.units) - evenPart(l.value(b), l.quantity, p.from)
	}
	e.seek(&e.reading, l, p.from)
	r, before := &e.runs[e.reading.at], e.reading.before
	for value, from, to := int64(0), p.from, p.from+p.units; ; r = &e.runs[r.next] {
		end := min(to, before+r.units)
		value += evenPart(r.value(b), r.units, end-before) - evenPart(r.value(b), r.units, from-before)
		if from = end; from == to {
			return value
		}
		before = end
	}
}

// try computes what a rule would take off, in the portions of the target. It reports
// whether the rule's conditions are satisfied.
func (e *evaluation) try(r *compiledRule) (*target, bool) {
	if e.trace != nil {
		switch {
		case e.trace.target == e.trace.without-1:
			return nil, false
		case e.trace.follows(e.trace.target):
			return e.tracedTry(r)
		}
	}
	if e.limitsLeaveNothing(r) || e.tooManySteps() || !e.admits(r) {
		return nil, false
	}
	t, reached := e.reward(r)
	if !reached {
		return nil, false
	}
	e.cap(r, t)
	return t, true
}

// limitsLeaveNothing reports whether the limits would lower a rule to nothing, so that it need
// not be tried. An amount that is less than a rounding unit is not nothing. An explanation
// tries the rule, since it says what the reward would have come to.
func (e *evaluation) limitsLeaveNothing(r *compiledRule) bool {
	return e.budget <= 0 && r.onlyGoods && e.trace == nil
}

// reward computes the discount of a rule's reward, in the portions of the target. It
// reports whether the rule's thresholds are reached.
func (e *evaluation) reward(r *compiledRule) (*target, bool) {
	if r.each != eachNone {
		return e.tryEach(r, nil)
	}
	t := e.computeTarget(r)
	if !t.anything(r) {
		return nil, false
	}
	if !e.passes(r, t, nil) {
		return nil, false
	}
	e.gift = Gift{}
	r.reward.give(e, r, t)
	return t, true
}

// admits reports whether a rule's time and its conditions that do not look at its target
// are satisfied.
func (e *evaluation) admits(r *compiledRule) bool {
	if !r.valid.contains(e.unixNano) || !anyOpen(r.windows, e) {
		return false
	}
	for _, c := range r.conditions {
		if !c.met(e, nil) {
			return false
		}
	}
	return true
}

// cap lowers the discount of a rule to the remaining limits of the strategy and to its
// max_discount.
func (e *evaluation) cap(r *compiledRule, t *target) {
	e.capAtLimits(t)
	e.capAtMost(r, t)
}

func (e *evaluation) capAtLimits(t *target) {
	goods := 0
	for goods < len(t.portions) && int(t.portions[goods].item) < e.goods {
		goods++
	}
	e.reduceTo(e.budget, t.portions[:goods])
}

func (e *evaluation) capAtMost(r *compiledRule, t *target) {
	if r.maxDiscount > 0 {
		e.reduceTo(r.maxDiscount, t.portions)
	}
}

// reduceTo lowers what is taken off portions to a total, in proportion.
func (e *evaluation) reduceTo(most int64, portions []portion) {
	total := int64(0)
	for i := range portions {
		total += portions[i].off
	}
	if total <= most {
		return
	}
	for i := range portions {
		p := &portions[i]
		p.value, p.headroom, p.off = p.off, p.off, 0
	}
	e.share(most, portions)
}

// off is the amount that is taken off the target's portions, in minor units.
func (t *target) off() int64 {
	sum := int64(0)
	for i := range t.portions {
		sum += t.portions[i].off
	}
	return sum
}

// begin sets the strategy, the cart and the instant of the evaluation.
func (e *evaluation) begin(s *Strategy, c *cart.Cart, now time.Time) {
	e.cart, e.now, e.unixNano, e.location = c, now, now.UnixNano(), s.location
	e.arith, e.skuForm = &s.arithmetic, s.spelling.skus
	e.readCoupons(s, c.Coupons)
	if len(s.codeSets) > 0 {
		e.readCodes(s, c.Coupons)
	}
	if e.trace != nil {
		e.quota.within = e.trace.within
	}
}
