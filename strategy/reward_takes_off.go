package strategy

// TakesOff reports whether a rule, by its place in [Strategy.Rules], may take something off
// goods, and whether off shipping. A gift takes nothing off.
func (s *Strategy) TakesOff(rule int) (goods, shipping bool) {
	r := &s.rules[rule]
	if _, gives := r.reward.(giftGiver); gives {
		return false, false
	}
	return r.targeting.appliesTo != toShipping, r.targeting.appliesTo != toItems
}

// GiftOf is the SKU that a rule, by its place in [Strategy.Rules], gives; "" for a rule that
// gives none.
func (s *Strategy) GiftOf(rule int) string {
	sku, _ := giftOf(s.rules[rule].reward)
	return sku
}
