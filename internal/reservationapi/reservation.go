package reservationapi

import (
	"time"

	"github.com/promogate/caddy-discount/quota"
)

// reservation is one as it is shown. Customers and codes are digests, and not shown.
type reservation struct {
	ID    string    `json:"id"`
	State string    `json:"state"`
	Until time.Time `json:"until"`
	Takes []taken   `json:"takes"`
}

type taken struct {
	Quota       string `json:"quota"`
	Kind        string `json:"kind"`
	PerCustomer bool   `json:"per_customer,omitempty"`
	Amount      int64  `json:"amount"`
}

func shown(r quota.Reservation) reservation {
	s := reservation{ID: r.Order.String(), State: r.State.String(), Until: r.Until.UTC(), Takes: []taken{}}
	for _, t := range r.Takes {
		if c, err := t.Key.Counter(); err == nil {
			s.Takes = append(s.Takes, taken{
				Quota: c.Name, Kind: string(c.Kind), PerCustomer: c.Customer != quota.Digest{}, Amount: t.Amount,
			})
		}
	}
	return s
}
