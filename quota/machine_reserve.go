package quota

import (
	"fmt"
	"slices"
	"time"
)

// Check says why the request can never be carried out, as an [InvalidError].
func (q Request) Check() error {
	if q.Order.IsZero() || q.Attempt.IsZero() {
		return &InvalidError{Reason: "a request needs an order and an attempt"}
	}
	if len(q.Takes) == 0 {
		return &InvalidError{Reason: "a request takes nothing"}
	}
	if err := checkTerms(q.Terms); err != nil {
		return err
	}
	return checkTakes(q.Takes)
}

func checkTerms(t Terms) error {
	if t.Hold <= 0 || t.Hold > MostHold || t.Remember < 0 {
		return &InvalidError{Reason: fmt.Sprintf("an order is held for %s and remembered for %s, want more than 0 and at most %s, and 0 or more",
			t.Hold, t.Remember, MostHold)}
	}
	return nil
}

func checkTakes(takes []Take) error {
	for i, t := range takes {
		switch {
		case t.Amount < 1 || t.Amount > MostAmount:
			return &InvalidError{Reason: fmt.Sprintf("%s: an amount of %d is out of range", t.Key, t.Amount)}
		case t.Limit < 0 || t.Limit > MostAmount:
			return &InvalidError{Reason: fmt.Sprintf("%s: a limit of %d is out of range", t.Key, t.Limit)}
		case slices.ContainsFunc(takes[:i], func(other Take) bool { return other.Key == t.Key }):
			return &InvalidError{Reason: fmt.Sprintf("%s: taken twice by one request", t.Key)}
		}
	}
	return nil
}

// Reserve is [Ledger.Reserve].
func (m *Machine) Reserve(q Request) (Grant, []Denial, error) {
	if err := q.Check(); err != nil {
		return Grant{}, nil, err
	}
	m.Sweep(sweepWithCall)
	old := m.load(q.Order)
	q.Takes = old.inItsWindows(q)
	if !q.Unlimited {
		if denials := m.denials(old, q.Takes); len(denials) > 0 {
			return Grant{}, denials, nil
		}
	}
	if old.State == Committed || old.State == Returned || q.Unlimited && old.ended(q.Attempt) {
		return Grant{State: old.State, Until: time.UnixMilli(old.Until), Joined: true, Over: old.overOf(q.Call)}, nil, nil
	}
	next := old.reserved(q, m.now)
	over := m.saveBy(q.Call, q.Order, old, next)
	if len(over) == 0 {
		over = old.overOf(q.Call)
	}
	return Grant{State: Held, Until: time.UnixMilli(next.Until), Joined: joined(old, q.Attempt), Over: over}, nil, nil
}

// inItsWindows are the takes of a request. Those of a count that the order has already, in an earlier day,
// week or month, are of that one: an order that comes again is counted once.
func (r Record) inItsWindows(q Request) []Take {
	if r.State != Committed && r.State != Returned && !joined(r, q.Attempt) {
		return q.Takes
	}
	takes := q.Takes
	for i, t := range takes {
		had := slices.IndexFunc(r.Takes, func(o Take) bool { return o.Key.isOfCount(t.Key) })
		if had < 0 || slices.ContainsFunc(takes, func(o Take) bool { return o.Key == r.Takes[had].Key }) {
			continue
		}
		if r.amount(t.Key) == 0 {
			takes = slices.Clone(takes)
			takes[i].Key, takes[i].WindowEnd = r.Takes[had].Key, r.Takes[had].WindowEnd
		}
	}
	return takes
}

// joined reports whether another attempt of a held order came before.
func joined(old Record, attempt ID) bool {
	return old.State == Held && (old.Folded || slices.ContainsFunc(old.Open, func(a ID) bool { return a != attempt }))
}

// denials lists the takes that are not allowed. What the order has already is not counted against it.
// An order that was settled cannot have more than it had.
func (m *Machine) denials(old Record, takes []Take) []Denial {
	var denials []Denial
	settled := old.State == Committed || old.State == Returned
	for i, t := range takes {
		own := old.taken(t.Key)
		if old.State == Returned {
			own = old.amount(t.Key)
		}
		if t.Amount <= own {
			continue
		}
		used := m.tx.Count(t.Key).Used()
		left := own
		if !settled {
			left = max(own, t.Limit-(used-own))
		}
		if t.Amount > left {
			denials = append(denials, Denial{Take: i, Left: left, UsedUp: used >= t.Limit})
		}
	}
	return denials
}

// reserved is the record after a grant. What the order takes is replaced if no other attempt may
// have been accepted; otherwise each count keeps the greatest amount of any attempt.
func (r Record) reserved(q Request, now int64) Record {
	next := Record{State: Held, Until: now + q.Terms.Hold.Milliseconds(), Remember: q.Terms.Remember.Milliseconds(), Keep: q.Terms.Keep}
	next.Takes = slices.Clone(q.Takes)
	next.Over, next.OverBy = r.Over, r.OverBy
	if r.State != Held {
		next.Open = []ID{q.Attempt}
		return next
	}
	next.Folded, next.Unknown = r.Folded, r.Unknown
	next.Until, next.Keep = max(next.Until, r.Until), r.Keep || next.Keep
	next.Open = append(slices.DeleteFunc(slices.Clone(r.Open), func(a ID) bool { return a == q.Attempt }), q.Attempt)
	if joined(r, q.Attempt) {
		next.Takes = Greatest(r.Takes, q.Takes)
	}
	if len(next.Open) > MostOpen {
		next.Open, next.Folded = next.Open[1:], true
	}
	return next
}

// Greatest has every key of both, with the greater amount and the newer limit.
func Greatest(old, newer []Take) []Take {
	all := slices.Clone(old)
	for _, t := range newer {
		i := slices.IndexFunc(all, func(o Take) bool { return o.Key == t.Key })
		if i < 0 {
			all = append(all, t)
			continue
		}
		t.Amount, t.WindowEnd = max(t.Amount, all[i].Amount), max(t.WindowEnd, all[i].WindowEnd)
		all[i] = t
	}
	return all
}

// ended reports whether an order was settled with an attempt. Such an attempt is not counted again:
// what was granted before has ended since.
func (r Record) ended(attempt ID) bool { return r.State != Held && slices.Contains(r.Open, attempt) }

// overOf is what a call counted beyond limits when it was carried out before.
func (r Record) overOf(call ID) []Over {
	if call.IsZero() || call != r.OverBy {
		return nil
	}
	return slices.Clone(r.Over)
}

// over lists what a record counts beyond limits that the one before did not count. The counts have
// it already.
func (m *Machine) over(old, next Record) []Over {
	var all []Over
	for _, t := range next.Takes {
		added := next.taken(t.Key) - old.taken(t.Key)
		if beyond := m.tx.Count(t.Key).Used() - t.Limit; added > 0 && beyond > 0 {
			all = append(all, Over{Key: t.Key, By: min(added, beyond)})
		}
	}
	return all
}
