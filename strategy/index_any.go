package strategy

import "slices"

// This file indexes rules with any: a cart can touch such a rule if it has a word of one of the
// alternatives. Rare words have postings, with those of the rules by SKU, category and
// subgroup. Other words have bitmaps.

// fileAny adds a rule to the postings of its alternatives if rare words find all of them.
func (x *index) fileAny(i int32, m *matcher, rare *rareness) bool {
	if !m.findable() || slices.ContainsFunc(m.any(), func(a matcher) bool { return !rare.all(&a) }) {
		return false
	}
	x.putAny(i, m, rare)
	return true
}

// putAny adds a rule to the postings of the rare words of its alternatives.
func (x *index) putAny(i int32, m *matcher, rare *rareness) {
	if !m.findable() {
		return
	}
	list := m.any()
	for a := range list {
		skus, categories, subgroups := list[a].named()
		x.put(x.bySKU, skus, i, func(symbol) bool { return true })
		x.put(x.byCategory, categories, i, rare.category)
		x.put(x.bySubgroup, subgroups, i, rare.subgroup)
	}
}

// all reports whether rare words alone find an alternative.
func (r *rareness) all(m *matcher) bool {
	skus, categories, subgroups := m.named()
	return len(skus) > 0 || all(categories, r.category) || all(subgroups, r.subgroup)
}

// countAny counts the words of alternatives.
func (r *rareness) countAny(m *matcher) {
	list := m.any()
	for i := range list {
		_, categories, subgroups := list[i].named()
		for _, s := range categories {
			r.categories[s]++
		}
		for _, s := range subgroups {
			r.subgroups[s]++
		}
	}
}

// byAny has, for each category and subgroup of alternatives that is not rare, the rules that a
// line of it may match.
type byAny struct {
	others                bitmap // rules without such alternatives
	categories, subgroups []bitmap
}

func indexAny(rules []*compiledRule, words *compiler, rare *rareness) byAny {
	if !slices.ContainsFunc(rules, func(r *compiledRule) bool { return r.lines.findable() }) {
		return byAny{}
	}
	x := byAny{
		others:     newBitmap(len(rules)),
		categories: make([]bitmap, len(words.categories)+1),
		subgroups:  make([]bitmap, len(words.subgroups)+1),
	}
	for bit, r := range rules {
		if !r.lines.findable() {
			x.others.set(bit)
			continue
		}
		list := r.lines.any()
		for i := range list {
			_, categories, subgroups := list[i].named()
			setNamed(x.categories, categories, bit, len(rules), rare.category)
			setNamed(x.subgroups, subgroups, bit, len(rules), rare.subgroup)
		}
	}
	return x
}

// setNamed sets the bit of a rule for those of its words that are not rare.
func setNamed(named []bitmap, words []symbol, bit, rules int, rare func(symbol) bool) {
	for _, word := range words {
		if rare(word) {
			continue
		}
		if named[word] == nil {
			named[word] = newBitmap(rules)
		}
		named[word].set(bit)
	}
}

// any is the union of the rules that the lines of a cart do not rule out; nil if it rules
// nothing out. further are the categories of goods after the first of each.
func (x *byAny) any(e *evaluation, further []symbol) bitmap {
	if x.others == nil {
		return nil
	}
	copy(e.lookup.union, x.others)
	for i := range e.goods {
		l := &e.items[i]
		e.lookup.union.orIf(x.categories[l.category])
		e.lookup.union.orIf(x.subgroups[l.subgroup])
	}
	for _, category := range further {
		e.lookup.union.orIf(x.categories[category])
	}
	return e.lookup.union
}

// orIf adds the bits of another bitmap, if there is one.
func (b bitmap) orIf(other bitmap) {
	if other != nil {
		b.or(other)
	}
}
