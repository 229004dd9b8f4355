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

// Order lists the rules that are switched on, in the order in which they apply. A group has
// the place of its first rule. Where arithmetic.select lets only the best apply, groups and
// exclusive do not count, and the earlier of equals is better.
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

// ChoosesBest reports whether arithmetic.select lets only the best rule apply, of the cart
// or of each line, so that the order of rules only breaks ties.
func (m *Model) ChoosesBest() bool {
	return m.arithmetic.selection == selectBest || m.arithmetic.selection == selectBestPerLine
}

// enabled are the rules that are switched on, the [[discounts]] ladder among them, in the
// order in which they apply.
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
