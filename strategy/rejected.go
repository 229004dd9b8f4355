package strategy

import (
	"strings"
	"time"
)

// Rejected says why a rule did not apply.
type Rejected struct {
	Rule string
	// Reason is the key of the first condition that failed, or one of: enabled,
	// floor_price (the catalogue lets no more be taken off), target (nothing in
	// the cart is what the rule is about), nothing (there is nothing left to take
	// off), limits (earlier rules used them up), group, exclusive, select and
	// stop (another rule was better, or came before and ended it).
	Reason string
	// Seen and Needed are the value that was seen and what was needed, for a
	// person.
	Seen, Needed string
}

// The reasons that are not keys of the language.
const (
	reasonEnabled   = "enabled"
	reasonTarget    = "target"
	reasonNothing   = "nothing"
	reasonLimits    = "limits"
	reasonGroup     = "group"
	reasonExclusive = "exclusive"
	reasonSelect    = "select"
	reasonStop      = "stop"
)

// explainer is a reward that can say why it gives nothing.
type explainer interface {
	why(e *evaluation, t *target) (reason, seen, needed string)
}

// gaveNothing says why a reward came to nothing.
func (e *evaluation) gaveNothing(r *compiledRule, t *target, floorless int64) (reason, seen, needed string) {
	if floorless > 0 {
		return keyFloor, "nothing left above it", e.amountText(floorless)
	}
	if why, ok := r.reward.(explainer); ok {
		return why.why(e, t)
	}
	return reasonNothing, "", ""
}

// closed says why a rule is not open at the instant.
func (e *evaluation) closed(r *compiledRule) (reason, seen, needed string) {
	at := e.now.In(e.location)
	switch {
	case e.unixNano < r.valid.from:
		return "valid_from", at.Format(time.RFC3339), time.Unix(0, r.valid.from).In(e.location).Format(time.RFC3339)
	case e.unixNano >= r.valid.until:
		return "valid_until", at.Format(time.RFC3339), "until " + time.Unix(0, r.valid.until-1).In(e.location).Format(time.RFC3339)
	case !anyOpen(r.windows, e):
		return "time_window", e.wall().text(), windowsText(r.windows)
	}
	return "", "", ""
}

func (w wallClock) text() string {
	return weekdays[w.weekday] + " " + formatTimeOfDay(w.seconds)
}

func windowsText(windows []window) string {
	texts := make([]string, len(windows))
	for i, w := range windows {
		texts[i] = formatTimeOfDay(w.start) + " to " + formatTimeOfDay(w.end)
		if w.days != everyDay {
			texts[i] += " on " + strings.Join(w.dayNames(), ", ")
		}
	}
	return strings.Join(texts, " or ")
}

// rejected lists the rules that are not among the applied ones.
func (s *Strategy) rejected(q *Quote, t *trace) []Rejected {
	list := make([]Rejected, 0, len(s.rules))
	for i, id := range s.ids {
		if _, applied := q.took(i); applied {
			continue
		}
		list = append(list, s.reject(i, id, q, t))
	}
	for _, id := range s.disabled {
		list = append(list, Rejected{Rule: id, Reason: reasonEnabled, Seen: "false", Needed: "true"})
	}
	return list
}

func (s *Strategy) reject(i int, id string, q *Quote, t *trace) Rejected {
	found, tried := t.tried[i]
	r := Rejected{Rule: id, Reason: found.reason, Seen: found.seen, Needed: found.needed}
	switch {
	case q.Reason != "":
		return Rejected{Rule: id, Reason: q.Reason, Seen: q.Currency, Needed: s.currency.Code()}
	case r.Reason == reasonNothing && found.spent && s.limits != (limits{}):
		r.Reason, r.Seen, r.Needed = s.usedUp(q, found.lowered)
	case r.Reason != "":
	case tried && found.lowered.from > 0 && found.lowered.amount == 0:
		r.Reason, r.Seen, r.Needed = s.usedUp(q, found.lowered)
	case s.arithmetic.selection == selectBestCombination:
		r.Reason, r.Seen, r.Needed = s.leftOut(q, found)
	case s.arithmetic.selection != selectAll:
		r.Reason, r.Seen, r.Needed = reasonSelect, s.worth(found), "worth more than another rule"
	case s.exclusiveApplied(q):
		won := q.Applied[0]
		r.Reason, r.Seen = reasonExclusive, majorText(s.currency, t.together)+" together"
		if s.rules[i].exclusive {
			r.Seen = s.worth(found)
		}
		r.Needed = "more than the " + majorText(s.currency, won.Amount) + " of " + s.ids[won.Rule]
	case s.rules[i].exclusive:
		r.Reason, r.Seen, r.Needed = reasonExclusive, s.worth(found), "more than the others together, "+majorText(s.currency, t.together)
	case tried || s.rules[i].group != "":
		r.Reason, r.Seen, r.Needed = reasonGroup, s.worth(found), "worth more than the others of "+s.rules[i].group
	default:
		r.Reason, r.Needed = reasonStop, "no earlier rule that stops"
	}
	return r
}

// worth is what a rule would have taken off; "" of one that was not tried.
func (s *Strategy) worth(found tried) string {
	if found.lowered.amount == 0 {
		return ""
	}
	return majorText(s.currency, found.lowered.amount)
}

// exclusiveApplied reports whether an exclusive rule won, which then is the only
// one that applied.
func (s *Strategy) exclusiveApplied(q *Quote) bool {
	applied := s.byRules(q)
	return len(applied) == 1 && s.rules[applied[0].Rule].exclusive
}
