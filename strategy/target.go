package strategy

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/promogate/caddy-discount/money"
)

// scopeOfRule is what a rule reduces, and how many units of it.
//
//	applies_to    = "items"       # the goods it is about, "shipping", or "all" of both
//	max_units     = 5             # no more units than this
//	max_units_per = "rule"        # over all lines, or of each "line"
//	pick          = "cheapest"    # which units: "cheapest", "dearest", or in the order of the "cart"
type scopeOfRule struct {
	appliesTo appliesTo
	maxUnits  int64 // 0 when absent
	perLine   bool
	pick      pick
}

type appliesTo uint8

const (
	toItems appliesTo = iota
	toShipping
	toAll
)

type pick uint8

const (
	cheapest pick = iota
	dearest
	inCartOrder
)

var (
	appliesToWords = []string{"items", "shipping", "all"}
	perWords       = []string{"rule", "line"}
	pickWords      = []string{"cheapest", "dearest", "cart"}
)

func decodeScope(s *section) scopeOfRule {
	var sc scopeOfRule
	sc.appliesTo = appliesTo(s.word("applies_to", 0, appliesToWords))
	sc.maxUnits, _ = s.integer("max_units", 1, money.Max)
	sc.perLine = s.word("max_units_per", 0, perWords) == 1
	sc.pick = pick(s.word("pick", 0, pickWords))
	if s.has("max_units_per") && sc.maxUnits == 0 {
		s.wrong(s.node.Get("max_units_per"), "max_units_per", "there is no max_units for it", "")
	}
	if sc.maxUnits != 0 && sc.appliesTo != toItems {
		s.wrong(s.node.Get("max_units"), "max_units", "shipping has no units", `use applies_to = "items"`)
	}
	return sc
}

func (sc *scopeOfRule) encode(o *object) {
	o.choice("applies_to", int(sc.appliesTo), 0, appliesToWords)
	if sc.maxUnits != 0 {
		o.key("max_units")
		o.integer(sc.maxUnits)
	}
	if sc.perLine {
		o.key("max_units_per")
		o.text("line")
	}
	o.choice("pick", int(sc.pick), 0, pickWords)
}

// target is what the rule at hand is about: the goods it counts, and the
// portions it reduces.
type target struct {
	counted  totals // of the goods that match, by threshold base
	portions []portion
	quantity int64 // units in the portions
	value    int64 // value of the portions, by base
}

// totals are sums over goods.
type totals struct {
	quantity int64 // a line by weight is one unit
	weighed  int64 // units of quantity that are lines by weight
	largest  int64 // units of the largest line
	value    int64 // minor units, by threshold base
}

func (t *totals) add(l *item, value int64) {
	t.quantity += l.quantity
	t.largest = max(t.largest, l.quantity)
	t.value += value
	if l.weighed {
		t.weighed += l.quantity
	}
}

// whole is how many units there are beside the goods by weight.
func (t *totals) whole() int64 { return t.quantity - t.weighed }

var everything matcher

// count adds up the goods a matcher matches.
func (e *evaluation) count(m *matcher) totals {
	var sum totals
	if near, narrowed := e.narrowed(m); narrowed {
		for _, i := range near {
			e.countIn(&sum, m, &e.items[i])
		}
		return sum
	}
	for i := range e.items[:e.goods] {
		e.countIn(&sum, m, &e.items[i])
	}
	return sum
}

func (e *evaluation) countIn(sum *totals, m *matcher, l *item) {
	if m.matches(l) {
		sum.add(l, l.value(e.arith.thresholdBase))
	}
}

// aim works out the target of a rule.
func (e *evaluation) aim(r *compiledRule) *target {
	t := &e.target
	*t = target{portions: t.portions[:0]}
	if near, narrowed := e.narrowed(&r.lines); narrowed {
		for _, i := range near {
			e.aimAt(t, r, int(i))
		}
	} else {
		for i := range e.items[:e.goods] {
			e.aimAt(t, r, i)
		}
	}
	if r.scope.appliesTo != toItems {
		for i := e.goods; i < len(e.items); i++ {
			if l := &e.items[i]; r.reduces(l) && !l.stopped {
				e.addPortion(t, int32(i), l.quantity)
			}
		}
	}
	if r.scope.maxUnits > 0 {
		e.limit(t, &r.scope)
	}
	return t
}

// aimAt adds an item of goods to the target if the rule is about it.
func (e *evaluation) aimAt(t *target, r *compiledRule, i int) {
	l := &e.items[i]
	if !r.lines.matches(l) || l.quantity == 0 {
		return
	}
	t.counted.add(l, l.value(e.arith.thresholdBase))
	if r.scope.appliesTo != toShipping && !l.stopped && !(l.weighed && r.byUnit) {
		e.addPortion(t, int32(i), l.quantity)
	}
}

// anything reports whether the cart holds anything the rule is about.
func (t *target) anything(r *compiledRule) bool {
	return len(t.portions) > 0 && (t.counted.quantity > 0 || !r.lines.selects())
}

// reduces reports whether a shipping charge is one the rule is about.
func (r *compiledRule) reduces(charge *item) bool {
	return len(r.methods) == 0 || slices.Contains(r.methods, charge.charge.Method)
}

// addPortion adds the first units of an item to the target.
func (e *evaluation) addPortion(t *target, i int32, units int64) {
	t.portions = append(t.portions, portion{})
	p := &t.portions[len(t.portions)-1]
	e.portion(p, i, units)
	t.quantity += p.units
	t.value += p.value
}

// portion makes p one of the first units of an item. Portions and items are made
// where they stay: copying those of fifty lines, just written, took a tenth of the
// quote.
func (e *evaluation) portion(p *portion, i int32, units int64) {
	l := &e.items[i]
	p.item, p.units, p.value, p.room = i, units, l.value(e.arith.base), l.room()
	p.off, p.rest = 0, 0
	if units < l.quantity {
		p.value = evenPart(p.value, l.quantity, units)
		floor, _ := money.Mul(l.unitFloor, units)
		p.room = min(p.room, max(0, p.value-floor))
	}
}

// limit cuts the target down to max_units.
func (e *evaluation) limit(t *target, sc *scopeOfRule) {
	e.sortByUnit(t.portions, sc.pick)
	left := sc.maxUnits
	kept := 0
	t.quantity, t.value = 0, 0
	for i := range t.portions {
		if sc.perLine {
			left = sc.maxUnits
		}
		if left == 0 {
			break
		}
		p := &t.portions[i]
		e.portion(p, p.item, min(left, p.units))
		left -= p.units
		kept++
		t.quantity += p.units
		t.value += p.value
	}
	t.portions = t.portions[:kept]
	slices.SortFunc(t.portions, byItem)
}

// sortByUnit orders portions by the price of a unit, equal ones in the order
// of the cart.
func (e *evaluation) sortByUnit(portions []portion, by pick) {
	if by == inCartOrder {
		return
	}
	slices.SortFunc(portions, func(a, b portion) int {
		return cmp.Or(compareUnits(&a, &b, by), cmp.Compare(a.item, b.item))
	})
}

// compareUnits compares the value of a unit, without dividing.
func compareUnits(a, b *portion, by pick) int {
	aHi, aLo := bits.Mul64(uint64(a.value), uint64(b.units))
	bHi, bLo := bits.Mul64(uint64(b.value), uint64(a.units))
	c := cmp.Or(cmp.Compare(aHi, bHi), cmp.Compare(aLo, bLo))
	if by == dearest {
		return -c
	}
	return c
}

// majorText writes an amount for a person, with its currency's decimals.
func majorText(currency money.Currency, minor int64) string {
	return string(currency.AppendMajor(nil, minor))
}
