package strategy

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// The bounds of the search for rules whose order only their ids decide: the pairs that are
// examined, the pairs that are priced, the carts of each pair, the pairs that are reported, and
// the steps of [[discounts]] that are tried.
const (
	maxPairs          = 20_000
	maxPairsPriced    = 300
	maxCartsOfPair    = 16
	maxOrdersReported = 10
	maxStepsOrdered   = 20
)

// checkOrder warns of two rules of one stage and priority whose order changes what is paid: only
// their ids decide that order. Examples are a rate and an amount off the same goods, a
// threshold that is reached only before the other rule, and a floor. Carts to which both rules
// apply are priced once in each order.
func (l *linter) checkOrder(m *Model, now time.Time) {
	if m.arithmetic.selection != selectAll {
		return
	}
	o := &ordering{model: m, linter: l, now: now, pairs: maxPairs, priced: maxPairsPriced}
	rules := o.contenders()
	for from := 0; from < len(rules); {
		to := from + 1
		for to < len(rules) && sameOrder(rules[from].leader, rules[to].leader) {
			to++
		}
		o.check(rules[from:to])
		from = to
	}
}

// sameOrder reports whether only their ids decide which of two rules is first.
func sameOrder(a, b *rule) bool {
	return a.stacking.stage == b.stacking.stage && a.stacking.priority == b.stacking.priority
}

// ordering prices carts with two rules in either order.
type ordering struct {
	model         *Model
	linter        *linter
	now           time.Time
	pairs, priced int // pairs that may still be examined, and priced
	reported      int // pairs that were reported
	quote         Quote
}

// contender is a rule that is applied after others, or before them.
type contender struct {
	*rule
	leader *rule // decides its order: itself, the first of its group, or the ladder of a step
}

// another reports whether another pair may be examined.
func (o *ordering) another() bool {
	o.pairs--
	return o.pairs >= 0 && o.priced > 0 && o.reported < maxOrdersReported
}

// isStep reports whether a contender is a step of [[discounts]].
func (o *ordering) isStep(c contender) bool { return c.leader == o.model.ladder }

// contenders are the rules that are applied one after the other, in their order, and the
// steps of [[discounts]], each as a rule.
func (o *ordering) contenders() []contender {
	var list []contender
	first := map[string]*rule{} // of groups
	for _, r := range o.model.enabled() {
		leader := r
		if group := r.stacking.group; group != "" {
			if first[group] == nil {
				first[group] = r
			}
			leader = first[group]
		}
		switch _, is := r.reward.(giftGiver); {
		case r == o.model.ladder:
			list = append(list, o.steps()...)
		case !is && r.stacking.exclusive != exclusiveAll && r.valid.compile().until > o.now.UnixNano():
			list = append(list, contender{r, leader})
		}
	}
	slices.SortStableFunc(list, func(a, b contender) int { return byPriority(a.leader, b.leader) })
	return list
}

// steps are the steps of [[discounts]], each as a rule.
func (o *ordering) steps() []contender {
	ladder := o.model.ladder
	var list []contender
	for _, st := range o.model.steps[:min(len(o.model.steps), maxStepsOrdered)] {
		list = append(list, contender{st.asRule(ladder), ladder})
	}
	return list
}

// asRule converts a step to a rule with a ladder of this one step.
func (st *orderStep) asRule(of *rule) *rule {
	return &rule{id: of.id, pos: of.pos, enabled: true, lines: st.lines, windows: st.windows, stacking: of.stacking,
		reward: &ladder{steps: []ladderStep{{threshold: st.threshold, amount: st.amount}}}}
}

// check compares each rule of one stage and priority with those before it, and reports each
// rule once.
func (o *ordering) check(rules []contender) {
	warned := map[*rule]bool{}
	for i, later := range rules {
		for _, earlier := range rules[:i] {
			if !o.another() {
				return
			}
			named := later
			if o.isStep(later) {
				named = earlier // the ladder has no priority key
			}
			if warned[named.rule] || earlier.stacking.stop == stopCart && earlier.always() || !earlier.mayInteract(later) {
				continue
			}
			o.priced--
			if reason, matters := o.matters(earlier, later); matters {
				o.reported++
				warned[named.rule] = true
				o.linter.report(named.rule, reason, o.orderHint(earlier, later), "priority")
			}
		}
	}
}

// orderHint says how the order of two rules is set.
func (o *ordering) orderHint(earlier, later contender) string {
	if o.isStep(earlier) || o.isStep(later) {
		return "set its priority: above 0 the rule is before [[discounts]], below 0 after it"
	}
	return "set priority in one of them: the rule with the higher one is first"
}

// mayInteract reports whether what one of two rules takes off may change what the other takes
// off. It may be true where that is hard to decide.
func (c contender) mayInteract(other contender) bool {
	exclusive := c.stacking.exclusive != exclusiveNot || other.stacking.exclusive != exclusiveNot
	goods := c.targeting.appliesTo != toShipping && other.targeting.appliesTo != toShipping
	shipping := c.targeting.appliesTo != toItems && other.targeting.appliesTo != toItems
	switch {
	case c.leader == other.leader || exclusive && goods:
		return false
	case !goods && !shipping && !c.shipsFrom() && !other.shipsFrom():
		return false
	}
	return maySeeOneCart(c.rule, other.rule)
}

// shipsFrom reports whether a rule reduces shipping only above a value of goods.
func (r *rule) shipsFrom() bool {
	return r.targeting.appliesTo == toShipping && slices.ContainsFunc(r.reaches(), func(of reach) bool { return of.amount > 0 })
}

// maySeeOneCart reports whether one cart may have goods for two rules at one instant. It may be
// true where that is hard to decide.
func maySeeOneCart(a, b *rule) bool {
	one, other := a.valid.compile(), b.valid.compile()
	return max(one.from, other.from) < min(one.until, other.until) && a.lines.mayShare(&b.lines)
}

// mayShare reports whether both selectors may match one line. It may be true where that is hard
// to decide.
func (sel *selector) mayShare(other *selector) bool {
	return mayShare(sel.skus, other.skus) && mayShare(sel.categories, other.categories) && mayShare(sel.subgroups, other.subgroups)
}

// mayShare reports whether two lists have a word in common; an empty list has every word.
func mayShare(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || shared(a, b) != ""
}

// shared is a word that two lists have in common. If one list is empty, it is the first word of
// the other. It is "" if there is none.
func shared(a, b []string) string {
	if len(a) > len(b) {
		a, b = b, a
	}
	switch {
	case len(b) == 0:
		return ""
	case len(a) == 0:
		return b[0]
	case len(b) > scanned:
		has := setOf(b)
		for _, word := range a {
			if has[word] {
				return word
			}
		}
		return ""
	}
	for _, word := range a {
		if slices.Contains(b, word) {
			return word
		}
	}
	return ""
}

// matters finds a cart that costs more or less with two rules in the other order, and describes
// it.
func (o *ordering) matters(earlier, later contender) (reason string, matters bool) {
	for one, other := range sharedGoods(earlier.rule, later.rule) {
		if reason, matters := o.mattersTo(earlier, later, one, other); matters {
			return reason, true
		}
	}
	return "", false
}

// mattersTo is matters for goods that both rules are about.
func (o *ordering) mattersTo(earlier, later contender, one, other targetedGoods) (reason string, matters bool) {
	a, b := earlier.rule, later.rule
	line, product := o.goods(one.lines, other.lines)
	asIs, turned := o.compile(product, a, b), o.compile(product, b, a)
	alone := []*Strategy{o.compile(product, a), o.compile(product, b)}
	for _, at := range o.instants(a, b) {
		for _, c := range o.carts(a, b, line, one, other) {
			if !o.applies(alone[0], &c, at) || !o.applies(alone[1], &c, at) {
				continue
			}
			first, ok := o.payable(asIs, &c, at)
			second, also := o.payable(turned, &c, at)
			if ok && also && o.differ(first, second) {
				return o.text(earlier, later, &c, first, second), true
			}
		}
	}
	return "", false
}

// targetedGoods are goods that a rule is about: all of them, or those of buy or of get.
type targetedGoods struct {
	lines     selector
	units     int64      // how many of them the rule needs; 0 where thresholds decide
	companion *cart.Line // a line that has to be in the cart with them
}

// targetedGoods lists the goods a rule is about: two entries for a get reward that buys and gets
// different goods, else one.
func (r *rule) targetedGoods() []targetedGoods {
	of, is := r.reward.(pairedReward)
	if !is {
		return []targetedGoods{{lines: r.lines}}
	}
	bought, got := of.pair()
	buy, get := r.lines.with(bought.lines), r.lines.with(got.lines)
	if buy.sameWords(&get) {
		return []targetedGoods{{lines: buy, units: bought.units + got.units}}
	}
	return []targetedGoods{
		{lines: get, units: got.units, companion: companionLine(&buy, bought.units)},
		{lines: buy, units: bought.units, companion: companionLine(&get, got.units)},
	}
}

// with is a selector in which the words of another one replace its own.
func (sel *selector) with(words *selector) selector {
	both := *sel
	if len(words.skus) > 0 {
		both.skus = words.skus
	}
	if len(words.categories) > 0 {
		both.categories = words.categories
	}
	if len(words.subgroups) > 0 {
		both.subgroups = words.subgroups
	}
	return both
}

// sharedGoods yields pairs of goods of two rules that one line may belong to.
func sharedGoods(a, b *rule) iter.Seq2[targetedGoods, targetedGoods] {
	return func(yield func(one, other targetedGoods) bool) {
		for _, one := range a.targetedGoods() {
			for _, other := range b.targetedGoods() {
				if one.lines.mayShare(&other.lines) && !yield(one, other) {
					return
				}
			}
		}
	}
}

// companionLine is a line with a number of units that a selector matches.
func companionLine(sel *selector, units int64) *cart.Line {
	line := lineOf(firstWord(sel.skus), firstWord(sel.categories), firstWord(sel.subgroups), max(anyPrice, sel.minPrice), []selector{*sel})
	line.Quantity, line.Subtotal = units, times(line.UnitPrice, units)
	return &line
}

// differ reports whether two sums differ by more than rounding in another order can cause.
func (o *ordering) differ(a, b int64) bool {
	return max(a, b)-min(a, b) > 2*o.model.arithmetic.unit
}

// text says what a cart comes to in either order.
func (o *ordering) text(earlier, later contender, c *cart.Cart, first, second int64) string {
	goods := goodsText(o.model.currency, &c.Lines[0]) + " come to"
	if len(c.Lines) > 1 || len(c.Shipping) > 0 {
		goods = "a cart with " + goodsText(o.model.currency, &c.Lines[0]) + " comes to"
	}
	return fmt.Sprintf("only their ids decide that %s is before %s: %s %s so, and %s the other way round",
		o.name(earlier), o.name(later), goods, majorText(o.model.currency, first), majorText(o.model.currency, second))
}

// name is the path of a contender in the file.
func (o *ordering) name(c contender) string {
	if o.isStep(c) {
		return "[[discounts]]"
	}
	return rulePath(c.id)
}

// compile makes a strategy of some rules alone, in the given order. A step of [[discounts]]
// brings the whole ladder.
func (o *ordering) compile(of *product, rules ...*rule) *Strategy {
	if of == nil {
		return o.compileWith(nil, rules...)
	}
	return o.compileWith([]product{*of}, rules...)
}

// compileWith is compile with a catalogue of some products.
func (o *ordering) compileWith(products []product, rules ...*rule) *Strategy {
	m := *o.model
	m.rules, m.steps, m.ladder, m.products, m.linter, m.pause = nil, nil, nil, products, nil, nil
	for i, r := range rules {
		ordered := *r
		ladder := o.model.ladder
		isStep := ladder != nil && r.id == ladder.id
		if isStep {
			ordered = *ladder
		}
		ordered.stacking.priority = int64(-i)
		if isStep {
			m.ladder, m.steps = &ordered, o.model.steps
		} else {
			m.rules = append(m.rules, &ordered)
		}
	}
	return Compile(&m)
}

func (o *ordering) payable(s *Strategy, c *cart.Cart, at time.Time) (payable int64, ok bool) {
	err := s.QuoteInto(&o.quote, c, at)
	return o.quote.Payable, err == nil
}

// applies reports whether a rule takes something off a cart.
func (o *ordering) applies(alone *Strategy, c *cart.Cart, at time.Time) bool {
	_, ok := o.payable(alone, c, at)
	return ok && len(o.quote.Applied) > 0
}
