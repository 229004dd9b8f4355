package strategy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// checkMatches warns of rules that no line of goods can match.
func (l *linter) checkMatches(m *Model, r *rule) {
	if r.lines.exclude != nil && r.lines.exclude.covers(&r.lines) {
		l.report(r, "exclude takes out every line that the rule is about, so the rule never applies", "name fewer goods in exclude, or leave it out", "exclude")
		return
	}
	l.checkGoods(m, r)
}

// covers reports whether this selector certainly matches every line that another one matches.
func (sel *selector) covers(other *selector) bool {
	if len(other.any) == 0 {
		return sel.coversBoth(other, &selector{})
	}
	return len(sel.any)*len(other.any) <= maxAlternatives &&
		!slices.ContainsFunc(other.any, func(a selector) bool { return !sel.coversBoth(other, &a) })
}

// maxAlternatives is the number of pairs of alternatives up to which they are compared.
const maxAlternatives = 10_000

// coversBoth reports whether this selector certainly matches every line that two others both
// match; their any is ignored.
func (sel *selector) coversBoth(one, other *selector) bool {
	if sel.where != nil || sel.minPrice != 0 || sel.maxPrice != 0 || sel.skipReduced || sel.exclude != nil {
		return false
	}
	either := func(list, words, others []string) bool { return allOf(list, words) || allOf(list, others) }
	return either(sel.skus, one.skus, other.skus) && either(sel.categories, one.categories, other.categories) &&
		either(sel.subgroups, one.subgroups, other.subgroups) &&
		(len(sel.any) == 0 || slices.ContainsFunc(sel.any, func(a selector) bool { return a.coversBoth(one, other) }))
}

// allOf reports whether every line with one of words also has one of list; an empty list
// matches every line.
func allOf(list, words []string) bool {
	if len(list) == 0 {
		return true
	}
	has := setOf(list)
	return len(words) > 0 && !slices.ContainsFunc(words, func(word string) bool { return !has[word] })
}

func setOf(words []string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, word := range words {
		set[word] = true
	}
	return set
}

// checkGoods warns of a rule that no line matches: it names SKUs and a category or subgroup
// that none of them has in the catalogue. It also warns of alternatives that no line matches.
func (l *linter) checkGoods(m *Model, r *rule) {
	if len(r.lines.any) > 0 {
		l.checkAny(m, r)
		return
	}
	if key, reason := l.never(m, &r.lines, &selector{}); reason != "" {
		l.report(r, reason+", so the rule never applies", "a line has to match skus and "+key+", leave one of them out", key)
	}
}

// never says why no line matches both of two selectors, whose any is ignored, and by which key.
// Both results are empty if a line may match.
func (l *linter) never(m *Model, one, other *selector) (key, reason string) {
	skus, wanted := one.skus, []goodsWords{wordsIn(one), wordsIn(other)}
	switch {
	case len(skus) == 0:
		skus = other.skus
	case len(other.skus) > 0:
		has := setOf(other.skus)
		skus = slices.DeleteFunc(slices.Clone(skus), func(sku string) bool { return !has[sku] })
		if len(skus) == 0 {
			return "skus", "none of its skus is one of the rule's"
		}
	}
	for _, sku := range skus {
		p := l.product(m, sku)
		if p == nil { // the cart says its category and subgroup
			return "", ""
		}
		if key, reason = p.outside(wanted); reason == "" {
			return "", ""
		}
	}
	return key, reason
}

// goodsWords are the categories and subgroups of a selector.
type goodsWords struct{ categories, subgroups map[string]bool }

func wordsIn(sel *selector) goodsWords {
	return goodsWords{setOf(sel.categories), setOf(sel.subgroups)}
}

// outside says which of the wanted words a product does not have.
func (p *product) outside(wanted []goodsWords) (key, reason string) {
	for _, w := range wanted {
		switch {
		case len(w.categories) > 0 && !w.categories[p.category] && !slices.ContainsFunc(p.moreCategories, func(name string) bool { return w.categories[name] }):
			return "categories", p.elsewhere("category", "categories", append([]string{p.category}, p.moreCategories...))
		case len(w.subgroups) > 0 && !w.subgroups[p.subgroup]:
			return "subgroups", p.elsewhere("subgroup", "", []string{p.subgroup})
		}
	}
	return "", ""
}

// elsewhere says which categories or which subgroup a product has in the catalogue.
func (p *product) elsewhere(kind, kinds string, names []string) string {
	switch {
	case len(names) > 1:
		return fmt.Sprintf("the catalogue has %q in the %s %s", p.sku, kinds, quotedList(names))
	case names[0] == "":
		return fmt.Sprintf("the catalogue has %q in no %s", p.sku, kind)
	}
	return fmt.Sprintf("the catalogue has %q in the %s %q", p.sku, kind, names[0])
}

func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strconv.Quote(name)
	}
	return strings.Join(quoted[:len(names)-1], ", ") + " and " + quoted[len(names)-1]
}

// product is the product of a SKU in its compared form; nil if the catalogue has none.
func (l *linter) product(m *Model, sku string) *product {
	if l.products == nil {
		l.products = make(map[string]*product, len(m.products))
		for i := range m.products {
			l.products[m.spelling.skus.of(m.products[i].sku)] = &m.products[i]
		}
	}
	return l.products[sku]
}
