package strategy

// selector says which lines of a cart a rule is about. A line matches when it
// matches every list that is given; no list at all matches every line.
//
//	skus       = ["americano-iced", "latte"]
//	categories = ["咖啡"]
//	subgroups  = ["冷饮"]
type selector struct {
	skus       []string
	categories []string
	subgroups  []string
}

func decodeSelector(s *section) selector {
	return selector{
		skus:       s.texts("skus"),
		categories: s.texts("categories"),
		subgroups:  s.texts("subgroups"),
	}
}

func (sel *selector) encode(o *object) {
	o.texts("skus", sel.skus)
	o.texts("categories", sel.categories)
	o.texts("subgroups", sel.subgroups)
}

// symbol stands for a SKU, category or subgroup that a rule or the catalogue
// names; unnamed stands for all others.
type symbol int32

const unnamed symbol = 0

// symbols numbers words. It is written while compiling and only read after.
type symbols map[string]symbol

func (t symbols) of(word string) symbol {
	if s, ok := t[word]; ok {
		return s
	}
	s := symbol(len(t) + 1)
	t[word] = s
	return s
}

// matcher is a compiled selector; an empty list matches everything.
type matcher struct {
	skus, categories, subgroups []symbol
}

func (c *compiler) matcher(sel selector) matcher {
	numbers := func(table symbols, words []string) []symbol {
		list := make([]symbol, len(words))
		for i, word := range words {
			list[i] = table.of(word)
		}
		return list
	}
	return matcher{
		skus:       numbers(c.skus, sel.skus),
		categories: numbers(c.categories, sel.categories),
		subgroups:  numbers(c.subgroups, sel.subgroups),
	}
}

func (m *matcher) matches(l *line) bool {
	return among(m.skus, l.sku) && among(m.categories, l.category) && among(m.subgroups, l.subgroup)
}

func among(list []symbol, s symbol) bool {
	if len(list) == 0 {
		return true
	}
	for _, member := range list {
		if member == s {
			return true
		}
	}
	return false
}
