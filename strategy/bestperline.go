package strategy

import (
	"cmp"
	"slices"
)

// winner is the rule that is worth most on an item.
type winner struct {
	rule int32
	off  int64
}

// applyBestPerLine applies, on each item, only the rule that is worth most
// there; of equals the earlier. Gifts are given by every rule that gives one.
func (s *Strategy) applyBestPerLine(q *Quote) {
	e := &q.work
	for range e.items {
		e.winners = append(e.winners, winner{rule: -1})
	}
	for _, i := range e.candidates {
		t, holds := s.try(q, int(i))
		if !holds {
			continue
		}
		for j := range t.portions {
			p := &t.portions[j]
			if w := &e.winners[p.item]; p.off > w.off {
				*w = winner{rule: i, off: p.off}
			}
		}
		if e.gift.SKU != "" {
			q.commit(int(i), &s.rules[i], t)
		}
	}
	s.applyWinners(q)
}

// applyWinners applies the rules that won items, in their order.
func (s *Strategy) applyWinners(q *Quote) {
	e := &q.work
	for item, w := range e.winners {
		if w.rule >= 0 {
			e.won = append(e.won, int32(item))
		}
	}
	slices.SortFunc(e.won, func(a, b int32) int {
		return cmp.Or(cmp.Compare(e.winners[a].rule, e.winners[b].rule), cmp.Compare(a, b))
	})
	for from := 0; from < len(e.won); {
		rule, to := e.winners[e.won[from]].rule, from+1
		for to < len(e.won) && e.winners[e.won[to]].rule == rule {
			to++
		}
		s.applyWon(q, int(rule), e.won[from:to])
		from = to
	}
}

// applyWon applies a rule on the items it won, as it would have alone.
func (s *Strategy) applyWon(q *Quote, i int, items []int32) {
	e := &q.work
	e.gift = Gift{}
	t := &e.target
	t.portions = t.portions[:0]
	for _, item := range items {
		t.portions = append(t.portions, portion{item: item, off: e.winners[item].off})
	}
	e.capWon(i, &s.rules[i], t)
	q.commit(i, &s.rules[i], t)
}
