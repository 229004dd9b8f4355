package strategy

import (
	"fmt"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/strategy/document"
)

// linter is a strategy that is looked at for what is probably not meant: what
// it was read from, and what was found.
type linter struct {
	doc   *document.Document
	root  *document.Node // less the overlays
	found []document.Diagnostic

	ladder   *rule               // [[discounts]], whose first step stands for it
	products map[string]*product // by SKU, as they are compared; nil until it is asked for
}

// Lint is [Model.Warnings] and what takes longer to find, or depends on the
// instant; s is the model compiled. The model must have been read for it (see
// [Parser]).
//
//   - a rule that has ended
//   - a rule whose windows are all closed while it is valid
//   - a rule or a step that can never be reached
//   - a rule that is about no line
//   - a rule that another of its group always outdoes
//   - steps that are open together where one makes the other useless
//   - a step that gives less than the one below it, one being a rate
//   - a discount above the limits, which is never given in full
//   - a cart that comes to less when a unit is added
//   - a title or description without a language that most others have
//   - what looks at the lines of a cart, which a customer can split
//   - a price that the limits take back
//   - a rule that competes with rules of shipping, so that free delivery is lost
//   - prices, floors and excludes that articles get around which the catalogue does not know
//   - two rules whose order only their ids decide, where it changes what is paid
func (m *Model) Lint(s *Strategy, now time.Time) []document.Diagnostic {
	l := m.linter
	if l == nil {
		return m.warnings
	}
	l.found, l.ladder = slices.Clone(m.warnings), m.ladder
	for _, r := range m.rules {
		if r.enabled {
			l.checkTime(m, r, now)
			l.checkMatches(m, r)
			l.checkUnits(r)
			if of, is := r.reward.(selfLinter); is {
				of.lint(l, m, r)
			}
			l.checkLimits(m, r)
			l.checkLines(r)
		}
	}
	l.checkStepLimits(m)
	l.checkArithmeticLines(m)
	l.checkOverlaps(m.steps)
	l.checkGroups(m)
	l.checkLanguages(m)
	l.checkCarts(m, s, now)
	l.checkOrder(m, now)
	l.checkExclusive(m, now)
	l.checkPrices(m, now)
	l.checkUnknown(m)
	l.doc.Sort(l.found)
	return l.found
}

// report reports a member of a rule, by the first of keys that the rule has, or
// the rule itself.
func (l *linter) report(r *rule, reason, hint string, keys ...string) {
	at, path, node := r.pos, rulePath(r.id), l.root.Get("rule").Get(r.id)
	if r == l.ladder {
		path, node = "discounts[0]", firstOf(l.root.Get("discounts"))
	}
	for _, key := range keys {
		if n := node.Get(key); n != nil {
			at, path = n.Pos, document.KeyIn(path, key)
			break
		}
	}
	l.found = append(l.found, l.doc.Diagnostic(at, path, reason, hint))
}

// firstOf is the first element of a list, or what stands for a list of one.
func firstOf(list *document.Node) *document.Node {
	if list.Kind == document.Array && len(list.Items) > 0 {
		return list.Items[0]
	}
	return list
}

// reportElement reports an element of a list of tables.
func (l *linter) reportElement(list *document.Node, path string, i int, reason, hint string) {
	at := list.Pos
	if list.Kind == document.Array && i < len(list.Items) {
		at = list.Items[i].Pos
	}
	l.found = append(l.found, l.doc.Diagnostic(at, fmt.Sprintf("%s[%d]", path, i), reason, hint))
}

// checkTime warns of rules that have ended, or whose windows never open while
// they are valid.
func (l *linter) checkTime(m *Model, r *rule, now time.Time) {
	span := r.valid.compile()
	if span.until <= now.UnixNano() {
		l.report(r, fmt.Sprintf("the rule has ended: %s is over", r.valid.until.Format(time.RFC3339)),
			"leave the rule out, or switch it off with enabled = false", "valid_until")
		return
	}
	const longest = 15 * 24 * time.Hour // in which a window opens, whatever the clocks do
	if len(r.windows) == 0 || !r.valid.hasFrom || !r.valid.hasUntil || r.valid.until.Sub(r.valid.from) > longest {
		return
	}
	if _, opens := m.firstOpen(r.windows, &r.valid, r.valid.from); !opens {
		l.report(r, fmt.Sprintf("%s never is between %s and %s, so the rule never applies", windowsText(r.windows),
			r.valid.from.Format(time.RFC3339), r.valid.until.Format(time.RFC3339)),
			"widen the window, its days, or valid_from and valid_until", "time_window", "time_windows")
	}
}

// firstOpen finds an instant from the given one on at which windows are open
// and a validity holds, looking sixteen days ahead.
func (m *Model) firstOpen(windows []window, valid *validity, from time.Time) (time.Time, bool) {
	span := valid.compile()
	if valid.hasFrom && from.Before(valid.from) {
		from = valid.from
	}
	open := func(at time.Time) bool {
		clock := readWallClock(at, m.location)
		return !at.Before(from) && span.contains(at.UnixNano()) &&
			(len(windows) == 0 || slices.ContainsFunc(windows, func(w window) bool { return w.open(clock) }))
	}
	if open(from) {
		return from, true
	}
	const days = 16
	year, month, first := from.In(m.location).Date()
	for d := first; d <= first+days; d++ {
		for i := range windows {
			if at := time.Date(year, month, d, 0, 0, int(windows[i].start), 0, m.location); open(at) {
				return at, true
			}
		}
		// The clocks may jump into a window.
		if _, jump := time.Date(year, month, d, 0, 0, 0, 0, m.location).ZoneBounds(); !jump.IsZero() && open(jump) {
			return jump, true
		}
	}
	return time.Time{}, false
}

// checkUnits warns of rewards that want more units than max_units lets in.
func (l *linter) checkUnits(r *rule) {
	of, is := r.reward.(unitThreshold)
	if !is {
		return
	}
	key, wanted := r.reward.key(), of.fewestUnits()
	if r.targeting.maxUnits != 0 && !r.targeting.perLine && r.targeting.maxUnits < wanted {
		l.report(r, fmt.Sprintf("max_units lets %s in, and %s wants %s, so the rule never gives anything",
			unitsText(r.targeting.maxUnits), key, unitsText(wanted)), fmt.Sprintf("write %d or more, or leave it out", wanted), "max_units")
	}
}
