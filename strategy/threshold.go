package strategy

import "github.com/promogate/caddy-discount/money"

// threshold is how much of its target a cart must hold for a rule to apply;
// reaching it counts.
//
//	min_quantity = 3       # units over all target lines
//	min_subtotal = 50.00   # their value when the rule's turn comes
type threshold struct {
	quantity int64
	subtotal int64 // minor units
}

func decodeThreshold(s *section) threshold {
	var t threshold
	t.quantity, _ = s.integer("min_quantity", 1, money.Max)
	t.subtotal, _ = s.amount("min_subtotal", 1)
	return t
}

func (t *threshold) encode(o *object) {
	if t.quantity != 0 {
		o.key("min_quantity")
		o.integer(t.quantity)
	}
	if t.subtotal != 0 {
		o.key("min_subtotal")
		o.amount(t.subtotal)
	}
}

func (t *threshold) reached(sum totals) bool {
	return sum.quantity >= t.quantity && sum.value >= t.subtotal
}
