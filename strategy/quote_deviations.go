package strategy

import (
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/cart"
)

// Deviation says that a line of a cart has an article unknown to the catalogue, or another price
// than the catalogue. It changes no quote: the catalogue's price counts.
type Deviation struct {
	Line   int
	Field  string // FieldSKU, "unit_price" or "line_total"
	Reason string
}

// Deviations lists the deviations of a cart from the catalogue; q is the quote of the cart. There
// are none without a catalogue, for a cart of sums, or for lines without units or without a SKU.
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
			s.priceDeviation(line, &q.Lines[i], add)
		case line.SKU != "":
			add(FieldSKU, "the catalogue does not know the article "+shownSKU(line.SKU))
		}
	}
	return list
}

// priceDeviation adds the price or the total of a line that deviates from the catalogue.
func (s *Strategy) priceDeviation(line *cart.Line, quoted *QuotedLine, add func(field, reason string)) {
	switch {
	case quoted.Stated != cart.NoPrice:
		add("unit_price", fmt.Sprintf("the catalogue has it at %s, which counts, and not %s", majorText(s.currency, quoted.UnitPrice), majorText(s.currency, quoted.Stated)))
	case line.HasTotal && line.Subtotal != quoted.Subtotal:
		add("line_total", fmt.Sprintf("at the price of the catalogue, which counts, it is %s, and not %s", majorText(s.currency, quoted.Subtotal), majorText(s.currency, line.Subtotal)))
	}
}
