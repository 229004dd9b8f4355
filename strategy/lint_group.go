package strategy

import (
	"bytes"
	"fmt"
	"slices"
)

// maxGrouped is the size up to which the rules of a group are compared with each other.
const maxGrouped = 200

// checkGroups warns of rules that are never worth more than another one of their group.
func (l *linter) checkGroups(m *Model) {
	if m.arithmetic.selection == selectBestCombination {
		return // a rule that takes less off may fit into a better combination
	}
	byGroup := map[string][]*rule{}
	for _, r := range m.rules {
		if group := r.stacking.group; group != "" && r.enabled {
			byGroup[group] = append(byGroup[group], r)
		}
	}
	for _, members := range byGroup {
		if len(members) > maxGrouped {
			continue
		}
		slices.SortFunc(members, byPriority)
		for i, r := range members {
			for j, better := range members {
				if as, more := better.takes(r); i != j && (more || as && j < i) && better.appliesWith(r, m) {
					l.report(r, fmt.Sprintf("wherever it applies %s of the same group does, too, and takes as much off or more", rulePath(better.id)),
						"of a group only the best applies: leave the rule out, or take more off", "group")
					break
				}
			}
		}
	}
}

// takes compares what two rules take off the same lines: whether r takes at least as much as
// other, and whether it takes more. Both are false where the rewards cannot be compared.
func (r *rule) takes(other *rule) (as, more bool) {
	most, otherMost := r.stacking.maxDiscount, other.stacking.maxDiscount
	if most != 0 && (otherMost == 0 || most < otherMost) {
		return false, false
	}
	if of, is := r.reward.(comparableReward); is {
		return of.takes(other.reward)
	}
	return false, false
}

// appliesWith reports whether a rule applies, to the same lines or more, to every cart that
// another one applies to. It may be false where that is hard to decide.
func (r *rule) appliesWith(other *rule, m *Model) bool {
	all := r.lines.sameWords(&selector{}) && r.targeting.maxUnits == 0
	if r.targeting != other.targeting || !all && !r.lines.sameWords(&other.lines) {
		return false
	}
	mine, others := r.valid.compile(), other.valid.compile()
	if mine.from > others.from || mine.until < others.until || len(r.windows) > 0 && !slices.Equal(r.windows, other.windows) {
		return false
	}
	for _, spec := range r.conditions {
		if !slices.ContainsFunc(other.conditions, func(o conditionSpec) bool { return follows(spec, o, m) }) {
			return false
		}
	}
	return true
}

// follows reports whether a condition is met wherever another one is.
func follows(conditions, from conditionSpec, m *Model) bool {
	if of, is := conditions.(implied); is {
		return of.impliedBy(from)
	}
	written := func(spec conditionSpec) []byte {
		o := &object{currency: m.currency}
		o.object(spec.encode)
		return o.buf
	}
	return bytes.Equal(written(conditions), written(from))
}
