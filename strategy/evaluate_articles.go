package strategy

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// This file merges lines of a cart into articles. Lines with the same SKU, categories,
// subgroup, list price, reduced and attributes are one article, in the place of the first
// of them. Rules see the article and not the lines that the shop wrote. Goods by weight,
// lines without a SKU and lines without units are not merged.

// articles finds the article that a line belongs to, by a hash of its SKU and its price.
//
// Nearly every line is an article of its own. One bit in a large table shows that: there
// are so many more bits than lines that another hash rarely sets the same bit. Testing the
// bit and adding a line take no branch that a processor cannot predict.
type articles struct {
	hash  uint64   // of the SKU of the last item
	seen  []uint64 // a bit of each hash
	first []int32  // the last item of each list, from one on; 0 for none
	items []articleItem
	variants
}

// articleItem is the entry of an item.
type articleItem struct {
	hash   uint64
	next   int32 // next item in its list, from one on; 0 for none
	varied bool  // it is in the variants
}

// begin makes the tables large enough for so many lines.
func (a *articles) begin(lines int) {
	size := 1 << bits.Len(uint(2*lines))
	a.seen, a.first = zeroed(a.seen, size), zeroed(a.first, size)
	if cap(a.items) < lines {
		a.items = make([]articleItem, lines)
	}
	a.items = a.items[:lines]
	a.variants.list = a.variants.list[:0]
}

// add puts an item in front of its list. It reports whether an earlier item may have the
// same hash.
func (a *articles) add(hash uint64, item int) (maybe bool) {
	slot := &a.first[hash>>10&uint64(len(a.first)-1)]
	a.items[item] = articleItem{hash: hash, next: *slot}
	*slot = int32(item + 1)
	word, bit := &a.seen[hash>>32&uint64(len(a.seen)-1)], uint64(1)<<(hash>>58)
	maybe = *word&bit != 0
	*word |= bit
	return maybe
}

// remove removes the item that was added last from its list.
func (a *articles) remove(item int) {
	last := &a.items[item]
	a.first[last.hash>>10&uint64(len(a.first)-1)] = last.next
}

// spreading is an odd number whose multiples differ in all their bits: 2 to the 64 divided
// by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4).
const spreading = 0x9e3779b97f4a7c15

// mixed is a hash of a hash and a number. It includes the upper half of the product, so
// that a client cannot choose numbers whose hashes fall into one list.
func mixed(hash, number uint64) uint64 {
	hi, lo := bits.Mul64(hash^number, spreading)
	return hi ^ lo
}

// join merges the last item into an earlier item that is the same article, if there is one.
func (e *evaluation) join(l *item, i int) {
	if e.articles.add(mixed(e.articles.hash, uint64(l.unitPrice)), i) && l.from.SKU != "" && l.quantity != 0 {
		e.joinEarlier(l, i)
	}
}

// joinEarlier looks for the item of the same hash. A list has at most one, which stands for
// all articles with one SKU and one price.
func (e *evaluation) joinEarlier(l *item, i int) {
	a := &e.articles
	hash := a.items[i].hash
	at := a.items[i].next
	for at != 0 && a.items[at-1].hash != hash {
		at = a.items[at-1].next
	}
	if at == 0 {
		return
	}
	a.remove(i)
	if first := int(at - 1); e.alike(&e.items[first], l) {
		e.merge(first)
	} else {
		e.joinVariant(l, i, first)
	}
}

// merge adds the last item to an earlier one and removes it.
func (e *evaluation) merge(into int) {
	last := len(e.items) - 1
	more := &e.items[last]
	e.enlarge(&e.items[into], more.line, more.quantity, more.original)
	if more.further != nil {
		e.lookup.categories = e.lookup.categories[:len(e.lookup.categories)-len(*more.further)]
		if more.product == nil {
			e.lookup.further = e.lookup.further[:len(e.lookup.further)-1]
		}
	}
	e.items = e.items[:last]
}

// enlarge adds a line to the end of an article. Units is its quantity; worth is its value
// in minor units.
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

// sameArticle is alike without the fraction of a minor unit in the list price, and for
// goods by weight, too.
func (e *evaluation) sameArticle(l, other *item) bool {
	a, b := l.from, other.from
	if l.sku != other.sku || l.unitPrice != other.unitPrice || l.reduced != other.reduced || l.product != other.product ||
		l.quantity == 0 || a.SKU == "" || !e.sameSKU(a.SKU, b.SKU) {
		return false
	}
	return l.product != nil || a.Subgroup == b.Subgroup && sameCategories(a, b) && sameAttributes(a.Attributes, b.Attributes)
}

// sameListPrice compares list prices exactly. Where the cart states only the total of a
// line, its price is a fraction and unitPrice has only the whole minor units.
func (l *item) sameListPrice(other *item) bool {
	if l.unitPrice != other.unitPrice || l.priceOver != other.priceOver || !l.priceOver {
		return l.unitPrice == other.unitPrice && l.priceOver == other.priceOver && l.unitPrice >= 0
	}
	return compareRatios(l.original, l.quantity, other.original, other.quantity) == 0
}

// compareRatios compares a/b with c/d without a division. No argument may be negative.
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

// inCategoriesOf reports whether line b is in each category of line a.
func inCategoriesOf(a, b *cart.Line) bool {
	in := func(name string) bool { return name == b.Category || slices.Contains(b.MoreCategories, name) }
	return in(a.Category) && !slices.ContainsFunc(a.MoreCategories, func(name string) bool { return !in(name) })
}

// sameAttributes reports whether two lines have the same attributes, in any order.
func sameAttributes(a, b []cart.Attribute) bool {
	if len(a) != len(b) {
		return false
	}
	if slices.Equal(a, b) {
		return true
	}
	return withinAttributes(a, b) && withinAttributes(b, a)
}

// withinAttributes reports whether a line has every attribute of another line.
func withinAttributes(a, b []cart.Attribute) bool {
	for i := range a {
		first, other := firstAttribute(a, a[i].Name), firstAttribute(b, a[i].Name)
		if other == nil || !valueOfAttribute(first).equals(valueOfAttribute(other)) {
			return false
		}
	}
	return true
}

// firstAttribute is the first attribute of a name, which is the one that counts; nil when
// there is none.
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

// compareSKUs orders SKUs in the form in which they are compared.
func (e *evaluation) compareSKUs(a, b string) int {
	if first := strings.Compare(a, b); first == 0 || e.skuForm == asWritten {
		return first
	}
	return bytes.Compare(e.coupons.fold(a, e.skuForm), e.coupons.other.fold(b, e.skuForm))
}
