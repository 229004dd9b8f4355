package ruletest

import (
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/strategy"
)

// Run runs the tests that are for the environment env, for which the strategy must have been
// loaded. A test for an environment that the strategy does not have fails, because it would never
// run. A panic while a cart is priced fails its test and does not stop the run.
func (s *Suite) Run(st *strategy.Strategy, env string) Report {
	var r Report
	known := make(guesses)
	for i := range s.tests {
		if t := &s.tests[i]; t.envs.include(env) || !t.envs.within(st.Environments()) {
			if result := s.run(t, st, known); result.Unread {
				r.Unread = append(r.Unread, result)
			} else {
				r.add(result, st)
			}
		} else {
			r.Skipped++
		}
	}
	return r
}

// Matching returns a suite of the tests with names that match.
func (s *Suite) Matching(match func(name string) bool) *Suite {
	some := &Suite{doc: s.doc, orders: s.orders}
	for _, t := range s.tests {
		if match(t.name) {
			some.tests = append(some.tests, t)
		}
	}
	return some
}

// run runs one test. If its body is read in several ways, the expectations must be met in each.
// The result is that of the first way, with the failures and warnings of all.
func (s *Suite) run(t *test, st *strategy.Strategy, known guesses) Result {
	all, none := s.ordersOf(t, st.Currency())
	if none && s.orders.Lenient {
		return Result{Name: t.name, Position: t.position, Unread: true}
	}
	result := s.runOrder(t, all[0], st, known)
	for _, further := range all[1:] {
		other := s.runOrder(t, further, st, known)
		for _, f := range other.Failures {
			if !slices.Contains(result.Failures, f) {
				result.Failures = append(result.Failures, f)
			}
		}
		for _, w := range other.Warnings {
			if !slices.Contains(result.Warnings, w) {
				result.Warnings = append(result.Warnings, w)
			}
		}
	}
	return result
}

func (s *Suite) runOrder(t *test, from order, st *strategy.Strategy, known guesses) (result Result) {
	o := &outcome{suite: s, Strategy: st, expectations: t.expectations, guesses: known}
	defer func() {
		if broken := recover(); broken != nil {
			_, _, reason := from.fault(fmt.Errorf("pricing it panicked: %v", broken))
			o.fail(t.cartPosition(), reason, "", "")
		}
		if b, is := from.(*bodyOrder); is && o.quote != nil {
			for i := range o.failures {
				b.note(&o.failures[i])
			}
		}
		result = Result{
			Name: t.name, Position: t.position, Failures: o.failures, Warnings: o.warnings,
			Cart: o.cart, Quote: o.quote, Explanation: o.explanation, now: o.now,
		}
	}()
	if !o.runs(t) || !o.price(t, from) {
		return
	}
	for _, e := range t.expectations {
		e.check(o)
	}
	o.warn(from)
	if len(o.failures) > 0 {
		o.explain()
	}
	return
}

// cartPosition returns the key and the position of the cart of a test.
func (t *test) cartPosition() member {
	if t.body != nil {
		return t.body.member
	}
	return member{key: "cart", at: t.cart.table.Pos}
}
