package strategy

// The reasons of [Rejected] and [Next]. A reason is the key of the condition that is not met or
// of the threshold that is not reached, or a word where no key applies. The list may grow; the
// meaning of a reason never changes.
const (
	// ReasonCurrency is also the Reason of a [Quote]: the cart is in another currency than
	// the strategy, so no rule applies.
	ReasonCurrency = "currency"

	ReasonEnabled    = "enabled"     // the rule is switched off
	ReasonValidFrom  = "valid_from"  // it has not begun
	ReasonValidUntil = "valid_until" // it has ended
	ReasonTimeWindow = "time_window" // it is outside its hours

	ReasonCoupons         = "coupons"           // the cart has no coupon of the rule
	ReasonCodes           = "codes"             // the cart has no code of the set of the rule
	ReasonCustomer        = "customer"          // the rule is for other customers
	ReasonChannels        = "channels"          // the rule is for other channels
	ReasonRegions         = "regions"           // the rule is for other regions
	ReasonShippingMethods = "shipping_methods"  // the rule is for other ways of shipping
	ReasonRequires        = "requires"          // goods are missing that the cart must have
	ReasonForbids         = "forbids"           // the cart has goods that it must not have
	ReasonMinQuantity     = "min_quantity"      // too few units
	ReasonMinLineQuantity = "min_line_quantity" // too few units on each line
	ReasonMinArticles     = "min_articles"      // too few different articles
	ReasonMinSubtotal     = "min_subtotal"      // too little value

	ReasonTarget     = "target"      // nothing in the cart is what the rule is about
	ReasonFreshUnits = "fresh_units" // earlier rules reduced all units it is about
	ReasonThreshold  = "threshold"   // no step of [[discounts]] is reached
	ReasonLadder     = "ladder"      // no step of the rule is reached
	ReasonEvery      = "every"       // less than one full step
	ReasonBundle     = "bundle"      // too few units for one bundle
	ReasonGift       = "gift"        // too little for one gift
	ReasonGroupsOf   = "groups_of"   // too little for one group
	ReasonUnitRates  = "unit_rates"  // too few units for one at a rate
	ReasonUnitLadder = "unit_ladder" // too few units of each line for one that loses something
	ReasonGet        = "get"         // too few units to buy, or to get
	ReasonFloorPrice = "floor_price" // the catalogue lets no more be taken off
	ReasonNothing    = "nothing"     // there is nothing to take off
	ReasonLimits     = "limits"      // the limits of the strategy are used up
	ReasonQuota      = "quota"       // too little is left of a quota, or the order names no customer

	ReasonGroup     = "group"     // another rule of the group is worth more
	ReasonExclusive = "exclusive" // the exclusive rule, or the others together, are worth more
	ReasonSelect    = "select"    // arithmetic.select takes the best, and that is another rule
	ReasonStopped   = "stopped"   // an earlier rule ended the lines it is about, or the cart
)

// reasons lists the reasons that are not the key of a reward, each with its text for a person.
// The text of a reward is rewardKind.unreached.
var reasons = []struct{ reason, text string }{
	{ReasonCurrency, "the strategy is in another currency"},
	{ReasonEnabled, "the rule is switched off"},
	{ReasonValidFrom, "the rule has not begun"},
	{ReasonValidUntil, "the rule has ended"},
	{ReasonTimeWindow, "the rule is outside its hours"},
	{ReasonCoupons, "the cart has no coupon of the rule"},
	{ReasonCodes, "the cart has no code of the rule"},
	{ReasonCustomer, "the rule is for other customers"},
	{ReasonChannels, "the rule is for other channels"},
	{ReasonRegions, "the rule is for other regions"},
	{ReasonShippingMethods, "the rule is for other ways of shipping"},
	{ReasonRequires, "goods that the rule requires are missing"},
	{ReasonForbids, "the cart has goods that the rule forbids"},
	{ReasonMinQuantity, "there are too few units"},
	{ReasonMinLineQuantity, "each line has too few units"},
	{ReasonMinArticles, "there are too few different articles"},
	{ReasonMinSubtotal, "the goods are worth too little"},
	{ReasonTarget, "nothing matches"},
	{ReasonFreshUnits, "earlier rules reduced all of it"},
	{ReasonThreshold, "no step is reached"},
	{ReasonFloorPrice, "the floor price lets no more be taken off"},
	{ReasonNothing, "there is nothing to take off"},
	{ReasonLimits, "the limits of the strategy are used up"},
	{ReasonQuota, "too little is left of the quota"},
	{ReasonGroup, "another rule of the group is worth more"},
	{ReasonExclusive, "other rules are worth more"},
	{ReasonSelect, "another rule is worth more"},
	{ReasonStopped, "an earlier rule ended the discounts"},
}

// Reasons lists all reasons that a [Rejected] or a [Next] may have.
func Reasons() []string {
	list := make([]string, len(reasons))
	for i := range reasons {
		list[i] = reasons[i].reason
	}
	return append(list, rewardKeys(func(kind *rewardKind) bool { return kind.unreached != "" })...)
}

// reasonText is the text of a reason for a person. A reason that is not listed is its own text.
func reasonText(reason string) string {
	for i := range reasons {
		if reasons[i].reason == reason {
			return reasons[i].text
		}
	}
	if text := rewardOf(reason).unreached; text != "" {
		return text
	}
	return reason
}

// nothingOff is the reason of a reward that comes to nothing.
func nothingOff() shortfall { return shortfall{reason: ReasonNothing} }
