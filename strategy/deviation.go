package strategy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// Deviation is where a line of a cart says something that the catalogue does not know, or
// knows otherwise. It changes no quote: what the catalogue knows counts.
type Deviation struct {
	Line   int
	Field  string // FieldSKU, "unit_price", "line_total", "category", "subgroup" or "attributes"
	Reason string
}

// Deviations are those of a cart of which q is the quote. A strategy without a catalogue has
// none, and neither have lines without units or without a SKU, and carts of sums.
func (s *Strategy) Deviations(c *cart.Cart, q *Quote) []Deviation {
	if c.Sums || !slices.ContainsFunc(s.catalogue, func(p *product) bool { return p != nil }) {
		return nil
	}
	var list []Deviation
	for i := range c.Lines {
		line := &c.Lines[i]
		if line.Quantity == 0 {
			continue
		}
		add := func(field, reason string) { list = append(list, Deviation{Line: i, Field: field, Reason: reason}) }
		sku, _ := s.skuTable.find(s.spelling.skus.of(line.SKU))
		p := s.catalogue[sku]
		switch {
		case sku != unnamed && p != nil:
			s.deviate(p, line, &q.Lines[i], add)
		case line.SKU != "":
			add(FieldSKU, "the catalogue does not know the article "+shownSKU(line.SKU))
		}
	}
	return list
}

// deviate adds what a line says otherwise than its article's entry in the catalogue.
func (s *Strategy) deviate(p *product, line *cart.Line, quoted *QuotedLine, add func(field, reason string)) {
	switch {
	case quoted.Stated != cart.NoPrice:
		add("unit_price", fmt.Sprintf("the catalogue has it at %s, which counts, and not %s", majorText(s.currency, quoted.UnitPrice), majorText(s.currency, quoted.Stated)))
	case line.HasTotal && line.Subtotal != quoted.Subtotal:
		add("line_total", fmt.Sprintf("at the price of the catalogue, which counts, it is %s, and not %s", majorText(s.currency, quoted.Subtotal), majorText(s.currency, line.Subtotal)))
	}
	for _, category := range append([]string{line.Category}, line.MoreCategories...) {
		if category != "" && category != p.category && !slices.Contains(p.moreCategories, category) {
			add("category", fmt.Sprintf("the catalogue has it in %s, and %q does not count", noneOr("no category", append([]string{p.category}, p.moreCategories...)...), category))
			break
		}
	}
	if line.Subgroup != "" && line.Subgroup != p.subgroup {
		add("subgroup", fmt.Sprintf("the catalogue has it in %s, and %q does not count", noneOr("no subgroup", p.subgroup), line.Subgroup))
	}
	for i := range line.Attributes {
		given := &line.Attributes[i]
		if !slices.ContainsFunc(p.attributes, func(a attribute) bool {
			return a.name == given.Name && a.value.equals(valueOfAttribute(given))
		}) {
			add("attributes", fmt.Sprintf("the catalogue has %q otherwise, or not at all, and that of the cart does not count", given.Name))
			break
		}
	}
}

// noneOr lists words in quotes, or says that there is none.
func noneOr(none string, words ...string) string {
	var quoted []string
	for _, word := range words {
		if word != "" {
			quoted = append(quoted, fmt.Sprintf("%q", word))
		}
	}
	if len(quoted) == 0 {
		return none
	}
	return strings.Join(quoted, ", ")
}
