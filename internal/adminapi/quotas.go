package adminapi

import "time"

// Quotas are what was counted of the quotas of a strategy.
type Quotas struct {
	AsOf   time.Time `json:"as_of"`
	Total  int       `json:"total"`  // of the quotas of the strategy
	Quotas []Quota   `json:"quotas"` // the first ones, ordered by name
}

// Quota is one limit that is counted. The numbers are orders, units or minor units.
type Quota struct {
	Quota       string     `json:"quota"` // its name and the key of its limit, such as flash.units
	Round       string     `json:"round,omitempty"`
	PerCustomer bool       `json:"per_customer"`
	Limit       int64      `json:"limit"`
	Per         string     `json:"per,omitempty"`
	From        *time.Time `json:"from,omitempty"` // of the window it is in
	Until       *time.Time `json:"until,omitempty"`
	Rules       []string   `json:"rules"`
	OnOutage    string     `json:"on_outage"`
	Partial     bool       `json:"partial"`

	// Count is what was counted; nil of a quota per customer, unless a customer was asked for.
	Count *QuotaCount `json:"count,omitempty"`

	// Unresolved is how many orders with an unknown outcome take from it, of all customers.
	Unresolved int64 `json:"unresolved"`
}

// QuotaCount is what was counted of a quota.
type QuotaCount struct {
	Used      int64  `json:"used"` // held and committed
	Held      int64  `json:"held"` // by orders whose outcome is not known yet
	Committed int64  `json:"committed"`
	Left      int64  `json:"left"`
	Revision  uint64 `json:"revision"`         // how often it was adjusted; the ETag of an adjustment
	Reason    string `json:"reason,omitempty"` // of the last adjustment
}

// QuotasOfCustomer asks for the counts of a customer.
type QuotasOfCustomer struct {
	Customer string `json:"customer"`
}

// QuotaAdjustment changes a count by hand.
type QuotaAdjustment struct {
	Quota    string `json:"quota"`
	Customer string `json:"customer,omitempty"` // of a quota per customer
	By       int64  `json:"by"`                 // is added to what is committed
	Reason   string `json:"reason"`
}

// Reservations are orders whose outcome is not known.
type Reservations struct {
	Reservations []Reservation `json:"reservations"` // those with the earliest deadline first
	More         bool          `json:"more"`         // there are more
}

// Reservation is an order in a ledger.
type Reservation struct {
	ID      string    `json:"id"` // as in X-Discount-Reservation
	State   string    `json:"state"`
	Until   time.Time `json:"until"` // the deadline of a held order; a settled one is known until then
	Unknown bool      `json:"unknown"`
	Takes   []Take    `json:"takes"`
}

// Take is what an order takes of a quota.
type Take struct {
	Quota  string `json:"quota"`
	Round  string `json:"round,omitempty"`
	Window string `json:"window,omitempty"` // such as day 2026-11-30
	Amount int64  `json:"amount"`
}

// SettleRequest says what became of an order.
type SettleRequest struct {
	ID      string `json:"id"`
	Outcome string `json:"outcome"`       // commit, release, return or hold
	For     int64  `json:"for,omitempty"` // seconds; of hold
	Reason  string `json:"reason"`
}

// Settled is what became of an order.
type Settled struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Changed bool   `json:"changed"`
	Over    []Over `json:"over,omitempty"`
}

// Over is what was counted beyond a limit.
type Over struct {
	Quota string `json:"quota"`
	By    int64  `json:"by"`
}
