package strategy

// multiple is how often a reward is given: once for each full number of units of the target, or
// for each full threshold of its value. With neither it is given once.
type multiple struct {
	units     int64
	threshold int64 // minor units
	most      int64 // times; 0 when absent
}

// given reports whether the reward is counted by units or by value.
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

// times is how many multiples are full, up to most, and what is missing for one more: an amount
// in minor units, or units.
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

// progress is what is missing for the next multiple.
func (m *multiple) progress(reason string, e *evaluation, t *target) progress {
	n, amount, units := m.times(e, t)
	c := progress{reason: reason, full: n, seen: t.quantity, units: m.units > 0, needs: [2]need{{amount: amount, units: units}}}
	if m.threshold > 0 {
		c.seen = e.valueOf(t.portions, e.arith.thresholdBase)
	}
	return c
}
