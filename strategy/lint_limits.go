package strategy

import (
	"fmt"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// checkLimits warns of a discount that the limits always lower: an amount, or a max_discount,
// above limits.max_amount, and a rate off all goods above limits.max_rate. The limits apply to
// goods and not to shipping.
func (l *linter) checkLimits(m *Model, r *rule) {
	if m.limits == (limits{}) || r.targeting.appliesTo != toItems {
		return
	}
	l.checkMost(m, r.stacking.maxDiscount, func(reason, hint string) { l.report(r, reason, hint, "max_discount") })
	if r.stacking.maxDiscount != 0 {
		return // it bounds the reward, and it is within the limits or was just reported
	}
	of, is := r.reward.(fixedReward)
	if !is {
		return
	}
	key := r.reward.key()
	for _, off := range of.fixedOffs() {
		note := func(reason, hint string) { l.report(r, reason, hint, key) }
		if off.step != wholeReward {
			note = func(reason, hint string) {
				l.reportElement(l.root.Get("rule").Get(r.id).Get(key), document.KeyIn(rulePath(r.id), key), off.step, reason, hint)
			}
		}
		l.checkMost(m, off.amount, note)
		l.checkMostRate(m, r, off.rate, note)
	}
}

// checkStepLimits is checkLimits for [[discounts]].
func (l *linter) checkStepLimits(m *Model) {
	for i := range m.steps {
		l.checkMost(m, m.steps[i].amount, func(reason, hint string) {
			l.reportElement(l.root.Get("discounts"), "discounts", i, reason, hint)
		})
	}
}

// checkMost warns of an amount, in minor units, above limits.max_amount.
func (l *linter) checkMost(m *Model, amount int64, note func(reason, hint string)) {
	if most := m.limits.maxAmount; most != 0 && amount > most {
		note(fmt.Sprintf("limits.max_amount lets all rules together take %s off, so the %s here are never given in full",
			majorText(m.currency, most), majorText(m.currency, amount)), "lower the one, or raise the other")
	}
}

// checkMostRate warns of a rate off all goods above limits.max_rate.
func (l *linter) checkMostRate(m *Model, r *rule, rate money.Rate, note func(reason, hint string)) {
	most := m.limits.maxRate
	if most.IsZero() || rate.Compare(most) <= 0 || !r.ofAllGoods() {
		return
	}
	note(fmt.Sprintf("limits.max_rate lets all rules together take %s of the goods off, so the %s here is never given in full", most, rate),
		"lower the one, or raise the other")
}

// ofAllGoods reports whether a rule is about every unit in the cart.
func (r *rule) ofAllGoods() bool {
	s := &r.lines
	return len(s.skus)+len(s.categories)+len(s.subgroups)+len(s.where) == 0 && s.minPrice == 0 && s.maxPrice == 0 &&
		!s.skipReduced && s.exclude == nil && r.targeting.maxUnits == 0
}
