package strategy

import (
	"cmp"
	"slices"
)

// lineWinner is the rule that is worth most on a line or a shipping charge.
type lineWinner struct {
	rule        int32
	item        int32
	from, units int64 // the units of the line within the item
	off         int64
	reduced     int64 // units of which off is taken
}

// applyBestPerLine applies, on each line and shipping charge, only the rule that is worth most
// there; of equal ones the earlier. Every rule with a gift gives it.
func (s *Strategy) applyBestPerLine(q *Quote) {
	e := &q.work
	for range len(q.Lines) + len(q.Charges) {
		e.choice.winners = append(e.choice.winners, lineWinner{rule: -1})
	}
	for _, i := range e.lookup.candidates {
		t, met := s.try(q, int(i))
		if !met {
			continue
		}
		e.compete(i, t)
		if e.gift.SKU != "" {
			t.portions = t.portions[:0]
			q.commit(int(i), &s.rules[i], t)
		}
	}
	s.applyWinners(q)
}

// compete makes a rule the winner of the lines on which it is worth more than earlier rules.
func (e *evaluation) compete(rule int32, t *target) {
	e.distributed, e.walked = lineCursor{}, true
	for line, tail := nextTogether(t.portions); len(line) > 0; line, tail = nextTogether(tail) {
		w := lineWinner{rule: rule, item: line[0].item}
		for i := range line {
			w.off += line[i].off
		}
		w.reduced = e.reducedUnits(line)
		if best := &e.choice.winners[e.lineOf(&line[0])]; w.off > best.off {
			e.spanOf(&w, line[0].from)
			*best = w
		}
	}
}

// lineOf is the index of a portion's line; charges follow the lines.
func (e *evaluation) lineOf(p *portion) int {
	if int(p.item) < e.goods {
		return int(p.line)
	}
	return e.lineCount() + int(p.item) - e.goods
}

// lineCount is how many lines of goods there are.
func (e *evaluation) lineCount() int {
	return len(e.cart.Lines) + len(e.extras)
}

// spanOf sets a winner's units to the whole line that contains a unit.
func (e *evaluation) spanOf(w *lineWinner, unit int64) {
	l := &e.items[w.item]
	if w.units = l.quantity; l.charge == nil && l.lines > 1 {
		e.distributed = e.lineAt(l, unit)
		w.from, w.units = e.distributed.before, e.unitsOf(e.distributed.line)
	}
}

// applyWinners applies the rules that won lines, in their order.
func (s *Strategy) applyWinners(q *Quote) {
	e := &q.work
	for line, w := range e.choice.winners {
		if w.rule >= 0 {
			e.choice.wonLines = append(e.choice.wonLines, int32(line))
		}
	}
	slices.SortFunc(e.choice.wonLines, func(a, b int32) int {
		x, y := &e.choice.winners[a], &e.choice.winners[b]
		return cmp.Or(cmp.Compare(x.rule, y.rule), cmp.Compare(x.item, y.item), cmp.Compare(x.from, y.from))
	})
	for from := 0; from < len(e.choice.wonLines); {
		rule, to := e.choice.winners[e.choice.wonLines[from]].rule, from+1
		for to < len(e.choice.wonLines) && e.choice.winners[e.choice.wonLines[to]].rule == rule {
			to++
		}
		s.applyOnLines(q, int(rule), e.choice.wonLines[from:to])
		from = to
	}
}

// applyOnLines applies a rule on the lines it won, with the amounts of its try.
func (s *Strategy) applyOnLines(q *Quote, i int, lines []int32) {
	e := &q.work
	e.gift = Gift{}
	t := &e.target
	t.portions = t.portions[:0]
	for _, line := range lines {
		w := &e.choice.winners[line]
		t.portions = append(t.portions, portion{item: w.item, line: line, from: w.from, units: w.units, off: w.off})
	}
	e.capOnLines(i, &s.rules[i], t)
	units := int64(0)
	for n, line := range lines {
		if t.portions[n].off != 0 {
			units += e.choice.winners[line].reduced
		}
	}
	before := len(q.Applied)
	if q.commit(i, &s.rules[i], t); len(q.Applied) > before {
		q.Applied[before].Units = units
	}
}
