package strategy_test

import (
	"cmp"
	"slices"
)

// target lists what a rule reduces; it skips what an earlier one stopped.
func (st *refState) target(r *ruleSpec) []refPiece {
	var pieces []refPiece
	for i := range st.items {
		l := &st.items[i]
		wanted := l.charge && r.appliesTo != "" && r.appliesTo != "items" && meets(r.methods, l.method) ||
			!l.charge && r.appliesTo != "shipping" && r.selectorSpec.matches(l)
		if wanted && l.quantity > 0 && !(r.byUnit() && (l.weighed || st.uncounted(l))) {
			for _, p := range st.pieces(i, st.spec.byLine() || r.byLine(), r.fresh) {
				if st.part == nil || slices.Contains(st.part.items, i) && (st.part.line < 0 || st.part.line == p.line) {
					pieces = append(pieces, p)
				}
			}
		}
	}
	if r.maxUnits == 0 {
		return pieces
	}
	var kept []refPiece
	left := map[int]int64{}
	for _, p := range inOrder(pieces, r.order()) {
		of := 0
		if r.perLine {
			of = p.line
		}
		if _, begun := left[of]; !begun {
			left[of] = r.maxUnits
		}
		if n := min(left[of], p.units()); n > 0 {
			kept = append(kept, p.part(0, n))
			left[of] -= n
		}
	}
	return inOrder(kept, "item")
}

// uncounted says whether an article is one at 0.00, of which no units count.
func (st *refState) uncounted(l *refItem) bool {
	return !st.spec.zeroCounts && !l.charge && l.quantity > 0 && l.listPrice != nil && l.listPrice.Sign() == 0
}

// byLine says whether the whole arithmetic looks at lines, not articles.
func (s *spec) byLine() bool { return s.roundScope == "line" || s.selection == "best_per_line" }

// byLine says whether a rule does.
func (r *ruleSpec) byLine() bool {
	return r.perLine || r.each == "line" || r.stop == "line" || r.reward.kind == "unit_ladder" || r.reward.kind == "discount_amount" && r.reward.per == "line"
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
	case "gift":
		return w.perUnits > 0
	case "discount_amount":
		return w.per == "unit"
	case "ladder":
		return w.byQuantity
	default:
		return slices.Contains([]string{"get", "bundle", "unit_ladder", "unit_rates", "groups_of", "unit_price"}, w.kind)
	}
}

// order is which units come first.
func (r *ruleSpec) order() string {
	if r.reward.kind == "unit_rates" {
		return cmp.Or(r.pick, "dearest")
	}
	return cmp.Or(r.pick, "cheapest")
}

// inOrder sorts pieces by the price of a unit, equal ones by how much more may be taken
// off it, then as in the cart.
func inOrder(pieces []refPiece, pick string) []refPiece {
	pieces = slices.Clone(pieces)
	slices.SortStableFunc(pieces, func(a, b refPiece) int {
		byUnit := cmp.Compare(a.value()*b.units(), b.value()*a.units())
		switch pick {
		case "cheapest":
			return cmp.Or(byUnit, moreRoomFirst(&a, &b), byPlace(a, b))
		case "dearest":
			return cmp.Or(-byUnit, moreRoomFirst(&a, &b), byPlace(a, b))
		}
		return byPlace(a, b)
	})
	return pieces
}

// give works out a rule's reward.
func (st *refState) give(r *ruleSpec) *outcome {
	w := &r.reward
	o := &outcome{pieces: st.target(r)}
	round := st.spec.roundAmount
	each := func(off func(*refPiece) int64) {
		for i := range o.pieces {
			p := &o.pieces[i]
			p.off = max(0, min(off(p), p.room))
		}
	}
	switch w.kind {
	case "discount_rate":
		st.giveRate(w.rate, o.pieces)
	case "discount_amount":
		switch w.per {
		case "line":
			st.eachLine(o.pieces, func(int64) int64 { return round(w.amount) })
		case "unit":
			each(func(p *refPiece) int64 { return round(w.amount) * p.units() })
		default:
			st.giveAmount(w.amount, o.pieces)
		}
	case "unit_price":
		each(func(p *refPiece) int64 { return p.value() - w.amount*p.units() })
	case "unit_ladder":
		o.pieces = w.unitLadder(o.pieces, round)
	case "bundle":
		o.pieces = st.giveBundle(w, inOrder(o.pieces, r.order()))
	case "ladder":
		st.giveLadder(r, o.pieces)
	case "every":
		st.giveAmount(w.amount*st.fullSteps(w, o.pieces), o.pieces)
	case "groups_of":
		o.pieces = st.giveGroups(w, o.pieces)
	case "unit_rates":
		o.pieces = st.giveUnitRates(w, inOrder(o.pieces, r.order()))
	case "get":
		o.pieces = st.giveBuyGet(r, o.pieces)
	case "gift":
		if n := st.multiples(w, o.pieces); n > 0 {
			o.gift = &strategyGift{sku: w.sku, quantity: min(1_000_000, max(1, w.units)*n)}
		}
	case stepsRule:
		o.pieces = st.giveStep()
	default:
		panic("no such reward: " + w.kind)
	}
	return o
}

// unitLadder takes one amount off the first unit of each line and another off each
// further one.
func (w *rewardSpec) unitLadder(pieces []refPiece, round func(int64) int64) []refPiece {
	var list []refPiece
	for _, group := range groupsOf(pieces) {
		at := int64(0)
		for _, p := range group {
			for from := int64(0); from < p.units(); {
				to, off := p.units(), int64(0)
				switch {
				case at == 0:
					to, off = 1, round(w.first)
				case w.most == 0:
					off = round(w.additional)
				case at < w.most:
					to, off = min(to, from+w.most-at), round(w.additional)
				}
				piece := p.part(from, to)
				piece.off = min(off*piece.units(), piece.room)
				list = append(list, piece)
				at, from = at+to-from, to
			}
		}
	}
	return list
}

func (st *refState) giveRate(rate string, pieces []refPiece) {
	total := int64(0)
	for i := range pieces {
		total += pieces[i].value()
	}
	switch st.spec.roundScope {
	case "line":
		st.eachLine(pieces, func(value int64) int64 { return st.spec.rateOf(rate, value) })
	case "unit":
		for i := range pieces {
			off := int64(0)
			for _, v := range pieces[i].values {
				off += st.spec.rateOf(rate, v)
			}
			pieces[i].off = min(off, pieces[i].room)
		}
	default:
		st.shareOut(st.spec.rateOf(rate, total), pieces)
	}
}

// eachLine takes something off each line.
func (st *refState) eachLine(pieces []refPiece, off func(value int64) int64) {
	for _, group := range groupsOf(pieces) {
		value, parts := int64(0), []part{}
		for _, p := range group {
			value += p.value()
			parts = append(parts, part{weight: p.value(), room: p.room})
		}
		if len(group) == 1 {
			group[0].off = max(0, min(off(value), group[0].room))
			continue
		}
		fine := *st.spec
		fine.roundingUnit = 1
		for i, share := range fine.share(off(value), parts) {
			group[i].off = share
		}
	}
}

// giveAmount takes a rounded amount off pieces as a whole.
func (st *refState) giveAmount(amount int64, pieces []refPiece) {
	st.shareOut(st.spec.roundAmount(amount), pieces)
}

// shareOut shares an amount over articles, or lines, and what each bears over its
// pieces, by value.
func (st *refState) shareOut(amount int64, pieces []refPiece) {
	weights := []int64{}
	for i := range pieces {
		weights = append(weights, pieces[i].value())
	}
	st.shareBy(weights, amount, pieces)
}

func (st *refState) shareBy(weights []int64, amount int64, pieces []refPiece) {
	groups, unit, at := groupsOf(pieces), st.spec.unit(), 0
	parts := make([]part, len(groups))
	within := make([][]part, len(groups))
	for g, group := range groups {
		for _, p := range group {
			room := p.room - p.room%unit
			within[g] = append(within[g], part{weight: weights[at], room: room})
			parts[g].weight += weights[at]
			parts[g].room += room
			at++
		}
	}
	for g, share := range st.spec.share(amount, parts) {
		for i, off := range st.spec.share(share, within[g]) {
			groups[g][i].off += off
		}
	}
}

// giveBundle takes the units bundle by bundle.
func (st *refState) giveBundle(w *rewardSpec, pieces []refPiece) []refPiece {
	units := int64(0)
	for i := range pieces {
		units += pieces[i].units()
	}
	var list []refPiece
	for range min(max(1, w.most), units/w.units) {
		var taken []refPiece
		value := int64(0)
		for left := w.units; left > 0; {
			n := min(left, pieces[0].units())
			taken = append(taken, pieces[0].part(0, n))
			value += taken[len(taken)-1].value()
			if left -= n; n == pieces[0].units() {
				pieces = pieces[1:]
			} else {
				pieces[0] = pieces[0].part(n, pieces[0].units())
			}
		}
		taken = inOrder(taken, "item")
		if value > w.amount {
			st.giveAmount(value-w.amount, taken)
		}
		list = append(list, taken...)
	}
	return inOrder(list, "item")
}

func (st *refState) giveLadder(r *ruleSpec, pieces []refPiece) {
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
			st.giveRate(step.rate, pieces)
		} else {
			st.giveAmount(step.amount, pieces)
		}
		return
	}
}

// fullSteps is how often an every is reached.
func (st *refState) fullSteps(w *rewardSpec, pieces []refPiece) int64 {
	units, value := int64(0), int64(0)
	for i := range pieces {
		p := &pieces[i]
		units += p.units()
		value += st.valueOf(p, st.thresholdBase())
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

// multiples is how often a gift is given.
func (st *refState) multiples(w *rewardSpec, pieces []refPiece) int64 {
	if w.perUnits == 0 && w.threshold == 0 {
		return 1
	}
	return st.fullSteps(&rewardSpec{units: w.perUnits, threshold: w.threshold, most: w.most}, pieces)
}

// valueOf is the value of a piece by a base.
func (st *refState) valueOf(p *refPiece, base string) int64 {
	var values []int64
	for _, r := range st.items[p.item].runs {
		values = append(values, even(r.value(base), r.units)...)
	}
	return sum(values[p.from : p.from+p.units()])
}

func (st *refState) giveGroups(w *rewardSpec, pieces []refPiece) []refPiece {
	units, of := int64(0), map[int]int64{}
	for i := range pieces {
		units += pieces[i].units()
		of[pieces[i].item] += pieces[i].units()
	}
	left := int64(0)
	if w.threshold > 0 {
		pieces = inOrder(pieces, "cheapest")
		left = unitsInSets(pieces, w.threshold)
	} else {
		slices.SortStableFunc(pieces, func(a, b refPiece) int { return cmp.Or(cmp.Compare(of[b.item], of[a.item]), byPlace(a, b)) })
		left = units - units%w.units
	}
	var grouped []refPiece
	for _, p := range pieces {
		if n := min(left, p.units()); n > 0 {
			grouped = append(grouped, p.part(0, n))
			left -= n
		}
	}
	grouped = inOrder(grouped, "item")
	if w.rate != "" {
		st.giveRate(w.rate, grouped)
		return grouped
	}
	for i := range grouped {
		p := &grouped[i]
		p.off = min(p.room, st.spec.roundAmount(w.amount)*p.units())
	}
	return grouped
}

// unitsInSets is how many of the first units fill sets of a value.
func unitsInSets(pieces []refPiece, value int64) int64 {
	full, units, have := int64(0), int64(0), int64(0)
	for i := range pieces {
		for _, worth := range pieces[i].values {
			units++
			if have += worth; have >= value {
				full, have = units, 0
			}
		}
	}
	return full
}

// giveStep takes of the [[discounts]] steps that are open and reached the one
// that takes most off.
func (st *refState) giveStep() (best []refPiece) {
	most := int64(0)
	for i := range st.spec.steps {
		step := &st.spec.steps[i]
		if !st.spec.anyOpen(step.windows, st.now) || st.count(&step.selectorSpec).value < step.threshold {
			continue
		}
		attempt := &outcome{pieces: st.target(&ruleSpec{selectorSpec: step.selectorSpec})}
		st.giveAmount(step.amount, attempt.pieces)
		st.lower(attempt.pieces, st.budget)
		if worth := attempt.total(); worth > most {
			most, best = worth, attempt.pieces
		}
	}
	return best
}
