package strategy

import (
	"cmp"
	"slices"

	"github.com/promogate/caddy-discount/money"
)

// target is the goods that the evaluated rule counts, and the portions that it reduces.
type target struct {
	counted  totals // sums over the goods that match, by threshold base
	portions []portion
	quantity int64 // units in the portions
	value    int64 // value of the portions by base, in minor units
}

// totals are sums over goods.
type totals struct {
	present  int64 // all units; a line by weight is one unit
	articles int64 // different articles with units that count
	quantity int64 // units that count, which those at a list price of 0.00 do not
	weighed  int64 // units of quantity by weight
	largest  int64 // units of the largest line
	value    int64 // minor units, by threshold base
}

func (t *totals) add(l *item, value int64) {
	t.present += l.quantity
	t.value += value
	if l.uncounted || l.quantity == 0 {
		return
	}
	if !l.again {
		t.articles++
	}
	t.quantity += l.quantity
	t.largest = max(t.largest, l.largest)
	if l.weighed {
		t.weighed += l.quantity
	}
}

// whole is how many units count and are not by weight.
func (t *totals) whole() int64 { return t.quantity - t.weighed }

var everything matcher

// count adds up the goods that a matcher matches.
func (e *evaluation) count(m *matcher) totals {
	var sum totals
	if matched, narrowed := e.narrowed(m); narrowed {
		e.countSteps(1 + len(matched))
		for _, i := range matched {
			e.countIn(&sum, m, &e.items[i])
		}
		return sum
	}
	e.countSteps(1 + e.goods)
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

// computeTarget computes the target of a rule.
func (e *evaluation) computeTarget(r *compiledRule) *target {
	t := &e.target
	*t = target{portions: t.portions[:0]}
	if matched, narrowed := e.narrowed(&r.lines); narrowed {
		e.countSteps(1 + len(matched))
		for _, i := range matched {
			e.addToTarget(t, r, int(i))
		}
	} else {
		e.addGoods(t, r)
	}
	if r.targeting.appliesTo != toItems {
		for i := e.goods; i < len(e.items); i++ {
			if l := &e.items[i]; r.reduces(l) && !l.stopped {
				e.addPortion(t, int32(i))
			}
		}
	}
	if r.targeting.maxUnits > 0 || r.unitsLeft > 0 {
		r.limit(t)
	}
	return t
}

// addGoods adds the goods to the target that the rule is about.
func (e *evaluation) addGoods(t *target, r *compiledRule) {
	e.countSteps(1 + e.goods)
	if !r.lines.selects() {
		e.addWholeCart(t, r)
		return
	}
	for i := range e.items[:e.goods] {
		e.addToTarget(t, r, i)
	}
}

// addWholeCart is addGoods for a rule that is about the whole cart. What it counts, apart from the
// value, is the same for all such rules.
func (e *evaluation) addWholeCart(t *target, r *compiledRule) {
	if !e.allCounted {
		e.all, e.allCounted = e.countAll(), true
	}
	e.countSteps(e.lineCount() - e.goods)
	value := int64(0)
	for i := range e.items[:e.goods] {
		l := &e.items[i]
		if l.quantity == 0 {
			continue
		}
		value += l.value(e.arith.thresholdBase)
		switch {
		case e.leavesOut(r, l):
		case l.runs != 0 || r.byLine && l.lines > 1:
			e.addPortions(t, r, targetPart{item: int32(i), line: l.line, units: l.quantity})
		default:
			e.addPortion(t, int32(i))
		}
	}
	t.counted = e.all
	t.counted.value = value
}

// countAll adds up all goods, without their value.
func (e *evaluation) countAll() totals {
	var sum totals
	for i := range e.items[:e.goods] {
		sum.add(&e.items[i], 0)
	}
	return sum
}

// addToTarget adds an item of goods to the target if the rule is about it. It is short so that
// the loop of addGoods makes no call for goods that do not match, which are most.
func (e *evaluation) addToTarget(t *target, r *compiledRule, i int) {
	if l := &e.items[i]; l.quantity > 0 && r.lines.matches(l) {
		e.addMatching(t, r, i)
	}
}

// addMatching is addToTarget for goods that match.
func (e *evaluation) addMatching(t *target, r *compiledRule, i int) {
	l := &e.items[i]
	e.countLines(l)
	t.counted.add(l, l.value(e.arith.thresholdBase))
	switch {
	case e.leavesOut(r, l):
	case l.runs != 0 || r.byLine && l.lines > 1:
		e.addPortions(t, r, targetPart{item: int32(i), line: l.line, units: l.quantity})
	default:
		e.addPortion(t, int32(i))
	}
}

// leavesOut reports whether a rule counts goods without reducing any of their units.
func (e *evaluation) leavesOut(r *compiledRule, l *item) bool {
	return r.targeting.appliesTo == toShipping || l.stopped || (l.weighed || l.uncounted) && r.byUnit || r.targeting.fresh && l.runs == 0 && l.discounted
}

// anything reports whether the cart contains anything that the rule is about.
func (t *target) anything(r *compiledRule) bool {
	return len(t.portions) > 0 && (t.counted.present > 0 || !r.lines.selects())
}

// reduces reports whether the rule is about a shipping charge.
func (r *compiledRule) reduces(charge *item) bool {
	return len(r.methods) == 0 || slices.Contains(r.methods, charge.charge.Method)
}

// addPortion adds an item whose units are all alike to the target. It fills the portion in
// its place in the list: copying the portions of fifty lines took a tenth of the time of a
// quote.
func (e *evaluation) addPortion(t *target, i int32) {
	t.portions = append(t.portions, portion{})
	p, l := &t.portions[len(t.portions)-1], &e.items[i]
	p.item, p.line, p.units = i, l.line, l.quantity
	p.value, p.headroom, p.used = l.value(e.arith.base), l.headroom(), l.used
	t.quantity += p.units
	t.value += p.value
}

// addPortions adds some units of an item to the target, run by run, and line by line where
// the rule looks at lines. The line of the part is the line of its first unit.
func (e *evaluation) addPortions(t *target, r *compiledRule, part targetPart) {
	l := &e.items[part.item]
	only, runStart := l.whole(), int64(0)
	units := &only
	if l.runs != 0 {
		e.seek(&e.reading, l, part.from)
		units, runStart = &e.runs[e.reading.at], e.reading.before
	}
	line, lineEnd := int32(-1), l.quantity
	if r.byLine {
		line, lineEnd = part.line, part.from+e.unitsOf(part.line)
	}
	for from, last := part.from, part.from+part.units; ; {
		to := min(runStart+units.units, lineEnd)
		if !units.stopped && !(r.targeting.fresh && units.discounted) {
			t.add(e.portion(l, units, portion{item: part.item, line: line, from: from, units: to - from}, runStart))
		}
		if from = to; from >= last {
			return
		}
		if from == runStart+units.units {
			runStart, units = from, &e.runs[units.next]
		}
		if from == lineEnd {
			line = e.nextLine[line]
			lineEnd += e.unitsOf(line)
		}
	}
}

// portion fills a portion with the values of some units of a run.
func (e *evaluation) portion(l *item, of *run, p portion, runStart int64) portion {
	part := func(whole int64) int64 {
		return evenPart(whole, of.units, p.from-runStart+p.units) - evenPart(whole, of.units, p.from-runStart)
	}
	p.value, p.used = part(of.value(e.arith.base)), of.used
	p.headroom = max(0, part(of.left)-times(l.unitFloor, p.units))
	return p
}

// add adds a portion to the target.
func (t *target) add(p portion) {
	t.portions = append(t.portions, p)
	t.quantity += p.units
	t.value += p.value
}

// limit reduces the target to max_units.
func (t *target) limit(sc *targeting) {
	if sc.perLine {
		sortInLines(t.portions, sc.pick)
	} else {
		sortByUnit(t.portions, sc.pick)
	}
	all := t.portions
	t.portions, t.quantity, t.value = all[:0], 0, 0
	left := sc.maxUnits
	for i := range all {
		p := all[i]
		if sc.perLine && (i == 0 || !p.with(&all[i-1])) {
			left = sc.maxUnits
		}
		if units := min(left, p.units); units > 0 {
			left -= units
			t.add(p.first(units))
		}
	}
	slices.SortFunc(t.portions, byItem)
}

// sortByUnit orders portions by the price of a unit, then by the headroom of a unit, and
// then by their order in the cart.
func sortByUnit(portions []portion, by pick) {
	if by == inCartOrder {
		return
	}
	slices.SortFunc(portions, func(a, b portion) int { return cmp.Or(compareUnits(&a, &b, by), byHeadroom(&a, &b), byItem(a, b)) })
}

// sortInLines is sortByUnit within each line.
func sortInLines(portions []portion, by pick) {
	slices.SortFunc(portions, func(a, b portion) int {
		if !a.with(&b) {
			return cmp.Or(cmp.Compare(a.item, b.item), cmp.Compare(a.line, b.line))
		}
		if by == inCartOrder {
			return cmp.Compare(a.from, b.from)
		}
		return cmp.Or(compareUnits(&a, &b, by), byHeadroom(&a, &b), cmp.Compare(a.from, b.from))
	})
}

// compareUnits compares the value of a unit.
func compareUnits(a, b *portion, by pick) int {
	c := compareRatios(a.value, a.units, b.value, b.units)
	if by == dearest {
		return -c
	}
	return c
}

// byHeadroom puts the portion with more headroom per unit first.
func byHeadroom(a, b *portion) int { return -compareRatios(a.headroom, a.units, b.headroom, b.units) }

// majorText is an amount in messages: major units with the code of the currency.
func majorText(currency money.Currency, minor int64) string {
	return string(append(currency.AppendMajor(nil, minor), " "+currency.Code()...))
}

// uncountable is the value that was seen where no unit counts, and the value that is
// needed.
func (t *totals) uncountable() (seen, needed Value) {
	if t.quantity == 0 {
		return unitsValue(0, sayOnlyAtNothing), unitsValue(1, sayPriced)
	}
	return unitsValue(0, sayOnlyByWeight), unitsValue(1, saySoldByUnit)
}
