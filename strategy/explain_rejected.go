package strategy

import (
	"time"

	"github.com/promogate/caddy-discount/money"
)

// Rejected says why a rule did not apply.
type Rejected struct {
	Rule string
	// Reason is one of [Reasons]: the key of the first condition that failed, or a word where
	// no key applies.
	Reason string
	// Seen is the value that was seen, and Needed is the value that was needed.
	Seen, Needed Value
	// Text is the reason with both values in words.
	Text string
}

// gaveNothing says why a reward came to nothing; reached is its progress.
func (e *evaluation) gaveNothing(r *compiledRule, floorless int64, reached *progress) shortfall {
	if floorless > 0 {
		return shortfall{ReasonFloorPrice, minorValue(0, sayNothingAboveFloor), minorValue(floorless, sayPlain)}
	}
	if by, ok := r.reward.(explainer); ok {
		if why := by.why(e); why.reason != "" {
			return why
		}
	}
	if short := reached.short(); short.reason != "" {
		return short
	}
	return nothingOff()
}

// closed says why a rule is not open at the instant; the zero shortfall if it is.
func (e *evaluation) closed(r *compiledRule) shortfall {
	at := e.now.In(e.location)
	switch {
	case e.unixNano < r.valid.from:
		return shortfall{ReasonValidFrom, timeValue(at, sayPlain), timeValue(time.Unix(0, r.valid.from).In(e.location), sayPlain)}
	case e.unixNano >= r.valid.until:
		last := time.Unix(0, r.valid.until).Add(-time.Second) // the last second that counts
		return shortfall{ReasonValidUntil, timeValue(at, sayPlain), timeValue(last.In(e.location), sayUntil)}
	case !anyOpen(r.windows, e):
		return shortfall{ReasonTimeWindow, timeValue(at, sayWall), opening(r.windows, at)}
	}
	return shortfall{}
}

// opening is the instant at which closed windows open next. Its words are the hours of the
// windows.
func opening(windows []window, after time.Time) Value {
	v := textValue(sayWindows)
	if at, ever := hours(weekOf(windows)).nextChange(after); ever {
		v = timeValue(at, sayWindows)
	}
	v.windows = windows
	return v
}

// missed says why a rule has an empty target: the cart has no such goods, or earlier rules
// ended or reduced all of them.
func (e *evaluation) missed(r *compiledRule, t *target) shortfall {
	present := t.counted.present > 0
	switch {
	case r.byUnit && r.targeting.appliesTo != toShipping && present && t.counted.whole() == 0:
		seen, needed := t.counted.uncountable()
		return shortfall{ReasonTarget, seen, needed}
	case (present || !r.lines.selects()) && e.allOf(r, (*run).isStopped):
		return shortfall{reason: ReasonStopped}
	case r.targeting.fresh && present && e.allOf(r, (*run).isStale):
		return shortfall{ReasonFreshUnits, unitsValue(0, sayNoneFresh), unitsValue(1, sayFresh)}
	case r.targeting.appliesTo == toItems:
		return shortfall{ReasonTarget, unitsValue(0, sayNoneOfTarget), unitsValue(1, sayTarget)}
	}
	return shortfall{ReasonTarget, textValue(sayNoneOfTarget), textValue(sayTarget)}
}

// rejected lists the rules that are not among the applied ones.
func (s *Strategy) rejected(q *Quote, t *trace) []Rejected {
	list := make([]Rejected, 0, len(s.rules))
	for i, id := range s.ids {
		if _, _, applied := q.took(i); applied {
			continue
		}
		list = append(list, s.rejection(id, s.reject(i, q, t)))
	}
	for _, id := range s.disabled {
		list = append(list, s.rejection(id, shortfall{ReasonEnabled, textValue(sayPlain, "false"), textValue(sayPlain, "true")}))
	}
	return list
}

// rejection puts the reason of a rule into words.
func (s *Strategy) rejection(id string, why shortfall) Rejected {
	why.seen, why.needed = why.seen.inWords(s.currency), why.needed.inWords(s.currency)
	return Rejected{Rule: id, Reason: why.reason, Seen: why.seen, Needed: why.needed, Text: why.sentence()}
}

// reject is why a rule that is switched on did not apply.
func (s *Strategy) reject(i int, q *Quote, t *trace) shortfall {
	found, tried := t.tried[i]
	r := &s.rules[i]
	denied := q.work.denialOf(i)
	switch {
	case q.Reason != "":
		return shortfall{q.Reason, textValue(sayPlain, q.Currency), textValue(sayPlain, s.currency.Code())}
	case denied != nil && (found.reason == "" || found.reason == ReasonNothing):
		return s.quotaShort(denied)
	case found.reason == ReasonStopped:
		return s.stoppedBy(s.stopperOf(i, q, t))
	case found.reason == ReasonNothing && found.spent && s.limits != (limits{}):
		return s.usedUp(q, found.lowered)
	case found.reason != "":
		return found.shortfall
	case tried && found.lowered.from > 0 && found.lowered.amount == 0:
		return s.usedUp(q, found.lowered)
	case s.arithmetic.selection == selectBestCombination:
		return s.leftOut(q, found)
	case s.arithmetic.selection != selectAll:
		return shortfall{ReasonSelect, wouldTake(found), textValue(sayBestOfAll)}
	}
	switch why := s.outdone(i, q, t, found); {
	case why.reason != "":
		return why
	case tried || r.group != "":
		return shortfall{ReasonGroup, wouldTake(found), textValue(sayBestOfGroup).about(r.group)}
	}
	applied := s.byRules(q)
	return s.stoppedBy(applied[len(applied)-1].Rule) // no rule is applied after it
}

// wouldTake is what a rule would have taken off; the zero Value if that is nothing or the rule
// was not tried.
func wouldTake(found tried) Value {
	if found.lowered.amount == 0 {
		return Value{}
	}
	return minorValue(found.lowered.amount, sayPlain)
}

// usedUp is the reason of a rule to which the limits left nothing.
func (s *Strategy) usedUp(q *Quote, l lowering) shortfall {
	why := shortfall{reason: ReasonLimits, seen: minorValue(0, sayNothingLeftOf).about(s.limits.binding(q.Subtotal))}
	if l.from > 0 { // 0 for a [[discounts]] ladder: it skips steps that the limits leave nothing to
		why.needed = minorValue(l.from, sayPlain)
	}
	return why
}

// binding is the key of the limit that is reached first on goods worth subtotal.
func (l limits) binding(subtotal int64) string {
	if l.maxRate.IsZero() || l.maxAmount != 0 && l.maxAmount <= l.maxRate.Of(subtotal, 1, money.Down) {
		return "limits.max_amount"
	}
	return "limits.max_rate"
}
