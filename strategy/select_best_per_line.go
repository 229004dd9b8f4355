package strategy

import (
	"cmp"
	"slices"
)

// winner is the rule that is worth most on a line or a shipping charge.
type winner struct {
	rule        int32
	item        int32
	from, units int64 // of the item
	off         int64
}

// applyBestPerLine applies, on each line and shipping charge, only the rule that is
// worth most there; of equals the earlier. Gifts are given by every rule that gives
// one.
func (s *Strategy) applyBestPerLine(q *Quote) {
	e := &q.work
	for range len(q.Lines) + len(q.Charges) {
		e.choice.winners = append(e.choice.winners, winner{rule: -1})
	}
	for _, i := range e.lookup.candidates {
		t, holds := s.try(q, int(i))
		if !holds {
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

// compete lets a rule win the lines on which it is worth more than those before it.
func (e *evaluation) compete(rule int32, t *target) {
	e.dealt, e.walked = lineCursor{}, true
	for line, rest := nextTogether(t.portions); len(line) > 0; line, rest = nextTogether(rest) {
		w := winner{rule: rule, item: line[0].item}
		for i := range line {
			w.off += line[i].off
		}
		if best := &e.choice.winners[e.lineOf(&line[0])]; w.off > best.off {
			e.spanOf(&w, line[0].from)
			*best = w
		}
	}
}

// lineOf is the place of a portion among lines, then charges.
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

// spanOf makes a winner's units those of the whole line that has a unit.
func (e *evaluation) spanOf(w *winner, unit int64) {
	l := &e.items[w.item]
	if w.units = l.quantity; l.charge == nil && l.lines > 1 {
		e.dealt = e.lineAt(l, unit)
		w.from, w.units = e.dealt.before, e.unitsOf(e.dealt.line)
	}
}

// applyWinners applies the rules that won lines, in their order.
func (s *Strategy) applyWinners(q *Quote) {
	e := &q.work
	for line, w := range e.choice.winners {
		if w.rule >= 0 {
			e.choice.won = append(e.choice.won, int32(line))
		}
	}
	slices.SortFunc(e.choice.won, func(a, b int32) int {
		x, y := &e.choice.winners[a], &e.choice.winners[b]
		return cmp.Or(cmp.Compare(x.rule, y.rule), cmp.Compare(x.item, y.item), cmp.Compare(x.from, y.from))
	})
	for from := 0; from < len(e.choice.won); {
		rule, to := e.choice.winners[e.choice.won[from]].rule, from+1
		for to < len(e.choice.won) && e.choice.winners[e.choice.won[to]].rule == rule {
			to++
		}
		s.applyWon(q, int(rule), e.choice.won[from:to])
		from = to
	}
}

// applyWon applies a rule on the lines it won, as it would have alone.
func (s *Strategy) applyWon(q *Quote, i int, lines []int32) {
	e := &q.work
	e.gift = Gift{}
	t := &e.target
	t.portions = t.portions[:0]
	for _, line := range lines {
		w := &e.choice.winners[line]
		t.portions = append(t.portions, portion{item: w.item, line: line, from: w.from, units: w.units, off: w.off})
	}
	e.capWon(i, &s.rules[i], t)
	q.commit(i, &s.rules[i], t)
}
