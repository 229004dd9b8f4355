package strategy_test

// genReward makes one reward of any kind.
func genReward(c chooser) rewardSpec {
	return genRewardOf(c, oneOf(c, "discount_rate", "discount_rate", "discount_amount", "discount_amount",
		"unit_price", "bundle", "ladder", "every", "unit_ladder", "unit_rates", "groups_of", "get", "get", "gift"))
}

// focus gives all rules rewards of one kind, on much the same goods: what they
// leave for each other is where they go wrong.
func focus(c chooser, rules []ruleSpec) {
	kind := oneOf(c, "get", "get", "every", "bundle", "groups_of", "unit_rates", "ladder", "unit_price", "discount_rate")
	for i := range rules {
		r := &rules[i]
		r.reward = genRewardOf(c, kind)
		if r.reward.countsUnits() {
			r.appliesTo = ""
		}
		r.exclusive = ""
		if c.often(70) {
			r.selectorSpec = selectorSpec{}
		}
	}
}

// countsUnits reports whether the reward is one of goods alone.
func (w *rewardSpec) countsUnits() bool {
	switch w.kind {
	case "bundle", "unit_ladder", "unit_rates", "groups_of", "get":
		return true
	}
	return w.kind == "every" && w.units > 0 || w.kind == "gift" && w.perUnits > 0
}

func genRewardOf(c chooser, kind string) rewardSpec {
	w := rewardSpec{kind: kind}
	switch w.kind {
	case "discount_rate":
		w.rate = oneOf(c, genRates...)
	case "discount_amount":
		w.amount, w.per = oneOf(c, genAmounts...), oneOf(c, "", "cart", "line", "unit")
	case "unit_price":
		w.amount = oneOf(c, append(genPrices, 0)...)
	case "bundle":
		w.units, w.amount = int64(1+c(5)), oneOf(c, append(genThresholds, 0)...)
		w.most = int64(c(4))
	case "ladder":
		genLadder(c, &w)
	case "every":
		genEvery(c, &w)
	case "unit_ladder":
		w.first, w.additional, w.most = oneOf(c, append(genAmounts, 0)...), oneOf(c, append(genAmounts, 0)...), int64(c(4))
	case "groups_of":
		if w.units = int64(1 + c(5)); c.often(50) {
			w.units, w.threshold = 0, oneOf(c, genThresholds...)
		}
		if w.amount = oneOf(c, genAmounts...); c.often(50) {
			w.amount, w.rate = 0, oneOf(c, genRates...)
		}
	case "get":
		genBuyGet(c, &w)
	case "unit_rates":
		for range 1 + c(4) {
			w.rates = append(w.rates, oneOf(c, append(genRates, "0", "0", "1", "0.123456789")...))
		}
		w.rates[c(len(w.rates))] = oneOf(c, genRates...)
		w.most = int64(c(5))
	case "gift":
		genGift(c, &w)
	}
	return w
}

func genLadder(c chooser, w *rewardSpec) {
	w.byQuantity = c.often(40)
	threshold := int64(c(3))
	for range 1 + c(3) {
		step := ladderSpec{threshold: threshold, amount: oneOf(c, genAmounts...)}
		if c.often(50) {
			step.amount, step.rate = 0, oneOf(c, genRates...)
		}
		w.steps = append(w.steps, step)
		if threshold += int64(1 + c(4)); !w.byQuantity {
			threshold += oneOf(c, genThresholds...)
		}
	}
}

func genEvery(c chooser, w *rewardSpec) {
	w.amount, w.most = oneOf(c, genAmounts...), int64(c(4))
	if c.often(50) {
		w.units = int64(1 + c(4))
		return
	}
	w.threshold = oneOf(c, genThresholds...)
	w.amount = min(w.amount, w.threshold)
}

func genBuyGet(c chooser, w *rewardSpec) {
	w.buyUnits, w.units, w.most = int64(1+c(4)), int64(c(4)), int64(c(4))
	switch {
	case c.often(40):
		w.rate = oneOf(c, append(genRates, "1")...)
	case c.often(40):
		w.offer, w.amount = "amount", oneOf(c, genAmounts...)
	case c.often(60):
		w.offer, w.amount = "unit_price", oneOf(c, append(genPrices, 0)...)
	}
	if c.often(50) {
		w.buy = genSelector(c, 1)
	}
	if c.often(50) {
		w.get = genSelector(c, 1)
	}
	w.wholeGets = c.often(40)
	w.reserve = oneOf(c, "", "dearest", "cheapest", "cart")
}

func genGift(c chooser, w *rewardSpec) {
	w.sku, w.units = oneOf(c, "sticker", "spoon"), int64(c(3))
	switch {
	case c.often(35):
		w.perUnits = int64(1 + c(5))
	case c.often(50):
		w.threshold = oneOf(c, genThresholds...)
	default:
		return
	}
	w.most = int64(c(4))
}
