package strategy

// This file takes the discount of a rule off the units that the rule reduces, and
// distributes it to the lines of the cart that these units are of.

// commit takes the discount that try computed off the items and records it in the quote.
func (q *Quote) commit(index int, r *compiledRule, t *target) {
	e := &q.work
	amount := t.off()
	if amount == 0 && e.gift.SKU == "" {
		return
	}
	if e.walked {
		e.resetCursors()
	}
	first, units := len(q.shares), e.gift.Quantity
	for i := range t.portions {
		p := &t.portions[i]
		if p.off != 0 && int(p.item) < e.goods {
			units += p.units
		}
		if p.off != 0 || p.uses {
			q.charge(p, r.stop == stopLine, first)
		}
		if l := &e.items[p.item]; l.runs != 0 && (i+1 == len(t.portions) || t.portions[i+1].item != p.item) {
			e.tidy(l)
		}
	}
	if e.gift.SKU != "" {
		e.gift.Rule = index
		q.Gifts = append(q.Gifts, e.gift)
	}
	if e.trace != nil && r.stop == stopLine {
		e.trace.noteStops(index, t.portions)
	}
	q.Applied = append(q.Applied, Applied{Rule: index, Amount: amount, Units: units, first: first, last: len(q.shares)})
}

// resetCursors resets the positions of the rule before. Most rules set none.
func (e *evaluation) resetCursors() {
	e.walked, e.cursor, e.stopping, e.distributed = false, cursor{}, cursor{}, lineCursor{}
	e.emptyAll()
}

// charge takes the discount of a portion off its item; first is the index of the rule's
// first share.
func (q *Quote) charge(p *portion, stop bool, first int) {
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
		q.chargeLine(l.line, p.off, first)
	case p.off < 0:
		q.takeBackFromLines(l, p, first)
	default:
		q.distribute(l, p, stop, first)
	}
	q.Discount += p.off
	e.budget -= p.off
}

// chargeLine adds an amount to the discount of a line.
func (q *Quote) chargeLine(line int32, off int64, first int) {
	q.Lines[line].Discount += off
	if last := len(q.shares) - 1; last >= first && q.shares[last].Line == int(line) {
		q.shares[last].Amount += off
		return
	}
	q.shares = append(q.shares, Share{Line: int(line), Charge: -1, Amount: off})
}

// distribute charges the lines of a portion's units with their shares of its discount. By
// an odd minor unit, a share may be larger than what its line has left. Then the next line
// is charged with the difference.
func (q *Quote) distribute(l *item, p *portion, stop bool, first int) {
	e := &q.work
	e.growShares()
	e.walked = true
	over, at := int64(0), e.lineAt(l, p.from)
	for to := p.from + p.units; at.left > 0 && at.before < to; at = at.next(e) {
		units := e.unitsOf(at.line)
		from, until := max(p.from, at.before), min(to, at.before+units)
		off := over + evenPart(p.off, p.units, until-p.from) - evenPart(p.off, p.units, from-p.from)
		if stop {
			e.stopLine(l, at.before, units)
		}
		e.distributed = at
		if over = q.distributeToLine(l, at.line, units, off, first); over > 0 {
			e.fillUp(l, at.line)
		}
	}
	if over > 0 {
		e.spillOver(l, at, over, func(line int32, over int64) int64 { return q.distributeToLine(l, line, e.unitsOf(line), over, first) })
	}
}

// lineCursor is the position of a line in an article. The lines of its portions come in
// order.
type lineCursor struct {
	item   *item
	line   int32
	left   int32 // number of lines from this one to the last
	before int64 // units of the article before the line
}

// lineAt is the line of an article that contains a unit.
func (e *evaluation) lineAt(l *item, unit int64) lineCursor {
	at := lineCursor{item: l, line: l.line, left: l.lines}
	if e.distributed.item == l && e.distributed.before <= unit {
		at = e.distributed
	}
	for at.left > 0 && at.before+e.unitsOf(at.line) <= unit {
		at = at.next(e)
	}
	return at
}

// next is the position of the line after.
func (at lineCursor) next(e *evaluation) lineCursor {
	at.before += e.unitsOf(at.line)
	if at.left--; at.left > 0 {
		at.line = e.nextLine[at.line]
	}
	return at
}

// growShares extends the lists that have an element for each line of an article: shareOf
// with the index of its share, and behind with the full lines.
func (e *evaluation) growShares() {
	if missing := len(e.nextLine) - len(e.shareOf); missing > 0 {
		e.shareOf = append(e.shareOf, make([]int32, missing)...)
		e.behind = append(e.behind, make([]int32, missing)...)
	}
}

// shareOf is the share that a rule has of a line of an article; nil for none yet. The
// shares of the rule begin at first. An entry of an earlier rule is ignored.
func (q *Quote) shareOf(line int32, first int) *Share {
	if at := int(q.work.shareOf[line]); first <= at && at < len(q.shares) && q.shares[at].Line == int(line) {
		return &q.shares[at]
	}
	return nil
}

// distributeToLine charges a line of an article with an amount, at most with what it has
// above its floor. It reports the amount that is over.
func (q *Quote) distributeToLine(l *item, line int32, units, off int64, first int) (over int64) {
	quoted := &q.Lines[line]
	bears := min(off, max(0, quoted.Subtotal-quoted.Discount-times(l.unitFloor, units)))
	if bears != 0 {
		q.chargePart(line, bears, first)
	}
	return off - bears
}

// chargePart is chargeLine for a line of an article. The line may have a share of the same
// rule already.
func (q *Quote) chargePart(line int32, off int64, first int) {
	q.Lines[line].Discount += off
	if share := q.shareOf(line, first); share != nil {
		share.Amount += off
		return
	}
	q.work.shareOf[line] = int32(len(q.shares))
	q.shares = append(q.shares, Share{Line: int(line), Charge: -1, Amount: off})
}

// stopLine excludes the units of a line from later rules.
func (e *evaluation) stopLine(l *item, from, units int64) {
	if e.stopping.item == l {
		e.cursor = e.stopping // the portion may be at the end of the line
	}
	for to, begun := from+units, false; from < to; {
		e.seek(&e.cursor, l, from)
		n := min(to, e.cursor.before+e.runs[e.cursor.at].units) - from
		e.cut(l, from, n).stopped = true
		if !begun {
			e.stopping, begun = e.cursor, true
		}
		from += n
	}
	e.cursor = e.stopping // another portion of the line may follow
}
