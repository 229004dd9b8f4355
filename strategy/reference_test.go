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

// refItem is an article or a shipping charge.
type refItem struct {
	spec          *spec
	charge        bool
	sku, subgroup string
	categories    []string
	method        string
	attributes    map[string]literal
	quantity      int64
	weighed       bool
	product       bool     // the catalogue knows it
	listPrice     *big.Rat // nil where it is unknown
	original      int64
	unitFloor     int64
	reduced       bool
	onSale        bool // reduced before any rule
	lines         []refLine
	runs          []refRun
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
	part    *refPart // that a rule with each looks at
}

func (st *refState) clone() *refState {
	other := *st
	other.items = make([]refItem, len(st.items))
	for i := range st.items {
		other.items[i] = st.items[i].clone()
	}
	other.applied = slices.Clone(st.applied)
	other.gifts = slices.Clone(st.gifts)
	return &other
}

func (st *refState) thresholdBase() string { return cmp.Or(st.spec.thresholdBase, st.spec.base) }

// taken is what all rules took off.
func (st *refState) taken() int64 {
	sum := int64(0)
	for i := range st.items {
		sum += st.items[i].original - st.items[i].value("")
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
		st.addLine(i, item)
		a.prices, a.stated, a.statedTotals = append(a.prices, price.unit), append(a.stated, price.stated), append(a.statedTotals, price.statedTotal)
	}
	for _, charge := range c.Shipping {
		item := refItem{charge: true, method: charge.Method, quantity: 1, original: charge.Amount}
		item.begin()
		st.items = append(st.items, item)
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
	a.lines = make([]int64, len(c.Lines))
	for i := range st.items {
		l := &st.items[i]
		off := l.original - l.value("")
		if l.charge {
			a.charges, a.shippingDiscount = append(a.charges, off), a.shippingDiscount+off
			continue
		}
		a.discount += off
		for _, line := range l.lines {
			a.lines[line.index] = line.off
		}
	}
	return a
}

// refPrice is what is said of a line's price: the one counted with, and what the
// cart claimed that the catalogue overruled.
type refPrice struct{ unit, stated, statedTotal int64 }

// price puts together what the cart and the catalogue say of a line.
func (s *spec) price(c *cart.Cart, from *cart.Line, foreign bool) (item refItem, price refPrice, ok bool) {
	item = refItem{spec: s, sku: from.SKU, categories: append([]string{from.Category}, from.MoreCategories...), subgroup: from.Subgroup,
		quantity: from.Quantity, weighed: !from.Weight.IsZero(), original: from.Subtotal, reduced: from.Reduced, attributes: map[string]literal{}}
	price = refPrice{unit: from.UnitPrice, stated: cart.NoPrice, statedTotal: cart.NoPrice}
	if item.quantity == 0 {
		item.original = 0
		return item, price, true
	}
	for i := len(from.Attributes) - 1; i >= 0; i-- {
		item.attributes[from.Attributes[i].Name] = literalOf(from.Attributes[i])
	}
	unknown := true
	for i := range s.products {
		p := &s.products[i]
		if !s.sameSKU(p.sku, from.SKU) {
			continue
		}
		unknown = false
		item.categories, item.subgroup, item.attributes, item.product = append([]string{p.category}, p.moreCategories...), p.subgroup, p.attributes, true
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
	case unknown && s.unknownSKUs == "reject" && len(s.products) > 0:
		return item, price, false
	case price.unit != cart.NoPrice:
		item.listPrice = big.NewRat(price.unit, 1)
	case from.HasTotal:
		item.listPrice = new(big.Rat).Quo(big.NewRat(item.original, from.Quantity), amountOfOne(from))
	case !c.Sums:
		return item, price, false
	}
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
	rules := st.spec.inOrder()
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
	together.evaluateTogether(rules, func(r *ruleSpec) bool { return r.exclusive == "" })
	better := together
	if goods, _ := st.best(only(rules, (*ruleSpec).exclusiveOfGoods)); goods != nil {
		beside := st.clone()
		beside.evaluateTogether(rules, func(r *ruleSpec) bool { return r == goods || r.exclusive == "" && r.ofShipping() })
		if beside.has(goods) && beside.taken() > better.taken() {
			better = beside
		}
	}
	if best, worth := st.best(only(rules, (*ruleSpec).exclusiveOfAll)); best != nil && worth > better.taken() {
		better = st.clone()
		better.apply(best, better.attempt(best))
	}
	return better
}

func only(rules []*ruleSpec, of func(*ruleSpec) bool) []*ruleSpec {
	return slices.DeleteFunc(slices.Clone(rules), func(r *ruleSpec) bool { return !of(r) })
}

func (x *ruleSpec) exclusiveOfGoods() bool { return x.exclusive == "goods" }
func (x *ruleSpec) exclusiveOfAll() bool   { return x.exclusive == "all" || x.exclusive == "true" }
func (x *ruleSpec) ofShipping() bool       { return x.appliesTo == "shipping" }

// has reports whether a rule applied.
func (st *refState) has(r *ruleSpec) bool {
	return slices.ContainsFunc(st.applied, func(a appliedAnswer) bool { return a.id == r.id })
}

// stepsRule stands for the [[discounts]] ladder.
const stepsRule = "discounts"

// inOrder lists the enabled rules in the order they are applied.
func (s *spec) inOrder() []*ruleSpec {
	var rules []*ruleSpec
	for i := range s.rules {
		if !s.rules[i].disabled {
			rules = append(rules, &s.rules[i])
		}
	}
	if len(s.steps) > 0 {
		rules = append(rules, &ruleSpec{id: cmp.Or(s.steps[0].id, stepsRule), reward: rewardSpec{kind: stepsRule}})
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

// beginStage keeps what units are worth as a stage begins. Where nothing looks at that,
// it does not keep units apart either.
func (st *refState) beginStage() {
	if st.spec.base != "stage" && st.thresholdBase() != "stage" {
		return
	}
	for i := range st.items {
		for k := range st.items[i].runs {
			st.items[i].runs[k].stage = st.items[i].runs[k].left
		}
	}
}

// evaluateTogether applies the rules that take part, of a group the best in the turn of
// its first, which may be none of them.
func (st *refState) evaluateTogether(rules []*ruleSpec, takesPart func(*ruleSpec) bool) {
	done := map[string]bool{}
	for i, r := range rules {
		if i == 0 || r.inStage() != rules[i-1].inStage() {
			st.beginStage()
		}
		switch {
		case r.group != "" && done[r.group] || r.group == "" && !takesPart(r):
			continue
		case r.group != "":
			done[r.group] = true
			r, _ = st.best(only(rules, func(other *ruleSpec) bool { return other.group == r.group && takesPart(other) }))
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

// lineWinner is the rule that takes most off a line or a charge.
type lineWinner struct {
	rule *ruleSpec
	off  int64
}

// evaluatePerLine lets every rule try for itself; each line and charge is won by the
// rule worth most there.
func (st *refState) evaluatePerLine(rules []*ruleSpec) {
	won := map[[2]int]lineWinner{} // by item and line
	untouched := st.clone()
	for _, r := range rules {
		o := untouched.attempt(r)
		if o == nil {
			continue
		}
		if o.gift != nil {
			st.apply(r, &outcome{gift: o.gift})
		}
		for _, group := range groupsOf(o.pieces) {
			off, at := int64(0), [2]int{group[0].item, group[0].line}
			for _, p := range group {
				off += p.off
			}
			if off > won[at].off {
				won[at] = lineWinner{r, off}
			}
		}
	}
	for _, r := range rules {
		o := &outcome{}
		for i := range st.items {
			from := int64(0)
			for _, line := range st.items[i].lines {
				if w := won[[2]int{i, line.index}]; w.rule == r {
					o.pieces = append(o.pieces, refPiece{item: i, line: line.index, from: from, values: make([]int64, line.units), off: w.off})
				}
				from += line.units
			}
			if w := won[[2]int{i, -1}]; st.items[i].charge && w.rule == r {
				o.pieces = append(o.pieces, refPiece{item: i, line: -1, values: make([]int64, 1), off: w.off})
			}
		}
		st.hold(r, o)
		st.apply(r, o)
	}
}

// outcome is what a rule would do.
type outcome struct {
	pieces []refPiece // in the order of the cart
	gift   *strategyGift
}

func (o *outcome) total() int64 {
	sum := int64(0)
	for i := range o.pieces {
		sum += o.pieces[i].off
	}
	return sum
}

// attempt works out what a rule would do, nil when a condition does not hold
// or the cart has nothing the rule is about. A rule that names goods is about a
// cart that has some of them, even if it reduces only the shipping.
func (st *refState) attempt(r *ruleSpec) *outcome {
	if !st.conditionsHold(r) {
		return nil
	}
	o := st.attemptPart(r)
	if r.each != "" {
		o = st.attemptEach(r)
	}
	if o != nil {
		st.hold(r, o)
	}
	return o
}

// attemptPart is what a rule gives before it is held to anything.
func (st *refState) attemptPart(r *ruleSpec) *outcome {
	if len(st.target(r)) == 0 || !st.thresholdsReached(r) {
		return nil
	}
	if !r.selectorSpec.empty() && st.count(&r.selectorSpec).present == 0 {
		return nil
	}
	return st.give(r)
}

// attemptEach looks at each part as if the rest were not there.
func (st *refState) attemptEach(r *ruleSpec) *outcome {
	var all *outcome
	for _, part := range st.parts(r) {
		st.part = &part
		o := st.attemptPart(r)
		st.part = nil
		if o == nil {
			continue
		}
		if all == nil {
			all = &outcome{}
		}
		all.pieces = append(all.pieces, o.pieces...)
		switch {
		case o.gift != nil && all.gift == nil:
			all.gift = o.gift
		case o.gift != nil:
			all.gift.quantity += o.gift.quantity
		}
	}
	if all != nil {
		all.pieces = inOrder(all.pieces, "item")
	}
	return all
}

// hold keeps a rule to what the limits leave and to its max_discount.
func (st *refState) hold(r *ruleSpec, o *outcome) {
	goods := slices.IndexFunc(o.pieces, func(p refPiece) bool { return st.items[p.item].charge })
	if goods < 0 {
		goods = len(o.pieces)
	}
	st.lower(o.pieces[:goods], st.budget)
	if r.maxDiscount > 0 {
		st.lower(o.pieces, r.maxDiscount)
	}
}

// lower brings what is taken off pieces down to a total, in proportion.
func (st *refState) lower(pieces []refPiece, most int64) {
	total := int64(0)
	for i := range pieces {
		total += pieces[i].off
	}
	if total <= most {
		return
	}
	weights := []int64{}
	for i := range pieces {
		p := &pieces[i]
		weights = append(weights, p.off)
		p.room, p.off = p.off, 0
	}
	st.shareBy(weights, most, pieces)
}

// apply puts a rule into effect and reports whether it gave anything.
func (st *refState) apply(r *ruleSpec, o *outcome) bool {
	if o == nil || o.total() == 0 && o.gift == nil {
		return false
	}
	shares := make([]int64, len(st.cart.Lines)+len(st.cart.Shipping))
	for i := range o.pieces {
		p := &o.pieces[i]
		if p.off > 0 || p.uses {
			st.deal(p, r.stop == "line", shares)
		}
		if !st.items[p.item].charge {
			st.budget -= p.off
		}
	}
	for i := range st.items {
		st.items[i].tidy()
	}
	if o.gift != nil {
		st.gifts = append(st.gifts, *o.gift)
	}
	st.applied = append(st.applied, appliedAnswer{id: r.id, amount: o.total(), shares: shares})
	return true
}
