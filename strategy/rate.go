package strategy

import (
	"fmt"
	"strings"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// The bounds of a rate. Above suspicious, a share to pay was probably written
// where the share to take off is wanted (9.5 折 as 0.95).
var (
	one        = mustRate("1")
	suspicious = mustRate("0.9")
)

func mustRate(text string) money.Rate {
	r, err := money.ParseRate(text)
	if err != nil {
		panic(err)
	}
	return r
}

// rate reads a fraction above 0 and not above most.
func (s *section) rate(name string, most money.Rate) (money.Rate, bool) {
	n := s.get(name)
	if n == nil {
		return money.Rate{}, false
	}
	text, ok := s.number(n, name, "a rate such as 0.15")
	if !ok {
		return money.Rate{}, false
	}
	r, err := money.ParseRate(text)
	switch {
	case err != nil && percentMeant(text) != "":
		s.wrong(n, name, fmt.Sprintf("%q is not a rate: %v", n.Text, err), percentMeant(text))
	case strings.HasPrefix(text, "-"):
		s.wrong(n, name, fmt.Sprintf("%s is not a rate, above 0 and at most 1 is wanted", n.Text), "a rate is the share taken off, such as 0.15")
	case err != nil:
		s.wrong(n, name, fmt.Sprintf("%q is not a rate: %v", n.Text, err), "a rate is a fraction above 0 and at most 1, such as 0.15")
	case r.IsZero():
		s.wrong(n, name, "the rate is 0, above 0 is wanted", "to switch a rule off, write enabled = false")
	case r.Compare(one) > 0:
		s.wrong(n, name, fmt.Sprintf("%s is not a rate, above 0 and at most 1 is wanted", n.Text), wholeForRate(r))
	case r.Compare(most) > 0:
		s.wrong(n, name, fmt.Sprintf("%s takes more than %s off", n.Text, most),
			"a rate is the share taken off, not the share to pay; if it is meant, set limits.max_rate to it or above")
	default:
		return r, true
	}
	return money.Rate{}, false
}

// percentMeant asks whether "20%" was meant as 0.2.
func percentMeant(text string) string {
	number, percent := strings.CutSuffix(text, "%")
	if r, err := money.ParseRate(strings.TrimSpace(number)); percent && err == nil {
		return wholeForRate(r)
	}
	return ""
}

// wholeForRate asks whether 15 was meant as 15%.
func wholeForRate(r money.Rate) string {
	if percent := r.Over100(); percent.Compare(one) <= 0 {
		return "was " + percent.String() + " meant?"
	}
	return ""
}

// percentOff is the reward discount_rate: a share of the target's value. What
// is rounded is arithmetic.round_scope: the rule's total, which is then shared
// out over the lines, each line, or each unit.
//
//	discount_rate = 0.15
type percentOff struct {
	rate money.Rate
}

func decodePercentOff(s *section, _ *document.Node) reward {
	return s.percents.one(percentOff{rate: s.discountRate("discount_rate")})
}

// discountRate reads a share to take off, with its bounds.
func (s *section) discountRate(name string) money.Rate {
	most := suspicious
	if s.maxRate.Compare(most) > 0 {
		most = s.maxRate
	}
	if to := s.node.Get("applies_to"); to != nil && to.Text == "shipping" {
		most = one // free shipping is nothing unusual
	}
	r, ok := s.rate(name, most)
	if ok {
		s.checkShare(s.node.Get(name), name, r)
	}
	return r
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

// rateOfUnits rounds a rate on each unit of a value and adds the results up. A
// value that does not divide evenly has its odd minor units on the first ones.
func (a *arithmetic) rateOfUnits(r money.Rate, value, units int64) int64 {
	if units == 0 {
		return 0
	}
	unit, odd := value/units, value%units
	return a.rateOf(r, unit+1)*odd + a.rateOf(r, unit)*(units-odd)
}
