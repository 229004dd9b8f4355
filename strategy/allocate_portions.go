package strategy

// first is the portion reduced to its first units.
func (p portion) first(units int64) portion {
	p.value, p.headroom = evenPart(p.value, p.units, units), evenPart(p.headroom, p.units, units)
	p.units = units
	return p
}

// after is the portion without its first units.
func (p portion) after(units int64) portion {
	head := p.first(units)
	p.from, p.units = p.from+units, p.units-units
	p.value, p.headroom = p.value-head.value, p.headroom-head.headroom
	return p
}

// with reports whether two portions are of the same article, or of the same line where the
// rule looks at lines.
func (p *portion) with(other *portion) bool { return p.item == other.item && p.line == other.line }

// share takes the amount off the portions. It shares the amount over the articles or lines
// first, and then each share over the units of its article or line. It reports how much of
// the amount they had headroom for.
func (e *evaluation) share(amount int64, portions []portion) int64 {
	return e.shareBy(e.sharing(), amount, portions)
}

// shareBy is share with another sharing.
func (e *evaluation) shareBy(s sharing, amount int64, portions []portion) int64 {
	if !isParted(portions) {
		return s.share(amount, portions)
	}
	e.rewards.together = e.rewards.together[:0]
	for group, tail := nextTogether(portions); len(group) > 0; group, tail = nextTogether(tail) {
		whole := portion{item: group[0].item, line: group[0].line, from: group[0].from}
		for i := range group {
			whole.value += group[i].value
			whole.headroom += s.headroom(&group[i])
		}
		e.rewards.together = append(e.rewards.together, whole)
	}
	shared := s.share(amount, e.rewards.together)
	tail := portions
	for i := range e.rewards.together {
		var group []portion
		if group, tail = nextTogether(tail); e.rewards.together[i].off > 0 {
			s.share(e.rewards.together[i].off, group)
		}
	}
	return shared
}

// nextTogether splits off the first portions, which are of the same article or line. The
// group is empty if there are no portions.
func nextTogether(portions []portion) (group, tail []portion) {
	n := min(1, len(portions))
	for n > 0 && n < len(portions) && portions[n].with(&portions[0]) {
		n++
	}
	return portions[:n], portions[n:]
}

// isParted reports whether the units of an article or line are in several portions.
func isParted(portions []portion) bool {
	for i := 1; i < len(portions); i++ {
		if portions[i].with(&portions[i-1]) {
			return true
		}
	}
	return false
}
