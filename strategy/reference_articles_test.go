package strategy_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
)

// refRun is units of an article, one behind the other, that the same happened to.
// What they are worth is spread evenly over them, odd minor units on the first ones.
type refRun struct {
	units                     int64
	original, stage, left     int64
	used, discounted, stopped bool
}

func (r *refRun) value(base string) int64 {
	switch base {
	case "original":
		return r.original
	case "stage":
		return r.stage
	}
	return r.left
}

// refPiece is units of an article that a rule is about: of one run, and of one line
// where the rule looks at lines.
type refPiece struct {
	item   int
	line   int // -1 for those of the whole article
	from   int64
	values []int64
	room   int64 // the most that may be taken off
	off    int64
	used   bool
	uses   bool // the rule uses them
}

func (p *refPiece) units() int64 { return int64(len(p.values)) }

func (p *refPiece) value() int64 { return sum(p.values) }

// part is some of a piece's units.
func (p *refPiece) part(from, to int64) refPiece {
	part := *p
	part.from, part.values, part.off = p.from+from, p.values[from:to], 0
	part.room = sum(even(p.room, p.units())[from:to])
	return part
}

// even splits a value over units.
func even(value, units int64) []int64 {
	list := make([]int64, units)
	for i := range list {
		list[i] = value / units
		if int64(i) < value%units {
			list[i]++
		}
	}
	return list
}

// refLine is a line of an article.
type refLine struct {
	index    int
	units    int64
	subtotal int64
	off      int64 // what was dealt to it
}

// key is what the lines of an article have in common.
func (l *refItem) key() string {
	if l.weighed {
		return "" // by itself
	}
	if l.listPrice == nil {
		return ""
	}
	return l.articleKey(l.listPrice)
}

// sameAs says whether two items are the same article, of which some may be by weight: their
// price is then looked at to the minor unit.
func (l *refItem) sameAs(other *refItem) bool {
	if l.listPrice == nil || other.listPrice == nil {
		return false
	}
	a, b := l.listPrice, other.listPrice
	if l.weighed || other.weighed {
		a, b = toHalves(a), toHalves(b)
	}
	return l.articleKey(a) != "" && l.articleKey(a) == other.articleKey(b)
}

// toHalves is a price in whole minor units, and a half more where it is above those.
func toHalves(price *big.Rat) *big.Rat {
	whole := new(big.Rat).SetInt(new(big.Int).Div(price.Num(), price.Denom()))
	if whole.Cmp(price) == 0 {
		return whole
	}
	return whole.Add(whole, big.NewRat(1, 2))
}

// articleKey is what an article is, at a list price.
func (l *refItem) articleKey(price *big.Rat) string {
	if l.sku == "" || l.quantity == 0 {
		return ""
	}
	categories := slices.Compact(slices.Sorted(slices.Values(l.categories)))
	attributes := []string{}
	for _, name := range slices.Sorted(maps.Keys(l.attributes)) {
		value := l.attributes[name]
		if number := value.number(); number != nil {
			value = literal(number.RatString())
		}
		attributes = append(attributes, fmt.Sprintf("%q=%s", name, value))
	}
	return fmt.Sprintf("%q %q %q %s %v %q", l.comparedSKU(), categories, l.subgroup, price.RatString(), l.onSale, attributes)
}

// comparedSKU is the SKU as it is compared.
func (l *refItem) comparedSKU() string {
	if l.spec.skuCompare == "fold" {
		return spelledPlainly(l.sku)
	}
	return l.sku
}

// addLine adds a line to the article it is one of, or as another article.
func (st *refState) addLine(index int, l refItem) {
	l.onSale = l.reduced
	line := refLine{index: index, units: l.quantity, subtotal: l.original}
	for i := range st.items {
		article := &st.items[i]
		if key := article.key(); key != "" && key == l.key() {
			article.quantity += l.quantity
			article.original += l.original
			article.lines = append(article.lines, line)
			article.begin()
			return
		}
	}
	l.lines = []refLine{line}
	l.begin()
	st.items = append(st.items, l)
}

// begin makes an article a single run.
func (l *refItem) begin() {
	l.runs = []refRun{{units: l.quantity, original: l.original, stage: l.original, left: l.original}}
}

func (l *refItem) value(base string) int64 {
	total := int64(0)
	for i := range l.runs {
		total += l.runs[i].value(base)
	}
	return total
}

func (l *refItem) clone() refItem {
	other := *l
	other.runs, other.lines = slices.Clone(l.runs), slices.Clone(l.lines)
	return other
}

// split makes some units a run of their own.
func (l *refItem) split(from, units int64) *refRun {
	l.cut(from)
	l.cut(from + units)
	at := int64(0)
	for i := range l.runs {
		if at == from {
			return &l.runs[i]
		}
		at += l.runs[i].units
	}
	panic("no such units")
}

// cut lets a run end before a unit.
func (l *refItem) cut(unit int64) {
	at := int64(0)
	for i, r := range l.runs {
		if head := unit - at; head > 0 && head < r.units {
			first, second := r, r
			first.units, second.units = head, r.units-head
			first.original, first.stage, first.left = sum(even(r.original, r.units)[:head]), sum(even(r.stage, r.units)[:head]), sum(even(r.left, r.units)[:head])
			second.original, second.stage, second.left = r.original-first.original, r.stage-first.stage, r.left-first.left
			l.runs = slices.Insert(l.runs, i+1, second)
			l.runs[i] = first
			return
		}
		at += r.units
	}
}

// pieces are an article's units, run by run, and line by line if asked for.
func (st *refState) pieces(i int, byLine, fresh bool) []refPiece {
	l := &st.items[i]
	lineOf := []int{}
	for _, line := range l.lines {
		for range line.units {
			lineOf = append(lineOf, line.index)
		}
	}
	var list []refPiece
	from := int64(0)
	for _, r := range l.runs {
		values, left := even(r.value(st.spec.base), r.units), even(r.left, r.units)
		for at := int64(0); at < r.units; {
			to := at + 1
			for to < r.units && (!byLine || lineOf[from+to] == lineOf[from+at]) {
				to++
			}
			p := refPiece{item: i, line: -1, from: from + at, values: values[at:to], used: r.used}
			if byLine && !l.charge {
				p.line = lineOf[from+at]
			}
			p.room = max(0, sum(left[at:to])-l.unitFloor*(to-at))
			if !r.stopped && !(fresh && r.discounted) {
				list = append(list, p)
			}
			at = to
		}
		from += r.units
	}
	return list
}

// refPart is a part of the cart that a rule with each looks at.
type refPart struct {
	items []int
	line  int // -1 for all lines
}

// parts are those of a rule with each.
func (st *refState) parts(r *ruleSpec) []refPart {
	var parts []refPart
	bySKU := map[string]int{}
	for i := range st.items {
		l := &st.items[i]
		if l.charge || l.quantity == 0 {
			continue
		}
		if r.each == "line" {
			for _, line := range l.lines {
				parts = append(parts, refPart{items: []int{i}, line: line.index})
			}
			continue
		}
		at, known := bySKU[l.comparedSKU()]
		if !known || l.sku == "" {
			at = len(parts)
			bySKU[l.comparedSKU()] = at
			parts = append(parts, refPart{line: -1})
		}
		parts[at].items = append(parts[at].items, i)
	}
	return parts
}

// groupsOf puts pieces of one article, or of one line where the rule looks at lines,
// into one list each.
func groupsOf(pieces []refPiece) [][]*refPiece {
	var groups [][]*refPiece
	for i := range pieces {
		p := &pieces[i]
		if last := len(groups) - 1; last >= 0 && groups[last][0].item == p.item && groups[last][0].line == p.line {
			groups[last] = append(groups[last], p)
		} else {
			groups = append(groups, []*refPiece{p})
		}
	}
	return groups
}

// deal takes a piece's share off its run, and off the lines that its units are of. A
// line that has not so much left leaves the rest to the next.
func (st *refState) deal(p *refPiece, stop bool, shares []int64) {
	l := &st.items[p.item]
	r := l.split(p.from, p.units())
	r.left -= p.off
	r.used = r.used || p.uses
	r.discounted = r.discounted || p.off > 0
	if p.off == 0 {
		return
	}
	l.reduced = true
	if l.charge {
		r.stopped = r.stopped || stop
		shares[len(st.cart.Lines)+p.item-st.goods()] += p.off
		return
	}
	offs, over, at := even(p.off, p.units()), int64(0), int64(0)
	for pass := range 2 {
		for i := range l.lines {
			line := &l.lines[i]
			if pass == 0 {
				hit := false
				for unit := at; unit < at+line.units; unit++ {
					if unit >= p.from && unit < p.from+p.units() {
						over += offs[unit-p.from]
						hit = true
					}
				}
				if hit && stop {
					st.stopUnits(l, at, line.units)
				}
				at += line.units
			}
			bears := min(over, max(0, line.subtotal-line.off-l.unitFloor*line.units))
			line.off += bears
			shares[line.index] += bears
			over -= bears
		}
	}
	if over > 0 {
		panic("no line can bear it")
	}
}

// tidy joins neighbouring runs that are worth the same; of more than 32, all in the
// same state.
func (l *refItem) tidy() {
	same := func(a, b refRun) bool {
		return a.used == b.used && a.discounted == b.discounted && a.stopped == b.stopped
	}
	l.join(func(a, b refRun) bool {
		return same(a, b) && a.left*b.units == b.left*a.units && a.stage*b.units == b.stage*a.units && a.original*b.units == b.original*a.units
	})
	if len(l.runs) > 32 {
		l.join(same)
	}
}

func (l *refItem) join(alike func(a, b refRun) bool) {
	joined := l.runs[:1]
	for _, r := range l.runs[1:] {
		if last := &joined[len(joined)-1]; alike(*last, r) {
			last.units, last.original, last.stage, last.left = last.units+r.units, last.original+r.original, last.stage+r.stage, last.left+r.left
		} else {
			joined = append(joined, r)
		}
	}
	l.runs = joined
}

func (st *refState) stopUnits(l *refItem, from, units int64) {
	l.cut(from)
	l.cut(from + units)
	at := int64(0)
	for i := range l.runs {
		if at >= from && at < from+units {
			l.runs[i].stopped = true
		}
		at += l.runs[i].units
	}
}

// goods is how many items are articles.
func (st *refState) goods() int {
	n := 0
	for i := range st.items {
		if !st.items[i].charge {
			n++
		}
	}
	return n
}

// moreRoomFirst puts the piece first of which a unit may lose more.
func moreRoomFirst(a, b *refPiece) int { return cmp.Compare(b.room*a.units(), a.room*b.units()) }

// byPlace is the order of the cart.
func byPlace(a, b refPiece) int {
	return cmp.Or(cmp.Compare(a.item, b.item), cmp.Compare(a.from, b.from))
}
