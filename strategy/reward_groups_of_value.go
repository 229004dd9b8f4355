package strategy

// setsByValue fills sets with units, one set after another. A set is full when its units are
// worth at least the value.
type setsByValue struct {
	value int64 // minor units
	have  int64 // value in the set that is not full, in minor units
	units int64 // units in all sets
	full  int64 // units in the full sets
}

// fill puts the units of portions into sets, in their order.
func (s *setsByValue) fill(portions []portion) {
	for i := range portions {
		p := &portions[i]
		worth, odd := p.value/p.units, p.value%p.units
		s.add(odd, worth+1) // odd minor units are on the first units
		s.add(p.units-odd, worth)
	}
}

// add puts units of equal value into sets. Equal sets are filled at once, so that many units
// cost no more than few.
func (s *setsByValue) add(units, worth int64) {
	if worth == 0 {
		s.units += units // they fill no set
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
