package strategy

// measured is a climber that counts up to something.
type measured interface {
	// progress is how far the cart has come, in units or minor units as missing has it,
	// and the key of what is not reached.
	progress(e *evaluation, t *target) (reason string, seen int64)
}

// progress is how far a climber is that so much is missing for.
func (e *evaluation) progress(of any, t *target, amount, units int64) shortfall {
	m, ok := of.(measured)
	if !ok {
		return shortfall{}
	}
	reason, seen := m.progress(e, t)
	if units > 0 {
		return shortfall{reason, unitsValue(seen, sayPlain), unitsValue(seen+units, sayAtLeast)}
	}
	return shortfall{reason, minorValue(seen, sayPlain), minorValue(seen+amount, sayAtLeast)}
}

// near puts a goal into words.
func (s *Strategy) near(id string, g *goal, saves int64) Next {
	n := Next{
		Rule: id, Reason: g.reason, Amount: g.amount, Units: g.units, Saves: saves,
		Seen: g.seen.inWords(s.currency), Needed: g.needed.inWords(s.currency),
		Missing: minorValue(g.amount, sayGoodsFor),
	}
	if g.units > 0 {
		n.Amount, n.Missing = 0, unitsValue(g.units, sayMore)
	}
	n.Missing = n.Missing.inWords(s.currency)
	n.Text = n.sentence(s.currency)
	return n
}

func (a *atLeast) progress(e *evaluation, t *target) (reason string, seen int64) {
	return a.key(), a.seen(e, t)
}

func (b *bundle) progress(_ *evaluation, t *target) (reason string, seen int64) {
	return ReasonBundle, t.quantity
}

func (g *groups) progress(_ *evaluation, t *target) (reason string, seen int64) {
	return ReasonGroupsOf, t.open
}

func (u *unitRates) progress(_ *evaluation, t *target) (reason string, seen int64) {
	return ReasonUnitRates, t.quantity
}

func (v *every) progress(e *evaluation, t *target) (reason string, seen int64) {
	if v.units > 0 {
		return ReasonEvery, t.quantity
	}
	return ReasonEvery, e.valueOf(t.portions, e.arith.thresholdBase)
}

func (l *ladder) progress(e *evaluation, t *target) (reason string, seen int64) {
	return ReasonLadder, l.reached(e, t)
}

func (ladder orderSteps) progress(e *evaluation, _ *target) (reason string, seen int64) {
	nearest, missing := ladder.nearest(e)
	return ReasonThreshold, ladder[nearest].threshold - missing
}
