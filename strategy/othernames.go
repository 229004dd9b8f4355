package strategy

import (
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// otherNames are what other engines, or common sense, call a key.
var otherNames = map[string]string{
	"discount_percent": "discount_rate", "discount_percentage": "discount_rate", "percent": "discount_rate",
	"percentage": "discount_rate", "percent_off": "discount_rate", "rate": "discount_rate", "discount": "discount_rate",
	"amount": "discount_amount", "amount_off": "discount_amount", "fixed_amount": "discount_amount",
	"max_discount_amount": "max_discount", "discount_limit": "max_discount", "max_amount": "max_discount", "cap": "max_discount",
	"price": "unit_price", "fixed_price": "unit_price", "tiers": "customer", "steps": "ladder", "buy_get": "get",
	"sku": "skus", "product": "skus", "products": "skus", "items": "skus",
	"category": "categories", "subgroup": "subgroups", "excludes": "exclude", "filter": "where", "attributes": "where",
	"valid_to": "valid_until", "valid_till": "valid_until", "end": "valid_until", "end_date": "valid_until",
	"ends_at": "valid_until", "expires": "valid_until", "expires_at": "valid_until",
	"start": "valid_from", "start_date": "valid_from", "starts_at": "valid_from", "valid_since": "valid_from",
	"active": "enabled", "disabled": "enabled", "coupon": "coupons", "coupon_code": "coupons", "code": "coupons", "codes": "coupons",
	"channel": "channels", "region": "regions", "segments": "customer", "segment": "customer", "tier": "customer",
	"first_order": "customer", "nth_order": "customer",
	"min_amount": "min_subtotal", "min_total": "min_subtotal", "min_spend": "min_subtotal", "min_order": "min_subtotal",
	"threshold": "min_subtotal", "min_qty": "min_quantity", "min_units": "min_quantity", "max_quantity": "max_units",
	"max_qty": "max_units", "weight": "priority", "order": "priority", "rules": "rule", "time_zone": "timezone", "tz": "timezone",
}

// longestKeyList is how many keys a hint lists.
const longestKeyList = 8

// meant is the hint for an unknown key, given those that are known in its place.
// What another engine calls so goes before what is spelt alike: discount_percent is
// nearer to discount_amount by letters than to what it means.
func meant(typed string, known []string) string {
	key := otherNames[strings.ToLower(typed)]
	if !slices.Contains(known, key) {
		if hint := document.Meant(typed, known); hint != "" || len(known) > longestKeyList {
			return hint
		}
		listed := slices.Compact(slices.Sorted(slices.Values(known)))
		return "known here are " + strings.Join(listed, ", ")
	}
	if key == "customer" {
		return `did you mean customer, such as customer = { tiers = ["gold"] }?`
	}
	return "did you mean " + key + "?"
}
