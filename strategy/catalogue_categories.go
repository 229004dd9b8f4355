package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
)

// This file decodes and encodes the categories of an article of the catalogue. The article
// is in all of them.
//
//	category   = "drinks"
//	category   = ["drinks", "summer"]    # the same key as in a cart
//	categories = ["drinks", "summer"]    # the same
//
// Either key accepts one text or a list.

func decodeCategories(s *section) (first string, more []string) {
	one, several := s.Get("category"), s.Get("categories")
	switch {
	case one != nil && several != nil:
		s.Wrong(several, "categories", "categories is another name of category, and both are here", "write all into one list")
		return "", nil
	case several != nil:
		return s.categoriesAt(several, "categories")
	case one != nil:
		return s.categoriesAt(one, "category")
	}
	return "", nil
}

// categoriesAt reads a list, or a single text, which most products have, like any other
// text.
func (s *section) categoriesAt(n *document.Node, name string) (first string, more []string) {
	if n.Kind == document.String {
		return s.text(name), nil
	}
	list := s.texts(name)
	if len(list) == 0 {
		return "", nil
	}
	return list[0], list[1:]
}

// encodeCategories writes several categories as a list. Their order has no meaning.
func (p *product) encodeCategories(o *object) {
	if len(p.moreCategories) == 0 {
		o.optional("category", p.category)
		return
	}
	o.texts("category", append([]string{p.category}, p.moreCategories...))
}

// furtherCategories lists the symbols of the further categories of each product, by the
// symbol of its SKU. It omits categories that no rule names. It is nil if no product has
// further categories.
func (c *compiler) furtherCategories(catalogue []*product) [][]symbol {
	var further [][]symbol
	for sku, p := range catalogue {
		if p == nil || len(p.moreCategories) == 0 {
			continue
		}
		if further == nil {
			further = make([][]symbol, len(catalogue))
		}
		list := c.numbers.Alloc(len(p.moreCategories))
		for _, name := range p.moreCategories {
			if category := c.categories[name]; category != unnamed {
				list = append(list, category)
			}
		}
		slices.Sort(list)
		further[sku] = list
	}
	return further
}

// categorizeKnown adds the further categories that the catalogue has for a line.
func (e *evaluation) categorizeKnown(s *Strategy, l *item) {
	if further := &s.further[l.sku]; len(*further) > 0 {
		l.further = further
		e.lookup.categories = append(e.lookup.categories, *further...)
	}
}
