package strategy

import (
	"github.com/promogate/caddy-discount/money"
)

// threshold is the minimums for a rule to apply. A cart that has exactly the minimum
// satisfies it.
//
//	min_quantity      = 3         # units
//	min_line_quantity = 2         # units of the largest line
//	min_articles      = 3         # different articles
//	min_subtotal      = 50.00     # value, by arithmetic.threshold_base
//	count             = "target"  # the lines the rule is about, or the whole "cart"
type threshold struct {
	quantity     int64
	lineQuantity int64
	articles     int64
	subtotal     int64 // minor units
	wholeCart    bool
}

func decodeThreshold(s *section) conditionSpec {
	var t threshold
	t.quantity, _ = s.Integer("min_quantity", 1, money.Max)
	t.lineQuantity, _ = s.Integer("min_line_quantity", 1, money.Max)
	t.articles, _ = s.Integer("min_articles", 1, money.Max)
	t.subtotal, _ = s.amount("min_subtotal", 1)
	t.wholeCart = s.word("count", 0, countWords) == 1
	if t == (threshold{}) {
		return nil
	}
	return s.thresholds.Put(t)
}

var countWords = []string{"target", "cart"}

func (t *threshold) encode(o *object) {
	if t.wholeCart {
		o.key("count")
		o.text("cart")
	}
	if t.articles != 0 {
		o.key("min_articles")
		o.integer(t.articles)
	}
	if t.lineQuantity != 0 {
		o.key("min_line_quantity")
		o.integer(t.lineQuantity)
	}
	if t.quantity != 0 {
		o.key("min_quantity")
		o.integer(t.quantity)
	}
	o.optionalAmount("min_subtotal", t.subtotal)
}

func (t *threshold) compile(c *compiler, list []condition) []condition {
	for _, least := range []struct {
		of    measure
		least int64
	}{{ofQuantity, t.quantity}, {ofLineQuantity, t.lineQuantity}, {ofArticles, t.articles}, {ofSubtotal, t.subtotal}} {
		if least.least > 0 {
			list = append(list, c.atLeast.Put(atLeast{of: least.of, least: least.least, wholeCart: t.wholeCart}))
		}
	}
	return list
}

// measure is what a threshold counts.
type measure uint8

const (
	ofQuantity measure = iota
	ofLineQuantity
	ofArticles
	ofSubtotal
)

// atLeast is one compiled threshold.
type atLeast struct {
	of        measure
	least     int64
	wholeCart bool
}

func (a *atLeast) key() string {
	return [...]string{"min_quantity", "min_line_quantity", "min_articles", "min_subtotal"}[a.of]
}

func (a *atLeast) met(e *evaluation, t *target) bool { return a.seen(e, t) >= a.least }

// seen is the measure of the cart or the target, in units, articles or minor units.
func (a *atLeast) seen(e *evaluation, t *target) int64 {
	sum := &t.counted
	if a.wholeCart {
		whole := e.count(&everything)
		sum = &whole
	}
	switch a.of {
	case ofQuantity:
		return sum.quantity
	case ofLineQuantity:
		return sum.largest
	case ofArticles:
		return sum.articles
	}
	return sum.value
}

func (a *atLeast) explain(e *evaluation, t *target) (seen, needed Value) {
	switch a.of {
	case ofSubtotal:
		return minorValue(a.seen(e, t), sayPlain), minorValue(a.least, sayAtLeast)
	case ofArticles:
		return unitsValue(a.seen(e, t), sayArticles), unitsValue(a.least, sayAtLeastArticles)
	}
	return unitsValue(a.seen(e, t), sayPlain), unitsValue(a.least, sayAtLeast)
}

func (a *atLeast) progress(e *evaluation, t *target) progress {
	c := progress{reason: a.key(), full: failing, seen: a.seen(e, t), units: a.of != ofSubtotal}
	missing := a.least - c.seen
	switch n := &c.needs[0]; a.of {
	case ofSubtotal:
		n.amount = missing
	case ofArticles:
		c.articles, n.articles = true, missing
	case ofLineQuantity:
		n.oneLine, n.units = true, missing
	default:
		n.units = missing
	}
	return c
}

func (a *atLeast) facet(f *facets) {
	switch a.of {
	case ofQuantity, ofLineQuantity:
		f.quantity = max(f.quantity, a.least)
	case ofSubtotal:
		f.subtotal = a.least
	}
}

func (a *atLeast) looks() int64 { return int64(oneIf(a.wholeCart)) }

func (t *threshold) looksAtTarget() bool { return true }

func (t *threshold) reaches() []reach {
	return []reach{{units: t.quantity}, {units: t.lineQuantity}, {amount: t.subtotal}}
}

func (t *threshold) minimum(wholeCart, byQuantity bool) (least int64, key string, counts bool) {
	switch {
	case t.wholeCart != wholeCart:
		return 0, "", false
	case byQuantity:
		return t.quantity, "min_quantity", true
	}
	return t.subtotal, "min_subtotal", true
}

func (t *threshold) impliedBy(other conditionSpec) bool {
	o, same := other.(*threshold)
	return same && t.wholeCart == o.wholeCart && t.quantity <= o.quantity && t.lineQuantity <= o.lineQuantity &&
		t.articles <= o.articles && t.subtotal <= o.subtotal
}

func (t *threshold) lineWarning(*rule) (warning lineWarning, looks bool) {
	return lineWarning{
		key: "min_line_quantity", what: "min_line_quantity counts the units of each line: ",
		hint: `min_quantity with each = "sku" counts those of each article`,
	}, t.lineQuantity > 0
}

// Interface guards.
var (
	_ targetReader     = (*threshold)(nil)
	_ reacher          = (*threshold)(nil)
	_ minimal          = (*threshold)(nil)
	_ implied          = (*threshold)(nil)
	_ lineWarner       = (*threshold)(nil)
	_ progressReporter = (*atLeast)(nil)
	_ indexed          = (*atLeast)(nil)
	_ looker           = (*atLeast)(nil)
)
