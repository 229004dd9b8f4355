package strategy

import (
	"fmt"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// checkExclusive warns of rules of goods that are exclusive towards rules of shipping as well,
// so that free delivery is lost where they apply. It prices carts to find one to which both
// rules apply.
func (l *linter) checkExclusive(m *Model, now time.Time) {
	if m.arithmetic.selection != selectAll && m.arithmetic.selection != selectBestCombination {
		return // exclusive has no effect
	}
	o := &ordering{model: m, linter: l, now: now, pairs: maxPairs, priced: maxPairsPriced}
	var alone, shipping []*rule
	for _, r := range m.rules {
		switch {
		case !r.enabled || r.valid.compile().until <= now.UnixNano():
		case r.stacking.exclusive == exclusiveAll && r.targeting.appliesTo == toItems:
			alone = append(alone, r)
		case r.stacking.exclusive == exclusiveNot && r.targeting.appliesTo == toShipping:
			shipping = append(shipping, r)
		}
	}
	for _, r := range alone {
		for _, free := range shipping {
			if !o.another() {
				return
			}
			if !maySeeOneCart(r, free) {
				continue
			}
			o.priced--
			if c, both := o.bothApply(r, free); both {
				o.reported++
				l.report(r, fmt.Sprintf("a cart with %s gets this rule or %s, whichever is worth more, and never both",
					goodsText(m.currency, &c.Lines[0]), rulePath(free.id)),
					`exclusive = "goods" competes with rules of goods and keeps those of shipping`, "exclusive")
				break
			}
		}
	}
}

// bothApply finds a cart to which each of two rules applies alone.
func (o *ordering) bothApply(a, b *rule) (c cart.Cart, both bool) {
	for one, other := range sharedGoods(a, b) {
		if c, both := o.bothApplyTo(a, b, one, other); both {
			return c, true
		}
	}
	return cart.Cart{}, false
}

// bothApplyTo is bothApply for goods that both rules are about.
func (o *ordering) bothApplyTo(a, b *rule, aimed, other targetedGoods) (c cart.Cart, both bool) {
	line, product := o.goods(aimed.lines, other.lines)
	one, two := o.compile(product, a), o.compile(product, b)
	for _, at := range o.instants(a, b) {
		for _, c := range o.carts(a, b, line, aimed, other) {
			if o.applies(one, &c, at) && o.applies(two, &c, at) {
				return c, true
			}
		}
	}
	return cart.Cart{}, false
}
