package strategy

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/promogate/caddy-discount/internal/rates"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// rate reads a fraction above 0 that is within bounds.
func (s *section) rate(name string, within rates.Bounds) (money.Rate, bool) {
	n := s.Get(name)
	if n == nil {
		return money.Rate{}, false
	}
	text, ok := s.Number(n, name, "a rate such as 0.15")
	if !ok {
		return money.Rate{}, false
	}
	r, err := money.ParseRate(text)
	switch {
	case strings.HasPrefix(text, "-"):
		s.Wrong(n, name, fmt.Sprintf("%s is out of range, want above 0 and at most 1", n.Text), rateMeant(within, text))
	case err != nil:
		s.Wrong(n, name, fmt.Sprintf("%q is not a rate: %v", n.Text, err), rateMeant(within, text))
	case r.IsZero():
		s.Wrong(n, name, "the rate is 0, want above 0", "to switch a rule off, leave its rate and write enabled = false")
	case r.Compare(rates.All) > 0:
		s.Wrong(n, name, fmt.Sprintf("%s is out of range, want above 0 and at most 1", n.Text), rateMeant(within, text))
	case r.Compare(within.Most) > 0:
		s.Wrong(n, name, fmt.Sprintf("%s takes more than %s off", n.Text, within.Most), tooMuchMeant(within, r))
	default:
		if within.Warned {
			s.checkShare(n, name, r)
		}
		return r, true
	}
	return money.Rate{}, false
}

// rateMeant is the hint for a value that is no rate.
func rateMeant(within rates.Bounds, text string) string {
	return cmp.Or(within.Meant(text), "a rate is the share taken off, above 0 and at most 1, such as 0.15")
}

// tooMuchMeant is the hint for a rate above the bounds. A 1 may mean that everything is taken
// off; any lower rate is probably the share to pay.
func tooMuchMeant(within rates.Bounds, r money.Rate) string {
	hint := within.Meant(r.String())
	if r.Compare(rates.All) == 0 {
		hint += "; to give the goods for nothing, set limits.max_rate = 1"
	}
	return hint
}

// percentOff is the reward discount_rate: a share of the target's value. arithmetic.round_scope
// says what is rounded: the rule's total, which is then shared over the lines; each line; or
// each unit.
//
//	discount_rate = 0.15
type percentOff struct {
	rate money.Rate
}

var percentOffKind = rewardKind{key: "discount_rate", decode: decodePercentOff}

func decodePercentOff(s *section, _ *document.Node) reward {
	return s.percents.Put(percentOff{rate: s.discountRate("discount_rate")})
}

// discountRate reads a share to take off, with its bounds.
func (s *section) discountRate(name string) money.Rate {
	r, _ := s.rate(name, s.rateBounds())
	return r
}

// rateBounds are the bounds of a share to take off. A rate above the usual bound is probably the
// share to pay (9.5 折 as 0.95).
func (s *section) rateBounds() rates.Bounds {
	within := rates.Usual
	if s.maxRate.Compare(within.Most) > 0 {
		within.Most = s.maxRate
	}
	if to := s.Node.Get("applies_to"); to != nil && to.Text == "shipping" {
		within.Most = rates.All // free shipping is usual
	}
	return within
}

func (p *percentOff) encode(o *object) {
	o.key("discount_rate")
	o.rate(p.rate)
}

func (p *percentOff) give(e *evaluation, _ *compiledRule, t *target) { e.giveRate(p.rate, t) }

// giveRate takes a rate off the target.
func (e *evaluation) giveRate(r money.Rate, t *target) {
	switch e.arith.scope {
	case scopeRule:
		e.share(e.arith.rateOf(r, t.value), t.portions)
	case scopeLine:
		e.eachLine(t, func(value int64) int64 { return e.arith.rateOf(r, value) })
	case scopeUnit:
		t.each(func(p *portion) int64 { return e.arith.rateOfUnits(r, p.value, p.units) })
	}
}

// rateOfUnits rounds a rate on each unit of a value and adds the results up. If the value does
// not divide evenly, the odd minor units are on the first units.
func (a *arithmetic) rateOfUnits(r money.Rate, value, units int64) int64 {
	if units == 0 {
		return 0
	}
	unit, odd := value/units, value%units
	return a.rateOf(r, unit+1)*odd + a.rateOf(r, unit)*(units-odd)
}

func (p *percentOff) key() string { return "discount_rate" }

func (p *percentOff) isSteady() bool { return true }

func (p *percentOff) sameAtAnyPrice() bool { return true }

func (p *percentOff) alwaysGives() bool { return true }

func (p *percentOff) fixedOffs() []fixedOff { return []fixedOff{{rate: p.rate, step: wholeReward}} }

func (p *percentOff) takes(other reward) (as, more bool) {
	o, same := other.(*percentOff)
	if !same {
		return false, false
	}
	c := p.rate.Compare(o.rate)
	return c >= 0, c > 0
}

// Interface guards.
var (
	_ steadyReward       = (*percentOff)(nil)
	_ proportionalReward = (*percentOff)(nil)
	_ certainReward      = (*percentOff)(nil)
	_ fixedReward        = (*percentOff)(nil)
	_ comparableReward   = (*percentOff)(nil)
)
