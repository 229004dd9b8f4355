package strategy_test

import "cmp"

// dealt is how the units of a piece are used by one buy-and-get rule.
type dealt struct {
	free, bought, got int64
}

// giveBuyGet plays the rounds one at a time.
func (st *refState) giveBuyGet(o *outcome, r *ruleSpec, pieces []refPiece) {
	w := &r.reward
	units := map[int]*dealt{}
	for _, p := range pieces {
		units[p.item] = &dealt{free: max(0, int64(len(p.values))-st.items[p.item].used)}
	}
	reserved := inOrder(pieces, cmp.Or(w.reserve, "dearest"))
	picked := inOrder(pieces, cmp.Or(r.pick, "cheapest"))
	for round := int64(0); w.most == 0 || round < w.most; round++ {
		bought := st.dealUnits(reserved, &w.buy, units, w.buyUnits)
		got := st.dealUnits(picked, &w.get, units, max(1, w.units))
		enough := len(bought) == int(w.buyUnits) && len(got) > 0 && (!w.wholeGets || len(got) == int(max(1, w.units)))
		if !enough {
			break
		}
		for _, item := range bought {
			units[item].bought++
		}
		for _, item := range got {
			units[item].got++
		}
	}
	o.used = map[int]int64{}
	for i := range pieces {
		u := units[pieces[i].item]
		o.used[pieces[i].item] = u.bought + u.got
		pieces[i] = st.gotPiece(pieces[i], u.got)
	}
	st.giveRate(o, cmp.Or(w.rate, "1"), pieces)
}

// dealUnits takes free units one by one and lists the items they are of.
func (st *refState) dealUnits(order []refPiece, lines *selectorSpec, units map[int]*dealt, wanted int64) (taken []int) {
	for _, p := range order {
		u := units[p.item]
		l := &st.items[p.item]
		for int64(len(taken)) < wanted && u.free > 0 && lines.matches(l) {
			u.free--
			taken = append(taken, p.item)
		}
	}
	return taken
}

// gotPiece is the units that are got. What such rules took off other units of
// the item was not taken off these.
func (st *refState) gotPiece(p refPiece, got int64) refPiece {
	l := &st.items[p.item]
	value := l.value(st.spec.base)
	if st.spec.base == "" || st.spec.base == "running" {
		value += l.usedOff
	}
	unused := refPiece{item: p.item, values: even(value, l.quantity)[:got]}
	unused.room = min(p.room, unused.value())
	return unused
}
