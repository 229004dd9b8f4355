package strategy

import (
	"math/bits"
	"slices"
)

// postings maps a word, such as a SKU, to the goods that have it. If each of many lines has
// a rule of its own, searching all lines for each of these rules would take time quadratic
// in the lines.
//
// It is a hash table with a list in each slot: first has the position of the first item of
// each list, and next has the position of the item after each item. Positions are from one
// on, and 0 is the end of a list. An item that has further categories is in a list for each
// of them, too. Their positions are after those of the items.
type postings struct {
	first, next []int32
	extra       []extraPosting // the further categories, at the positions after those of the items
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

// fewWords is how many words of a matcher are looked up at most. A cart with no more goods
// than that is searched completely, which is faster.
const fewWords = 8

// narrowed lists candidates for a matcher, in the order of the cart. They include all goods
// that it matches. It reports false where any of the goods may match.
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

// narrow lists the goods that have one of some words, each once, in the order of the cart.
func (e *evaluation) narrow(w *postings, words []symbol, wordOf func(*item) symbol, further int) {
	e.lookup.matched = e.lookup.matched[:0]
	e.addMatched(w, words, wordOf, further)
	if len(words) > 1 || len(w.extra) > 0 {
		slices.Sort(e.lookup.matched)
		e.lookup.matched = slices.Compact(e.lookup.matched)
	}
}

// addMatched adds the goods that have one of some words to matched; further is the number
// of further categories of all goods where the words are categories, and 0 otherwise.
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

// fill adds the goods to the table, in reused memory, with slots for further words. It
// leaves out goods whose word no rule and no product names.
func (w *postings) fill(goods []item, wordOf func(*item) symbol, further int) {
	size := 1 << bits.Len(uint(2*(len(goods)+further)))
	w.first, w.next, w.filled = zeroed(w.first, size), zeroed(w.next, len(goods)), true
	for i := len(goods) - 1; i >= 0; i-- { // so that each list is in the order of the cart
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

// link puts a position in front of the list of a word.
func (w *postings) link(word symbol, at int) {
	slot := &w.first[int(word)&(len(w.first)-1)]
	w.next[at], *slot = *slot, int32(at+1)
}

// of is the first position, from one on, of the list that has the goods with a word. The
// list may have other goods, too.
func (w *postings) of(word symbol) int32 { return w.first[int(word)&(len(w.first)-1)] }

// reset empties the table.
func (w *postings) reset() { w.extra, w.filled = w.extra[:0], false }

// zeroed is a list of zeros, in the same memory if it is large enough.
func zeroed[T uint8 | int32 | uint64](list []T, size int) []T {
	if cap(list) < size {
		return make([]T, size)
	}
	list = list[:size]
	clear(list)
	return list
}
