package strategy

import "slices"

// OrderEntry is a place in the order in which rules apply.
type OrderEntry struct {
	Stage    int64 `json:"stage"`
	Priority int64 `json:"priority"`
	// Rules are the ids: one, or those of a group, of which the best applies.
	Rules []string `json:"rules"`
	Group string   `json:"group,omitempty"`
	// Exclusive is "all" or "goods" where the rule competes with all others, or with those
	// of goods.
	Exclusive string `json:"exclusive,omitempty"`
}

// Order is the turns of the rules that are switched on, in the order they come. Of a group
// it is the turn of the first. Where arithmetic.select lets only the best apply, groups and
// exclusive have no say, and the earlier of equals is better.
func (m *Model) Order() []OrderEntry {
	rules := m.enabled()
	grouped, exclusive := m.arithmetic.selection == selectAll, !m.ChoosesBest()
	var list []OrderEntry
	turns := map[string]int{} // of groups
	for _, r := range rules {
		st := &r.stacking
		if grouped && st.group != "" {
			if i, had := turns[st.group]; had {
				list[i].Rules = append(list[i].Rules, r.id)
				continue
			}
			turns[st.group] = len(list)
		}
		turn := OrderEntry{Stage: st.stage, Priority: st.priority, Rules: []string{r.id}}
		if grouped {
			turn.Group = st.group
		}
		if exclusive && st.exclusive != exclusiveNot {
			turn.Exclusive = exclusiveWords[st.exclusive-1]
		}
		list = append(list, turn)
	}
	return list
}

// ChoosesBest reports whether arithmetic.select lets only the best rule apply, of the cart
// or of each line, so that the order of rules only breaks ties.
func (m *Model) ChoosesBest() bool {
	return m.arithmetic.selection == selectBest || m.arithmetic.selection == selectBestPerLine
}

// enabled are the rules that are switched on, the [[discounts]] ladder among them, in the
// order of their turns.
func (m *Model) enabled() []*rule {
	rules := make([]*rule, 0, len(m.rules)+1)
	if m.ladder != nil {
		rules = append(rules, m.ladder)
	}
	for _, r := range m.rules {
		if r.enabled {
			rules = append(rules, r)
		}
	}
	slices.SortFunc(rules, byPriority)
	return rules
}
