package strategy

// This file puts into effect what a rule takes off: off the units it took it from,
// and dealt to the lines of the cart that these are of.

// commit puts a rule into effect as try worked it out.
func (q *Quote) commit(index int, r *compiledRule, t *target) {
	e := &q.work
	amount := t.off()
	if amount == 0 && e.gift.SKU == "" {
		return
	}
	e.cursor = cursor{}
	first := len(q.shares)
	for i := range t.portions {
		p := &t.portions[i]
		if p.off != 0 || p.uses {
			q.bear(p, r.stop == stopLine, first)
		}
		if i+1 == len(t.portions) || t.portions[i+1].item != p.item {
			e.tidy(&e.items[p.item])
		}
	}
	if e.gift.SKU != "" {
		e.gift.Rule = index
		q.Gifts = append(q.Gifts, e.gift)
	}
	if e.trace != nil && r.stop == stopLine {
		e.trace.noteStops(index, t.portions)
	}
	q.Applied = append(q.Applied, Applied{Rule: index, Amount: amount, first: first, last: len(q.shares)})
}

// bear takes a portion's share off its item; first is where the shares of the rule
// begin.
func (q *Quote) bear(p *portion, stop bool, first int) {
	e := &q.work
	l := &e.items[p.item]
	if l.runs != 0 || p.units < l.quantity {
		r := e.cut(l, p.from, p.units)
		r.left -= p.off
		r.used = r.used || p.uses
		r.discounted = r.discounted || p.off > 0
	} else {
		l.used = l.used || p.uses
		l.discounted = l.discounted || p.off > 0
	}
	l.left -= p.off
	if p.off == 0 {
		return
	}
	l.reduced = true
	switch {
	case l.charge != nil:
		l.stopped = l.stopped || stop
		charge := int(p.item) - e.goods
		q.Charges[charge].Discount += p.off
		q.ShippingDiscount += p.off
		q.shares = append(q.shares, Share{Line: -1, Charge: charge, Amount: p.off})
		return
	case l.lines == 1:
		l.stopped = l.stopped || stop
		q.bearLine(l.line, p.off, first)
	case p.off < 0:
		q.dealBack(l, p, first)
	default:
		q.deal(l, p, stop, first)
	}
	q.Discount += p.off
	e.budget -= p.off
}

// bearLine takes an amount off a line.
func (q *Quote) bearLine(line int32, off int64, first int) {
	q.Lines[line].Discount += off
	if last := len(q.shares) - 1; last >= first && q.shares[last].Line == int(line) {
		q.shares[last].Amount += off
		return
	}
	q.shares = append(q.shares, Share{Line: int(line), Charge: -1, Amount: off})
}

// deal deals what a portion of an article loses to the lines that its units are of.
// What is odd may be more than a line has left: then the next one bears it.
func (q *Quote) deal(l *item, p *portion, stop bool, first int) {
	e := &q.work
	over, before, to := int64(0), int64(0), p.from+p.units
	for line, left := l.line, l.lines; left > 0; left-- {
		units := e.unitsOf(line)
		from, until := max(p.from, before), min(to, before+units)
		off := over
		if from < until {
			off += evenPart(p.off, p.units, until-p.from) - evenPart(p.off, p.units, from-p.from)
			if stop {
				e.stopLine(l, before, units)
			}
		}
		over = q.dealLine(l, line, units, off, first)
		before += units
		line = e.nextLine[line]
	}
	for line, left := l.line, l.lines; over > 0 && left > 0; left-- {
		over = q.dealLine(l, line, e.unitsOf(line), over, first)
		line = e.nextLine[line]
	}
}

// dealLine takes as much of an amount off a line of an article as that has left, and
// says what is over.
func (q *Quote) dealLine(l *item, line int32, units, off int64, first int) (over int64) {
	quoted := &q.Lines[line]
	bears := min(off, max(0, quoted.Subtotal-quoted.Discount-times(l.unitFloor, units)))
	if bears == 0 {
		return off
	}
	for i := first; i < len(q.shares); i++ {
		if q.shares[i].Line == int(line) {
			quoted.Discount += bears
			q.shares[i].Amount += bears
			return off - bears
		}
	}
	q.bearLine(line, bears, first)
	return off - bears
}

// stopLine keeps later rules from the units of a line.
func (e *evaluation) stopLine(l *item, from, units int64) {
	for to := from + units; from < to; {
		r, before := e.runAt(l, from)
		n := min(to, before+r.units) - from
		e.cut(l, from, n).stopped = true
		from += n
	}
	l.stopped = true
	for at := l.runs; at != 0; at = e.runs[at].next {
		l.stopped = l.stopped && e.runs[at].stopped
	}
}
