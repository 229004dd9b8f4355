package strategy

import "slices"

// This file prices a cart within quotas. A rule that is denied is as if it were disabled: it is
// no candidate, and it does not lead its group. A rule whose quota is partial is tried with a
// lower max_units or max_discount. If the rules of a quote count more than is left of a quota
// that is not partial, the rules that do not fit are denied, and the cart is priced again.

// quotaState is what an evaluation uses of quotas.
type quotaState struct {
	within *Restriction // nil for none
	denied bitmap       // by rule
	causes []denial
	missed []int32       // denied rules that the cart can touch
	counts []Demand      // of the rules that fit
	capped *compiledRule // the rule that is tried, if it is lowered
}

// denial is why a rule is denied.
type denial struct {
	rule  int32
	quota int32 // noQuota if it was denied without one
	// left and needed are in the unit of the quota.
	left, needed int64
	unnamed      bool // the order names no customer
}

// noQuota is the quota of a rule that [Restriction.Deny] denied.
const noQuota = -1

// maxQuotaRounds is how often a cart is priced until its rules fit. Then all rules with quotas are
// denied.
const maxQuotaRounds = 8

// evaluateWithin is evaluate for a strategy with quotas, or with a restriction.
func (s *Strategy) evaluateWithin(q *Quote) {
	e := &q.work
	s.denyFirst(e)
	s.traceDenied(q)
	for round := 1; ; round++ {
		s.dropDenied(e)
		s.evaluate(q)
		if e.tooManySteps() || s.allFit(q) {
			return
		}
		if round == maxQuotaRounds {
			s.denyCounted(e)
		}
		if e.trace != nil { // of the rules that are tried again
			e.trace.forget(func(rule int) bool { return !e.quota.denied.has(rule) })
		}
		s.restart(q)
		e.choice.winners, e.choice.wonLines = e.choice.winners[:0], e.choice.wonLines[:0]
	}
}

// denyFirst denies the rules that cannot apply whatever they give.
func (s *Strategy) denyFirst(e *evaluation) {
	state := &e.quota
	state.denied, state.causes = zeroed(state.denied, (len(s.rules)+63)/64), state.causes[:0]
	state.missed = state.missed[:0]
	if s.quotas != nil && !s.namesCustomer(e) {
		for _, rule := range s.quotas.named {
			state.deny(denial{rule: rule, quota: noQuota, unnamed: true})
		}
	}
	r := state.within
	if r == nil {
		return
	}
	for _, rule := range r.rules {
		if int(rule) < s.ruleCount {
			state.deny(denial{rule: rule, quota: noQuota})
		}
	}
	for _, of := range r.left {
		if of.left > 0 {
			continue
		}
		for _, rule := range s.quotas.list[of.quota].Rules {
			state.deny(denial{rule: int32(rule), quota: of.quota})
		}
	}
}

// namesCustomer reports whether the order names a customer.
func (s *Strategy) namesCustomer(e *evaluation) bool {
	if r := e.quota.within; r != nil && r.customer != customerOfCart {
		return r.customer == customerKnown
	}
	return e.cart.Customer.ID != ""
}

// reset forgets the restriction and the rules that were denied.
func (q *quotaState) reset() { q.within, q.causes = nil, q.causes[:0] }

// deny denies a rule. The first cause is kept.
func (q *quotaState) deny(cause denial) {
	if !q.denied.has(int(cause.rule)) {
		q.denied.set(int(cause.rule))
		q.causes = append(q.causes, cause)
	}
}

// left is how much is left of a quota for the order.
func (e *evaluation) left(s *Strategy, quota int32) int64 {
	limit := s.quotas.list[quota].Limit
	if r := e.quota.within; r != nil {
		for i := range r.left {
			if r.left[i].quota == quota {
				return min(limit, r.left[i].left)
			}
		}
	}
	return limit
}

// dropDenied removes the denied rules from the candidates. A group whose first rule is denied is
// led by its next rule.
func (s *Strategy) dropDenied(e *evaluation) {
	denied := e.quota.denied
	if len(e.quota.causes) == 0 {
		return
	}
	candidates, led := e.lookup.candidates[:0], false
	for _, i := range e.lookup.candidates {
		if !denied.has(int(i)) {
			candidates = append(candidates, i)
		} else {
			e.quota.missed = append(e.quota.missed, i)
		}
	}
	for _, i := range e.choice.inGroups {
		if denied.has(int(i)) {
			e.quota.missed = append(e.quota.missed, i)
		}
	}
	e.lookup.candidates = candidates
	e.choice.inGroups = slices.DeleteFunc(e.choice.inGroups, func(i int32) bool { return denied.has(int(i)) })
	for _, i := range e.choice.inGroups {
		if r := &s.rules[i]; denied.has(int(r.groupLeader)) {
			e.lookup.candidates, led = append(e.lookup.candidates, s.leaderOf(e, r)), true
		}
	}
	if led {
		slices.Sort(e.lookup.candidates)
		e.lookup.candidates = slices.Compact(e.lookup.candidates)
	}
}

// leaderOf is the rule at whose place the group of a rule applies: the first that is not denied.
func (s *Strategy) leaderOf(e *evaluation, r *compiledRule) int32 {
	leader := r.groupLeader
	if len(e.quota.causes) == 0 {
		return leader
	}
	for e.quota.denied.has(int(leader)) {
		leader = s.nextOfGroup(leader)
	}
	return leader
}

// nextOfGroup is the next rule of the group of a rule.
func (s *Strategy) nextOfGroup(rule int32) int32 {
	if s.quotas != nil {
		return s.quotas.nextGroup[rule]
	}
	next := int(rule) + 1
	for s.rules[next].group != s.rules[rule].group {
		next++
	}
	return int32(next)
}

// allFit reports whether what the rules count is left of every quota. It denies those that do not
// fit; of several rules of a quota the earlier come first.
func (s *Strategy) allFit(q *Quote) bool {
	e, fits := &q.work, true
	e.quota.counts = e.quota.counts[:0]
	for i := range q.Applied {
		a := &q.Applied[i]
		short, has := int32(noQuota), int64(0)
		for _, quota := range s.QuotasOf(a.Rule) {
			if sum := countOf(e.quota.counts, quota) + s.adds(e.quota.counts, quota, a); sum > e.left(s, quota) {
				short, has = quota, sum
				break
			}
		}
		if short == noQuota {
			e.quota.counts = s.addDemands(e.quota.counts, a)
			continue
		}
		fits = false
		e.quota.deny(denial{rule: int32(a.Rule), quota: short, left: max(0, e.left(s, short)-countOf(e.quota.counts, short)), needed: has - countOf(e.quota.counts, short)})
	}
	return fits
}

// denyCounted denies every rule with a quota.
func (s *Strategy) denyCounted(e *evaluation) {
	for rule := range s.ruleCount {
		if of := s.QuotasOf(rule); len(of) > 0 {
			e.quota.deny(denial{rule: int32(rule), quota: of[0]})
		}
	}
}

// has reports whether a bit is set. Bits beyond the end are not.
func (b bitmap) has(i int) bool { return i/64 < len(b) && b[i/64]&(1<<(i%64)) != 0 }
