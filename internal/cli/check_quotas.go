package cli

import (
	"strings"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
)

// countedQuota is a limit of a strategy that is counted over orders.
type countedQuota struct {
	Quota       string   `json:"quota"`
	Round       string   `json:"round,omitempty"`
	Kind        string   `json:"kind"`
	PerCustomer bool     `json:"per_customer,omitempty"`
	Limit       int64    `json:"limit"` // orders, units, or minor units of the currency
	Per         string   `json:"per,omitempty"`
	Partial     bool     `json:"partial,omitempty"`
	OnOutage    string   `json:"on_outage"`
	Rules       []string `json:"rules"`

	shown string
}

// quotasOf lists the quotas of a strategy.
func quotasOf(s *strategy.Strategy) []countedQuota {
	var list []countedQuota
	for _, q := range s.Quotas() {
		one := countedQuota{
			Quota: q.Name, Round: q.Round, Kind: q.Kind.String(), PerCustomer: q.PerCustomer, Limit: q.Limit,
			Per: q.Per.String(), Partial: q.Partial, OnOutage: q.OnOutage.String(), shown: quotaText(&q, s.Currency()),
		}
		for _, rule := range q.Rules {
			one.Rules = append(one.Rules, s.Rules()[rule])
		}
		list = append(list, one)
	}
	return list
}

// quotaText is a limit for people, such as "flash 500 units".
func quotaText(q *strategy.Quota, currency money.Currency) string {
	var text string
	switch q.Kind {
	case strategy.QuotaBudget:
		text = string(currency.AppendMajor(nil, q.Limit)) + " " + currency.Code()
	case strategy.QuotaUnits:
		text = brief.Count(int(q.Limit), "unit")
	default:
		text = brief.Count(int(q.Limit), "order")
	}
	if q.PerCustomer {
		text += " of each customer"
	}
	if q.Per != strategy.PerEver {
		text += " a " + q.Per.String()
	}
	return printable(q.Name) + " " + text
}

// quotas returns the line that says what is counted; "" for nothing.
func (c *checked) quotas() string {
	if len(c.Quotas) == 0 {
		return ""
	}
	texts := make([]string, len(c.Quotas))
	for i := range c.Quotas {
		texts[i] = c.Quotas[i].shown
	}
	return "counted: " + strings.Join(texts, ", ")
}
