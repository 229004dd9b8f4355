package strategy

import (
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// Restriction is what one order may not use of a strategy: rules that are denied, and how much is
// left of quotas. A quote with a restriction is the quote of the strategy with the denied rules
// disabled. Its memory is used again; a warm one needs no allocation.
//
// The rules of a set of codes do not see a code that is denied. The keys of codes that carry a
// signature are here, too: without its key no code of such a set is valid.
type Restriction struct {
	rules    []int32 // denied rules
	denied   bitmap  // the same, a bit each
	left     []leftOf
	customer knownCustomer
	codes    []Code // denied
	keys     *CodeKeys
}

// leftOf is what is left of a quota. It counts only in its generation.
type leftOf struct {
	quota int32
	left  int64
}

// knownCustomer says whether an order names a customer.
type knownCustomer uint8

const (
	customerOfCart knownCustomer = iota // if the cart has a customer's id
	customerKnown
	customerUnknown
)

// Reset makes the restriction one that denies nothing. The keys of codes stay.
func (r *Restriction) Reset() {
	for _, rule := range r.rules {
		r.denied[rule/64] = 0
	}
	r.rules, r.left, r.customer, r.codes = r.rules[:0], r.left[:0], customerOfCart, r.codes[:0]
}

// Deny makes a rule one that does not apply. rule is an index into [Strategy.Rules].
func (r *Restriction) Deny(rule int) {
	if r.denies(rule) {
		return
	}
	for len(r.denied) <= rule/64 {
		r.denied = append(r.denied, 0)
	}
	r.denied.set(rule)
	r.rules = append(r.rules, int32(rule))
}

func (r *Restriction) denies(rule int) bool { return r.denied.has(rule) }

// SetLeft says how much is left of a quota for this order; quota is an index into
// [Strategy.Quotas]. The quote counts no more than that. If the quota is partial, its rules are
// lowered to it. Otherwise a rule that needs more does not apply, and of several rules the
// earlier come first. If nothing is left, no rule of the quota applies. Without SetLeft, the
// limit of the quota is left.
func (r *Restriction) SetLeft(quota int, left int64) {
	for i := range r.left {
		if r.left[i].quota == int32(quota) {
			r.left[i].left = left
			return
		}
	}
	r.left = append(r.left, leftOf{int32(quota), left})
}

// SetCustomer says whether the order names a customer. Rules with a quota per customer apply only
// if it does. Without SetCustomer, the customer's id of the cart counts.
func (r *Restriction) SetCustomer(known bool) {
	if r.customer = customerUnknown; known {
		r.customer = customerKnown
	}
}

// DenyCode makes a code one that the rules of its set do not see. The next code of the set in the
// cart, if there is one, is used instead.
func (r *Restriction) DenyCode(code Code) { r.codes = append(r.codes, code) }

// SetCodeKeys sets the keys of codes that carry a signature.
func (r *Restriction) SetCodeKeys(keys *CodeKeys) { r.keys = keys }

// QuoteWithin is [Strategy.QuoteInto] with a restriction, which may be nil.
func (s *Strategy) QuoteWithin(q *Quote, c *cart.Cart, now time.Time, within *Restriction) error {
	if _, err := s.Prepare(q, c, now); err != nil {
		return err
	}
	s.Restrict(q, within)
	return s.Complete(q)
}

// Restrict sets what a prepared quote may not use. It is called between [Strategy.Prepare] and
// [Strategy.Complete]. The restriction must not change before Complete has returned.
func (s *Strategy) Restrict(q *Quote, r *Restriction) { q.work.quota.within = r }
