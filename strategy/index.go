package strategy

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/internal/arena"
)

// index finds the rules that a cart can touch, so that the cost of a quote grows with the
// number of rules that match and not with the number of rules. The result is a superset: all
// conditions of every rule found are still checked.
//
// A rule that names coupons, customers, SKUs, or only rare categories or subgroups has
// postings under those words. Only a cart with one of the words finds it. The other rules have
// one bit each in bitmaps. For each value of a dimension (category, channel, hour and so on) a
// bitmap has the rules that the value does not rule out. A cart finds the rules that are in the
// bitmap of every dimension. A rule that names both rare and frequent categories has a bit and
// also postings under the rare ones.
type index struct {
	byCoupon   [][]int32 // by symbol
	byCodes    [][]int32 // by index of the set of codes
	byCustomer map[string][]int32
	bySKU      [][]int32 // by symbol
	byCategory [][]int32 // by symbol; rare categories only
	bySubgroup [][]int32 // by symbol; rare subgroups only

	rules        []int32 // the rule of each bit, in the order of rules
	categories   bySymbol
	subgroups    bySymbol
	alternatives byAny
	channels     byWord
	regions      byWord
	tiers        byWord
	hours        []bitmap // 24, or none when no rule has a window
	dates        byLevel  // Unix nanoseconds
	subtotals    byLevel  // minor units
	quantities   byLevel

	arena arena.Of[int32] // memory of the postings above
}

// buildIndex indexes every rule of a strategy.
func buildIndex(rules []compiledRule, words *compiler, pause document.Pause) *index {
	x := &index{
		byCoupon:   make([][]int32, len(words.codes)+1),
		byCodes:    make([][]int32, len(words.sets)),
		byCustomer: map[string][]int32{},
		bySKU:      make([][]int32, len(words.skus)+1),
		byCategory: make([][]int32, len(words.categories)+1),
		bySubgroup: make([][]int32, len(words.subgroups)+1),
	}
	rare := rarity(rules, words)
	for i := range rules {
		pause.After(i)
		if x.file(int32(i), &rules[i], rare) {
			continue
		}
		x.rules = append(x.rules, int32(i))
		x.put(x.byCategory, rules[i].lines.categories, int32(i), rare.category)
		x.put(x.bySubgroup, rules[i].lines.subgroups, int32(i), rare.subgroup)
		x.putAny(int32(i), &rules[i].lines, rare)
	}
	at := make([]*compiledRule, len(x.rules))
	for bit, i := range x.rules {
		at[bit] = &rules[i]
	}
	x.categories = indexSymbols(at, len(words.categories), func(r *compiledRule) []symbol { return r.lines.categories }, rare.category)
	x.subgroups = indexSymbols(at, len(words.subgroups), func(r *compiledRule) []symbol { return r.lines.subgroups }, rare.subgroup)
	x.alternatives = indexAny(at, words, rare)
	x.channels = indexWords(at, func(r *compiledRule) []string { return r.facets.channels })
	x.regions = indexWords(at, func(r *compiledRule) []string { return r.facets.regions })
	x.tiers = indexWords(at, func(r *compiledRule) []string { return r.facets.tiers })
	x.hours = indexHours(at)
	x.dates = indexLevels(at, func(r *compiledRule) (int64, int64) { return r.valid.from, r.valid.until - 1 })
	x.subtotals = indexLevels(at, func(r *compiledRule) (int64, int64) { return r.facets.subtotal, maxLevel })
	x.quantities = indexLevels(at, func(r *compiledRule) (int64, int64) { return r.facets.quantity, maxLevel })
	return x
}

// facets are what the index uses of a rule besides its lines and times.
type facets struct {
	coupons                  []symbol
	codes                    int32 // index of the set of codes, from one on; 0 for none
	customers                []string
	channels, regions, tiers []string
	subtotal, quantity       int64 // the least that the cart must have: minor units, and units
}

// file adds a rule to the postings of the words it names. It is false, and adds nothing, for a
// rule that needs a bit.
func (x *index) file(i int32, r *compiledRule, rare *rareness) bool {
	switch {
	case len(r.facets.coupons) > 0:
		x.put(x.byCoupon, r.facets.coupons, i, func(symbol) bool { return true })
	case r.facets.codes > 0:
		set := r.facets.codes - 1
		x.byCodes[set] = x.arena.Push(x.byCodes[set], i)
	case len(r.facets.customers) > 0:
		for _, id := range r.facets.customers {
			x.byCustomer[id] = x.arena.Push(x.byCustomer[id], i)
		}
	case len(r.lines.skus) > 0:
		x.put(x.bySKU, r.lines.skus, i, func(symbol) bool { return true })
	case all(r.lines.categories, rare.category):
		x.put(x.byCategory, r.lines.categories, i, rare.category)
	case all(r.lines.subgroups, rare.subgroup):
		x.put(x.bySubgroup, r.lines.subgroups, i, rare.subgroup)
	case x.fileAny(i, &r.lines, rare):
	default:
		return false
	}
	return true
}

// put adds a rule to the postings of those of its words that are chosen.
func (x *index) put(lists [][]int32, under []symbol, i int32, chosen func(symbol) bool) {
	for _, s := range under {
		if chosen(s) {
			lists[s] = x.arena.Push(lists[s], i)
		}
	}
}

// rareness counts how many rules name a category or subgroup.
type rareness struct {
	categories, subgroups []int
	most                  int // a word that up to so many rules name is rare
}

// rarity counts how many rules name each word. A word is rare if at most one rule in a hundred
// names it: its bitmap would take much memory and rule out few rules that postings do not.
func rarity(rules []compiledRule, words *compiler) *rareness {
	r := &rareness{
		categories: make([]int, len(words.categories)+1),
		subgroups:  make([]int, len(words.subgroups)+1),
		most:       len(rules) / 100,
	}
	for i := range rules {
		for _, s := range rules[i].lines.categories {
			r.categories[s]++
		}
		for _, s := range rules[i].lines.subgroups {
			r.subgroups[s]++
		}
		r.countAny(&rules[i].lines)
	}
	return r
}

func (r *rareness) category(s symbol) bool { return r.categories[s] <= r.most }
func (r *rareness) subgroup(s symbol) bool { return r.subgroups[s] <= r.most }

func all(names []symbol, are func(symbol) bool) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(s symbol) bool { return !are(s) })
}

// find puts the rules that the cart can touch into candidates, in their order.
func (x *index) find(e *evaluation) {
	e.lookup.candidates = e.lookup.candidates[:0]
	for _, code := range e.coupons.codes {
		e.lookup.candidates = append(e.lookup.candidates, x.byCoupon[code]...)
	}
	if e.codes.n > 0 {
		x.addByCodes(e)
	}
	if id := e.cart.Customer.ID; id != "" && len(x.byCustomer) > 0 {
		e.lookup.candidates = append(e.lookup.candidates, x.byCustomer[id]...)
	}
	for i := range e.goods {
		l := &e.items[i]
		if l.sku != unnamed { // most are, and the test is cheaper than appending nothing
			if rules := x.bySKU[l.sku]; len(rules) < manyFiled {
				e.lookup.candidates = append(e.lookup.candidates, rules...)
			} else {
				e.lookup.frequent = append(e.lookup.frequent, filedUnder{l.sku, 0})
			}
		}
		if l.category != unnamed {
			if rules := x.byCategory[l.category]; len(rules) < manyFiled {
				e.lookup.candidates = append(e.lookup.candidates, rules...)
			} else {
				e.lookup.frequent = append(e.lookup.frequent, filedUnder{l.category, 1})
			}
		}
		if l.subgroup != unnamed {
			if rules := x.bySubgroup[l.subgroup]; len(rules) < manyFiled {
				e.lookup.candidates = append(e.lookup.candidates, rules...)
			} else {
				e.lookup.frequent = append(e.lookup.frequent, filedUnder{l.subgroup, 2})
			}
		}
	}
	if len(e.lookup.frequent) > 0 {
		x.addFrequent(e)
	}
	further := e.furtherCategories()
	for _, category := range further {
		e.lookup.candidates = append(e.lookup.candidates, x.byCategory[category]...)
	}
	filed := len(e.lookup.candidates)
	if len(x.rules) > 0 {
		x.scan(e, further)
	}
	if filed > 0 {
		slices.Sort(e.lookup.candidates)
		e.lookup.candidates = slices.Compact(e.lookup.candidates)
	}
}

// manyFiled is the number of postings of a word from which they are added once a quote, and not
// for each line that has the word.
const manyFiled = 16

// filedUnder is a word with at least manyFiled postings.
type filedUnder struct {
	word symbol
	kind uint8 // 0 for a SKU, 1 for a category, 2 for a subgroup
}

// addFrequent adds the postings of the words in lookup.frequent, each word once.
func (x *index) addFrequent(e *evaluation) {
	slices.SortFunc(e.lookup.frequent, func(a, b filedUnder) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.word, b.word)) })
	for _, under := range slices.Compact(e.lookup.frequent) {
		e.lookup.candidates = append(e.lookup.candidates, [...][][]int32{x.bySKU, x.byCategory, x.bySubgroup}[under.kind][under.word]...)
	}
	e.lookup.frequent = e.lookup.frequent[:0]
}

// scan adds the rules that no dimension rules out; further are the categories of goods after
// the first of each.
func (x *index) scan(e *evaluation, further []symbol) {
	words := (len(x.rules) + 63) / 64
	e.lookup.bits, e.lookup.union = resized(e.lookup.bits, words), resized(e.lookup.union, words)
	found := e.lookup.bits
	for i := range found {
		found[i] = ^uint64(0)
	}
	if odd := len(x.rules) % 64; odd > 0 {
		found[words-1] = 1<<odd - 1
	}
	found.and(x.dates.at(e.unixNano))
	if x.hours != nil {
		found.and(x.hours[e.wall().seconds/3600%24])
	}
	subtotal, quantity := e.sums()
	found.and(x.subtotals.at(subtotal))
	found.and(x.quantities.at(quantity))
	found.and(x.channels.at(e.cart.Channel))
	found.and(x.regions.at(e.cart.Region))
	found.and(x.tiers.at(e.cart.Customer.Tier))
	found.and(x.categories.any(e, categoryOf, further))
	found.and(x.subgroups.any(e, subgroupOf, nil))
	found.and(x.alternatives.any(e, further))
	for w, set := range found {
		for ; set != 0; set &= set - 1 {
			e.lookup.candidates = append(e.lookup.candidates, x.rules[w*64+bits.TrailingZeros64(set)])
		}
	}
}

func resized(b bitmap, words int) bitmap {
	if cap(b) < words {
		return make(bitmap, words)
	}
	return b[:words]
}

// sums are the value of all goods, in minor units, and their units.
func (e *evaluation) sums() (subtotal, quantity int64) {
	for i := range e.goods {
		subtotal += e.items[i].original
		quantity += e.items[i].quantity
	}
	return subtotal, quantity
}

// read sets the facets from a rule's compiled conditions.
func (f *facets) read(conditions []condition) {
	for _, c := range conditions {
		if by, is := c.(indexed); is {
			by.facet(f)
		}
	}
}
