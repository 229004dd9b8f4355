package strategy

// This file says which rules a quota denied or lowered, and why.

// keyQuota is the key of what lowers a rule.
const keyQuota = "quota"

// traceDenied tries the rules that are denied on the untouched cart, if every rule is traced: a
// reason that has nothing to do with a quota comes first.
func (s *Strategy) traceDenied(q *Quote) {
	e := &q.work
	if !e.trace.all() {
		return
	}
	for _, cause := range e.quota.causes {
		e.trace.target = int(cause.rule)
		e.try(&s.rules[cause.rule])
		found := e.trace.tried[int(cause.rule)]
		found.progress, found.lowered, found.gave = nil, lowering{}, nil
		e.trace.tried[int(cause.rule)] = found
	}
}

// traceNothingLeft records that earlier rules of the cart left a rule nothing of its quota.
func (s *Strategy) traceNothingLeft(e *evaluation, rule int) {
	if !e.trace.follows(rule) {
		return
	}
	for _, quota := range s.QuotasOf(rule) {
		if of := &s.quotas.list[quota]; of.Partial && len(of.Rules) > 1 {
			e.trace.note(tried{shortfall: s.quotaShort(&denial{quota: quota})})
			return
		}
	}
}

// tracedLower is tryLowered. It records what the rule would have come to without the quota.
func (s *Strategy) tracedLower(e *evaluation, rule int, units, amount int64) (*target, bool) {
	from := int64(0)
	if t, met := e.try(&s.rules[rule]); met {
		from = t.off()
	}
	t, met := e.tryLowered(&s.rules[rule], units, amount)
	if found := e.trace.tried[rule]; met && found.lowered.amount < from {
		found.lowered.from, found.lowered.byQuota = max(from, found.lowered.from), true
		found.lowered.byMost = found.lowered.byMost && s.rules[rule].maxDiscount > 0 && amount >= s.rules[rule].maxDiscount
		e.trace.tried[rule] = found
	}
	return t, met
}

// lowerAlone is a rule as its partial quotas lower it if it alone applies.
func (s *Strategy) lowerAlone(q *Quote, rule int) compiledRule {
	units, amount := s.mostOf(&q.work, nil, rule)
	if !s.lowers(q, units, amount) {
		return s.rules[rule]
	}
	return *q.work.lower(&s.rules[rule], units, amount)
}

// denialOf is why a quota denied a rule; nil if none did.
func (e *evaluation) denialOf(rule int) *denial {
	for i := range e.quota.causes {
		if e.quota.causes[i].rule == int32(rule) {
			return &e.quota.causes[i]
		}
	}
	return nil
}

// quotaShort is the reason of a rule that is denied.
func (s *Strategy) quotaShort(d *denial) shortfall {
	why := shortfall{reason: ReasonQuota}
	switch {
	case d.unnamed:
		why.seen, why.needed = textValue(sayNoCustomer), textValue(sayCustomer)
	case d.quota == noQuota:
		why.seen = textValue(sayNothingLeft)
	default:
		of := &s.quotas.list[d.quota]
		why.seen, why.needed = of.value(d.left, sayLeftOf).about(of.Name), of.value(d.needed, sayPlain)
		if d.needed == 0 { // the rule was not tried
			why.needed = of.value(1, sayAtLeast)
		}
	}
	return why
}

// value is a count or what is left of it.
func (of *Quota) value(n int64, p phrase) Value {
	switch of.Kind {
	case QuotaUnits:
		return unitsValue(n, p)
	case QuotaBudget:
		return minorValue(n, p)
	}
	return usesValue(n, p)
}
