package strategy_test

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// The reference evaluator says what a strategy is worth in the plainest way
// there is: units are counted one by one, every attempt works on a copy of the
// whole state, and nothing is remembered. It shares no code with the engine.

// answer is everything a quote says.
type answer struct {
	failed           bool // the cart cannot be counted with
	reason           string
	subtotal, paid   int64
	discount         int64
	shippingDiscount int64
	lines, charges   []int64
	prices, stated   []int64
	statedTotals     []int64 // cart.NoPrice for none
	applied          []appliedAnswer
	gifts            []strategyGift
}

type appliedAnswer struct {
	id     string
	amount int64
	shares []int64 // by line, then by charge
}

type strategyGift struct {
	sku      string
	quantity int64
}

// refItem is a line of goods or a shipping charge.
type refItem struct {
	charge                bool
	sku, subgroup         string
	categories            []string
	method                string
	attributes            map[string]literal
	quantity              int64
	weighed               bool
	listPrice             *big.Rat // nil where it is unknown
	original, stage, left int64
	unitFloor             int64
	used, usedOff         int64
	reduced, stopped      bool
}

func (l *refItem) value(base string) int64 {
	switch base {
	case "original":
		return l.original
	case "stage":
		return l.stage
	}
	return l.left
}

// refState is a cart as the rules so far have left it. A copy is another
// state.
type refState struct {
	spec    *spec
	cart    *cart.Cart
	now     time.Time
	items   []refItem
	applied []appliedAnswer
	gifts   []strategyGift
	budget  int64
}

func (st *refState) clone() *refState {
	other := *st
	other.items = slices.Clone(st.items)
	other.applied = slices.Clone(st.applied)
	other.gifts = slices.Clone(st.gifts)
	return &other
}

func (st *refState) thresholdBase() string { return cmp.Or(st.spec.thresholdBase, st.spec.base) }

// taken is what all rules took off.
func (st *refState) taken() int64 {
	sum := int64(0)
	for i := range st.items {
		sum += st.items[i].original - st.items[i].left
	}
	return sum
}

// refQuote is the reference's whole answer.
func refQuote(s *spec, c *cart.Cart, now time.Time) answer {
	foreign := c.Currency != "" && c.Currency != cmp.Or(s.currency, "CNY")
	st := &refState{spec: s, cart: c, now: now}
	a := answer{}
	for i := range c.Lines {
		item, price, ok := s.price(c, &c.Lines[i], foreign)
		if a.subtotal += item.original; !ok || a.subtotal > money.Max {
			return answer{failed: true}
		}
		st.items = append(st.items, item)
		a.prices, a.stated, a.statedTotals = append(a.prices, price.unit), append(a.stated, price.stated), append(a.statedTotals, price.statedTotal)
	}
	for _, charge := range c.Shipping {
		st.items = append(st.items, refItem{charge: true, method: charge.Method, quantity: 1,
			original: charge.Amount, stage: charge.Amount, left: charge.Amount})
		if a.paid += charge.Amount; a.subtotal+a.paid > money.Max {
			return answer{failed: true}
		}
	}
	if foreign {
		a.reason = "currency"
	} else {
		st.budget = s.budget(a.subtotal)
		st = st.evaluate()
		st.roundPayable()
	}
	a.paid += a.subtotal - st.taken()
	a.applied, a.gifts = st.applied, st.gifts
	for i := range st.items {
		l := &st.items[i]
		if off := l.original - l.left; l.charge {
			a.charges, a.shippingDiscount = append(a.charges, off), a.shippingDiscount+off
		} else {
			a.lines, a.discount = append(a.lines, off), a.discount+off
		}
	}
	return a
}

// refPrice is what is said of a line's price: the one counted with, and what the
// cart claimed that the catalogue overruled.
type refPrice struct{ unit, stated, statedTotal int64 }

// price puts together what the cart and the catalogue say of a line.
func (s *spec) price(c *cart.Cart, from *cart.Line, foreign bool) (item refItem, price refPrice, ok bool) {
	item = refItem{sku: from.SKU, categories: append([]string{from.Category}, from.MoreCategories...), subgroup: from.Subgroup,
		quantity: from.Quantity, weighed: !from.Weight.IsZero(), original: from.Subtotal, reduced: from.Reduced, attributes: map[string]literal{}}
	price = refPrice{unit: from.UnitPrice, stated: cart.NoPrice, statedTotal: cart.NoPrice}
	if item.quantity == 0 {
		item.original = 0
		return item, price, true
	}
	for i := len(from.Attributes) - 1; i >= 0; i-- {
		item.attributes[from.Attributes[i].Name] = literalOf(from.Attributes[i])
	}
	for i := range s.products {
		p := &s.products[i]
		if p.sku != from.SKU {
			continue
		}
		item.categories, item.subgroup, item.attributes = []string{p.category}, p.subgroup, p.attributes
		if foreign {
			break
		}
		item.unitFloor = amountOf(p.floor, from, "up")
		if p.price != cart.NoPrice {
			if from.UnitPrice != p.price {
				price.stated = from.UnitPrice
			}
			price.unit, item.original = p.price, amountOf(p.price, from, "half_up")*from.Quantity
			if from.HasTotal && from.Subtotal != item.original {
				price.statedTotal = from.Subtotal
			}
		}
	}
	switch {
	case price.unit != cart.NoPrice:
		item.listPrice = big.NewRat(price.unit, 1)
	case from.HasTotal:
		item.listPrice = new(big.Rat).Quo(big.NewRat(item.original, from.Quantity), amountOfOne(from))
	case !c.Sums:
		return item, price, false
	}
	item.stage, item.left = item.original, item.original
	return item, price, true
}

// amountOfOne is how much of an article one unit of a line is.
func amountOfOne(l *cart.Line) *big.Rat {
	if l.Weight.IsZero() {
		return big.NewRat(1, 1)
	}
	places := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(l.Weight.Places)), nil)
	return new(big.Rat).SetFrac(big.NewInt(l.Weight.Digits), places)
}

// amountOf is what a price makes of one unit of a line, rounded.
func amountOf(price int64, l *cart.Line, mode string) int64 {
	x := new(big.Rat).Mul(big.NewRat(price, 1), amountOfOne(l))
	if x.Cmp(big.NewRat(money.Max, 1)) > 0 {
		return money.Max + 1
	}
	return roundRat(x, 1, mode)
}

// evaluate applies the rules as select says.
func (st *refState) evaluate() *refState {
	rules := st.spec.inTurn()
	switch st.spec.selection {
	case "best":
		if best, _ := st.best(rules); best != nil {
			st.apply(best, st.attempt(best))
		}
		return st
	case "best_per_line":
		st.evaluatePerLine(rules)
		return st
	case "best_combination":
		return st.evaluateCombinations(rules)
	}
	together := st.clone()
	together.evaluateTogether(rules)
	exclusive := slices.DeleteFunc(slices.Clone(rules), func(r *ruleSpec) bool { return !r.exclusive })
	if best, worth := st.best(exclusive); best != nil && worth > together.taken() {
		st.apply(best, st.attempt(best))
		return st
	}
	return together
}

// stepsRule stands for the [[discounts]] ladder.
const stepsRule = "discounts"

// inTurn lists the enabled rules in the order they are applied.
func (s *spec) inTurn() []*ruleSpec {
	var rules []*ruleSpec
	for i := range s.rules {
		if !s.rules[i].disabled {
			rules = append(rules, &s.rules[i])
		}
	}
	if len(s.steps) > 0 {
		rules = append(rules, &ruleSpec{id: stepsRule, reward: rewardSpec{kind: stepsRule}})
	}
	slices.SortFunc(rules, func(a, b *ruleSpec) int {
		return cmp.Or(cmp.Compare(a.inStage(), b.inStage()), cmp.Compare(b.priority, a.priority), cmp.Compare(a.id, b.id))
	})
	return rules
}

func (x *ruleSpec) inStage() int64 {
	if x.stage == nil {
		return 1
	}
	return *x.stage
}

// evaluateTogether applies the rules that are not exclusive, a group's best in
// the turn of its first.
func (st *refState) evaluateTogether(rules []*ruleSpec) {
	done := map[string]bool{}
	for i, r := range rules {
		if i == 0 || r.inStage() != rules[i-1].inStage() {
			for j := range st.items {
				st.items[j].stage = st.items[j].left
			}
		}
		if r.exclusive || r.group != "" && done[r.group] {
			continue
		}
		if r.group != "" {
			done[r.group] = true
			r, _ = st.best(slices.DeleteFunc(slices.Clone(rules), func(other *ruleSpec) bool { return other.group != r.group }))
		}
		if r != nil && st.apply(r, st.attempt(r)) && r.stop == "cart" {
			return
		}
	}
}

// best is the rule that alone would be worth most, of equals the earlier; a
// gift is better than nothing at all.
func (st *refState) best(rules []*ruleSpec) (best *ruleSpec, most int64) {
	for _, r := range rules {
		o := st.attempt(r)
		if o == nil {
			continue
		}
		if worth := o.total(); worth > most || best == nil && o.gift != nil {
			best, most = r, worth
		}
	}
	return best, most
}

// evaluatePerLine lets every rule try for itself; each item is won by the rule
// worth most there.
func (st *refState) evaluatePerLine(rules []*ruleSpec) {
	won := make([]*ruleSpec, len(st.items))
	off := make([]int64, len(st.items))
	untouched := st.clone()
	for _, r := range rules {
		o := untouched.attempt(r)
		if o == nil {
			continue
		}
		if o.gift != nil {
			st.apply(r, &outcome{off: make([]int64, len(st.items)), gift: o.gift})
		}
		for i, amount := range o.off {
			if amount > off[i] {
				won[i], off[i] = r, amount
			}
		}
	}
	for _, r := range rules {
		o := &outcome{off: make([]int64, len(st.items))}
		for i := range won {
			if won[i] == r {
				o.off[i] = off[i]
			}
		}
		st.hold(r, o)
		st.apply(r, o)
	}
}

// outcome is what a rule would do.
type outcome struct {
	off  []int64       // of each item
	used map[int]int64 // units of items set aside or got
	gift *strategyGift
}

func (o *outcome) total() int64 {
	sum := int64(0)
	for _, amount := range o.off {
		sum += amount
	}
	return sum
}

// attempt works out what a rule would do, nil when a condition does not hold
// or the cart has nothing the rule is about. A rule that names goods is about a
// cart that has some of them, even if it reduces only the shipping.
func (st *refState) attempt(r *ruleSpec) *outcome {
	if !st.conditionsHold(r) || len(st.target(r)) == 0 {
		return nil
	}
	if !r.selectorSpec.empty() && st.count(&r.selectorSpec).units == 0 {
		return nil
	}
	o := st.give(r)
	st.hold(r, o)
	return o
}

// hold keeps a rule to what the limits leave and to its max_discount.
func (st *refState) hold(r *ruleSpec, o *outcome) {
	goods := len(st.cart.Lines)
	st.lower(o.off[:goods], st.budget)
	if r.maxDiscount > 0 {
		st.lower(o.off, r.maxDiscount)
	}
}

// lower brings amounts down to a total, in proportion to them.
func (st *refState) lower(off []int64, most int64) {
	total := int64(0)
	shares := make([]part, len(off))
	for i, amount := range off {
		total += amount
		shares[i] = part{weight: amount, room: amount}
	}
	if total <= most {
		return
	}
	copy(off, st.spec.share(most, shares))
}

// apply puts a rule into effect and reports whether it gave anything.
func (st *refState) apply(r *ruleSpec, o *outcome) bool {
	if o == nil || o.total() == 0 && o.gift == nil {
		return false
	}
	for i, units := range o.used {
		st.items[i].used += units
		st.items[i].usedOff += o.off[i]
	}
	for i, amount := range o.off {
		if amount == 0 {
			continue
		}
		l := &st.items[i]
		l.left -= amount
		l.reduced = true
		l.stopped = l.stopped || r.stop == "line"
		if !l.charge {
			st.budget -= amount
		}
	}
	if o.gift != nil {
		st.gifts = append(st.gifts, *o.gift)
	}
	st.applied = append(st.applied, appliedAnswer{id: r.id, amount: o.total(), shares: o.off})
	return true
}
