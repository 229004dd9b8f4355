package strategy

// This file finds which rule ended lines or the cart for a later one.

// noteStops notes the items of which a rule ended lines; the first such rule is kept.
func (t *trace) noteStops(rule int, portions []portion) {
	if t.stops == nil {
		t.stops = make(map[int32]int)
	}
	for i := range portions {
		if p := &portions[i]; p.off > 0 {
			if _, noted := t.stops[p.item]; !noted {
				t.stops[p.item] = rule
			}
		}
	}
}

// isAbout reports whether a rule could reduce an item, whatever earlier rules did to it.
func (e *evaluation) isAbout(r *compiledRule, i int) bool {
	l := &e.items[i]
	switch {
	case i >= e.goods:
		return r.targeting.appliesTo != toItems && r.reduces(l)
	case r.targeting.appliesTo == toShipping || r.byUnit && (l.weighed || l.uncounted):
		return false
	}
	return l.quantity > 0 && r.lines.matches(l)
}

// allOf reports whether there are units a rule could reduce, and all of them are in a state.
func (e *evaluation) allOf(r *compiledRule, is func(*run) bool) bool {
	any := false
	for i := range e.items {
		if !e.isAbout(r, i) {
			continue
		}
		any = true
		l := &e.items[i]
		if whole := l.whole(); l.runs == 0 && !is(&whole) {
			return false
		}
		for at := l.runs; at != 0; at = e.runs[at].next {
			if !is(&e.runs[at]) && !l.stopped {
				return false
			}
		}
	}
	return any
}

// isStopped reports whether no later rule may reduce the units.
func (r *run) isStopped() bool { return r.stopped }

// isStale reports whether a rule with fresh_units leaves the units out.
func (r *run) isStale() bool { return r.stopped || r.discounted }

// stopperOf is the rule that ended the lines a later rule is about.
func (s *Strategy) stopperOf(rule int, q *Quote, t *trace) int {
	for i := range q.work.items {
		if by, noted := t.stops[int32(i)]; noted && q.work.isAbout(&s.rules[rule], i) {
			return by
		}
	}
	return rule // not reached: some rule ended these lines
}

// stoppedBy is the reason of a later rule whose lines, or cart, the given rule ended.
func (s *Strategy) stoppedBy(rule int) shortfall {
	return shortfall{ReasonStopped, textValue(sayEndedBy, s.ids[rule]), textValue(sayNoStop)}
}
