package counts

import (
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// Label is the name of a quota in metrics, events and messages: the name of its count and the key of
// its limit, such as flash.units_per_customer.
func Label(q *strategy.Quota) string { return label(q.Name, q.Kind.String(), q.PerCustomer) }

// LabelOf is the [Label] of the quota of a count. It has no customer and no code.
func LabelOf(c *quota.Counter) string {
	return label(c.Name, string(c.Kind), c.Customer != quota.Digest{})
}

func label(name, kind string, perCustomer bool) string {
	if perCustomer {
		kind += "_per_customer"
	}
	return name + "." + kind
}
