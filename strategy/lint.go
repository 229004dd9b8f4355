package strategy

import (
	"fmt"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/strategy/document"
)

// linter has the document that a strategy was read from, and what was found in it that is
// probably not meant.
type linter struct {
	doc   *document.Document
	root  *document.Node // of the chosen environment
	found []document.Diagnostic

	ladder   *rule               // [[discounts]]; reported at its first step
	products map[string]*product // by SKU in its compared form; nil until first used
}

// Lint returns [Model.Warnings] and further warnings, which take longer to find or depend on the
// instant; s is the compiled model. Without Lint in the [Parser] it returns only the former.
//
//   - a rule that has ended
//   - a rule whose windows are all closed while it is valid
//   - a rule or a step that can never be reached
//   - a rule that is about no line
//   - an alternative of any that no line matches, or that makes the rule tried on every cart
//   - a max_units below the units that the reward needs
//   - a rule that is never worth more than another one of its group
//   - steps that are open together where one makes the other useless
//   - a step that gives less than the one below it, where one is a rate and one an amount
//   - a discount above the limits, which is never given in full
//   - a cart whose payable falls when a unit is added
//   - a title or description without a language that most others have
//   - a key that looks at the lines of a cart, which a customer can split
//   - a price that the limits raise
//   - an exclusive rule that competes with rules of shipping, so that free delivery is lost
//   - prices, floors and excludes that do not apply to articles unknown to the catalogue
//   - two rules whose order only their ids decide, where the order changes what is paid
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

// report reports the first of the keys that a rule has, or else the rule itself.
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

// firstOf is the first element of a list; a node that is no list is its own first element.
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
	const longest = 15 * 24 * time.Hour // a window opens in a longer span, even if clocks change
	if len(r.windows) == 0 || !r.valid.hasFrom || !r.valid.hasUntil || r.valid.until.Sub(r.valid.from) > longest {
		return
	}
	if _, opens := m.firstOpen(r.windows, &r.valid, r.valid.from); !opens {
		l.report(r, fmt.Sprintf("%s never is between %s and %s, so the rule never applies", windowsText(r.windows),
			r.valid.from.Format(time.RFC3339), r.valid.until.Format(time.RFC3339)),
			"widen the window, its days, or valid_from and valid_until", "time_window", "time_windows")
	}
}

// firstOpen finds an instant at or after the given one that is in a validity and at which one
// of the windows is open. It looks sixteen days ahead.
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
		// A change of the clocks may skip to a time in a window.
		if _, jump := time.Date(year, month, d, 0, 0, 0, 0, m.location).ZoneBounds(); !jump.IsZero() && open(jump) {
			return jump, true
		}
	}
	return time.Time{}, false
}

// checkUnits warns of rewards that need more units than max_units allows.
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
