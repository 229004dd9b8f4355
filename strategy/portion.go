package strategy

// first is so many units of a portion, the first ones.
func (p portion) first(units int64) portion {
	p.value, p.room = evenPart(p.value, p.units, units), evenPart(p.room, p.units, units)
	p.units = units
	return p
}

// after is what a portion has behind its first units.
func (p portion) after(units int64) portion {
	head := p.first(units)
	p.from, p.units = p.from+units, p.units-units
	p.value, p.room = p.value-head.value, p.room-head.room
	return p
}

// with reports whether two portions are of the same article, or the same line where
// the rule looks at lines.
func (p *portion) with(other *portion) bool { return p.item == other.item && p.line == other.line }

// share adds the amount to what is taken off the portions: it is shared over the
// articles or lines first, and then what each of them bears over its units. It reports
// how much they could take.
func (e *evaluation) share(amount int64, portions []portion) int64 {
	return e.shareBy(e.arith.sharing(), amount, portions)
}

// shareBy is share by another sharing.
func (e *evaluation) shareBy(s sharing, amount int64, portions []portion) int64 {
	if !isParted(portions) {
		return s.share(amount, portions)
	}
	e.together = e.together[:0]
	for i := range portions {
		p := &portions[i]
		last := len(e.together) - 1
		if last < 0 || !p.with(&e.together[last]) {
			e.together = append(e.together, portion{item: p.item, line: p.line, from: p.from})
			last++
		}
		g := &e.together[last]
		g.value += p.value
		g.room += s.room(p)
	}
	shared := s.share(amount, e.together)
	for i, from := 0, 0; from < len(portions); i++ {
		to := from + 1
		for to < len(portions) && portions[to].with(&portions[from]) {
			to++
		}
		if off := e.together[i].off; off > 0 {
			s.share(off, portions[from:to])
		}
		from = to
	}
	return shared
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
