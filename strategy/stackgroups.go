package strategy

import (
	"cmp"
	"slices"
)

// addTurns adds the first rule of every group that a candidate is of: the group
// has its turn with it, whether or not the cart can touch that very rule.
func (s *Strategy) addTurns(e *evaluation) {
	if !s.grouped {
		return
	}
	for _, i := range e.candidates {
		if r := &s.rules[i]; r.group != "" {
			e.candidates = append(e.candidates, r.groupTurn)
		}
	}
	slices.Sort(e.candidates)
	e.candidates = slices.Compact(e.candidates)
}

// sortGroups puts the candidates that are of a group together, each group in
// its order: to look for them among all candidates for each group would cost the
// square of the groups.
func (s *Strategy) sortGroups(e *evaluation) {
	if !s.grouped {
		return
	}
	for _, i := range e.candidates {
		if s.rules[i].group != "" {
			e.inGroups = append(e.inGroups, i)
		}
	}
	slices.SortFunc(e.inGroups, func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.rules[a].groupTurn, s.rules[b].groupTurn), cmp.Compare(a, b))
	})
}

// groupOf are the candidates of the group whose turn is with a rule.
func (s *Strategy) groupOf(e *evaluation, turn int32) []int32 {
	from, _ := slices.BinarySearchFunc(e.inGroups, turn, func(i, turn int32) int { return cmp.Compare(s.rules[i].groupTurn, turn) })
	to := from
	for to < len(e.inGroups) && s.rules[e.inGroups[to]].groupTurn == turn {
		to++
	}
	return e.inGroups[from:to]
}
