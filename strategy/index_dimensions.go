package strategy

import "slices"

// This file has the dimensions of the index: for each value of a dimension, a bitmap of the
// rules that the value does not rule out.

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

// bySymbol has, for each category or subgroup that a rule names, the rules that
// a line of it does not rule out.
type bySymbol struct {
	others bitmap // the rules that name no word
	named  []bitmap
}

// indexSymbols leaves rare names out: they have postings. A bitmap for each name would take
// memory that grows with rules times names.
func indexSymbols(rules []*compiledRule, symbols int, names func(*compiledRule) []symbol, rare func(symbol) bool) bySymbol {
	x := bySymbol{others: newBitmap(len(rules)), named: make([]bitmap, symbols+1)}
	restricted := false
	for bit, r := range rules {
		list := names(r)
		restricted = restricted || len(list) > 0
		if len(list) == 0 {
			x.others.set(bit)
		}
		for _, name := range list {
			if rare(name) {
				continue
			}
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

// any is the union of the rules that the lines of a cart do not rule out, by one word of each
// line and by further words; nil if it rules nothing out.
func (x *bySymbol) any(e *evaluation, of func(*item) symbol, further []symbol) bitmap {
	if x.others == nil {
		return nil
	}
	copy(e.lookup.union, x.others)
	last := unnamed
	for i := range e.goods {
		name := of(&e.items[i])
		if name == last || x.named[name] == nil {
			continue
		}
		e.lookup.union.or(x.named[name])
		last = name
	}
	for _, name := range further {
		if b := x.named[name]; b != nil {
			e.lookup.union.or(b)
		}
	}
	return e.lookup.union
}

// byWord has, for each word that a rule names, the rules that a cart with the word does not
// rule out.
type byWord struct {
	others bitmap
	named  map[string]bitmap
}

// maxWords is how many words a dimension may have. A dimension with more is not indexed, to
// save memory.
const maxWords = 64

func indexWords(rules []*compiledRule, words func(*compiledRule) []string) byWord {
	x := byWord{others: newBitmap(len(rules)), named: map[string]bitmap{}}
	for _, r := range rules {
		for _, word := range words(r) {
			if x.named[word] != nil {
				continue
			}
			if len(x.named) == maxWords {
				return byWord{}
			}
			x.named[word] = newBitmap(len(rules))
		}
	}
	if len(x.named) == 0 {
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

// indexHours has, for each hour of the day, the rules that may be open at some time in that
// hour; nil if no rule has a window.
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

// byLevel divides the range of a number into parts and has, for each part, the rules that some
// value in it does not rule out. Sixty-four parts take little memory and rule out most rules.
type byLevel struct {
	bounds []int64 // the lower ends of all parts but the first
	parts  []bitmap
}

const levels = 64

// indexLevels indexes rules by the range that a value must be in, both ends included.
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
