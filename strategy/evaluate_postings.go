package strategy

import (
	"math/bits"
	"slices"
)

// postings says which goods have a word, such as a SKU. Where each of many
// lines has a rule of its own, going through all lines for each of those rules
// would cost the square of the lines.
//
// It is a table with a list in each slot: first has the place of the first item
// of its list, next for each item that of the one after it, both from one on so
// that 0 is the end. An item that has further categories is in a list for each of
// them, too: those places come after the places of the items.
type postings struct {
	first, next []int32
	extra       []extraPosting // of the places after those of the items
	filled      bool
}

// extraPosting is a further category of an item.
type extraPosting struct {
	word symbol
	item int32
}

// The words that items are looked up by.
func skuOf(l *item) symbol      { return l.sku }
func categoryOf(l *item) symbol { return l.category }
func subgroupOf(l *item) symbol { return l.subgroup }

// fewWords is up to how many words items are looked up one by one, and from how
// many items on: less than that is sooner gone through.
const fewWords = 8

// narrowed lists the goods, in the order of the cart, among which are all that a
// matcher matches. It reports false where that could be any.
func (e *evaluation) narrowed(m *matcher) (list []int32, narrowed bool) {
	if e.goods <= fewWords {
		return nil, false
	}
	switch {
	case isFew(m.skus):
		e.narrow(&e.lookup.bySKU, m.skus, skuOf, 0)
	case isFew(m.categories):
		e.narrow(&e.lookup.byCategory, m.categories, categoryOf, len(e.lookup.categories))
	case isFew(m.subgroups):
		e.narrow(&e.lookup.bySubgroup, m.subgroups, subgroupOf, 0)
	default:
		if !e.narrowAny(m) {
			return nil, false
		}
	}
	return e.lookup.matched, true
}

func isFew(words []symbol) bool { return len(words) > 0 && len(words) <= fewWords }

// narrow lists the goods that have one of a few words, each once, in the order of the
// cart.
func (e *evaluation) narrow(w *postings, words []symbol, wordOf func(*item) symbol, further int) {
	e.lookup.matched = e.lookup.matched[:0]
	e.addMatched(w, words, wordOf, further)
	if len(words) > 1 || len(w.extra) > 0 {
		slices.Sort(e.lookup.matched)
		e.lookup.matched = slices.Compact(e.lookup.matched)
	}
}

// addMatched adds the goods that have one of some words to those that are near; further is
// how many words of the kind goods have beside their first.
func (e *evaluation) addMatched(w *postings, words []symbol, wordOf func(*item) symbol, further int) {
	if len(words) == 0 {
		return
	}
	goods := e.items[:e.goods]
	if !w.filled {
		w.fill(goods, wordOf, further)
		if further > 0 {
			w.fillFurther(goods)
		}
	}
	for _, word := range words {
		for at := w.of(word); at != 0; at = w.next[at-1] {
			if i := int(at - 1); i >= len(goods) {
				if p := &w.extra[i-len(goods)]; p.word == word {
					e.lookup.matched = append(e.lookup.matched, p.item)
				}
			} else if wordOf(&goods[i]) == word {
				e.lookup.matched = append(e.lookup.matched, at-1)
			}
		}
	}
}

// fill puts the goods into the table, whose memory is used again, with slots for
// further words. Those whose word no rule and no product names are left out.
func (w *postings) fill(goods []item, wordOf func(*item) symbol, further int) {
	size := 1 << bits.Len(uint(2*(len(goods)+further)))
	w.first, w.next, w.filled = zeroed(w.first, size), zeroed(w.next, len(goods)), true
	for i := len(goods) - 1; i >= 0; i-- { // each list in the order of the cart
		if word := wordOf(&goods[i]); word != unnamed {
			w.link(word, i)
		}
	}
}

// fillFurther adds the further categories of the goods.
func (w *postings) fillFurther(goods []item) {
	for i := range goods {
		if goods[i].further == nil {
			continue
		}
		for _, word := range *goods[i].further {
			w.extra, w.next = append(w.extra, extraPosting{word, int32(i)}), append(w.next, 0)
			w.link(word, len(w.next)-1)
		}
	}
}

// link puts a place in front of the list of a word.
func (w *postings) link(word symbol, at int) {
	slot := &w.first[int(word)&(len(w.first)-1)]
	w.next[at], *slot = *slot, int32(at+1)
}

// of is the place, from one on, from which to look for goods with a word; the
// list may hold others, too.
func (w *postings) of(word symbol) int32 { return w.first[int(word)&(len(w.first)-1)] }

// reset empties the table.
func (w *postings) reset() { w.extra, w.filled = w.extra[:0], false }

// zeroed is a list of zeros, in the same memory if it is large enough.
func zeroed[T int32 | uint64](list []T, size int) []T {
	if cap(list) < size {
		return make([]T, size)
	}
	list = list[:size]
	clear(list)
	return list
}
