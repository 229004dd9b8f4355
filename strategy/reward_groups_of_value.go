package strategy

// setsByValue fills sets with units, one set after another. A set is full once its
// units are worth the value.
type setsByValue struct {
	value int64 // minor units
	have  int64 // in the set that is not full
	units int64 // in all sets
	full  int64 // in the full ones
}

// fill puts the units of portions into sets, in their order.
func (s *setsByValue) fill(portions []portion) {
	for i := range portions {
		p := &portions[i]
		worth, odd := p.value/p.units, p.value%p.units
		s.add(odd, worth+1) // odd minor units are on the first ones
		s.add(p.units-odd, worth)
	}
}

// add puts units that are worth the same into sets. Sets that are alike are filled
// at once, so that many units cost no more than few.
func (s *setsByValue) add(units, worth int64) {
	if worth == 0 {
		s.units += units // which fill nothing
		return
	}
	if more := ceil(s.value-s.have, worth); units >= more {
		units -= more
		sets := units / ceil(s.value, worth)
		more += sets * ceil(s.value, worth)
		units -= sets * ceil(s.value, worth)
		s.units += more
		s.full, s.have = s.units, 0
	}
	s.units += units
	s.have += units * worth
}

// ceil is a/b rounded up.
func ceil(a, b int64) int64 { return (a + b - 1) / b }
