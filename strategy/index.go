package strategy

import (
	"math/bits"
	"slices"
)

// index finds the rules that a cart can touch, so that the cost of a quote
// grows with the rules that match and not with those that exist. What it finds
// is a superset: every rule found still has all its conditions checked.
//
// A rule that names coupons, customers, SKUs, or categories or subgroups that
// few rules name, is filed under those and is found only by a cart that has
// one. The others share bitmaps, a bit a rule:
// for every category, channel, hour and so on the rules it does not rule out.
// The rules that no dimension rules out are what all their bitmaps have in
// common.
type index struct {
	byCoupon   map[string][]int32
	byCustomer map[string][]int32
	bySKU      [][]int32 // by symbol
	byCategory [][]int32 // by symbol; rare categories only
	bySubgroup [][]int32 // by symbol; rare subgroups only

	rules      []int32 // of the bits, in the order of rules
	categories bySymbol
	subgroups  bySymbol
	channels   byWord
	regions    byWord
	tiers      byWord
	hours      []bitmap // 24, or none when no rule has a window
	dates      byLevel  // Unix nanoseconds
	subtotals  byLevel  // minor units
	quantities byLevel
}

// bitmap has a bit for each of the rules of an index.
type bitmap []uint64

func newBitmap(rules int) bitmap { return make(bitmap, (rules+63)/64) }

func (b bitmap) set(i int) { b[i/64] |= 1 << (i % 64) }

// and keeps the bits that other has too; a nil other rules nothing out.
func (b bitmap) and(other bitmap) {
	if other == nil {
		return
	}
	other = other[:len(b)]
	for i := range b {
		b[i] &= other[i]
	}
}

func (b bitmap) or(other bitmap) {
	other = other[:len(b)]
	for i := range b {
		b[i] |= other[i]
	}
}

// buildIndex files every rule of a strategy.
func buildIndex(rules []compiledRule, words *compiler) *index {
	x := &index{
		byCoupon:   map[string][]int32{},
		byCustomer: map[string][]int32{},
		bySKU:      make([][]int32, len(words.skus)+1),
		byCategory: make([][]int32, len(words.categories)+1),
		bySubgroup: make([][]int32, len(words.subgroups)+1),
	}
	rare := rarity(rules, words)
	for i := range rules {
		if !x.file(int32(i), &rules[i], rare) {
			x.rules = append(x.rules, int32(i))
		}
	}
	at := make([]*compiledRule, len(x.rules))
	for bit, i := range x.rules {
		at[bit] = &rules[i]
	}
	x.categories = indexSymbols(at, len(words.categories), func(r *compiledRule) []symbol { return r.lines.categories })
	x.subgroups = indexSymbols(at, len(words.subgroups), func(r *compiledRule) []symbol { return r.lines.subgroups })
	x.channels = indexWords(at, func(r *compiledRule) []string { return r.facets.channels })
	x.regions = indexWords(at, func(r *compiledRule) []string { return r.facets.regions })
	x.tiers = indexWords(at, func(r *compiledRule) []string { return r.facets.tiers })
	x.hours = indexHours(at)
	x.dates = indexLevels(at, func(r *compiledRule) (int64, int64) { return r.valid.from, r.valid.until - 1 })
	x.subtotals = indexLevels(at, func(r *compiledRule) (int64, int64) { return r.facets.subtotal, maxLevel })
	x.quantities = indexLevels(at, func(r *compiledRule) (int64, int64) { return r.facets.quantity, maxLevel })
	return x
}

// facets are what the index knows of a rule besides its lines and times.
type facets struct {
	coupons, customers       []string
	channels, regions, tiers []string
	subtotal, quantity       int64 // the cart must have at least
}

// file puts a rule under the words it names, if they are rare ones.
func (x *index) file(i int32, r *compiledRule, rare *rareness) bool {
	switch {
	case len(r.facets.coupons) > 0:
		for _, code := range r.facets.coupons {
			x.byCoupon[code] = append(x.byCoupon[code], i)
		}
	case len(r.facets.customers) > 0:
		for _, id := range r.facets.customers {
			x.byCustomer[id] = append(x.byCustomer[id], i)
		}
	case len(r.lines.skus) > 0:
		put(x.bySKU, r.lines.skus, i)
	case rare.all(rare.categories, r.lines.categories):
		put(x.byCategory, r.lines.categories, i)
	case rare.all(rare.subgroups, r.lines.subgroups):
		put(x.bySubgroup, r.lines.subgroups, i)
	default:
		return false
	}
	return true
}

func put(lists [][]int32, under []symbol, i int32) {
	for _, s := range under {
		lists[s] = append(lists[s], i)
	}
}

// rareness counts how many rules name a category or subgroup.
type rareness struct {
	categories, subgroups []int
	most                  int // up to here it is rare
}

// rarity counts. What one rule in a hundred or fewer names is rare: a bitmap for
// each would take much memory and rule little out that a list does not.
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
	}
	return r
}

func (r *rareness) all(counts []int, names []symbol) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(s symbol) bool { return counts[s] > r.most })
}

// find puts the rules that the cart can touch into candidates, in their order.
func (x *index) find(e *evaluation) {
	e.candidates = e.candidates[:0]
	for _, code := range e.cart.Coupons {
		e.candidates = append(e.candidates, x.byCoupon[code]...)
	}
	if id := e.cart.Customer.ID; id != "" && len(x.byCustomer) > 0 {
		e.candidates = append(e.candidates, x.byCustomer[id]...)
	}
	for i := range e.goods {
		l := &e.items[i]
		e.candidates = append(e.candidates, x.bySKU[l.sku]...)
		e.candidates = append(e.candidates, x.byCategory[l.category]...)
		e.candidates = append(e.candidates, x.bySubgroup[l.subgroup]...)
	}
	filed := len(e.candidates)
	if len(x.rules) > 0 {
		x.scan(e)
	}
	if filed > 0 {
		slices.Sort(e.candidates)
		e.candidates = slices.Compact(e.candidates)
	}
}

// scan adds the rules that no dimension rules out.
func (x *index) scan(e *evaluation) {
	words := (len(x.rules) + 63) / 64
	e.found, e.either = resized(e.found, words), resized(e.either, words)
	found := e.found
	for i := range found {
		found[i] = ^uint64(0)
	}
	if rest := len(x.rules) % 64; rest > 0 {
		found[words-1] = 1<<rest - 1
	}
	found.and(x.dates.at(e.now.UnixNano()))
	if x.hours != nil {
		found.and(x.hours[e.wall().seconds/3600%24])
	}
	subtotal, quantity := e.sums()
	found.and(x.subtotals.at(subtotal))
	found.and(x.quantities.at(quantity))
	found.and(x.channels.at(e.cart.Channel))
	found.and(x.regions.at(e.cart.Region))
	found.and(x.tiers.at(e.cart.Customer.Tier))
	found.and(x.categories.any(e, func(l *item) symbol { return l.category }))
	found.and(x.subgroups.any(e, func(l *item) symbol { return l.subgroup }))
	for w, set := range found {
		for ; set != 0; set &= set - 1 {
			e.candidates = append(e.candidates, x.rules[w*64+bits.TrailingZeros64(set)])
		}
	}
}

func resized(b bitmap, words int) bitmap {
	if cap(b) < words {
		return make(bitmap, words)
	}
	return b[:words]
}

// sums are the value and the units of all goods.
func (e *evaluation) sums() (subtotal, quantity int64) {
	for i := range e.goods {
		subtotal += e.items[i].original
		quantity += e.items[i].quantity
	}
	return subtotal, quantity
}

// bySymbol has, for each category or subgroup that a rule names, the rules that
// a line of it does not rule out.
type bySymbol struct {
	others bitmap // for every other line, or no line at all
	named  []bitmap
}

func indexSymbols(rules []*compiledRule, symbols int, names func(*compiledRule) []symbol) bySymbol {
	x := bySymbol{others: newBitmap(len(rules)), named: make([]bitmap, symbols+1)}
	restricted := false
	for bit, r := range rules {
		list := names(r)
		restricted = restricted || len(list) > 0
		if len(list) == 0 {
			x.others.set(bit)
		}
		for _, name := range list {
			if x.named[name] == nil {
				x.named[name] = newBitmap(len(rules))
			}
			x.named[name].set(bit)
		}
	}
	if !restricted {
		return bySymbol{}
	}
	return x
}

// any is what the lines of a cart together do not rule out.
func (x *bySymbol) any(e *evaluation, of func(*item) symbol) bitmap {
	if x.others == nil {
		return nil
	}
	copy(e.either, x.others)
	last := unnamed
	for i := range e.goods {
		name := of(&e.items[i])
		if name == last || x.named[name] == nil {
			continue
		}
		e.either.or(x.named[name])
		last = name
	}
	return e.either
}

// byWord has, for each word that a rule names, the rules a cart with it does
// not rule out.
type byWord struct {
	others bitmap
	named  map[string]bitmap
}

// maxWords is how many words a dimension may have; with more it is not worth
// its memory.
const maxWords = 64

func indexWords(rules []*compiledRule, words func(*compiledRule) []string) byWord {
	x := byWord{others: newBitmap(len(rules)), named: map[string]bitmap{}}
	for _, r := range rules {
		for _, word := range words(r) {
			if x.named[word] == nil {
				x.named[word] = newBitmap(len(rules))
			}
		}
	}
	if len(x.named) == 0 || len(x.named) > maxWords {
		return byWord{}
	}
	for bit, r := range rules {
		list := words(r)
		if len(list) == 0 {
			x.others.set(bit)
		}
		for word, b := range x.named {
			if len(list) == 0 || slices.Contains(list, word) {
				b.set(bit)
			}
		}
	}
	return x
}

func (x *byWord) at(word string) bitmap {
	if b := x.named[word]; b != nil {
		return b
	}
	return x.others
}

// indexHours has, for each hour of the day, the rules of which a window may be
// open at some time of it.
func indexHours(rules []*compiledRule) []bitmap {
	if !slices.ContainsFunc(rules, func(r *compiledRule) bool { return len(r.windows) > 0 }) {
		return nil
	}
	hours := make([]bitmap, 24)
	for hour := range hours {
		hours[hour] = newBitmap(len(rules))
		for bit, r := range rules {
			if len(r.windows) == 0 || slices.ContainsFunc(r.windows, func(w window) bool { return w.touches(int32(hour)) }) {
				hours[hour].set(bit)
			}
		}
	}
	return hours
}

// touches reports whether the window is open at some time of an hour of some
// day.
func (w *window) touches(hour int32) bool {
	from, to := hour*3600, (hour+1)*3600
	if w.start < w.end {
		return w.start < to && from < w.end
	}
	return w.start < to || from < w.end
}

// maxLevel is above every amount, quantity and instant.
const maxLevel = 1<<63 - 1

// byLevel cuts the range of a number into parts and has, for each, the rules
// that a value somewhere in it does not rule out. Sixty-four parts are few
// enough to keep and rule out most.
type byLevel struct {
	bounds []int64 // the lower ends of all parts but the first
	parts  []bitmap
}

const levels = 64

// indexLevels files rules by the range, both ends included, a value must be in.
func indexLevels(rules []*compiledRule, span func(*compiledRule) (least, most int64)) byLevel {
	var ends []int64
	for _, r := range rules {
		least, most := span(r)
		if least > lowestLevel && least != 0 {
			ends = append(ends, least)
		}
		if most < maxLevel-1 {
			ends = append(ends, most+1)
		}
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	if len(ends) == 0 {
		return byLevel{}
	}
	x := byLevel{}
	for i := range min(levels-1, len(ends)) {
		x.bounds = append(x.bounds, ends[i*len(ends)/min(levels-1, len(ends))])
	}
	for part := range len(x.bounds) + 1 {
		from, to := int64(lowestLevel), int64(maxLevel)
		if part > 0 {
			from = x.bounds[part-1]
		}
		if part < len(x.bounds) {
			to = x.bounds[part] - 1
		}
		b := newBitmap(len(rules))
		for bit, r := range rules {
			if least, most := span(r); least <= to && from <= most {
				b.set(bit)
			}
		}
		x.parts = append(x.parts, b)
	}
	return x
}

const lowestLevel = -1 << 63

func (x *byLevel) at(value int64) bitmap {
	if x.parts == nil {
		return nil
	}
	part, exact := slices.BinarySearch(x.bounds, value)
	if exact {
		part++
	}
	return x.parts[part]
}

// facetsOf reads what the index needs off a rule's conditions.
func facetsOf(rooms []conditionRoom) facets {
	var f facets
	for _, room := range rooms {
		switch room := room.(type) {
		case *coupons:
			f.coupons = room.codes
		case *customer:
			f.customers, f.tiers = room.ids, room.tiers
		case *places:
			f.channels, f.regions = room.channels, room.regions
		case *threshold:
			f.subtotal, f.quantity = room.subtotal, max(room.quantity, room.lineQuantity)
		}
	}
	return f
}
