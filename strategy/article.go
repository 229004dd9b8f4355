package strategy

import (
	"cmp"
	"hash/maphash"
	"math/bits"
	"slices"

	"github.com/promogate/caddy-discount/cart"
)

// This file is how lines of a cart become articles. Lines alike in SKU, categories,
// subgroup, list price, reduced and attributes are one article, in the place of the
// first of them: rules see that article and not how the shop wrote it down. Goods by
// weight, lines without a SKU and lines without units stay by themselves.

// articles finds the article that a line is more of. It is a table of chains, from
// which a cart of a few lines is spared.
type articles struct {
	first, next []int32 // from one on, so that 0 is the end
	seed        maphash.Seed
	seeded      bool
}

// emptied is the table with nothing in it, in the same memory.
func (a articles) emptied() articles {
	a.first, a.next = a.first[:0], a.next[:0]
	return a
}

// join makes the last item, which is of a line, more units of an earlier item that it
// is alike, if there is one.
func (e *evaluation) join(lines int) {
	last := len(e.items) - 1
	l := &e.items[last]
	if l.from.SKU == "" || l.quantity == 0 || l.weighed {
		if lines > fewWords {
			e.articles.next = append(e.articles.next, 0)
		}
		return
	}
	if lines <= fewWords {
		for i := range e.items[:last] {
			if e.items[i].alike(l) {
				e.merge(i)
				return
			}
		}
		return
	}
	slot := e.articles.slot(l, lines)
	for at := *slot; at != 0; at = e.articles.next[at-1] {
		if e.items[at-1].alike(l) {
			e.merge(int(at - 1))
			return
		}
	}
	e.articles.next = append(e.articles.next, *slot)
	*slot = int32(last + 1)
}

// slot is where the chain begins that an item belongs to.
func (a *articles) slot(l *item, lines int) *int32 {
	if len(a.first) == 0 {
		a.first = zeroed(a.first, 1<<bits.Len(uint(2*lines)))
		if !a.seeded {
			a.seed, a.seeded = maphash.MakeSeed(), true
		}
	}
	key := maphash.String(a.seed, l.from.SKU) ^ uint64(l.unitPrice)*0x9E3779B97F4A7C15
	return &a.first[(key^key>>32)&uint64(len(a.first)-1)]
}

// merge adds the last item to an earlier one.
func (e *evaluation) merge(into int) {
	last := len(e.items) - 1
	more := &e.items[last]
	e.enlarge(&e.items[into], more.line, more.quantity, more.original)
	if more.further != nil && more.product == nil {
		e.further = e.further[:len(e.further)-1]
		e.categories = e.categories[:len(e.categories)-len(*more.further)]
	}
	e.items = e.items[:last]
}

// enlarge puts a line of so many units behind the others of an article.
func (e *evaluation) enlarge(l *item, line int32, units, worth int64) {
	l.quantity += units
	l.largest = max(l.largest, units)
	l.original += worth
	l.stage, l.left = l.original, l.original
	l.floor = times(l.unitFloor, l.quantity)
	for len(e.nextLine) <= int(line) {
		e.nextLine = append(e.nextLine, 0)
	}
	e.nextLine[l.lastLine] = line
	l.lastLine = line
	l.lines++
}

// alike reports whether two items are the same article.
func (l *item) alike(other *item) bool {
	return l.sku == other.sku && l.unitPrice == other.unitPrice && l.priceOver == other.priceOver && l.reduced == other.reduced &&
		l.product == other.product && l.quantity > 0 && !l.weighed && l.sameGoods(other)
}

// sameGoods compares what alike did not.
func (l *item) sameGoods(other *item) bool {
	a, b := l.from, other.from
	if a.SKU != b.SKU || !l.sameListPrice(other) {
		return false
	}
	return l.product != nil || a.Subgroup == b.Subgroup && sameCategories(a, b) && sameAttributes(a.Attributes, b.Attributes)
}

// sameListPrice compares list prices of which only the whole minor units are known to
// be the same: where the total of a line is stated alone, its price is a fraction.
func (l *item) sameListPrice(other *item) bool {
	if !l.priceOver {
		return l.unitPrice >= 0
	}
	return compareRatios(l.original, l.quantity, other.original, other.quantity) == 0
}

// compareRatios compares a/b with c/d, without dividing. None may be negative.
func compareRatios(a, b, c, d int64) int {
	aHi, aLo := bits.Mul64(uint64(a), uint64(d))
	cHi, cLo := bits.Mul64(uint64(c), uint64(b))
	return cmp.Or(cmp.Compare(aHi, cHi), cmp.Compare(aLo, cLo))
}

// sameCategories reports whether two lines are in the same categories.
func sameCategories(a, b *cart.Line) bool {
	if len(a.MoreCategories)+len(b.MoreCategories) == 0 {
		return a.Category == b.Category
	}
	return inCategoriesOf(a, b) && inCategoriesOf(b, a)
}

// inCategoriesOf reports whether each category of a line is one of another line's.
func inCategoriesOf(a, b *cart.Line) bool {
	in := func(name string) bool { return name == b.Category || slices.Contains(b.MoreCategories, name) }
	return in(a.Category) && !slices.ContainsFunc(a.MoreCategories, func(name string) bool { return !in(name) })
}

// sameAttributes reports whether two lines have the same attributes, in whatever
// order.
func sameAttributes(a, b []cart.Attribute) bool {
	if len(a) != len(b) {
		return false
	}
	if slices.Equal(a, b) {
		return true
	}
	return withinAttributes(a, b) && withinAttributes(b, a)
}

// withinAttributes reports whether a line has every attribute of another one.
func withinAttributes(a, b []cart.Attribute) bool {
	for i := range a {
		first, other := firstAttribute(a, a[i].Name), firstAttribute(b, a[i].Name)
		if other == nil || !valueOfAttribute(first).equals(valueOfAttribute(other)) {
			return false
		}
	}
	return true
}

// firstAttribute is the attribute of a name that counts; nil when there is none.
func firstAttribute(list []cart.Attribute, name string) *cart.Attribute {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}
