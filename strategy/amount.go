package strategy

import "github.com/promogate/caddy-discount/strategy/document"

// amountOff is the reward discount_amount: one amount off the target as a
// whole, shared out over its lines by value.
//
//	discount_amount = 5.00
type amountOff struct {
	amount int64 // minor units
}

func decodeAmountOff(s *section, _ *document.Node) reward {
	amount, _ := s.amount("discount_amount", 1)
	return &amountOff{amount: amount}
}

func (a *amountOff) encode(o *object) {
	o.key("discount_amount")
	o.amount(a.amount)
}

func (a *amountOff) apply(_ *evaluation, _ totals) int64 { return a.amount }
