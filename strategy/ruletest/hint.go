package ruletest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy"
)

// mostReasons is how many rules a hint gives the reasons of.
const mostReasons = 5

// whyNot says why each rule that a test may have meant did not apply, those that came
// closest first; "" where no such rule is left. A test that names the rules which apply
// means no other, and means none that it expects not to apply. Which rules could give what
// is missing, by their places in the strategy, is for could to say; off says
// that one which is switched off could.
func (o *outcome) whyNot(off bool, could func(rule int) bool) string {
	if o.quote.Reason != "" {
		return fmt.Sprintf("%s: the cart is in %s, the strategy in %s", o.quote.Reason, o.quote.Currency, o.Strategy.Currency().Code())
	}
	place := make(map[string]int, len(o.Rules()))
	for i, id := range o.Rules() {
		place[id] = i
	}
	var missed []strategy.Rejected
	for _, r := range o.explain().Rejected {
		if i, on := place[r.Rule]; r.Rule != strategy.RuleRounding && (on && could(i) || !on && off) && o.mayBeMeant(r.Rule) {
			missed = append(missed, r)
		}
	}
	slices.SortStableFunc(missed, func(a, b strategy.Rejected) int { return cmp.Compare(distance(a.Reason), distance(b.Reason)) })
	var texts []string
	for i, r := range missed {
		if i == mostReasons {
			texts = append(texts, fmt.Sprintf("and %s did not apply", count(len(missed)-i, "more rule")))
			break
		}
		texts = append(texts, r.Rule+": "+o.why(r.Rule))
	}
	return strings.Join(texts, "; ")
}

// distance is how far a rule is from what a test is about, by the reason why it did not
// apply: it was tried and something was missing, it is about another time or other goods,
// or it is switched off.
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

// mayBeMeant reports whether a test may have meant a rule to apply, by what else it
// expects.
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

// hints puts together those that say something.
func hints(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), "; ")
}
