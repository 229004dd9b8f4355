package strategy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/internal/rates"
	"github.com/promogate/caddy-discount/strategy/document"
)

// aliases are other names of keys, from other engines or from common usage. The first key
// that is known in the section is the one that is meant.
var aliases = map[string][]string{
	"discount_percent": rateKeys, "discount_percentage": rateKeys, "percent": rateKeys, "percentage": rateKeys, "percent_off": rateKeys,
	"discount": rateKeys, "rate": {"discount_rate"}, "discount_rate": {"rate"},
	"amount": {"discount_amount", "threshold"}, "discount_amount": {"amount"}, "amount_off": amountKeys, "fixed_amount": amountKeys, "off": amountKeys,
	"max_discount_amount": {"max_discount"}, "discount_limit": {"max_discount"}, "max_amount": {"max_discount"}, "cap": {"max_discount"},
	"price": {"unit_price"}, "fixed_price": {"unit_price", "price"}, "steps": {"ladder"}, "tiers": {"ladder"}, "buy_get": {"get"},
	"sku": {"skus"}, "product": {"skus", "sku"}, "products": {"skus"}, "items": {"skus"}, "item": {"skus", "sku"},
	"category": {"categories"}, "subgroup": {"subgroups"}, "excludes": {"exclude"}, "filter": {"where"}, "attributes": {"where"},
	"valid_to": {"valid_until"}, "valid_till": {"valid_until"}, "end": {"valid_until"}, "end_date": {"valid_until"},
	"ends_at": {"valid_until"}, "expires": {"valid_until"}, "expires_at": {"valid_until"}, "end_time": {"end", "valid_until"},
	"start": {"valid_from"}, "start_date": {"valid_from"}, "starts_at": {"valid_from"}, "valid_since": {"valid_from"},
	"start_time": {"start", "valid_from"}, "from": {"start", "valid_from"}, "to": {"end", "valid_until"}, "until": {"end", "valid_until"},
	"active": {"enabled"}, "disabled": {"enabled"}, "coupon": {"coupons"}, "coupon_code": {"coupons"}, "code": {"coupons"}, "codes": {"coupons"}, "code_set": {"codes"}, "vouchers": {"codes"},
	"shipping_method": {"shipping_methods"}, "delivery_method": {"shipping_methods"}, "delivery_methods": {"shipping_methods"},
	"day": {"days"}, "weekday": {"days"}, "day_of_week": {"days"}, "on": {"days"}, "begin": {"start"}, "opens": {"start"}, "closes": {"end"},
	"channel": {"channels"}, "region": {"regions"}, "weekdays": {"days"},
	"min_amount": worthKeys, "minimum_amount": worthKeys, "min_total": worthKeys, "min_spend": worthKeys, "minimum_spend": worthKeys,
	"min_order": worthKeys, "min_order_value": worthKeys, "min_order_amount": worthKeys, "threshold": {"min_subtotal", "value"}, "worth": {"value"}, "min_value": {"min_subtotal", "value"},
	"min_qty": {"min_quantity"}, "min_units": {"min_quantity"}, "minimum_quantity": {"min_quantity"},
	"quantity": {"min_quantity", "units", "size"}, "qty": {"quantity", "min_quantity", "units", "size"}, "units": {"quantity", "max_units", "size"}, "count": {"quantity"},
	"max_quantity": {"max_units"}, "max_qty": {"max_units"},
	"round_to": {"payable_unit", "rounding_unit"}, "round_total": {"payable_unit"}, "cash_rounding": {"payable_unit"}, "rounding_step": {"rounding_unit"},
	"selection": {"select"}, "payable": {"payable_unit"},
	"min_distinct": {"min_articles"}, "distinct": {"min_articles"}, "min_skus": {"min_articles"}, "min_products": {"min_articles"}, "min_items": {"min_articles", "min_quantity"},
	"for_each_sku": {"each"}, "each_sku": {"each"}, "each_line": {"each"}, "by_sku": {"each"}, "by_line": {"each"}, "scope": {"each", "applies_to"},
	"fresh": {"fresh_units"}, "unreduced_units": {"fresh_units"}, "only_fresh": {"fresh_units"}, "skip_reduced_units": {"fresh_units"},
	"zero_price": {"zero_priced"}, "count_free": {"zero_priced"}, "free_items": {"zero_priced"},
	"nth_rates": {"unit_rates"}, "nth_rate": {"unit_rates"}, "rates": {"unit_rates"}, "rate_per_unit": {"unit_rates"}, "set_rates": {"unit_rates"},
	"every": {"per"}, "each": {"per"}, "for_each": {"per"}, "for_every": {"per"}, "per_units": {"per", "units"}, "per_amount": {"per", "threshold"},
	"repeat": {"max_times"}, "times": {"max_times", "repeat"}, "max_repeat": {"max_times", "repeat"}, "limit": {"max_times", "repeat"},
	"quota_names": {"quotas"}, "shared_quotas": {"quotas"},
	"case_sensitive": {"coupon_case"}, "case_insensitive": {"coupon_case"}, "ignore_case": {"coupon_case"}, "coupons_case": {"coupon_case"},
	"code_case": {"coupon_case"}, "coupon_match": {"coupon_case"}, "coupon_compare": {"coupon_case"}, "sku_case": {"sku_compare"}, "sku_match": {"sku_compare"},
	"unknown_products": {"unknown_skus"}, "unknown_articles": {"unknown_skus"}, "unknown_items": {"unknown_skus"}, "unknown_sku": {"unknown_skus"},
	"any_of": {"any"}, "anyof": {"any"}, "one_of": {"any"}, "or": {"any"}, "either": {"any"}, "alternatives": {"any"},
	"name": {"title"}, "label": {"title"}, "caption": {"title"}, "display_name": {"title"}, "headline": {"title"}, "titles": {"title"},
	"desc": {"description"}, "descriptions": {"description"}, "details": {"description"}, "note": {"description"}, "comment": {"description"}, "summary": {"description"},
	"tag": {"tags"}, "labels": {"tags"}, "keywords": {"tags"}, "metadata": {"meta"}, "extra": {"meta"}, "custom": {"meta"}, "annotations": {"meta"},
	"weight": {"priority"}, "order": {"priority"}, "rules": {"rule"}, "time_zone": {"timezone"}, "tz": {"timezone"},
}

var (
	rateKeys   = []string{"discount_rate", "rate"}
	amountKeys = []string{"discount_amount", "amount"}
	worthKeys  = []string{"min_subtotal", "threshold"}
)

// otherWays are hints for keys of a rule in other engines whose meaning has another form in
// this language, or none.
var otherWays = map[string]string{
	"discount": "did you mean discount_rate, such as 0.2 for 20 % off, or discount_amount?",
	"type":     rewardNamed, "value": rewardNamed, "discount_type": rewardNamed, "discount_value": rewardNamed, "action": rewardNamed,
	"stackable": together, "combinable": together, "cumulative": together, "stacking": together, "combine": together,
	"usage_limit": ofUses, "max_uses": ofUses, "uses": ofUses, "max_redemptions": ofUses, "redemptions": ofUses, "total_uses": ofUses, "max_orders": ofUses,
	"uses_per_customer": ofCustomer, "per_customer_limit": ofCustomer, "limit_per_customer": ofCustomer, "max_per_customer": ofCustomer,
	"per_customer": ofCustomer, "once_per_customer": ofCustomer, "limit_per_user": ofCustomer, "per_user": ofCustomer, "per_user_limit": ofCustomer, "max_per_user": ofCustomer,
	"units_per_customer": ofCustomerUnits, "max_units_per_customer": ofCustomerUnits,
	"stock": ofUnits, "stock_limit": ofUnits, "total_units": ofUnits, "units_limit_total": ofUnits, "total_limit": ofUnits,
	"budget": ofBudget, "max_budget": ofBudget, "total_budget": ofBudget, "campaign_budget": ofBudget, "budget_per_customer": ofBudget,
	"days": openings, "weekdays": openings, "hours": openings, "start_time": openings, "end_time": openings, "schedule": openings,
	"day": openings, "weekday": openings, "weekend": openings, "weekends": openings, "workdays": openings, "business_days": openings,
	"day_of_week": openings, "days_of_week": openings, "happy_hour": openings, "opening_hours": openings, "time": openings, "times_of_day": openings,
	"tier": ofTier, "tiers": ofTier, "customer_tier": ofTier, "customer_group": ofTier, "customer_tiers": ofTier, "member": ofTier, "members": ofTier,
	"segment": ofSegment, "segments": ofSegment, "customer_segment": ofSegment,
	"first_order": ofFirst, "new_customer": ofFirst, "nth_order": ofFirst,
	"free_shipping": freeShipping, "free_delivery": freeShipping, "free_postage": freeShipping, "free_freight": freeShipping, "free_ship": freeShipping,
	"freeshipping": freeShipping, "freedelivery": freeShipping, "shipping_free": freeShipping, "delivery_free": freeShipping, "no_shipping": freeShipping,
	"waive_shipping": freeShipping, "waive_delivery": freeShipping, "free_courier": freeShipping, "postage_free": freeShipping,
	"shipping": offShipping, "delivery": offShipping, "shipping_discount": offShipping, "delivery_discount": offShipping, "shipping_off": offShipping,
	"shipping_rate": offShipping, "shipping_amount": offShipping, "shipping_fee": offShipping, "delivery_fee": offShipping, "shipping_price": offShipping,
	"postage": offShipping, "freight": offShipping,
	"buy_x": buyAndGet, "get_y": buyAndGet, "buy_quantity": buyAndGet, "get_quantity": buyAndGet, "bogo": buyAndGet,
	"half_price": halfPrice, "half_off": halfPrice, "free_gift": asGift, "gifts": asGift, "gift_sku": asGift, "present": asGift,
	"member_price": ofMembers, "vip_price": ofMembers, "members_price": ofMembers,
}

// The hints that several keys share.
const (
	rewardNamed     = "the reward is a key of its own, such as discount_rate = 0.2 or discount_amount = 20"
	together        = `rules go together unless they share a group (group = "sale"), are exclusive (exclusive = true, or "goods" to keep free delivery) or stop what follows (stop = "cart")`
	ofUses          = "did you mean quota, such as quota = { uses = 1000 } for the first thousand orders?"
	ofCustomer      = "did you mean quota, such as quota = { uses_per_customer = 1 }?"
	ofCustomerUnits = "did you mean quota, such as quota = { units_per_customer = 2 }?"
	ofUnits         = "did you mean quota, such as quota = { units = 500 } for 500 units of all orders?"
	ofBudget        = "did you mean quota, such as quota = { budget = 50000 }?"
	openings        = `did you mean time_window = { start = "00:00", end = "24:00", days = ["sat", "sun"] }?`
	ofTier          = `did you mean customer, such as customer = { tiers = ["gold"] }?`
	ofSegment       = `did you mean customer, such as customer = { segments = ["vip"] }?`
	ofFirst         = "did you mean customer, such as customer = { nth_order = 1 } for the first order?"
	freeShipping    = `did you mean applies_to = "shipping" with discount_rate = 1?`
	offShipping     = `what is taken off shipping is a rule of its own with applies_to = "shipping", such as discount_rate = 1`
	halfPrice       = "did you mean discount_rate = 0.5?"
	asGift          = `did you mean gift, such as gift = { sku = "mug" }?`
	ofMembers       = `did you mean unit_price with customer, such as customer = { tiers = ["gold"] }?`
	buyAndGet       = "did you mean buy = { quantity = 2 } with get = { quantity = 1 }?"
)

// longestKeyList is how many keys a hint lists.
const longestKeyList = 8

// meant is the hint for a key that is unknown in its section. An alias is preferred to a
// similar spelling: by its letters, discount_percent is close to discount_amount, which it
// does not mean.
func (s *section) meant(f *document.Field) string {
	lower := strings.ReplaceAll(strings.ToLower(f.Key), "-", "_")
	if way := s.otherWay(lower, f.Value); way != "" {
		return way
	}
	if key := aliasOf(lower, s.Asked()); key != "" {
		return "did you mean " + key + "?" + asRate(key, lower, f.Value)
	}
	if hint := document.Meant(f.Key, s.Asked()); hint != "" || len(s.Asked()) > longestKeyList {
		return hint
	}
	listed := slices.Compact(slices.Sorted(slices.Values(s.Asked())))
	return "known here are " + strings.Join(listed, ", ")
}

// otherWay is the hint for a key whose meaning takes more than one other key; "" for other
// keys.
func (s *section) otherWay(key string, value *document.Node) string {
	switch {
	case s.Knows("applies_to"): // of a rule
		return cmp.Or(s.limitMeant(key), nthMeant(key), otherWays[key])
	case s.Knows("on_outage"): // of a quota
		if meant := quotaAliases[key]; meant != "" {
			return "did you mean " + meant + "?"
		}
	case s.Name == "get" || s.Name == "buy":
		return s.offerMeant(key, value)
	case key == "discount" && s.Knows("amount") && s.Knows("rate"):
		return "did you mean rate, such as 0.2 for 20 % off, or amount?"
	}
	return ""
}

// asRate is the hint how to write a value under another name as a rate; "" if it can stay
// as it is.
func asRate(key, typed string, value *document.Node) string {
	if !slices.Contains(rateKeys, key) || value.Kind == document.Table || value.Kind == document.Array || rates.Usual.Allows(value.Text) {
		return ""
	}
	text := value.Text
	if strings.Contains(typed, "percent") && !strings.ContainsAny(text, "%.折") {
		text += "%"
	}
	if hint := rates.Usual.Meant(text); hint != "" {
		return " " + hint
	}
	return ""
}

// aliasOf is the key that a name stands for in this section; "" if it is no alias of a
// known key.
func aliasOf(typed string, known []string) string {
	for _, key := range aliases[typed] {
		if slices.Contains(known, key) {
			return key
		}
	}
	return ""
}
