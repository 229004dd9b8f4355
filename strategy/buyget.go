package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// buyGet is the reward get: who buys so many units of some goods gets so many
// others at a rate off. The units bought are set aside first; a unit used on
// either side is not used again, by this rule or another one.
//
//	buy     = { categories = ["咖啡"], quantity = 2 }
//	get     = { categories = ["咖啡"], quantity = 1, rate = 1 }
//	repeat  = 3             # times; as often as it goes if absent
//	partial = true          # fewer than get.quantity will do; default true
//	pick    = "cheapest"    # which units are got: or "dearest", "cart"
//	reserve = "dearest"     # which units are set aside: or "cheapest", "cart"
//
// Both sides select among the lines the rule is about.
type buyGet struct {
	buy, get selector
	buyLines matcher // compiled
	getLines matcher
	buyUnits int64
	getUnits int64
	rate     money.Rate
	repeat   int64 // 0: as often as it goes
	partial  bool
	reserve  pick
}

var reserveWords = []string{"dearest", "cheapest", "cart"}

func decodeBuyGet(s *section, n *document.Node) reward {
	b := &buyGet{buyUnits: 1, getUnits: 1, rate: one}
	b.repeat, _ = s.integer("repeat", 1, money.Max)
	b.partial = s.bool("partial", true)
	b.reserve = [...]pick{dearest, cheapest, inCartOrder}[s.word("reserve", 0, reserveWords)]
	if buy := s.get("buy"); buy == nil {
		s.add(s.node.Pos, s.path(), "get has no buy beside it", "such as buy = { quantity = 2 }")
	} else if sub := s.table(buy, "buy", "{ quantity = 2 }"); sub != nil {
		sub.required("quantity")
		b.buy = decodeSelector(sub)
		b.buyUnits, _ = sub.integer("quantity", 1, money.Max)
		sub.done()
	}
	if sub := s.table(n, "get", "{ quantity = 1, rate = 1 }"); sub != nil {
		b.get = decodeSelector(sub)
		if quantity, ok := sub.integer("quantity", 1, money.Max); ok {
			b.getUnits = quantity
		}
		// A gift of the second unit is the point of the rule: up to all of it.
		if rate, ok := sub.rate("rate", one); ok {
			b.rate = rate
		}
		sub.done()
	}
	return b
}

func (b *buyGet) countsUnits() bool { return true }

func (b *buyGet) encode(o *object) {
	o.key("buy")
	o.object(func(o *object) {
		b.buy.encode(o)
		o.key("quantity")
		o.integer(b.buyUnits)
	})
	o.key("get")
	o.object(func(o *object) {
		b.get.encode(o)
		if b.getUnits != 1 {
			o.key("quantity")
			o.integer(b.getUnits)
		}
		if b.rate != one {
			o.key("rate")
			o.rate(b.rate)
		}
	})
	if !b.partial {
		o.key("partial")
		o.raw("false")
	}
	if b.repeat != 0 {
		o.key("repeat")
		o.integer(b.repeat)
	}
	if b.reserve != dearest {
		o.key("reserve")
		o.text([...]string{"cheapest", "dearest", "cart"}[b.reserve])
	}
}

// bind compiles the two selectors.
func (b *buyGet) bind(c *compiler) reward {
	bound := *b
	bound.buyLines, bound.getLines = c.matcher(&b.buy), c.matcher(&b.get)
	return &bound
}

func (b *buyGet) give(e *evaluation, r *compiledRule, t *target) {
	deal := dealing{evaluation: e}
	deal.collect(t, b.reserve, r.scope.pick)
	left := b.repeat
	if left == 0 {
		left = money.Max // more often than there are units
	}
	for rounds := int64(1); left > 0 && rounds > 0; left -= rounds {
		rounds = deal.round(b, left)
	}
	t.value = 0
	for i := range t.portions {
		p, u := &t.portions[i], &e.units[i]
		*p = e.unused(p, u.got)
		t.value += p.value
	}
	e.giveRate(b.rate, t)
}

// unused is so many units of a portion that no such rule has used: what was
// taken off used units was not taken off these.
func (e *evaluation) unused(p *portion, units int64) portion {
	l := &e.items[p.item]
	value := l.value(e.arith.base)
	if e.arith.base == baseRunning {
		value += l.usedOff
	}
	value = evenPart(value, l.quantity, units)
	return portion{item: p.item, units: units, value: value, room: min(p.room, value)}
}

// unitsOf is how many units of a portion are on which side.
type unitsOf struct {
	free        int64 // on neither
	bought, got int64
	buying      int64 // in the round at hand
	getting     int64
}

// dealing deals the units of a target out to the two sides.
type dealing struct {
	*evaluation
}

func (d *dealing) collect(t *target, reserve, pick pick) {
	d.units, d.byReserve, d.byPick = d.units[:0], d.byReserve[:0], d.byPick[:0]
	for i := range t.portions {
		p := &t.portions[i]
		d.units = append(d.units, unitsOf{free: max(0, p.units-d.items[p.item].used)})
		d.byReserve = append(d.byReserve, int32(i))
	}
	d.byPick = append(d.byPick, d.byReserve...)
	sortIndexes(t, d.byReserve, reserve)
	sortIndexes(t, d.byPick, pick)
}

func sortIndexes(t *target, list []int32, by pick) {
	if by == inCartOrder {
		return
	}
	slices.SortStableFunc(list, func(a, b int32) int { return compareUnits(&t.portions[a], &t.portions[b], by) })
}

// round sets units aside, picks what is got for them, and reports how often
// that could be done. A round that could be done again just the same is done as
// often as it can be, so that large quantities cost no more than small ones.
func (d *dealing) round(b *buyGet, left int64) int64 {
	for i := range d.units {
		d.units[i].buying, d.units[i].getting = 0, 0
	}
	if d.take(d.byReserve, &b.buyLines, b.buyUnits, func(u *unitsOf) *int64 { return &u.buying }) < b.buyUnits {
		return 0
	}
	got := d.take(d.byPick, &b.getLines, b.getUnits, func(u *unitsOf) *int64 { return &u.getting })
	if got == 0 || got < b.getUnits && !b.partial {
		return 0
	}
	rounds := left
	for i := range d.units {
		u := &d.units[i]
		if n := u.buying + u.getting; n > 0 {
			rounds = min(rounds, u.free/n)
		}
	}
	for i := range d.units {
		u := &d.units[i]
		u.bought += rounds * u.buying
		u.got += rounds * u.getting
		u.free -= rounds * (u.buying + u.getting)
	}
	return rounds
}

// take puts up to so many free units on a side and reports how many.
func (d *dealing) take(order []int32, lines *matcher, wanted int64, side func(*unitsOf) *int64) int64 {
	taken := int64(0)
	for _, i := range order {
		if taken == wanted {
			break
		}
		u := &d.units[i]
		n := min(u.free-u.buying-u.getting, wanted-taken)
		if n <= 0 || !lines.matches(&d.items[d.target.portions[i].item]) {
			continue
		}
		*side(u) += n
		taken += n
	}
	return taken
}

// settle marks the units as used once the rule has been applied.
func (b *buyGet) settle(e *evaluation, t *target) {
	for i := range t.portions {
		u, p := &e.units[i], &t.portions[i]
		l := &e.items[p.item]
		l.used += u.bought + u.got
		l.usedOff += p.off
	}
}
