package strategy

// TakesOff reports whether a rule may take something off goods, and whether off shipping. A gift
// takes nothing off. rule is an index into [Strategy.Rules].
func (s *Strategy) TakesOff(rule int) (goods, shipping bool) {
	r := &s.rules[rule]
	if _, gives := r.reward.(giftGiver); gives {
		return false, false
	}
	return r.targeting.appliesTo != toShipping, r.targeting.appliesTo != toItems
}

// GiftOf is the SKU of the gift of a rule; "" for none. rule is an index into [Strategy.Rules].
func (s *Strategy) GiftOf(rule int) string {
	sku, _ := giftOf(s.rules[rule].reward)
	return sku
}
