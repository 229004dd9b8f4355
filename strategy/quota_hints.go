package strategy

import (
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// quotaAliases are other names of the keys of a quota, from other engines or from common usage.
var quotaAliases = map[string]string{
	"limit": "uses", "usage_limit": "uses", "max_uses": "uses", "usage": "uses", "orders": "uses", "max_orders": "uses", "times": "uses",
	"redemptions": "uses", "max_redemptions": "uses", "total": "uses", "count": "uses",
	"per_customer": "uses_per_customer", "limit_per_customer": "uses_per_customer", "max_per_customer": "uses_per_customer",
	"per_customer_limit": "uses_per_customer", "orders_per_customer": "uses_per_customer", "once_per_customer": "uses_per_customer",
	"per_user": "uses_per_customer", "limit_per_user": "uses_per_customer", "uses_per_user": "uses_per_customer", "max_per_user": "uses_per_customer",
	"stock": "units", "max_units": "units", "pieces": "units", "quantity": "units", "items": "units",
	"max_units_per_customer": "units_per_customer", "units_per_user": "units_per_customer", "quantity_per_customer": "units_per_customer",
	"amount": "budget", "max_amount": "budget", "max_discount": "budget", "max_budget": "budget", "spend": "budget",
	"amount_per_customer": "budget_per_customer", "budget_per_user": "budget_per_customer",
	"period": "per", "window": "per", "interval": "per", "every": "per", "each": "per", "reset": "per", "resets": "per",
	"on_failure": "on_outage", "on_error": "on_outage", "outage": "on_outage", "fail": "on_outage", "fallback": "on_outage",
	"name": "id", "key": "id", "season": "round", "series": "round", "edition": "round",
}

// limitsSomething reports whether a quota has a limit, or a key that was probably meant as one,
// which [section.Done] reports.
func (s *section) limitsSomething() bool {
	return slices.ContainsFunc(limitKeys[:], func(key string) bool {
		return s.Has(key) || s.mistyped(key) || slices.ContainsFunc(s.Node.Fields, func(f document.Field) bool {
			return quotaAliases[strings.ToLower(f.Key)] == key
		})
	})
}
