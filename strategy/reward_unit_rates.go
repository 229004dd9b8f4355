package strategy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/internal/rates"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// unitRates is the reward unit_rates. The units of the target, in the order of pick, are put into
// sets. A set has as many units as there are rates; the last set may have fewer. The position
// of a unit in its set decides which rate is taken off it.
//
//	unit_rates = [0, 0.5, 1]   # the second at half price, the third for nothing
//	max_times  = 2             # sets; one if absent
//	pick       = "dearest"     # which units come first: or "cheapest", "cart"
type unitRates struct {
	rates []money.Rate
	parts []int64 // each rate as a fraction of whole
	whole int64
	times int64 // maximum number of sets
	first int64 // index of the first rate above 0
}

// unitRateBounds are the bounds of each rate above 0.
var unitRateBounds = rates.Bounds{Most: rates.All, Warned: true}

// maxUnitRates is how many rates there may be.
const maxUnitRates = 100

var unitRatesKind = rewardKind{
	key: ReasonUnitRates, decode: decodeUnitRates, companions: []string{"max_times"}, dearestFirst: true,
	unitLimit: func(*section) string { return "did you mean max_times?" },
	unreached: "there are too few units for one at a rate",
}

func decodeUnitRates(s *section, n *document.Node) reward {
	u := &unitRates{times: 1}
	s.Ask("unit_rates")
	if most, ok := s.Integer("max_times", 1, money.Max); ok {
		u.times = most
	}
	u.rates = s.unitRates(n, "unit_rates")
	u.parts, u.whole = money.Parts(u.rates)
	if u.first = int64(slices.IndexFunc(u.parts, func(part int64) bool { return part > 0 })); u.first < 0 {
		if len(u.rates) > 0 && len(u.rates) == max(1, len(n.Items)) {
			s.Wrong(n, "unit_rates", "every rate is 0, so nothing is ever taken off", "a rate is the share taken off, such as 1 for a unit that is free")
		}
		u.first = 0
	}
	s.checkFalling(n, u.rates)
	return u
}

// unitRates reads rates from 0 to 1; a single rate is a list of one.
func (s *section) unitRates(n *document.Node, name string) []money.Rate {
	items := n.Items
	if n.Kind != document.Array {
		items = []*document.Node{n}
	}
	switch {
	case len(items) == 0:
		s.Wrong(n, name, "the list is empty", "such as unit_rates = [0, 0.5, 1]")
	case len(items) > maxUnitRates:
		s.Wrong(n, name, fmt.Sprintf("%d rates are too many, %d is the most", len(items), maxUnitRates), "for more sets of a few units, raise max_times")
		return nil
	}
	list := make([]money.Rate, 0, len(items))
	for _, item := range items {
		text, ok := s.Number(item, name, "a rate such as 0.5, or a list such as [0, 0.5, 1]")
		if !ok {
			continue
		}
		r, err := money.ParseRate(text)
		switch {
		case strings.HasPrefix(text, "-"), err == nil && r.Compare(rates.All) > 0:
			s.Wrong(item, name, item.Text+" is not a rate, which is from 0 to 1", rateMeant(unitRateBounds, text))
		case err != nil:
			s.Wrong(item, name, fmt.Sprintf("%q is not a rate: %v", item.Text, err), rateMeant(unitRateBounds, text))
		default:
			s.checkShare(item, name, r)
			list = append(list, r)
		}
	}
	return list
}

// checkFalling warns of rates that take most off the first unit of a set: they are probably the
// shares to pay, unless pick is "cheapest".
func (s *section) checkFalling(n *document.Node, falling []money.Rate) {
	if pick := s.Node.Get("pick"); pick != nil && pick.Text == pickWords[cheapest] || !isFalling(falling) {
		return
	}
	s.warn(n, "unit_rates", "most is taken off the first unit of each set", fallingMeant(falling))
}

// fallingMeant is the hint for rates that fall: write the complements, or, if those look like
// shares to pay themselves, the rates in reverse order or another pick.
func fallingMeant(falling []money.Rate) string {
	paid := make([]money.Rate, len(falling))
	for i, r := range falling {
		paid[i] = r.Complement()
	}
	if !slices.ContainsFunc(paid, rates.LooksToPay) {
		return "to let " + ratesText(falling) + " be paid, write " + ratesText(paid)
	}
	rising := slices.Clone(falling)
	slices.Reverse(rising)
	return "the first unit is the dearest: to take more off the cheaper ones, write " + ratesText(rising) + `; to begin with the cheapest, write pick = "cheapest"`
}

// ratesText is a list of rates in the syntax of the language.
func ratesText(list []money.Rate) string {
	texts := make([]string, len(list))
	for i, r := range list {
		texts[i] = r.String()
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// isFalling reports whether no rate is above the one before it, and the last below the
// first.
func isFalling(list []money.Rate) bool {
	last := len(list) - 1
	return last > 0 && list[0].Compare(list[last]) > 0 && slices.IsSortedFunc(list, func(a, b money.Rate) int { return b.Compare(a) })
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

// rates writes a list whose order has meaning.
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

// most is the maximum number of units in all sets.
func (u *unitRates) most() int64 { return times(int64(len(u.rates)), u.times) }

func (u *unitRates) progress(_ *evaluation, t *target) progress {
	c := progress{reason: ReasonUnitRates, full: u.reduced(min(t.quantity, u.most())), seen: t.quantity, units: true}
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

func (u *unitRates) key() string { return "unit_rates" }

// boundBy takes the highest rate off all units.
func (u *unitRates) boundBy(like *compiledRule, _ int64) int64 {
	like.reward, like.targeting.maxUnits = &percentOff{u.highest()}, 0
	return 0
}

func (u *unitRates) fewestUnits() int64 { return u.first + 1 }

func (u *unitRates) reaches() []reach { return []reach{{units: u.first + 1}} }

func (u *unitRates) sameAtAnyPrice() bool { return true }

// Interface guards.
var (
	_ unitCounter        = (*unitRates)(nil)
	_ progressReporter   = (*unitRates)(nil)
	_ boundedReward      = (*unitRates)(nil)
	_ unitThreshold      = (*unitRates)(nil)
	_ reacher            = (*unitRates)(nil)
	_ proportionalReward = (*unitRates)(nil)
)
