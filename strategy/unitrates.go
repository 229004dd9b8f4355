package strategy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// unitRates is the reward unit_rates: the units of the target, dearest first, are put
// into sets of as many as there are rates, and a rate is taken off each unit by its
// place in the set. The last set may have fewer units.
//
//	unit_rates = [0, 0.5, 1]   # the second at half price, the third for nothing
//	max_times  = 2             # sets; one if absent
//	pick       = "dearest"     # which units come first: or "cheapest", "cart"
type unitRates struct {
	rates []money.Rate
	parts []int64 // of whole, for each rate
	whole int64
	times int64 // sets
	first int64 // place of the first rate above 0
}

// maxUnitRates is how many rates there may be.
const maxUnitRates = 100

func decodeUnitRates(s *section, n *document.Node) reward {
	u := &unitRates{times: 1}
	s.asked = append(s.asked, "unit_rates")
	if most, ok := s.integer("max_times", 1, money.Max); ok {
		u.times = most
	}
	u.rates = s.unitRates(n, "unit_rates")
	u.parts, u.whole = money.Parts(u.rates)
	if u.first = int64(slices.IndexFunc(u.parts, func(part int64) bool { return part > 0 })); u.first < 0 {
		if len(u.rates) > 0 && len(u.rates) == max(1, len(n.Items)) {
			s.wrong(n, "unit_rates", "every rate is 0, so nothing is ever taken off", "a rate is the share taken off, such as 1 for a unit that is free")
		}
		u.first = 0
	}
	s.checkFalling(n, u.rates)
	return u
}

// unitRates reads rates from 0 to 1; a single one stands for a list of one.
func (s *section) unitRates(n *document.Node, name string) []money.Rate {
	items := n.Items
	if n.Kind != document.Array {
		items = []*document.Node{n}
	}
	switch {
	case len(items) == 0:
		s.wrong(n, name, "the list is empty", "such as unit_rates = [0, 0.5, 1]")
	case len(items) > maxUnitRates:
		s.wrong(n, name, fmt.Sprintf("%d rates are too many, %d is the most", len(items), maxUnitRates), "for more sets of a few units, raise max_times")
		return nil
	}
	rates := make([]money.Rate, 0, len(items))
	for _, item := range items {
		text, ok := s.number(item, name, "a rate such as 0.5, or a list such as [0, 0.5, 1],")
		if !ok {
			continue
		}
		r, err := money.ParseRate(text)
		switch {
		case strings.HasPrefix(text, "-"):
			s.wrong(item, name, item.Text+" is not a rate, which is from 0 to 1", "such as 0.5")
		case err != nil:
			s.wrong(item, name, fmt.Sprintf("%q is not a rate: %v", item.Text, err), cmp.Or(percentMeant(text), "a rate is from 0 to 1, such as 0.5"))
		case r.Compare(one) > 0:
			s.wrong(item, name, item.Text+" is not a rate, which is from 0 to 1", wholeForRate(r))
		default:
			s.checkShare(item, name, r)
			rates = append(rates, r)
		}
	}
	return rates
}

// checkFalling warns of rates that take most off the first unit of a set: they are
// probably the shares to pay, unless the first one is the cheapest.
func (s *section) checkFalling(n *document.Node, rates []money.Rate) {
	if pick := s.node.Get("pick"); pick != nil && pick.Text == pickWords[cheapest] || !isFalling(rates) {
		return
	}
	list := func(of func(money.Rate) money.Rate) string {
		texts := make([]string, len(rates))
		for i, r := range rates {
			texts[i] = of(r).String()
		}
		return "[" + strings.Join(texts, ", ") + "]"
	}
	s.caution(n, "unit_rates", "most is taken off the first unit of each set",
		"to let "+list(func(r money.Rate) money.Rate { return r })+" be paid, write "+list(money.Rate.Complement))
}

// isFalling reports whether no rate is above the one before it, and the last below the
// first.
func isFalling(rates []money.Rate) bool {
	last := len(rates) - 1
	return last > 0 && rates[0].Compare(rates[last]) > 0 && slices.IsSortedFunc(rates, func(a, b money.Rate) int { return b.Compare(a) })
}

func (u *unitRates) countsUnits() bool { return true }

func (u *unitRates) encode(o *object) {
	if u.times != 1 {
		o.key("max_times")
		o.integer(u.times)
	}
	o.key("unit_rates")
	o.rates(u.rates)
}

// rates writes a list of which the order has meaning.
func (o *object) rates(list []money.Rate) {
	o.raw("[")
	for i, r := range list {
		if i > 0 {
			o.raw(",")
		}
		o.rate(r)
	}
	o.raw("]")
}

// highest is the highest of the rates.
func (u *unitRates) highest() money.Rate { return slices.MaxFunc(u.rates, money.Rate.Compare) }

// most is how many units the sets have at most.
func (u *unitRates) most() int64 { return times(int64(len(u.rates)), u.times) }

func (u *unitRates) climb(_ *evaluation, t *target) climb {
	c := climb{reason: ReasonUnitRates, full: u.reduced(min(t.quantity, u.most())), seen: t.quantity, units: true}
	length := int64(len(u.rates))
	for at := t.quantity; at < min(t.quantity+length, u.most()); at++ {
		if u.parts[at%length] > 0 {
			c.needs[0].units = at - t.quantity + 1
			break
		}
	}
	return c
}

// reduced is how many of the first units have a rate above 0.
func (u *unitRates) reduced(units int64) int64 {
	length, each, more := int64(len(u.rates)), int64(0), int64(0)
	for at, part := range u.parts {
		if part > 0 {
			each++
			if int64(at) < units%length {
				more++
			}
		}
	}
	return units/length*each + more
}
