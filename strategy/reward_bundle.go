package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
)

// bundle is the reward bundle: a number of units of the target for one price, never dearer than
// before. What a bundle saves is shared over its units by value. Units are taken in the order of
// the rule's pick.
//
//	bundle = { units = 3, price = 99, max_times = 2 }   # once if max_times is absent
type bundle struct {
	units, times int64
	price        int64 // minor units
}

var bundleKind = rewardKind{
	key: ReasonBundle, decode: decodeBundle, repeats: "max_times within bundle", inSets: true,
	unreached: "there are too few units for a bundle",
}

func decodeBundle(s *section, n *document.Node) reward {
	b := &bundle{times: 1}
	sub := s.table(n, "bundle", "{ units = 3, price = 99 }")
	if sub == nil {
		return b
	}
	sub.required("units", "price")
	b.units, _ = sub.Integer("units", 1, maxBundleUnits)
	b.price, _ = sub.amount("price", 0)
	if most, ok := sub.Integer("max_times", 1, maxBundleTimes); ok {
		b.times = most
	}
	sub.Done()
	return b
}

// The bounds of a bundle.
const (
	maxBundleUnits = 1_000_000
	maxBundleTimes = 1_000
)

func (b *bundle) countsUnits() bool { return true }

func (b *bundle) encode(o *object) {
	o.key("bundle")
	o.object(func(o *object) {
		if b.times != 1 {
			o.key("max_times")
			o.integer(b.times)
		}
		o.key("price")
		o.amount(b.price)
		o.key("units")
		o.integer(b.units)
	})
}

func (b *bundle) give(e *evaluation, r *compiledRule, t *target) {
	sortByUnit(t.portions, r.targeting.pick)
	walk := unitWalk{portions: t.portions}
	e.rewards.taken = e.rewards.taken[:0]
	for range min(b.times, t.quantity/b.units) {
		first, value := len(e.rewards.taken), int64(0)
		e.rewards.taken = walk.next(e.rewards.taken, b.units)
		for _, p := range e.rewards.taken[first:] {
			value += p.value
		}
		if value > b.price {
			e.share(e.arith.round(value-b.price), e.rewards.taken[first:])
		}
	}
	e.rewards.taken = append(e.rewards.taken, walk.portions...)
	t.portions = append(t.portions[:0], e.rewards.taken...)
	slices.SortFunc(t.portions, byItem)
}

func (b *bundle) progress(_ *evaluation, t *target) progress {
	c := progress{reason: ReasonBundle, full: min(b.times, t.quantity/b.units), seen: t.quantity, units: true}
	if c.full < b.times {
		c.needs[0].units = b.units - t.quantity%b.units
	}
	return c
}

// unitWalk takes units off portions one after the other.
type unitWalk struct {
	portions []portion
}

// next appends the next units, as portions of their own in the order of the cart.
func (w *unitWalk) next(taken []portion, units int64) []portion {
	first := len(taken)
	for units > 0 && len(w.portions) > 0 {
		p := &w.portions[0]
		n := min(units, p.units)
		taken = append(taken, p.first(n))
		units -= n
		if *p = p.after(n); p.units == 0 {
			w.portions = w.portions[1:]
		}
	}
	slices.SortFunc(taken[first:], byItem)
	return taken
}

func (b *bundle) key() string { return "bundle" }

func (b *bundle) boundBy(_ *compiledRule, _ int64) int64 { return times(b.units, b.times) }

func (b *bundle) fewestUnits() int64 { return b.units }

func (b *bundle) reaches() []reach { return []reach{{units: b.units}} }

func (b *bundle) setsPrice() bool { return true }

// Interface guards.
var (
	_ unitCounter      = (*bundle)(nil)
	_ progressReporter = (*bundle)(nil)
	_ boundedReward    = (*bundle)(nil)
	_ unitThreshold    = (*bundle)(nil)
	_ reacher          = (*bundle)(nil)
	_ priceSetter      = (*bundle)(nil)
)
