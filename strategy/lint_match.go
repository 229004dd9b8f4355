package strategy

import (
	"fmt"
	"slices"
)

// checkMatches warns of rules that no line of goods can match.
func (l *linted) checkMatches(m *Model, r *rule) {
	if r.lines.exclude != nil && r.lines.exclude.covers(&r.lines) {
		l.note(r, "exclude takes out every line that the rule is about, so the rule never applies", "name fewer goods in exclude, or leave it out", "exclude")
		return
	}
	l.checkGoods(m, r)
}

// covers reports whether every line that another selector matches is surely one
// that this one does.
func (sel *selector) covers(other *selector) bool {
	if sel.where != nil || sel.minPrice != 0 || sel.maxPrice != 0 || sel.skipReduced || sel.exclude != nil {
		return false
	}
	return allOf(sel.skus, other.skus) && allOf(sel.categories, other.categories) && allOf(sel.subgroups, other.subgroups)
}

// allOf reports whether a line with one of words has one of list; an empty list
// takes every line.
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

// checkGoods warns of a rule by SKU that wants a category or subgroup too, where
// the catalogue, which decides on both, has none of the SKUs in it.
func (l *linted) checkGoods(m *Model, r *rule) {
	sel := &r.lines
	if len(sel.skus) == 0 || len(m.products) == 0 || len(sel.categories)+len(sel.subgroups) == 0 {
		return
	}
	categories, subgroups := setOf(sel.categories), setOf(sel.subgroups)
	key, reason := "", ""
	for _, sku := range sel.skus {
		p := l.product(m, sku)
		switch {
		case p == nil: // it is where the cart says
			return
		case len(categories) > 0 && !categories[p.category]:
			key, reason = "categories", elsewhere(sku, "category", p.category)
		case len(subgroups) > 0 && !subgroups[p.subgroup]:
			key, reason = "subgroups", elsewhere(sku, "subgroup", p.subgroup)
		default:
			return
		}
	}
	l.note(r, reason+", so the rule never applies", "a line has to match skus and "+key+", leave one of them out", key)
}

// elsewhere says where the catalogue has a SKU.
func elsewhere(sku, kind, name string) string {
	if name == "" {
		return fmt.Sprintf("the catalogue has %q in no %s", sku, kind)
	}
	return fmt.Sprintf("the catalogue has %q in the %s %q", sku, kind, name)
}

// product is what the catalogue has of a SKU; nil if it has nothing.
func (l *linted) product(m *Model, sku string) *product {
	if l.products == nil {
		l.products = make(map[string]*product, len(m.products))
		for i := range m.products {
			l.products[m.products[i].sku] = &m.products[i]
		}
	}
	return l.products[sku]
}
