package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/money"
)

// This file lowers a rule to what its partial quotas leave.

// tryWithin is try for a strategy with quotas.
func (s *Strategy) tryWithin(q *Quote, i int) (*target, bool) {
	e := &q.work
	units, amount := s.mostOf(e, q.Applied, i)
	r := &s.rules[i]
	switch {
	case units <= 0 || amount <= 0:
		s.traceNothingLeft(e, i)
		return nil, false
	case !s.lowers(q, units, amount):
		return e.try(r)
	case e.trace.follows(i):
		return s.tracedLower(e, i, units, amount)
	}
	return e.tryLowered(r, units, amount)
}

// tryLowered is try for a rule that gives at most so many units and an amount in minor units.
func (e *evaluation) tryLowered(r *compiledRule, units, amount int64) (*target, bool) {
	t, met := e.try(e.lower(r, units, amount))
	if met && e.gift.SKU != "" {
		e.gift.Quantity = min(e.gift.Quantity, units)
	}
	return t, met
}

// mostOf is how many units and what amount, in minor units, a rule may give by its partial
// quotas, after the rules applied so far.
func (s *Strategy) mostOf(e *evaluation, applied []Applied, rule int) (units, amount int64) {
	units, amount = money.Max, money.Max
	for _, quota := range s.QuotasOf(rule) {
		of := &s.quotas.list[quota]
		if !of.Partial || of.Kind == QuotaUses {
			continue
		}
		left := e.left(s, quota)
		for i := range applied {
			if _, shares := slices.BinarySearch(of.Rules, applied[i].Rule); shares {
				left -= of.counts(&applied[i])
			}
		}
		if of.Kind == QuotaUnits {
			units = min(units, left)
		} else {
			amount = min(amount, left)
		}
	}
	return units, amount
}

// lowers reports whether a rule that gives so many units and such an amount, in minor units, may
// give less of the cart than without a quota.
func (s *Strategy) lowers(q *Quote, units, amount int64) bool {
	return amount < q.Subtotal+q.Shipping || units < money.Max && units < max(maxGiftUnits, q.work.unitsInAll())
}

// mayLower reports whether the partial quotas of a rule may lower it on the untouched cart, or after
// other rules that share them.
func (s *Strategy) mayLower(q *Quote, rule int) bool {
	for _, quota := range s.QuotasOf(rule) {
		if of := &s.quotas.list[quota]; of.Partial && of.Kind != QuotaUses && len(of.Rules) > 1 {
			return true
		}
	}
	units, amount := s.mostOf(&q.work, nil, rule)
	return s.lowers(q, units, amount)
}

// lower is a rule that gives at most so many units and an amount in minor units.
func (e *evaluation) lower(r *compiledRule, units, amount int64) *compiledRule {
	if e.quota.capped == nil {
		e.quota.capped = &compiledRule{}
	}
	lowered := e.quota.capped
	*lowered = *r
	if amount < money.Max && (r.maxDiscount == 0 || amount < r.maxDiscount) {
		lowered.maxDiscount = amount
	}
	if _, gives := r.reward.(giftGiver); units < money.Max && !gives {
		lowered.unitsLeft = units
	}
	return lowered
}

// limit reduces the target to the units that its rule may reduce.
func (r *compiledRule) limit(t *target) {
	if r.targeting.maxUnits > 0 {
		t.limit(&r.targeting)
	}
	if r.unitsLeft > 0 {
		t.limit(&targeting{maxUnits: r.unitsLeft, pick: r.targeting.pick})
	}
}

// leaveUnits takes the units that a rule reduced off those that quotas leave it. It reports
// whether some are left.
func (e *evaluation) leaveUnits(r *compiledRule, t *target) bool {
	r.unitsLeft -= e.reducedUnits(t.portions)
	return r.unitsLeft > 0
}

// reducedUnits is how many units of goods lose something.
func (e *evaluation) reducedUnits(portions []portion) int64 {
	units := int64(0)
	for i := range portions {
		if p := &portions[i]; p.off != 0 && int(p.item) < e.goods {
			units += p.units
		}
	}
	return units
}
