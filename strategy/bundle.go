package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
)

// bundle is the reward bundle: any so many units of the target for one price,
// never dearer than they were. What a bundle saves is shared out over its units
// by value. Units are taken in the order of the rule's pick.
//
//	bundle = { units = 3, price = 99, max_times = 2 }   # once if max_times is absent
type bundle struct {
	units, times int64
	price        int64 // minor units
}

func decodeBundle(s *section, n *document.Node) reward {
	b := &bundle{times: 1}
	sub := s.table(n, "bundle", "{ units = 3, price = 99 }")
	if sub == nil {
		return b
	}
	sub.required("units", "price")
	b.units, _ = sub.integer("units", 1, maxBundleUnits)
	b.price, _ = sub.amount("price", 0)
	if most, ok := sub.integer("max_times", 1, maxBundleTimes); ok {
		b.times = most
	}
	sub.done()
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
	e.sortByUnit(t.portions, r.scope.pick)
	walk := unitWalk{portions: t.portions}
	for range min(b.times, t.quantity/b.units) {
		e.taken = walk.next(e.taken[:0], b.units)
		value := int64(0)
		for i := range e.taken {
			value += e.taken[i].value
		}
		if value > b.price {
			e.arith.sharing().share(e.arith.round(value-b.price), e.taken)
		}
		for _, p := range e.taken {
			addOff(t.portions, p)
		}
	}
	slices.SortFunc(t.portions, byItem)
}

func (b *bundle) why(_ *evaluation, t *target) shortfall {
	if t.quantity >= b.units {
		return nothingToGive()
	}
	return shortfall{ReasonBundle, unitsValue(t.quantity, sayPlain), unitsValue(b.units, sayAtLeast)}
}

func (b *bundle) missing(_ *evaluation, t *target) (amount, units int64) {
	if t.quantity/b.units >= b.times {
		return 0, 0
	}
	return 0, b.units - t.quantity%b.units
}

// addOff adds what is taken off some units to the portion they are of.
func addOff(portions []portion, units portion) {
	for i := range portions {
		if p := &portions[i]; p.item == units.item {
			p.off = min(p.off+units.off, p.room)
			return
		}
	}
}

// unitWalk takes units off portions one after the other.
type unitWalk struct {
	portions []portion
	at       int
	used     int64 // units of the portion at hand
}

// next appends the next so many units, as portions of their own.
func (w *unitWalk) next(taken []portion, units int64) []portion {
	for units > 0 && w.at < len(w.portions) {
		p := &w.portions[w.at]
		n := min(units, p.units-w.used)
		if n > 0 {
			value := evenPart(p.value, p.units, w.used+n) - evenPart(p.value, p.units, w.used)
			room := evenPart(p.room, p.units, w.used+n) - evenPart(p.room, p.units, w.used)
			taken = append(taken, portion{item: p.item, units: n, value: value, room: room})
			w.used += n
			units -= n
		}
		if w.used == p.units {
			w.at, w.used = w.at+1, 0
		}
	}
	slices.SortFunc(taken, byItem)
	return taken
}
