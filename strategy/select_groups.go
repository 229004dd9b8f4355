package strategy

import (
	"cmp"
	"slices"
)

// addGroupLeaders adds the first rule of every group that has a candidate: the group is applied
// at the place of that rule, whether or not the cart can touch it.
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

// leadingWithout is the strategy as if a rule were switched off: if the rule leads its group, the
// next rule of the group leads it.
func (s *Strategy) leadingWithout(rule int) *Strategy {
	r := &s.rules[rule]
	if r.group == "" || r.groupLeader != int32(rule) {
		return s
	}
	without := *s
	without.rules = slices.Clone(s.rules)
	without.rules[rule].group = ""
	leader := int32(-1)
	for i := rule + 1; i < s.ruleCount; i++ {
		if other := &without.rules[i]; other.group == r.group {
			if leader < 0 {
				leader = int32(i)
			}
			other.groupLeader = leader
		}
	}
	return &without
}

// sortGroups lists the candidates that have a group, by group and then in their order. Searching
// all candidates for each group would take time that grows with the square of the groups.
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

// groupOf lists the candidates of a group; leader is its first rule.
func (s *Strategy) groupOf(e *evaluation, leader int32) []int32 {
	from, _ := slices.BinarySearchFunc(e.choice.inGroups, leader, func(i, leader int32) int { return cmp.Compare(s.rules[i].groupLeader, leader) })
	to := from
	for to < len(e.choice.inGroups) && s.rules[e.choice.inGroups[to]].groupLeader == leader {
		to++
	}
	return e.choice.inGroups[from:to]
}
