package strategy

import (
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// buyGet is the reward get: a number of units bought makes a number of other units cheaper. A
// unit used on either side is not used again, by this rule or by another one.
//
//	buy     = { categories = ["咖啡"], quantity = 2 }
//	get     = { categories = ["咖啡"], quantity = 1, rate = 1 }   # or amount, unit_price
//	repeat  = 3             # times; as often as possible if absent
//	partial = true          # the last round may get fewer than get.quantity; default true
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
	offer    offer
	repeat   int64 // 0: as often as possible
	partial  bool
	reserve  pick
}

var reserveWords = []string{"dearest", "cheapest", "cart"}

var buyGetKind = rewardKind{
	key: ReasonGet, decode: decodeBuyGet, companions: []string{"buy", "repeat", "partial", "reserve"}, repeats: "repeat", inSets: true,
	unreached: "there are too few units to buy and get",
}

func decodeBuyGet(s *section, n *document.Node) reward {
	b := &buyGet{buyUnits: 1, getUnits: 1, offer: free}
	b.repeat, _ = s.Integer("repeat", 1, money.Max)
	b.partial = s.Bool("partial", true)
	b.reserve = [...]pick{dearest, cheapest, inCartOrder}[s.word("reserve", 0, reserveWords)]
	if buy := s.Get("buy"); buy == nil {
		s.Add(s.Node.Pos, s.Path(), "get has no buy beside it", "such as buy = { quantity = 2 }")
	} else if sub := s.table(buy, "buy", "{ quantity = 2 }"); sub != nil {
		sub.required("quantity")
		b.buy = decodeSelector(sub)
		b.buyUnits, _ = sub.Integer("quantity", 1, money.Max)
		sub.Done()
	}
	if sub := s.table(n, "get", "{ quantity = 1, rate = 1 }"); sub != nil {
		b.get = decodeSelector(sub)
		if quantity, ok := sub.Integer("quantity", 1, money.Max); ok {
			b.getUnits = quantity
		}
		b.offer = decodeOffer(sub)
		sub.Done()
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
		b.offer.encode(o)
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
	e.allocateRounds(b, r.targeting.pick, t)
	e.rewards.taken = e.rewards.taken[:0]
	t.value = 0
	for i := range t.portions {
		p, u := &t.portions[i], &e.rewards.units[i]
		if u.got > 0 {
			got := p.first(u.got)
			got.uses = true
			t.value += got.value
			e.rewards.taken = append(e.rewards.taken, got)
		}
		if u.bought > 0 {
			bought := p.after(u.got).first(u.bought)
			bought.value, bought.headroom, bought.uses = 0, 0, true
			e.rewards.taken = append(e.rewards.taken, bought)
		}
	}
	t.portions = append(t.portions[:0], e.rewards.taken...)
	b.offer.give(e, t)
}

func (b *buyGet) key() string { return "get" }

// boundBy gives every unit the offer for those that are got.
func (b *buyGet) boundBy(like *compiledRule, _ int64) int64 {
	like.reward, like.targeting.maxUnits = b.offer.forAll(), 0
	if !like.lines.selects() && !b.getLines.asksForReduced() {
		like.lines = b.getLines
	}
	return 0
}

func (b *buyGet) fixedOffs() []fixedOff {
	if b.offer.kind != offerAmount {
		return nil
	}
	return []fixedOff{{amount: b.offer.amount, step: wholeReward}}
}

func (b *buyGet) setsPrice() bool { return b.offer.kind == offerPrice }

func (b *buyGet) pair() (buy, get wanted) {
	return wanted{&b.buy, b.buyUnits}, wanted{&b.get, b.getUnits}
}

// Interface guards.
var (
	_ unitCounter      = (*buyGet)(nil)
	_ bindable         = (*buyGet)(nil)
	_ progressReporter = (*buyGet)(nil)
	_ boundedReward    = (*buyGet)(nil)
	_ fixedReward      = (*buyGet)(nil)
	_ priceSetter      = (*buyGet)(nil)
	_ pairedReward     = (*buyGet)(nil)
)
