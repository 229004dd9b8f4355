package ruletest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// Run prices the carts of the tests that are for the environment, which is the
// one the strategy was loaded for. A test for an environment that the strategy
// does not have would never run, so it fails. A panic while a cart is priced fails its
// test and does not stop the run.
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

// Matching returns a suite of the tests whose names match. Do not run it together with
// the whole suite: both use the same document.
func (s *Suite) Matching(match func(name string) bool) *Suite {
	some := &Suite{doc: s.doc, orders: s.orders}
	for _, t := range s.tests {
		if match(t.name) {
			some.tests = append(some.tests, t)
		}
	}
	return some
}

// run runs one test. A body that is read in several ways has to meet the expectations in
// each: the result is that of the first way, with the failures of all.
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

// cartPosition is where the cart of a test is.
func (t *test) cartPosition() member {
	if t.body != nil {
		return t.body.member
	}
	return member{key: "cart", at: t.cart.table.Pos}
}

// outcome is the state of one test while it runs.
type outcome struct {
	*strategy.Strategy
	suite       *Suite
	cart        *cart.Cart
	now         time.Time
	currency    money.Currency
	quote       *strategy.Quote
	explanation *strategy.Explanation // nil until it is asked for
	failures    []Failure

	expectations []expectation // of the test
	warnings     []Warning
	warned       map[Warning]bool // those in warnings
	guesses      guesses
}

// Limits of the texts in a failure or warning, in bytes: a list of rules may be as long
// as the strategy.
const (
	maxKey   = 300
	maxShown = 600
)

func (o *outcome) fail(m member, got, want, hint string) {
	o.failures = append(o.failures, Failure{
		Key: brief.Text(m.key, maxKey), Position: o.suite.locate(m.at),
		Got: brief.Text(got, maxShown), Want: brief.Text(want, maxShown), Hint: brief.Text(hint, maxShown),
	})
}

// runs reports whether the strategy has every environment that the test is for.
func (o *outcome) runs(t *test) bool {
	names := o.Environments()
	for _, e := range t.envs {
		if !e.within(names) {
			o.fail(e.member, strategy.NoEnvironment(e.name, names), "", document.DidYouMean(e.name, names))
		}
	}
	return len(o.failures) == 0
}

// price quotes the cart. It reports false, after a failure, where there is no quote.
func (o *outcome) price(t *test, from order) bool {
	c, err := from.read(o.Currency())
	if err != nil {
		at, key, reason := from.fault(err)
		o.fail(member{key: key, at: at}, reason, "", "")
		return false
	}
	o.cart, o.now = c, t.now.in(o.Location())
	q, err := o.Quote(c, o.now)
	if err != nil {
		at, key, reason := from.refused(err)
		o.fail(member{key: key, at: at}, reason, "", o.unknown(c, err))
		return false
	}
	o.quote, o.currency = q, o.Currency()
	if stated, err := money.ParseCurrency(q.Currency); err == nil { // the cart's, if it states one
		o.currency = stated
	}
	return true
}

// refused is [body.fault] for a cart that the strategy cannot price.
func (b *body) refused(err error) (at document.Pos, key, reason string) {
	var bad *strategy.LineError
	if !errors.As(err, &bad) {
		return b.table.Pos, "cart", err.Error()
	}
	at, key = b.follow(cartReader.Pointer(b.json, bad.Line, bad.Field))
	return at, key, bad.Reason
}

// unknown is the hint for a line without a price, or of an article that the catalogue
// does not know: which SKU of the catalogue it may be.
func (o *outcome) unknown(c *cart.Cart, err error) string {
	var bad *strategy.LineError
	if !errors.As(err, &bad) || bad.Line >= len(c.Lines) || c.Lines[bad.Line].UnitPrice != cart.NoPrice && bad.Field != strategy.FieldSKU {
		return ""
	}
	return document.DidYouMean(c.Lines[bad.Line].SKU, o.Products())
}

// explain explains the quote, once. It takes longer than the quote itself, so only a test
// that needs it asks.
func (o *outcome) explain() *strategy.Explanation {
	if o.explanation == nil {
		o.explanation = &strategy.Explanation{}
		if x, err := o.Explain(o.cart, o.now); err == nil { // as it was for the quote
			o.explanation = x
		}
	}
	return o.explanation
}

// compare fails the test if an amount is not the expected one; why makes the hint.
func (o *outcome) compare(m member, text string, got int64, why func() string) {
	want, err := o.currency.ParseMajor(text)
	switch {
	case err != nil:
		o.fail(m, fmt.Sprintf("%q is not an amount of %s: %v", text, o.currency.Code(), err), "", "")
	case got != want:
		o.fail(m, o.major(got), o.major(want), why())
	}
}

// lowered lists the rules that gave less than their rewards came to, and those that gave
// nothing because of the limits.
func (o *outcome) lowered() string {
	texts := []string{o.loweredRules()}
	for _, r := range o.explain().Rejected {
		if r.Reason == "limits" {
			texts = append(texts, r.Rule+": "+o.why(r.Rule))
		}
	}
	return hints(texts...)
}

// loweredRules lists the rules that gave less than their rewards came to.
func (o *outcome) loweredRules() string {
	var texts []string
	for _, l := range o.explain().Lowered {
		texts = append(texts, l.Rule+" "+o.loweredBy(l))
	}
	return strings.Join(texts, "; ")
}

func (o *outcome) loweredBy(l strategy.Lowered) string {
	return fmt.Sprintf("lowered from %s by %s", o.major(l.From), l.ByText())
}

// whyLess is the hint for what a rule took off.
func (o *outcome) whyLess(id string) string {
	for _, l := range o.explain().Lowered {
		if l.Rule == id {
			return o.loweredBy(l)
		}
	}
	return ""
}

func (o *outcome) major(minor int64) string {
	return string(append(o.currency.AppendMajor(nil, minor), " "+o.currency.Code()...))
}

// applied returns the ids of the rules that gave something, in their order.
func (o *outcome) applied() []string {
	ids := make([]string, len(o.quote.Applied))
	for i, a := range o.quote.Applied {
		ids[i] = o.Rules()[a.Rule]
	}
	return ids
}

// takenBy is what a rule took off, and whether it applied: a gift applies and takes
// nothing off.
func (o *outcome) takenBy(id string) (off int64, applied bool) {
	for _, a := range o.quote.Applied {
		if o.Rules()[a.Rule] == id {
			return a.Amount, true
		}
	}
	return 0, false
}

// rejection is why a rule did not apply; nil when it did or is not there.
func (o *outcome) rejection(id string) *strategy.Rejected {
	list := o.explain().Rejected
	if i := slices.IndexFunc(list, func(r strategy.Rejected) bool { return r.Rule == id }); i >= 0 {
		return &list[i]
	}
	return nil
}

// why is the reason with what was seen and needed.
func (o *outcome) why(id string) string {
	r := o.rejection(id)
	switch {
	case r == nil:
		return "not applied"
	case r.Seen.Words != "" && r.Needed.Words != "":
		return fmt.Sprintf("%s (seen %s, needed %s)", r.Reason, r.Seen, r.Needed)
	case r.Needed.Words != "":
		return fmt.Sprintf("%s (needed %s)", r.Reason, r.Needed)
	}
	return r.Reason
}

// exists reports whether the strategy has a rule, enabled or not.
func (o *outcome) exists(id string) bool {
	return slices.Contains(o.Rules(), id) || o.rejection(id) != nil
}

// knows is exists, and fails the test if the rule does not exist.
func (o *outcome) knows(r rule) bool {
	if o.exists(r.id) {
		return true
	}
	ids := slices.Clone(o.Rules())
	for _, off := range o.explain().Rejected {
		ids = append(ids, off.Rule)
	}
	o.fail(r.member, fmt.Sprintf("the strategy has no rule %q", r.id), "", document.DidYouMean(r.id, ids))
	return false
}
