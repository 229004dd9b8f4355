package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
)

// checkAny warns of alternatives that no line matches, and of those by which the index finds no
// goods, so that the rule is tried on every cart.
func (l *linter) checkAny(m *Model, r *rule) {
	never, reasons := 0, make([]string, len(r.lines.any))
	for i := range r.lines.any {
		if _, reasons[i] = l.never(m, &r.lines, &r.lines.any[i]); reasons[i] != "" {
			never++
		}
	}
	if never == len(reasons) {
		l.report(r, reasons[0]+", and no line matches another alternative, so the rule never applies", "a line has to match any and the selectors beside it", "any")
		return
	}
	for i, reason := range reasons {
		switch {
		case reason != "":
			l.reportAlternative(r, i, reason+", so no line matches it", "a line has to match all of an alternative, and the selectors beside any")
		case !r.isFound() && !r.lines.any[i].namesGoods():
			l.reportAlternative(r, i, "it names no skus, categories or subgroups, so the rule is tried on every cart",
				"where the goods have them in common, name them in it or beside any")
		}
	}
}

// reportAlternative reports an alternative of a rule.
func (l *linter) reportAlternative(r *rule, i int, reason, hint string) {
	node := l.root.Get("rule").Get(r.id).Get("any")
	l.reportElement(node, document.KeyIn(rulePath(r.id), "any"), i, reason, hint)
}

// namesGoods reports whether a selector has words by which the index finds lines.
func (sel *selector) namesGoods() bool {
	return len(sel.skus)+len(sel.categories)+len(sel.subgroups) > 0
}

// isFound reports whether the index finds a rule by selectors or conditions other than any.
func (r *rule) isFound() bool {
	return r.lines.namesGoods() || slices.ContainsFunc(r.conditions, func(of conditionSpec) bool {
		by, is := of.(filed)
		return is && by.isFiled()
	})
}
