package strategy

import (
	"cmp"
	"slices"
)

// addGroupLeaders adds the first rule of every group that a candidate is of: the group
// has its turn with it, whether or not the cart can touch that very rule.
func (s *Strategy) addGroupLeaders(e *evaluation) {
	if !s.grouped {
		return
	}
	for _, i := range e.lookup.candidates {
		if r := &s.rules[i]; r.group != "" {
			e.lookup.candidates = append(e.lookup.candidates, r.groupLeader)
		}
	}
	slices.Sort(e.lookup.candidates)
	e.lookup.candidates = slices.Compact(e.lookup.candidates)
}

// leadingWithout is the strategy with the turn of a rule's group at the next rule of it, if
// it is at that rule: so it is where the rule is switched off.
func (s *Strategy) leadingWithout(rule int) *Strategy {
	r := &s.rules[rule]
	if r.group == "" || r.groupLeader != int32(rule) {
		return s
	}
	without := *s
	without.rules = slices.Clone(s.rules)
	without.rules[rule].group = ""
	turn := int32(-1)
	for i := rule + 1; i < s.ruleCount; i++ {
		if other := &without.rules[i]; other.group == r.group {
			if turn < 0 {
				turn = int32(i)
			}
			other.groupLeader = turn
		}
	}
	return &without
}

// sortGroups puts the candidates that are of a group together, each group in
// its order: to look for them among all candidates for each group would cost the
// square of the groups.
func (s *Strategy) sortGroups(e *evaluation) {
	if !s.grouped {
		return
	}
	for _, i := range e.lookup.candidates {
		if s.rules[i].group != "" {
			e.choice.inGroups = append(e.choice.inGroups, i)
		}
	}
	slices.SortFunc(e.choice.inGroups, func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.rules[a].groupLeader, s.rules[b].groupLeader), cmp.Compare(a, b))
	})
}

// groupOf are the candidates of the group whose turn is with a rule.
func (s *Strategy) groupOf(e *evaluation, turn int32) []int32 {
	from, _ := slices.BinarySearchFunc(e.choice.inGroups, turn, func(i, turn int32) int { return cmp.Compare(s.rules[i].groupLeader, turn) })
	to := from
	for to < len(e.choice.inGroups) && s.rules[e.choice.inGroups[to]].groupLeader == turn {
		to++
	}
	return e.choice.inGroups[from:to]
}
