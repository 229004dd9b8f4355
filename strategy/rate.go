package strategy

import (
	"fmt"

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

// wholeForRate asks whether 15 was meant as 15%.
func wholeForRate(r money.Rate) string {
	if percent := r.Over100(); percent.Compare(one) <= 0 {
		return "was " + percent.String() + " meant?"
	}
	return ""
}

// percentOff is the reward discount_rate: a share of the target's value, the
// total rounded once and then shared out over the lines.
//
//	discount_rate = 0.15
type percentOff struct {
	rate money.Rate
}

func decodePercentOff(s *section, _ *document.Node) reward {
	most := suspicious
	if s.maxRate.Compare(most) > 0 {
		most = s.maxRate
	}
	r, _ := s.rate("discount_rate", most)
	return &percentOff{rate: r}
}

func (p *percentOff) encode(o *object) {
	o.key("discount_rate")
	o.text(p.rate.String())
}

func (p *percentOff) apply(e *evaluation, sum totals) int64 {
	return p.rate.Of(sum.value, 1, money.HalfUp)
}
