package strategy

import (
	"cmp"
	"slices"

	"github.com/promogate/caddy-discount/money"
)

// each is whether a rule looks at its target as a whole or at its parts. A rule that looks
// at parts applies its thresholds, ladder and reward to each part as if the other parts did
// not exist. max_discount, requires, forbids, coupons and customer apply once to the rule,
// and gifts add up.
//
//	each = "sku"     # or "line"
//
// Each line without a SKU is a part of its own.
type each uint8

const (
	eachNone each = iota
	eachSKU
	eachLine
)

var eachWords = []string{"", "sku", "line"}

// decodeEach reads each. It reports settings that each cannot be combined with.
func decodeEach(s *section) each {
	n := s.Node.Get("each")
	by := each(s.word("each", 0, eachWords[1:]))
	if n == nil || !slices.Contains(eachWords[1:], n.Text) {
		return eachNone
	}
	if to := s.Node.Get("applies_to"); to != nil && to.Text != "items" {
		s.Wrong(n, "each", "shipping has no parts to look at", `use applies_to = "items", or leave each out`)
	}
	if count := s.Node.Get("count"); count != nil && count.Text == "cart" {
		s.Wrong(n, "each", `each part counts by itself, and count = "cart" counts the whole cart`, "leave one of them out")
	}
	return by + 1
}

func (by each) encode(o *object) { o.choice("each", int(by), 0, eachWords) }

// targetPart is some goods of a target: an article, or a line of one.
type targetPart struct {
	item, line  int32 // -1 for all lines
	from, units int64
}

// tryEach computes the targets and the rewards of a rule that looks at parts. It reports
// whether any part reaches the thresholds. If the evaluation is traced, found records why
// no part got a discount.
func (e *evaluation) tryEach(r *compiledRule, found *tried) (t *target, reached bool) {
	e.divide(r)
	e.rewards.eachTaken = e.rewards.eachTaken[:0]
	var given Gift
	for from := 0; from < len(e.rewards.parts); {
		to := from + 1
		for to < len(e.rewards.parts) && e.samePart(r, from, to) {
			to++
		}
		t = e.targetPart(r, e.rewards.parts[from:to])
		if found != nil {
			found.part = e.firstLineOf(&e.rewards.parts[from])
		}
		from = to
		if !t.anything(r) || !e.passes(r, t, found) {
			continue
		}
		reached = true
		var come progress
		if found != nil {
			come = e.progressOf(r.reward, r)
		}
		e.gift = Gift{}
		r.reward.give(e, r, t)
		e.rewards.eachTaken = append(e.rewards.eachTaken, t.portions...)
		if found != nil {
			found.add(e, r, t, come)
		}
		if e.gift.SKU != "" {
			given.SKU, given.Quantity = e.gift.SKU, min(money.Max, given.Quantity+e.gift.Quantity)
		}
		if r.unitsLeft > 0 && !e.leaveUnits(r, t) {
			break
		}
	}
	t = &e.target
	*t = target{portions: append(t.portions[:0], e.rewards.eachTaken...)}
	slices.SortFunc(t.portions, byItem)
	e.gift = given
	return t, reached
}

// passes reports whether a target reaches the thresholds of its rule. If the evaluation is
// traced, found records the first threshold that is not reached.
func (e *evaluation) passes(r *compiledRule, t *target, found *tried) bool {
	for _, c := range r.thresholds {
		if c.met(e, t) {
			continue
		}
		if found != nil && found.reason == "" {
			found.reason = c.key()
			found.seen, found.needed = c.explain(e, t)
		}
		if found != nil {
			found.keep(e, e.progressOf(c, r))
		}
		return false
	}
	return true
}

// divide lists the parts of a rule's target. Elements of the same part are adjacent.
func (e *evaluation) divide(r *compiledRule) {
	e.rewards.parts = e.rewards.parts[:0]
	if matched, narrowed := e.narrowed(&r.lines); narrowed {
		for _, i := range matched {
			e.addPart(r, i)
		}
	} else {
		for i := range e.goods {
			e.addPart(r, int32(i))
		}
	}
	e.countSteps(len(e.rewards.parts))
	if r.each == eachSKU {
		slices.SortFunc(e.rewards.parts, func(a, b targetPart) int {
			return cmp.Or(e.compareSKUs(e.items[a.item].from.SKU, e.items[b.item].from.SKU), cmp.Compare(a.item, b.item))
		})
	}
}

func (e *evaluation) addPart(r *compiledRule, i int32) {
	l := &e.items[i]
	if l.quantity == 0 || !r.lines.matches(l) {
		return
	}
	if r.each == eachSKU || l.lines == 1 {
		e.rewards.parts = append(e.rewards.parts, targetPart{item: i, line: -1, units: l.quantity})
		return
	}
	from := int64(0)
	for line, left := l.line, l.lines; left > 0; left-- {
		units := e.unitsOf(line)
		e.rewards.parts = append(e.rewards.parts, targetPart{item: i, line: line, from: from, units: units})
		if from += units; left > 1 {
			line = e.nextLine[line]
		}
	}
}

// firstLineOf is the first line of a part.
func (e *evaluation) firstLineOf(p *targetPart) int32 {
	if p.line >= 0 {
		return p.line
	}
	return e.items[p.item].line
}

// samePart reports whether two elements of the list are of the same part.
func (e *evaluation) samePart(r *compiledRule, a, b int) bool {
	sku := e.items[e.rewards.parts[a].item].from.SKU
	return r.each == eachSKU && sku != "" && e.sameSKU(sku, e.items[e.rewards.parts[b].item].from.SKU)
}

// targetPart computes the target that is only one part.
func (e *evaluation) targetPart(r *compiledRule, parts []targetPart) *target {
	t := &e.target
	*t = target{portions: t.portions[:0]}
	for i := range parts {
		p := &parts[i]
		l := &e.items[p.item]
		if p.line < 0 {
			e.addToTarget(t, r, int(p.item))
			continue
		}
		line := *l
		line.quantity, line.largest = p.units, p.units
		t.counted.add(&line, e.valueBy(p, e.arith.thresholdBase))
		if !e.leavesOut(r, l) {
			e.addPortions(t, r, *p)
		}
	}
	if r.each == eachLine && t.counted.articles == 0 && t.counted.quantity > 0 {
		t.counted.articles = 1 // even if an earlier line by weight is the same article
	}
	if r.targeting.maxUnits > 0 || r.unitsLeft > 0 {
		r.limit(t)
	}
	return t
}
