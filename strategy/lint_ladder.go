package strategy

import (
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// lint warns of steps that never apply because a condition of the rule already reaches the next
// step. It also warns of steps that give less than the one below them, where one is a rate and
// one an amount; steps of the same kind are compared when they are read.
func (ladder *ladder) lint(l *linter, m *Model, r *rule) {
	list, path := l.root.Get("rule").Get(r.id).Get("ladder"), document.KeyIn(rulePath(r.id), "ladder")
	least, key := ladder.least(r)
	for i := range ladder.steps {
		if i+1 < len(ladder.steps) && ladder.steps[i+1].threshold <= least {
			l.reportElement(list, path, i, fmt.Sprintf("%s asks for %s, where %s[%d] is reached already, so this step never applies",
				key, ladder.thresholdText(m.currency, least), path, i+1), "leave the step out, or lower "+key)
			continue
		}
		if i == 0 || ladder.byQuantity {
			continue
		}
		below, this := &ladder.steps[i-1], &ladder.steps[i]
		had, has := below.at(this.threshold), this.at(this.threshold)
		if mixed := below.rate.IsZero() != this.rate.IsZero(); mixed && has < had {
			l.reportElement(list, path, i, fmt.Sprintf("at %s the step gives %s, and the one below it would give %s", ladder.thresholdText(m.currency, this.threshold),
				majorText(m.currency, has), majorText(m.currency, had)), "a step should give no less than the one below it")
		}
	}
}

// least is the least of what the ladder counts, in units or minor units, that a condition of the
// rule asks for, and the key of that condition; zero for none.
func (l *ladder) least(r *rule) (least int64, key string) {
	for _, spec := range r.conditions {
		if of, is := spec.(minimal); is {
			if least, key, counts := of.minimum(l.wholeCart, l.byQuantity); counts {
				return least, key
			}
		}
	}
	return 0, ""
}

func (l *ladder) thresholdText(currency money.Currency, threshold int64) string {
	if l.byQuantity {
		return unitsText(threshold)
	}
	return majorText(currency, threshold)
}

// at is what a step takes off a value.
func (s *ladderStep) at(value int64) int64 {
	if s.rate.IsZero() {
		return min(s.amount, value)
	}
	return s.rate.Of(value, 1, money.HalfUp)
}

// checkOverlaps warns of [[discounts]] steps on the same lines with different windows that are
// open together, where one makes the other useless. Steps with the same windows are compared
// when they are read.
func (l *linter) checkOverlaps(steps []orderStep) {
	if len(steps) > maxCompared {
		return
	}
	list := l.root.Get("discounts")
	weeks := make([][]span, len(steps))
	for i := range steps {
		weeks[i] = weekOf(steps[i].windows)
	}
	for i := range steps {
		for j := range steps {
			a, b := &steps[i], &steps[j]
			if i == j || !a.lines.sameWords(&b.lines) || slices.Equal(a.windows, b.windows) || a.threshold < b.threshold || a.amount > b.amount ||
				a.threshold == b.threshold && a.amount == b.amount && i < j {
				continue
			}
			both, all := overlap(weeks[i], weeks[j])
			if both == (span{}) {
				continue
			}
			if _, nested := overlap(weeks[j], weeks[i]); nested && !all {
				continue // a happy hour is meant to be worth more
			}
			reason := fmt.Sprintf("%s discounts[%d] is open, too, as easy to reach and worth as much, so this step does not apply then", both.weekText(), j)
			hint := "let one window begin where the other ends"
			if all {
				reason = fmt.Sprintf("whenever it is open discounts[%d] is, too, as easy to reach and worth as much, so this step never applies", j)
				hint = "leave the step out, or take more off"
			}
			l.reportElement(list, "discounts", i, reason, hint)
			break
		}
	}
}

// overlap is the first span that two weeks have in common, and whether the second week contains
// all of the first.
func overlap(one, other []span) (first span, all bool) {
	all = true
	for _, a := range one {
		within := false
		for _, b := range other {
			from, until := max(a.from, b.from), min(a.until, b.until)
			if from < until && first == (span{}) {
				first = span{from, until}
			}
			within = within || b.from <= a.from && a.until <= b.until
		}
		all = all && within
	}
	return first, all
}

// weekText is a span of the week for a person.
func (s span) weekText() string {
	return fmt.Sprintf("from %s %s to %s", weekdays[s.from/day], formatTimeOfDay(int32(s.from%day)), formatTimeOfDay(int32((s.until-1)%day+1)))
}
