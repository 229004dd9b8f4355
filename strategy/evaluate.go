package strategy

import (
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// evaluation is the working state of one quote. Its memory is used again by later ones.
type evaluation struct {
	order
	lineState
	target  target // of the rule that is evaluated
	gift    Gift   // of the rule that is evaluated; no SKU for none
	rewards rewardBuffers
	choice  choiceBuffers
	lookup  indexBuffers
	trace   *trace // of an explanation; nil otherwise
}

// order is the cart that is priced, and the instant.
type order struct {
	cart    *cart.Cart
	arith   *arithmetic
	skuForm wordForm // as which SKUs are compared
	items   []item   // the articles in the order of the cart, then the shipping charges
	goods   int      // how many items are articles
	extras  []item   // further goods, of an explanation; none otherwise
	budget  int64    // what may still be taken off all goods
	steps   int64    // so far, see [MaxSteps]
	coupons cartCoupons

	now      time.Time
	unixNano int64 // of now
	location *time.Location
	clock    wallClock
	clockSet bool
}

// lineState is what becomes of the lines and units of articles.
type lineState struct {
	articles articles
	nextLine []int32 // of the same article, by line
	runs     []run   // of the articles whose units are not all alike
	freeRun  int32   // the first of those that no article has now

	// where in an article of several runs or lines the rule that is evaluated is
	walked      bool   // whether cursor, stopping or distributed is set
	cursor      cursor // where the last cut was
	stopping    cursor // where the line begins that was stopped last
	reading     cursor // where the last units were that were looked at
	distributed lineCursor
	shareOf     []int32 // where in the shares that of a line of an article is
	behind      []int32 // where a full line of an article leads, from one on; 0 for one that is not full
	full        []int32 // the lines that are
}

// rewardBuffers is memory of the rewards.
type rewardBuffers struct {
	taken             []portion
	together          []portion // those of one article or line as one
	parts             []targetPart
	eachTaken         []portion // of all parts
	units             []unitsOf
	byReserve, byPick []int32
	touched           []int32 // by a round of buying and getting
}

// choiceBuffers is memory of choosing between rules.
type choiceBuffers struct {
	winners   []lineWinner
	wonLines  []int32
	inGroups  []int32    // candidates that are of a group, group by group
	combining *combining // nil until it is used
}

// indexBuffers is memory of the index.
type indexBuffers struct {
	candidates  []int32 // the rules the cart can touch, in their order
	bits, union bitmap
	frequent    []filedUnder // words of the cart with many rules

	// which goods have which word, and those that a matcher may match
	bySKU, byCategory, bySubgroup postings
	matched                       []int32
	categories                    []symbol   // of all goods beside their first
	further                       [][]symbol // of each that has such, parts of them
	distinct                      []symbol   // those of categories, each once
}

// item is an article or a shipping charge as rules see it.
type item struct {
	from                    *cart.Line // the first line; nil for a charge
	product                 *product   // nil when the catalogue does not know the article
	sku, category, subgroup symbol
	further                 *[]symbol    // categories beside category; nil for most
	charge                  *cart.Charge // nil for goods
	line, lastLine, lines   int32        // the first line of the cart, the last, and how many
	runs                    int32        // the first run; 0 while all units are alike
	quantity                int64        // of all lines; 0 for a line that was cancelled, which no rule is about
	largest                 int64        // units of the largest line
	unitPrice               int64        // list price, rounded down; cart.NoPrice when unknown
	original                int64        // value before any rule
	stage                   int64        // value as the current stage began
	left                    int64        // value after the rules so far
	floor, unitFloor        int64        // left never goes below; a unit never does
	weighed                 bool         // goods by weight, whose one unit cannot be divided
	priceOver               bool         // the list price is less than a minor unit above unitPrice
	again                   bool         // an earlier item is the same article
	uncounted               bool         // at a list price of 0.00, which does not count as units
	reduced                 bool         // on sale, or discounted by a rule
	used, discounted        bool         // as of a run, while there is only one
	stopped                 bool         // no later rule may reduce it
}

func (l *item) headroom() int64 { return max(0, l.left-l.floor) }

func (l *item) value(b base) int64 { return b.of(l.original, l.stage, l.left) }

// reset keeps the memory for another cart.
//
// It empties what is added to and leaves alone what is made anew wherever it is used, such
// as the memory of the rewards. It does so in place: copying all of it took a fifth of a
// small quote.
func (e *evaluation) reset() {
	e.order.reset()
	e.lineState.reset()
	e.choice.reset()
	e.lookup.reset()
	e.gift = Gift{}
}

func (o *order) reset() {
	o.items, o.goods, o.budget, o.steps, o.clockSet = o.items[:0], 0, 0, 0, false
	o.coupons.reset()
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

// wall is the wall-clock time of the instant. It is computed once a quote.
func (e *evaluation) wall() wallClock {
	if !e.clockSet {
		e.clock, e.clockSet = readWallClock(e.now, e.location), true
	}
	return e.clock
}

// valueOf adds up the value of portions by a base. The next part of a target is found from
// where this one begins, so that is where it leaves off reading.
func (e *evaluation) valueOf(portions []portion, b base) int64 {
	sum, begun := int64(0), e.reading
	for i := range portions {
		p := &portions[i]
		sum += e.valueBy(&targetPart{item: p.item, from: p.from, units: p.units}, b)
	}
	e.reading = begun
	return sum
}

// valueBy is the value of some units of an item by a base.
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

// try works out what a rule would take off, in the portions of the target, and
// reports whether its conditions hold.
func (e *evaluation) try(r *compiledRule) (*target, bool) {
	if e.trace != nil {
		switch {
		case e.trace.target == e.trace.without-1:
			return nil, false
		case e.trace.follows(e.trace.target):
			return e.tracedTry(r)
		}
	}
	if e.tooManySteps() || !e.admits(r) {
		return nil, false
	}
	t, reached := e.reward(r)
	if !reached {
		return nil, false
	}
	e.cap(r, t)
	return t, true
}

// reward works out what a rule's reward comes to, in the portions of the target, and
// reports whether its thresholds are reached.
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

// admits reports whether a rule's conditions hold that do not look at its
// target.
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

// cap holds a rule to what the limits of the strategy leave and to its
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

// off is what the target's portions lose.
func (t *target) off() int64 {
	sum := int64(0)
	for i := range t.portions {
		sum += t.portions[i].off
	}
	return sum
}

// begin points the evaluation at a strategy, a cart and an instant.
func (e *evaluation) begin(s *Strategy, c *cart.Cart, now time.Time) {
	e.cart, e.now, e.unixNano, e.location = c, now, now.UnixNano(), s.location
	e.arith, e.skuForm = &s.arithmetic, s.spelling.skus
	e.readCoupons(s, c.Coupons)
}
