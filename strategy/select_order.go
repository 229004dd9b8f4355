package strategy

import "slices"

// OrderEntry is a position in the order in which rules apply.
type OrderEntry struct {
	Stage    int64 `json:"stage"`
	Priority int64 `json:"priority"`
	// Rules lists the ids: one, or those of a group, of which only the best applies.
	Rules []string `json:"rules"`
	Group string   `json:"group,omitempty"`
	// Exclusive is "all" if the rule competes with all others, "goods" if it competes with
	// rules of goods, and empty otherwise.
	Exclusive string `json:"exclusive,omitempty"`
}

// Order lists the enabled rules in the order in which they apply. With arithmetic.select = "all" a
// group has the position of its first rule; otherwise each rule has a position of its own. With
// "best" and "best_per_line" exclusive has no effect, and of equal rules the earlier applies.
func (m *Model) Order() []OrderEntry {
	rules := m.enabled()
	grouped, exclusive := m.arithmetic.selection == selectAll, !m.ChoosesBest()
	var list []OrderEntry
	places := map[string]int{} // of groups
	for _, r := range rules {
		st := &r.stacking
		if grouped && st.group != "" {
			if i, had := places[st.group]; had {
				list[i].Rules = append(list[i].Rules, r.id)
				continue
			}
			places[st.group] = len(list)
		}
		entry := OrderEntry{Stage: st.stage, Priority: st.priority, Rules: []string{r.id}}
		if grouped {
			entry.Group = st.group
		}
		if exclusive && st.exclusive != exclusiveNot {
			entry.Exclusive = exclusiveWords[st.exclusive-1]
		}
		list = append(list, entry)
	}
	return list
}

// ChoosesBest reports whether arithmetic.select applies only the best rule, of the cart or of
// each line, so that the order of rules only breaks ties.
func (m *Model) ChoosesBest() bool {
	return m.arithmetic.selection == selectBest || m.arithmetic.selection == selectBestPerLine
}

// enabled lists the enabled rules, including the [[discounts]] ladder, in the order in which they
// apply.
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
