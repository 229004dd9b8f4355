package strategy

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// This file is how lines of a cart become articles. Lines alike in SKU, categories,
// subgroup, list price, reduced and attributes are one article, in the place of the
// first of them: rules see that article and not how the shop wrote it down. Goods by
// weight, lines without a SKU and lines without units stay by themselves.

// articles finds the article that a line is more of, by the hash of its SKU. From a
// number of lines on it has a table of chains.
type articles struct {
	hash        uint64   // of the SKU of the last item
	hashes      []uint64 // of each item
	weighed     bool     // some goods are by weight
	first, next []int32  // from one on, so that 0 is the end
}

// reset forgets all articles.
func (a *articles) reset() {
	a.hashes, a.first, a.next, a.weighed = a.hashes[:0], a.first[:0], a.next[:0], false
}

// join makes the last item, which is of one of so many lines, more units of an earlier
// item that it is alike, if there is one.
func (e *evaluation) join(lines int) {
	a, last := &e.articles, len(e.items)-1
	l, hash := &e.items[last], a.hash
	if l.from.SKU == "" || l.quantity == 0 {
		hash = 0
	}
	into := -1
	if (l.weighed || a.weighed) && hash != 0 {
		a.weighed = true
		l.again = e.sameBefore(l, hash)
	}
	if lines <= fewWords {
		for i, other := range a.hashes {
			if other == hash && e.alike(&e.items[i], l) {
				into = i
				break
			}
		}
	} else {
		into = e.chained(l, hash, lines)
	}
	if into >= 0 {
		e.merge(into)
		return
	}
	a.hashes = append(a.hashes, hash)
}

// sameBefore reports whether goods are the same article as an earlier item, where some
// are by weight and so no part of it.
func (e *evaluation) sameBefore(l *item, hash uint64) bool {
	for i, other := range e.articles.hashes {
		earlier := &e.items[i]
		if other != hash || !e.sameArticle(earlier, l) || earlier.priceOver != l.priceOver {
			continue
		}
		if earlier.weighed || l.weighed || earlier.sameListPrice(l) {
			return true
		}
	}
	return false
}

// chained looks for an item that the last one is alike in the chain of its hash, and
// puts it there if there is none; -1 for none.
func (e *evaluation) chained(l *item, hash uint64, lines int) int {
	a := &e.articles
	if len(a.first) == 0 {
		a.first = zeroed(a.first, 1<<bits.Len(uint(2*lines)))
	}
	slot := &a.first[hash>>8&uint64(len(a.first)-1)]
	if hash != 0 {
		for at := *slot; at != 0; at = a.next[at-1] {
			if a.hashes[at-1] == hash && e.alike(&e.items[at-1], l) {
				return int(at - 1)
			}
		}
	}
	a.next = append(a.next, *slot)
	*slot = int32(len(e.items))
	return -1
}

// merge adds the last item to an earlier one.
func (e *evaluation) merge(into int) {
	last := len(e.items) - 1
	more := &e.items[last]
	e.enlarge(&e.items[into], more.line, more.quantity, more.original)
	if more.further != nil {
		e.categories = e.categories[:len(e.categories)-len(*more.further)]
		if more.product == nil {
			e.further = e.further[:len(e.further)-1]
		}
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
func (e *evaluation) alike(l, other *item) bool {
	return !l.weighed && !other.weighed && l.sameListPrice(other) && e.sameArticle(l, other)
}

// sameArticle is alike where goods may be by weight; what part of a minor unit a price has
// is then not looked at.
func (e *evaluation) sameArticle(l, other *item) bool {
	a, b := l.from, other.from
	if l.sku != other.sku || l.unitPrice != other.unitPrice || l.reduced != other.reduced || l.product != other.product ||
		l.quantity == 0 || a.SKU == "" || !e.sameSKU(a.SKU, b.SKU) {
		return false
	}
	return l.product != nil || a.Subgroup == b.Subgroup && sameCategories(a, b) && sameAttributes(a.Attributes, b.Attributes)
}

// sameListPrice compares list prices of which only the whole minor units are known to
// be the same: where the total of a line is stated alone, its price is a fraction.
func (l *item) sameListPrice(other *item) bool {
	if l.unitPrice != other.unitPrice || l.priceOver != other.priceOver || !l.priceOver {
		return l.unitPrice == other.unitPrice && l.priceOver == other.priceOver && l.unitPrice >= 0
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

// sameSKU reports whether two SKUs are compared as the same.
func (e *evaluation) sameSKU(a, b string) bool { return a == b || e.compareSKUs(a, b) == 0 }

// compareSKUs orders SKUs as they are compared.
func (e *evaluation) compareSKUs(a, b string) int {
	if first := strings.Compare(a, b); first == 0 || e.skuForm == asWritten {
		return first
	}
	return bytes.Compare(e.coupons.fold(a, e.skuForm), e.coupons.other.fold(b, e.skuForm))
}
