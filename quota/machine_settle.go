package quota

import "slices"

// Check says why the settlement can never be carried out, as an [InvalidError].
func (s Settlement) Check() error {
	if s.Order.IsZero() {
		return &InvalidError{Reason: "a settlement needs an order"}
	}
	if s.Outcome > Return {
		return &InvalidError{Reason: "a settlement has no such outcome: " + s.Outcome.String()}
	}
	if s.Outcome == Hold && s.For <= 0 {
		return &InvalidError{Reason: "an order is held for more than 0"}
	}
	if len(s.Takes) == 0 {
		return nil
	}
	if err := checkTerms(s.Terms); err != nil {
		return err
	}
	return checkTakes(s.Takes)
}

// Settle is [Ledger.Settle]. If one of the settlements can never be carried out, none is.
func (m *Machine) Settle(all []Settlement) ([]Settled, error) {
	for _, s := range all {
		if err := s.Check(); err != nil {
			return nil, err
		}
	}
	m.Sweep(sweepWithCall) // so that nothing is shown as over that others no longer hold
	settled := make([]Settled, len(all))
	for i, s := range all {
		settled[i] = m.settle(s)
	}
	return settled, nil
}

func (m *Machine) settle(s Settlement) Settled {
	old := m.load(s.Order)
	next := old
	next.Open = slices.Clone(old.Open)
	switch s.Outcome {
	case Commit:
		next.commit(s, m.now)
	case Release:
		next.release(s, m.now)
	case Unknown:
		next.Unknown = next.Unknown || next.State == Held && slices.Contains(next.Open, s.Attempt)
	case Hold:
		next.hold(s, m.now)
	case Return:
		if next.State == Committed {
			next.settle(Returned, m.now)
		}
	}
	over := old.overOf(s.Call)
	if !next.same(old) {
		over = m.saveBy(s.Call, s.Order, old, next)
	}
	return Settled{State: next.State, Changed: next.State != old.State, Over: over}
}

// same reports whether a settlement changed nothing.
func (r Record) same(old Record) bool {
	return r.State == old.State && r.Until == old.Until && r.Unknown == old.Unknown && len(r.Open) == len(old.Open)
}

// commit counts an order, also one that was not counted any more.
func (r *Record) commit(s Settlement, now int64) {
	if r.State == Committed || r.State == Returned || !r.known(s) {
		return
	}
	r.settle(Committed, now)
}

// known reports whether it is known what the order takes: the ledger has it, or the settlement
// brings it.
func (r *Record) known(s Settlement) bool {
	if r.State == None && len(s.Takes) > 0 {
		*r = Record{State: Released, Remember: s.Terms.Remember.Milliseconds(), Keep: s.Terms.Keep, Takes: slices.Clone(s.Takes)}
	}
	return r.State != None
}

// release ends one attempt, and the order with its last one.
func (r *Record) release(s Settlement, now int64) {
	if r.State != Held {
		return
	}
	if !s.Attempt.IsZero() {
		i := slices.Index(r.Open, s.Attempt)
		if i < 0 {
			return
		}
		if len(r.Open) > 1 || r.Folded {
			r.Open = slices.Delete(r.Open, i, i+1)
			return
		}
	}
	r.settle(Released, now)
}

// hold holds an order for the time that the order service says. An order that was not counted any
// more is counted again, whatever the limits say: it was accepted.
func (r *Record) hold(s Settlement, now int64) {
	if r.State == Committed || r.State == Returned || !r.known(s) {
		return
	}
	until := now + min(s.For, MostHold).Milliseconds()
	if r.State != Held {
		r.State, r.Until, r.Open = Held, until, nil
		if !s.Attempt.IsZero() {
			r.Open = []ID{s.Attempt}
		}
		return
	}
	if alone := !r.Folded && len(r.Open) == 1 && r.Open[0] == s.Attempt; alone || s.Attempt.IsZero() {
		r.Until, r.Unknown = until, false
		return
	}
	r.Until = max(r.Until, until)
}
