package ruletest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy"
)

// maxReasons is how many rules a hint lists with their reasons.
const maxReasons = 5

// whyNot returns why each rule that a test may have meant did not apply, those that came closest
// first; "" if there is no such rule. A test that lists the rules that apply means no other rule,
// and it means no rule that it expects not to apply. could reports whether the rule with an index
// in the strategy could give what is missing. off says that a disabled rule could.
func (o *outcome) whyNot(off bool, could func(rule int) bool) string {
	if o.quote.Reason != "" {
		return fmt.Sprintf("%s: the cart is in %s, the strategy in %s", o.quote.Reason, o.quote.Currency, o.Strategy.Currency().Code())
	}
	index := make(map[string]int, len(o.Rules()))
	for i, id := range o.Rules() {
		index[id] = i
	}
	var missed []strategy.Rejected
	for _, r := range o.explain().Rejected {
		if i, on := index[r.Rule]; r.Rule != strategy.RuleRounding && (on && could(i) || !on && off) && o.mayBeMeant(r.Rule) {
			missed = append(missed, r)
		}
	}
	slices.SortStableFunc(missed, func(a, b strategy.Rejected) int { return cmp.Compare(distance(a.Reason), distance(b.Reason)) })
	var texts []string
	for i, r := range missed {
		if i == maxReasons {
			texts = append(texts, fmt.Sprintf("and %s did not apply", count(len(missed)-i, "more rule")))
			break
		}
		texts = append(texts, r.Rule+": "+o.why(r.Rule))
	}
	return strings.Join(texts, "; ")
}

// distance returns how far a rule was from applying, by the reason: 3 if the rule is disabled, 2 if
// no goods are its target, 1 if it has ended or not begun, and 0 for every other reason.
func distance(reason string) int {
	switch reason {
	case strategy.ReasonEnabled:
		return 3
	case strategy.ReasonTarget:
		return 2
	case strategy.ReasonValidFrom, strategy.ReasonValidUntil:
		return 1
	}
	return 0
}

// mayBeMeant reports whether the expectations of a test allow that it meant a rule to apply.
func (o *outcome) mayBeMeant(id string) bool {
	is := func(r rule) bool { return r.id == id }
	for _, e := range o.expectations {
		switch e := e.(type) {
		case *applied:
			if !slices.ContainsFunc(e.rules, is) {
				return false
			}
		case *notApplied:
			if slices.ContainsFunc(e.rules, is) {
				return false
			}
		case *rejected:
			if slices.ContainsFunc(e.rules, is) {
				return false
			}
		}
	}
	return true
}

// hints joins the hints that are not empty.
func hints(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), "; ")
}
