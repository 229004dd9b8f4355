package strategy_test

import (
	"cmp"
	"slices"
)

// refPiece is the first units of an item, each with its value. A value that
// does not divide evenly has its odd minor units on the first ones.
type refPiece struct {
	item   int
	values []int64
	room   int64 // the most that may be taken off
}

func (p *refPiece) value() int64 {
	sum := int64(0)
	for _, v := range p.values {
		sum += v
	}
	return sum
}

// even splits a value over units.
func even(value, units int64) []int64 {
	list := make([]int64, units)
	for i := range list {
		list[i] = value / units
		if int64(i) < value%units {
			list[i]++
		}
	}
	return list
}

func first(value, units, of int64) int64 {
	sum := int64(0)
	for _, v := range even(value, of)[:units] {
		sum += v
	}
	return sum
}

// piece is the first units of an item by the base. Fewer than all of them may
// not go below the floors of their own.
func (st *refState) piece(i int, units int64) refPiece {
	l := &st.items[i]
	p := refPiece{item: i, values: even(l.value(st.spec.base), l.quantity)[:units]}
	p.room = max(0, l.left-l.unitFloor*l.quantity)
	if units < l.quantity {
		p.room = min(p.room, max(0, p.value()-l.unitFloor*units))
	}
	return p
}

// target lists what a rule reduces; it skips what an earlier one stopped.
func (st *refState) target(r *ruleSpec) []refPiece {
	var pieces []refPiece
	for i := range st.items {
		l := &st.items[i]
		wanted := l.charge && r.appliesTo != "" && r.appliesTo != "items" && meets(r.methods, l.method) ||
			!l.charge && r.appliesTo != "shipping" && r.selectorSpec.matches(l)
		if wanted && !l.stopped && l.quantity > 0 && !(l.weighed && r.byUnit()) {
			pieces = append(pieces, st.piece(i, l.quantity))
		}
	}
	if r.maxUnits == 0 {
		return pieces
	}
	var kept []refPiece
	left := r.maxUnits
	for _, p := range inOrder(pieces, cmp.Or(r.pick, "cheapest")) {
		if r.perLine {
			left = r.maxUnits
		}
		if n := min(left, int64(len(p.values))); n > 0 {
			kept = append(kept, st.piece(p.item, n))
			left -= n
		}
	}
	return inOrder(kept, "item")
}

// byUnit says whether a rule counts units, or sets what one costs or loses: goods
// by weight have none.
func (r *ruleSpec) byUnit() bool {
	if r.maxUnits > 0 {
		return true
	}
	switch w := &r.reward; w.kind {
	case "every":
		return w.units > 0
	case "discount_amount":
		return w.per == "unit"
	case "ladder":
		return w.byQuantity
	default:
		return slices.Contains([]string{"get", "bundle", "unit_ladder", "groups_of", "unit_price"}, w.kind)
	}
}

// inOrder sorts pieces by the price of a unit, equal ones as in the cart.
func inOrder(pieces []refPiece, pick string) []refPiece {
	pieces = slices.Clone(pieces)
	slices.SortStableFunc(pieces, func(a, b refPiece) int {
		byUnit := cmp.Compare(a.value()*int64(len(b.values)), b.value()*int64(len(a.values)))
		switch pick {
		case "cheapest":
			return cmp.Or(byUnit, cmp.Compare(a.item, b.item))
		case "dearest":
			return cmp.Or(-byUnit, cmp.Compare(a.item, b.item))
		}
		return cmp.Compare(a.item, b.item)
	})
	return pieces
}

// give works out a rule's reward.
func (st *refState) give(r *ruleSpec) *outcome {
	o := &outcome{off: make([]int64, len(st.items))}
	w := &r.reward
	pieces := st.target(r)
	round := st.spec.roundAmount
	each := func(off func(*refPiece) int64) {
		for i := range pieces {
			p := &pieces[i]
			o.off[p.item] = max(0, min(off(p), p.room))
		}
	}
	switch w.kind {
	case "discount_rate":
		st.giveRate(o, w.rate, pieces)
	case "discount_amount":
		switch w.per {
		case "line":
			each(func(*refPiece) int64 { return round(w.amount) })
		case "unit":
			each(func(p *refPiece) int64 { return round(w.amount) * int64(len(p.values)) })
		default:
			st.giveAmount(o, w.amount, pieces)
		}
	case "unit_price":
		each(func(p *refPiece) int64 { return p.value() - w.amount*int64(len(p.values)) })
	case "unit_ladder":
		each(func(p *refPiece) int64 { return w.unitLadder(len(p.values), round) })
	case "bundle":
		st.giveBundle(o, w, inOrder(pieces, cmp.Or(r.pick, "cheapest")))
	case "ladder":
		st.giveLadder(o, r, pieces)
	case "every":
		st.giveAmount(o, w.amount*st.fullSteps(w, pieces), pieces)
	case "groups_of":
		st.giveGroups(o, w, pieces)
	case "get":
		st.giveBuyGet(o, r, pieces)
	case "gift":
		o.gift = &strategyGift{sku: w.sku, quantity: max(1, w.units)}
	case stepsRule:
		st.giveStep(o)
	default:
		panic("no such reward: " + w.kind)
	}
	return o
}

func (w *rewardSpec) unitLadder(units int, round func(int64) int64) int64 {
	sum := int64(0)
	for i := range units {
		switch {
		case w.most > 0 && int64(i) >= w.most:
		case i == 0:
			sum += round(w.first)
		default:
			sum += round(w.additional)
		}
	}
	return sum
}

func (st *refState) giveRate(o *outcome, rate string, pieces []refPiece) {
	total := int64(0)
	for i := range pieces {
		p := &pieces[i]
		total += p.value()
		off := int64(0)
		switch st.spec.roundScope {
		case "line":
			off = st.spec.rateOf(rate, p.value())
		case "unit":
			for _, v := range p.values {
				off += st.spec.rateOf(rate, v)
			}
		}
		o.off[p.item] = min(off, p.room)
	}
	if st.spec.roundScope == "" || st.spec.roundScope == "rule" {
		st.shareOut(o, st.spec.rateOf(rate, total), pieces)
	}
}

// giveAmount takes a rounded amount off pieces as a whole.
func (st *refState) giveAmount(o *outcome, amount int64, pieces []refPiece) {
	st.shareOut(o, st.spec.roundAmount(amount), pieces)
}

// shareOut adds to what is taken off, by value.
func (st *refState) shareOut(o *outcome, amount int64, pieces []refPiece) {
	parts := make([]part, len(pieces))
	for i := range pieces {
		parts[i] = part{weight: pieces[i].value(), room: pieces[i].room}
	}
	for i, share := range st.spec.share(amount, parts) {
		o.off[pieces[i].item] += share
	}
}

// giveBundle lays all units out in a row and takes them bundle by bundle.
func (st *refState) giveBundle(o *outcome, w *rewardSpec, pieces []refPiece) {
	var row []refPiece // of one unit each
	for _, p := range pieces {
		rooms := even(p.room, int64(len(p.values)))
		for i, v := range even(p.value(), int64(len(p.values))) {
			row = append(row, refPiece{item: p.item, values: []int64{v}, room: rooms[i]})
		}
	}
	for range max(1, w.most) {
		if int64(len(row)) < w.units {
			return
		}
		taken := map[int]*refPiece{}
		value := int64(0)
		for _, unit := range row[:w.units] {
			if taken[unit.item] == nil {
				taken[unit.item] = &refPiece{item: unit.item}
			}
			taken[unit.item].values = append(taken[unit.item].values, unit.values...)
			taken[unit.item].room += unit.room
			value += unit.value()
		}
		row = row[w.units:]
		var together []refPiece
		for _, p := range taken {
			together = append(together, *p)
		}
		if value > w.amount {
			st.giveAmount(o, value-w.amount, inOrder(together, "item"))
		}
	}
}

func (st *refState) giveLadder(o *outcome, r *ruleSpec, pieces []refPiece) {
	sum := st.counted(r)
	reached := sum.value
	if r.reward.byQuantity {
		reached = sum.units - sum.weighed
	}
	for _, step := range slices.Backward(r.reward.steps) {
		if reached < step.threshold {
			continue
		}
		if step.rate != "" {
			st.giveRate(o, step.rate, pieces)
		} else {
			st.giveAmount(o, step.amount, pieces)
		}
		return
	}
}

// fullSteps is how often an every is reached.
func (st *refState) fullSteps(w *rewardSpec, pieces []refPiece) int64 {
	units, value := int64(0), int64(0)
	for _, p := range pieces {
		l := &st.items[p.item]
		n := int64(len(p.values))
		units += n
		value += first(l.value(st.thresholdBase()), n, l.quantity)
	}
	steps := int64(0)
	if w.units > 0 {
		steps = units / w.units
	} else {
		steps = value / w.threshold
	}
	if w.most > 0 {
		steps = min(steps, w.most)
	}
	return steps
}

func (st *refState) giveGroups(o *outcome, w *rewardSpec, pieces []refPiece) {
	units := 0
	for _, p := range pieces {
		units += len(p.values)
	}
	slices.SortStableFunc(pieces, func(a, b refPiece) int { return cmp.Compare(len(b.values), len(a.values)) })
	left := units - units%int(w.units)
	var grouped []refPiece
	for _, p := range pieces {
		n := min(left, len(p.values))
		left -= n
		if n > 0 {
			room := first(p.room, int64(n), int64(len(p.values)))
			grouped = append(grouped, refPiece{item: p.item, values: p.values[:n], room: room})
		}
	}
	grouped = inOrder(grouped, "item")
	if w.rate != "" {
		st.giveRate(o, w.rate, grouped)
		return
	}
	for _, p := range grouped {
		o.off[p.item] = min(p.room, st.spec.roundAmount(w.amount)*int64(len(p.values)))
	}
}

// giveStep takes of the [[discounts]] steps that are open and reached the one
// that takes most off.
func (st *refState) giveStep(o *outcome) {
	most := int64(0)
	for i := range st.spec.steps {
		step := &st.spec.steps[i]
		if !st.spec.anyOpen(step.windows, st.now) || st.count(&step.selectorSpec).value < step.threshold {
			continue
		}
		attempt := &outcome{off: make([]int64, len(st.items))}
		st.giveAmount(attempt, step.amount, st.target(&ruleSpec{selectorSpec: step.selectorSpec}))
		st.lower(attempt.off[:len(st.cart.Lines)], st.budget)
		if worth := attempt.total(); worth > most {
			most, o.off = worth, attempt.off
		}
	}
}
