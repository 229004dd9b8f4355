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

// outcome is the state of one test while it runs.
type outcome struct {
	*strategy.Strategy
	suite       *Suite
	cart        *cart.Cart
	now         time.Time
	currency    money.Currency
	within      *strategy.Restriction // nil where all is left
	quote       *strategy.Quote
	explanation *strategy.Explanation // nil before the first call of explain
	failures    []Failure

	expectations []expectation // of the test
	warnings     []Warning
	warned       map[Warning]bool // those in warnings
	guesses      guesses
}

// Limits of the texts in a failure or warning, in bytes. A list of rules may be as long as the
// strategy.
const (
	maxKey   = 300
	maxShown = 600
)

func (o *outcome) fail(m member, got, want, hint string) {
	o.failures = append(o.failures, Failure{
		Key: brief.Text(m.key, maxKey), Position: o.suite.doc.Locate(m.at),
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

// price quotes the cart. If there is no quote, it adds a failure and reports false.
func (o *outcome) price(t *test, from order) bool {
	c, err := from.read(o.Currency())
	if err != nil {
		at, key, reason := from.fault(err)
		o.fail(member{key: key, at: at}, reason, "", "")
		return false
	}
	o.cart, o.now = c, t.now.in(o.Location())
	if o.restrict(&t.remaining); len(o.failures) > 0 {
		return false
	}
	q := &strategy.Quote{}
	if err := o.QuoteWithin(q, c, o.now, o.within); err != nil {
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

// unknown returns the SKU of the catalogue that was probably meant, as the hint for a line that
// has no price or whose article is not in the catalogue; "" for other errors.
func (o *outcome) unknown(c *cart.Cart, err error) string {
	var bad *strategy.LineError
	if !errors.As(err, &bad) || bad.Line >= len(c.Lines) || c.Lines[bad.Line].UnitPrice != cart.NoPrice && bad.Field != strategy.FieldSKU {
		return ""
	}
	return document.DidYouMean(c.Lines[bad.Line].SKU, o.Products())
}

// explain returns the explanation of the quote, which it makes only once. That takes longer than
// the quote itself, so only a test that needs it calls explain.
func (o *outcome) explain() *strategy.Explanation {
	if o.explanation == nil {
		o.explanation = &strategy.Explanation{}
		if x, err := o.ExplainWithin(o.cart, o.now, o.within); err == nil { // as for the quote
			o.explanation = x
		}
	}
	return o.explanation
}

// compare adds a failure if an amount is not the expected one. why returns the hint.
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

// whyLess returns what lowered the discount of a rule; "" if nothing did.
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

// takenBy returns what a rule took off, and whether it applied. A rule with a gift may apply and
// take nothing off.
func (o *outcome) takenBy(id string) (off int64, applied bool) {
	for _, a := range o.quote.Applied {
		if o.Rules()[a.Rule] == id {
			return a.Amount, true
		}
	}
	return 0, false
}

// rejection returns why a rule did not apply; nil if it applied or does not exist.
func (o *outcome) rejection(id string) *strategy.Rejected {
	list := o.explain().Rejected
	if i := slices.IndexFunc(list, func(r strategy.Rejected) bool { return r.Rule == id }); i >= 0 {
		return &list[i]
	}
	return nil
}

// why returns the reason why a rule did not apply, with what was seen and what was needed.
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

// knows is exists, and adds a failure if the rule does not exist.
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
