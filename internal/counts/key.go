// Package counts says which counts of a ledger the quotas of a strategy have, reads them, and changes
// them by hand.
//
// It depends neither on Caddy nor on HTTP.
package counts

import (
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// Counter is the count of a quota in a window, of one customer if the quota is per customer.
func Counter(q *strategy.Quota, w strategy.Window, customer quota.Digest) quota.Counter {
	c := quota.Counter{Kind: quota.Kind(q.Kind.String()), Name: q.Name, Round: q.Round, Window: windowName(q.Per, w)}
	if q.PerCustomer {
		c.Customer = customer
	}
	return c
}

// windowName is the name of a window in a ledger, such as "day 2026-11-30"; empty for ever. It has the
// date on which the window starts in the time zone of the strategy.
func windowName(per strategy.Period, w strategy.Window) string {
	if per == strategy.PerEver {
		return ""
	}
	return per.String() + " " + w.Start.Format("2006-01-02")
}
