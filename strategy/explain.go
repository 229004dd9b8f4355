package strategy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// Explanation is a quote with what did not happen, and what is close.
type Explanation struct {
	Quote
	// Rejected are the rules that did not apply, in their order, those that are
	// switched off last.
	Rejected []Rejected
	// Lowered are the rules that gave less than their rewards came to, in the
	// order of Applied.
	Lowered []Lowered
	// Next are the rules that a little more in the cart would bring, the best
	// first.
	Next []Next
}

// Rejected says why a rule did not apply.
type Rejected struct {
	Rule string
	// Reason is the key of the first condition that failed, or one of: enabled,
	// floor_price (the catalogue lets no more be taken off), target (nothing in the cart is what the rule is about), nothing (there is
	// nothing left to take off), limits (earlier rules used them up), group,
	// exclusive, select and stop (another rule was better, or came before and
	// ended it).
	Reason string
	// Seen and Needed are the value that was seen and what was needed, for a
	// person.
	Seen, Needed string
}

// Next is something the customer is close to.
type Next struct {
	Rule string
	// Amount or Units is how much is missing: goods for so many minor units more,
	// or so many units more of what the rule is about.
	Amount, Units int64
	// Saves is how much less than without the rule's further discount the cart
	// would then come to: the discount of the fuller cart, computed, less the
	// discount of this one.
	Saves int64
}

// The reasons that are not keys of the language.
const (
	reasonEnabled   = "enabled"
	reasonTarget    = "target"
	reasonNothing   = "nothing"
	reasonLimits    = "limits"
	reasonGroup     = "group"
	reasonExclusive = "exclusive"
	reasonSelect    = "select"
	reasonStop      = "stop"
)

// Explain is [Strategy.Quote] with the reasons. It looks at every rule and
// quotes once more for each thing that is close, so it is for people who ask,
// not for every order. The error is a *[LineError].
func (s *Strategy) Explain(c *cart.Cart, now time.Time) (*Explanation, error) {
	x := &Explanation{}
	trace := &trace{}
	x.work.trace = trace
	if err := s.QuoteInto(&x.Quote, c, now); err != nil {
		return nil, err
	}
	x.Rejected, x.Lowered = s.rejected(&x.Quote, trace), s.lowered(&x.Quote, trace)
	if x.Reason == "" {
		x.Next = s.next(&x.Quote, c, now, trace)
	}
	return x, nil
}

// trace notes what an evaluation finds out about each rule.
type trace struct {
	tried  map[int]tried
	target int // the rule at hand
}

// tried is how far a rule came when its turn was last.
type tried struct {
	reason       string // what failed; empty when nothing did
	seen, needed string
	goals        []goal
	gave         []stepOn // where the reward is a ladder
	lowered      lowering
	spent        bool // the limits let nothing more be taken off the goods
}

// goal is what is missing for a rule to give more.
type goal struct {
	amount, units int64
	like          item // what the missing goods would be
}

func (t *trace) note(found tried) {
	if t.tried == nil {
		t.tried = make(map[int]tried)
	}
	t.tried[t.target] = found
}

// explainer is a reward that can say why it gives nothing.
type explainer interface {
	why(e *evaluation, t *target) (reason, seen, needed string)
}

// climber is a condition or a reward that gives more when there is more in the
// cart; it says how much more of the target.
type climber interface {
	missing(e *evaluation, t *target) (amount, units int64)
}

// tracedTry is try for an evaluation that is traced.
func (e *evaluation) tracedTry(r *compiledRule) (*target, bool) {
	found := tried{}
	defer func() { e.trace.note(found) }()
	if found.reason, found.seen, found.needed = e.closed(r); found.reason != "" {
		return nil, false
	}
	for _, c := range r.conditions {
		if !c.holds(e, nil) {
			found.reason = c.key()
			found.seen, found.needed = c.explain(e, nil)
			return nil, false
		}
	}
	t := e.aim(r)
	if !t.anything(r) {
		found.reason, found.seen, found.needed = reasonTarget, "nothing of it in the cart", "goods or shipping the rule is about"
		return nil, false
	}
	for _, c := range r.thresholds {
		if !c.holds(e, t) {
			found.reason = c.key()
			found.seen, found.needed = c.explain(e, t)
			found.goals = e.goals(c, t)
			return nil, false
		}
	}
	floorless := e.floorless(r)
	t = e.aim(r)
	e.gift = Gift{}
	r.reward.give(e, r, t)
	found.gave = e.givenBy(r.reward, t)
	found.lowered, found.spent = e.tracedCap(r, t), e.budget < e.arith.unit
	if t.off() == 0 && found.lowered.from == 0 && e.gift.SKU == "" {
		found.reason, found.seen, found.needed = e.gaveNothing(r, t, floorless)
	}
	if floorless > found.lowered.from {
		found.lowered.from, found.lowered.byFloor = floorless, true
	}
	offs := slices.Clone(t.portions)
	found.goals = e.goals(r.reward, t)
	t.portions = append(t.portions[:0], offs...) // asking may have aimed elsewhere
	return t, true
}

// gaveNothing says why a reward came to nothing.
func (e *evaluation) gaveNothing(r *compiledRule, t *target, floorless int64) (reason, seen, needed string) {
	if floorless > 0 {
		return keyFloor, "nothing left above it", e.amountText(floorless)
	}
	if why, ok := r.reward.(explainer); ok {
		return why.why(e, t)
	}
	return reasonNothing, "", ""
}

// closed says why a rule is not open at the instant.
func (e *evaluation) closed(r *compiledRule) (reason, seen, needed string) {
	at := e.now.In(e.location)
	switch {
	case e.now.UnixNano() < r.valid.from:
		return "valid_from", at.Format(time.RFC3339), time.Unix(0, r.valid.from).In(e.location).Format(time.RFC3339)
	case e.now.UnixNano() >= r.valid.until:
		return "valid_until", at.Format(time.RFC3339), "until " + time.Unix(0, r.valid.until-1).In(e.location).Format(time.RFC3339)
	case !anyOpen(r.windows, e):
		return "time_window", e.wall().text(), windowsText(r.windows)
	}
	return "", "", ""
}

func (w wallClock) text() string {
	return weekdays[w.weekday] + " " + formatTimeOfDay(w.seconds)
}

func windowsText(windows []window) string {
	texts := make([]string, len(windows))
	for i, w := range windows {
		texts[i] = formatTimeOfDay(w.start) + " to " + formatTimeOfDay(w.end)
		if w.days != everyDay {
			texts[i] += " on " + strings.Join(w.dayNames(), ", ")
		}
	}
	return strings.Join(texts, " or ")
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
	return []goal{{amount: amount, units: units, like: e.items[e.target.portions[best].item]}}
}

// rejected lists the rules that are not among the applied ones.
func (s *Strategy) rejected(q *Quote, t *trace) []Rejected {
	list := make([]Rejected, 0, len(s.rules))
	for i, id := range s.ids {
		if _, applied := q.took(i); applied {
			continue
		}
		list = append(list, s.reject(i, id, q, t))
	}
	for _, id := range s.disabled {
		list = append(list, Rejected{Rule: id, Reason: reasonEnabled, Seen: "false", Needed: "true"})
	}
	return list
}

func (s *Strategy) reject(i int, id string, q *Quote, t *trace) Rejected {
	found, tried := t.tried[i]
	r := Rejected{Rule: id, Reason: found.reason, Seen: found.seen, Needed: found.needed}
	switch {
	case q.Reason != "":
		return Rejected{Rule: id, Reason: q.Reason, Seen: q.Currency, Needed: s.currency.Code()}
	case r.Reason == reasonNothing && found.spent && s.limits != (limits{}):
		r.Reason, r.Seen, r.Needed = s.usedUp(q, found.lowered)
	case r.Reason != "":
	case tried && found.lowered.from > 0 && found.lowered.amount == 0:
		r.Reason, r.Seen, r.Needed = s.usedUp(q, found.lowered)
	case s.exclusiveApplied(q) || s.rules[i].exclusive:
		r.Reason, r.Needed = reasonExclusive, "more than the others together"
	case s.arithmetic.selection != selectAll:
		r.Reason, r.Needed = reasonSelect, "worth more than another rule"
	case tried || s.rules[i].group != "":
		r.Reason, r.Needed = reasonGroup, "worth more than the others of "+s.rules[i].group
	default:
		r.Reason, r.Needed = reasonStop, "no earlier rule that stops"
	}
	return r
}

func (s *Strategy) exclusiveApplied(q *Quote) bool {
	return slices.ContainsFunc(q.Applied, func(a Applied) bool { return s.rules[a.Rule].exclusive })
}

// next quotes the cart with what is missing for each goal added to it, and
// keeps the goals whose rule then gives more.
func (s *Strategy) next(q *Quote, c *cart.Cart, now time.Time, t *trace) []Next {
	var list []Next
	before := q.Discount + q.ShippingDiscount
	for i, id := range s.ids {
		for _, g := range t.tried[i].goals {
			fuller, reached := s.reach(q, i, &g, c, now)
			if !reached {
				continue
			}
			if saves := fuller.Discount + fuller.ShippingDiscount - before; saves > 0 {
				list = append(list, Next{Rule: id, Amount: g.amount, Units: g.units, Saves: saves})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Next) int { return cmp.Compare(b.Saves, a.Saves) })
	return list
}

// maxReaches is how often a goal may move away: earlier rules take their part
// of what is added, so that a little more is missing each time.
const maxReaches = 16

// reach adds to a goal until its rule gives more than it does now.
func (s *Strategy) reach(q *Quote, rule int, g *goal, c *cart.Cart, now time.Time) (*Quote, bool) {
	before, applied := q.took(rule)
	for range maxReaches {
		fuller, trace := &Quote{}, &trace{}
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

// took is what a rule took off, and whether it applied: a gift takes nothing.
func (q *Quote) took(rule int) (amount int64, applied bool) {
	for _, a := range q.Applied {
		if a.Rule == rule {
			return a.Amount, true
		}
	}
	return 0, false
}

// item is the missing goods as one more item.
func (g *goal) item() *item {
	extra := g.like
	extra.quantity, extra.unitPrice = 1, g.amount
	if g.units > 0 {
		extra.quantity, extra.unitPrice = g.units, g.like.original/g.like.quantity
	}
	value := times(extra.unitPrice, extra.quantity)
	extra.original, extra.stage, extra.left = value, value, value
	extra.floor = times(extra.unitFloor, extra.quantity)
	extra.used, extra.usedOff, extra.stopped = 0, 0, false
	extra.reduced = extra.from != nil && extra.from.Reduced
	return &extra
}

func unitsText(n int64) string {
	if n == 1 {
		return "1 unit"
	}
	return strconv.FormatInt(n, 10) + " units"
}
