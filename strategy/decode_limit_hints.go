package strategy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// This file has hints for keys whose meaning depends on other keys of the rule.

// unitLimits are names in other engines for a limit on the units in an order that are
// discounted.
var unitLimits = []string{
	"limit", "max_per_order", "per_order", "per_order_limit", "limit_per_order", "order_limit", "max_per_cart", "per_cart", "limit_per_cart", "cart_limit",
	"purchase_limit", "max_purchase", "max_purchase_quantity", "buy_limit", "max_buy", "quantity_limit", "limit_quantity", "qty_limit", "unit_limit",
	"limit_units", "units_limit", "max_items", "max_pieces", "max_count", "max_number", "limit_per_item", "item_limit",
	"max_per_line", "limit_per_line", "line_limit", "per_line_limit",
}

// limitMeant is the hint for a limit on units. It depends on the reward of the rule.
func (s *section) limitMeant(key string) string {
	if !slices.Contains(unitLimits, key) {
		return ""
	}
	switch kind := s.rewardGiven(); {
	case kind.unitLimit != nil:
		return kind.unitLimit(s)
	case kind.repeats != "":
		return "did you mean " + kind.repeats + "?"
	case strings.Contains(key, "line"):
		return `did you mean max_units with max_units_per = "line"?`
	case key == "limit" && !kind.perUnit:
		return "did you mean max_units, for units of an order, max_discount, for an amount, or quota, for all orders?"
	}
	return "did you mean max_units?"
}

// countsItsUnits reports whether a reward counts units or steps in a way of its own.
func (k *rewardKind) countsItsUnits() bool { return k.perUnit || k.repeats != "" || k.unitLimit != nil }

// rewardGiven is the reward of the rule if it is one that counts units, even under another
// name; the zero kind otherwise.
func (s *section) rewardGiven() rewardKind {
	limited := rewardKeys((*rewardKind).countsItsUnits)
	for i := range s.Node.Fields {
		key := strings.ToLower(s.Node.Fields[i].Key)
		if slices.Contains(limited, key) {
			return rewardOf(key)
		}
		if reward := aliasOf(key, limited); reward != "" {
			return rewardOf(reward)
		}
	}
	return rewardKind{}
}

// oncePerOrder is the hint that unit_rates apply once without max_times.
const oncePerOrder = " That is once an order; max_times is how often"

// nthMeant is the hint for a key about the second or third unit.
func nthMeant(key string) string {
	free := strings.Contains(key, "free")
	switch {
	case key == "nth_order", aliases[key] != nil:
		return ""
	case key == "second_half", key == "2nd_half", key == "half_second", key == "half_price_second", key == "bogo_half", key == "bogoho",
		isNth(key, "second", "2nd") && strings.Contains(key, "half"):
		return "did you mean unit_rates = [0, 0.5]?" + oncePerOrder
	case isNth(key, "second", "2nd") && free:
		return "did you mean unit_rates = [0, 1]?" + oncePerOrder
	case isNth(key, "third", "3rd") && free:
		return "did you mean unit_rates = [0, 0, 1]?" + oncePerOrder
	case isNth(key, "third", "3rd"):
		return "did you mean unit_rates, such as unit_rates = [0, 0, 0.5] for the third at half price?"
	case isNth(key, "second", "2nd", "nth"):
		return "did you mean unit_rates, such as unit_rates = [0, 0.5] for the second at half price?"
	}
	return ""
}

func isNth(key string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		return key == word || strings.HasPrefix(key, word+"_") || strings.HasSuffix(key, "_"+word)
	})
}

// besideGet are keys within buy or get in other engines, with the keys of the rule that
// they stand for.
var besideGet = map[string]string{
	"repeat": "repeat", "max_times": "repeat", "times": "repeat", "max_repeat": "repeat", "limit": "repeat", "max_units": "repeat",
	"partial": "partial", "pick": "pick", "cheapest": "pick", "reserve": "reserve",
}

// offerMeant is the hint for a key within get or buy.
func (s *section) offerMeant(key string, value *document.Node) string {
	if beside := besideGet[key]; beside != "" {
		return "did you mean " + beside + ", which stands beside " + s.Name + "?"
	}
	switch key {
	case "free", "is_free", "gratis", "free_units", "free_quantity", "free_items", "free_item", "for_free":
		return s.freeMeant(value)
	case "half", "half_price", "half_off":
		return s.inGet("rate = 0.5")
	case "discount", "off", "reward":
		return s.inGet("rate, such as 0.2 for 20 % off, amount or unit_price")
	}
	return ""
}

// freeMeant is the hint for free units. The units of get are free unless it has a rate, an
// amount or a unit_price.
func (s *section) freeMeant(value *document.Node) string {
	const so = "what is got is free where get has none of rate, amount and unit_price"
	units, err := document.ParseInteger(value.Text)
	if value.Kind != document.Integer || err != nil || units < 1 {
		if s.Name == "buy" {
			return so
		}
		return so + ", so leave it out"
	}
	return so + "; " + s.inGet("quantity = "+strconv.FormatInt(units, 10))
}

// inGet is the hint that a key of get was probably meant.
func (s *section) inGet(what string) string {
	if s.Name == "get" {
		return "did you mean " + what + "?"
	}
	return "did you mean " + what + " within get?"
}
