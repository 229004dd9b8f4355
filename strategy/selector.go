package strategy

import (
	"fmt"
	"slices"
)

// selector says which goods of a cart a rule is about. A line matches if it matches every key
// that is given; without keys every line matches.
//
//	skus           = ["americano-iced", "latte"]
//	categories     = ["咖啡"]
//	subgroups      = ["冷饮"]
//	where          = { caffeine_mg = { max = 50 } }
//	min_unit_price = 10.00        # list price of a unit, inclusive
//	max_unit_price = 50.00
//	skip_reduced   = true         # neither on sale nor discounted by an earlier rule
//	exclude        = { skus = ["gift-card"] }   # lines that match this do not match
//	any            = [{ skus = ["mug"] }, { categories = ["茶"] }]   # a line matches one of these
//
// If only the total of a line is known, the list price is its total divided by its units, exactly.
type selector struct {
	skus        []string // in the form in which SKUs are compared
	categories  []string
	subgroups   []string
	where       []attributeTest
	minPrice    int64 // minor units; 0 when absent
	maxPrice    int64 // minor units; 0 when absent
	skipReduced bool
	exclude     *selector
	any         []selector // one of these; empty when absent
}

func decodeSelector(s *section) selector {
	sel := selector{
		skus:       s.words("skus", s.spelling.skus, nil),
		categories: s.texts("categories"),
		subgroups:  s.texts("subgroups"),
		where:      decodeWhere(s),
	}
	s.checkKnown("skus", sel.skus, &s.known.skus)
	s.checkKnown("categories", sel.categories, &s.known.categories)
	s.checkKnown("subgroups", sel.subgroups, &s.known.subgroups)
	sel.minPrice, _ = s.amount("min_unit_price", 1)
	sel.maxPrice, _ = s.amount("max_unit_price", 1)
	if sel.maxPrice != 0 && sel.minPrice > sel.maxPrice {
		s.Wrong(s.Node.Get("max_unit_price"), "max_unit_price", "min_unit_price is above it, so nothing could ever match", "")
	}
	sel.skipReduced = s.Bool("skip_reduced", false)
	sel.exclude = decodeExclude(s)
	sel.any = decodeAny(s)
	return sel
}

// maxExcludes bounds the nesting of excludes, because they are read by recursion.
const maxExcludes = 100

// excludes is how many excludes the section is nested in, itself included.
func (s *section) excludes() int {
	n := 0
	for in := &s.Section; in.Within != nil && (in.Name == "exclude" || isAlternative(in)); in = in.Within {
		if in.Name == "exclude" {
			n++
		}
	}
	return n
}

func decodeExclude(s *section) *selector {
	n := s.Get("exclude")
	if n == nil {
		return nil
	}
	sub := s.table(n, "exclude", `{ skus = ["gift-card"] }`)
	if sub == nil {
		return nil
	}
	if sub.excludes() > maxExcludes {
		s.Wrong(n, "exclude", fmt.Sprintf("more than %d excludes are within each other", maxExcludes), "")
		sub.close()
		return nil
	}
	if len(n.Fields) == 0 {
		s.Wrong(n, "exclude", "the table is empty, so every line would be excluded", "leave the key out")
	}
	exclude := decodeSelector(sub)
	sub.Done()
	return &exclude
}

// encode writes the members in canonical order. An object in order is not copied, so nested
// excludes are not copied once for each level.
func (sel *selector) encode(o *object) {
	sel.encodeAny(o)
	o.texts("categories", sel.categories)
	if sel.exclude != nil {
		o.key("exclude")
		o.object(sel.exclude.encode)
	}
	o.optionalAmount("max_unit_price", sel.maxPrice)
	o.optionalAmount("min_unit_price", sel.minPrice)
	if sel.skipReduced {
		o.key("skip_reduced")
		o.raw("true")
	}
	o.texts("skus", sel.skus)
	o.texts("subgroups", sel.subgroups)
	if len(sel.where) > 0 {
		o.key("where")
		o.object(func(o *object) {
			for i := range sel.where {
				sel.where[i].encode(o)
			}
		})
	}
}

// symbol is the number of a SKU, category or subgroup that a rule or the catalogue names; unnamed
// is the number of all other words.
type symbol int32

const unnamed symbol = 0

// symbols numbers words. It is written only while compiling.
type symbols map[string]symbol

func (t symbols) of(word string) symbol {
	if s, ok := t[word]; ok {
		return s
	}
	s := symbol(len(t) + 1)
	t[word] = s
	return s
}

func (c *compiler) all(t symbols, words []string) []symbol {
	list := c.numbers.Alloc(len(words))
	for _, word := range words {
		list = append(list, t.of(word))
	}
	slices.Sort(list)
	return list
}

// matcher is a compiled selector; an empty list matches everything.
type matcher struct {
	skus, categories, subgroups []symbol
	extra                       *extraTests // nil for most
}

// extraTests are the tests of a selector other than SKUs, categories and subgroups.
type extraTests struct {
	where              []attributeTest
	minPrice, maxPrice int64
	skipReduced        bool
	exclude            *matcher
	any                []matcher // one of these; empty for no any
	anyOfFew           bool      // see matcher.namesFew
}

func (c *compiler) matcher(sel *selector) matcher {
	m := matcher{
		skus:       c.all(c.skus, sel.skus),
		categories: c.all(c.categories, sel.categories),
		subgroups:  c.all(c.subgroups, sel.subgroups),
	}
	if sel.isPlain() {
		return m
	}
	m.extra = &extraTests{where: sel.where, minPrice: sel.minPrice, maxPrice: sel.maxPrice, skipReduced: sel.skipReduced}
	if sel.exclude != nil {
		exclude := c.matcher(sel.exclude)
		m.extra.exclude = &exclude
	}
	if len(sel.any) > 0 {
		m.extra.any = c.alternatives(sel.any)
		m.extra.anyOfFew = m.namesFew()
	}
	return m
}

// isPlain reports whether a selector has no keys other than skus, categories and subgroups.
func (sel *selector) isPlain() bool {
	return sel.where == nil && sel.minPrice == 0 && sel.maxPrice == 0 && !sel.skipReduced && sel.exclude == nil && len(sel.any) == 0
}

// selects reports whether the matcher has any test.
func (m *matcher) selects() bool {
	return len(m.skus)+len(m.categories)+len(m.subgroups) > 0 || m.extra != nil
}

// matches reports whether a line of goods passes all tests.
func (m *matcher) matches(l *item) bool {
	return (len(m.skus) == 0 || among(m.skus, l.sku)) &&
		(len(m.categories) == 0 || among(m.categories, l.category) || l.further != nil && common(m.categories, *l.further)) &&
		(len(m.subgroups) == 0 || among(m.subgroups, l.subgroup)) &&
		(m.extra == nil || m.extra.matches(l))
}

func (f *extraTests) matches(l *item) bool {
	switch {
	case f.skipReduced && l.reduced:
		return false
	case f.minPrice != 0 && l.unitPrice < f.minPrice:
		return false
	case f.maxPrice != 0 && (l.unitPrice > f.maxPrice || l.unitPrice == f.maxPrice && l.priceOver || l.unitPrice < 0):
		return false
	case f.exclude != nil && f.exclude.matches(l):
		return false
	case len(f.any) > 0 && !f.matchesAny(l):
		return false
	}
	for i := range f.where {
		if !f.where[i].matches(l) {
			return false
		}
	}
	return true
}

func among(list []symbol, s symbol) bool {
	if len(list) > scanned {
		_, found := slices.BinarySearch(list, s)
		return found
	}
	for _, member := range list {
		if member == s {
			return true
		}
	}
	return false
}

// common reports whether a list has one of words.
func common(list, words []symbol) bool {
	for _, s := range words {
		if among(list, s) {
			return true
		}
	}
	return false
}

// scanned is the length up to which a linear scan of a list is faster than a binary search.
const scanned = 16
