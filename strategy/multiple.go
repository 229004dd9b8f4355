package strategy

// multiple is what a reward is given for each of: so many units of the target, or so
// much of its value. Of neither it is given once.
type multiple struct {
	units     int64
	threshold int64 // minor units
	most      int64 // times; 0 when absent
}

// given reports whether there is anything to count.
func (m *multiple) given() bool { return m.units > 0 || m.threshold > 0 }

func (m *multiple) encodeMost(o *object) {
	if m.most != 0 {
		o.key("max_times")
		o.integer(m.most)
	}
}

func (m *multiple) encode(o *object) {
	o.optionalAmount("threshold", m.threshold)
	if m.units != 0 {
		o.key("units")
		o.integer(m.units)
	}
}

// times is how many multiples are full, and what is missing for one more.
func (m *multiple) times(e *evaluation, t *target) (n, amount, units int64) {
	switch {
	case m.units > 0:
		n, units = t.quantity/m.units, m.units-t.quantity%m.units
	case m.threshold > 0:
		value := e.valueOf(t.portions, e.arith.thresholdBase)
		n, amount = value/m.threshold, m.threshold-value%m.threshold
	default:
		return 1, 0, 0
	}
	if m.most > 0 && n >= m.most {
		return m.most, 0, 0
	}
	return n, amount, units
}

// short says, for a reason, that not one multiple is full.
func (m *multiple) short(reason string, e *evaluation, t *target) shortfall {
	n, amount, units := m.times(e, t)
	switch {
	case n > 0:
		return nothingToGive()
	case m.units > 0:
		return shortfall{reason, unitsValue(m.units-units, sayPlain), unitsValue(m.units, sayAtLeast)}
	}
	return shortfall{reason, minorValue(m.threshold-amount, sayPlain), minorValue(m.threshold, sayAtLeast)}
}
