package strategy

// Articles at a list price of 0.00, such as gifts and the titles of combos, are reduced by rules
// but do not count:
//
//	zero_priced = "skip"     # or "count": they count like all others
//
// They are left out of pick, buy and get, bundle, min_quantity, min_line_quantity, ladders by
// quantity, every.units, groups_of and unit_rates. Selectors, requires and forbids include them.
var zeroPricedWords = []string{"skip", "count"}

// decodeZeroPriced reports whether articles at 0.00 count.
func decodeZeroPriced(s *section) bool { return s.word("zero_priced", 0, zeroPricedWords) == 1 }

// encodeZeroPriced writes the key unless it has its default.
func encodeZeroPriced(o *object, count bool) {
	if count {
		o.key("zero_priced")
		o.text("count")
	}
}

// atNothing reports whether the list price of a line is 0.00.
func (l *item) atNothing() bool { return l.unitPrice == 0 && !l.priceOver && l.quantity > 0 }
