package strategy

import (
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// This file finds what one rule lost to others. An earlier rule may leave less on the goods,
// use their units, or end their line; or another rule may be worth more on a line. The cart is
// priced with the rule alone, and then with the rules before it added one by one.

// maxLostTo is the maximum number of applied rules that are examined. Each takes a quote for
// itself and one for each rule before it.
const maxLostTo = 16

// lostTo adds to x.Lowered the rules that would have given more without other rules, and names
// those other rules.
func (s *Strategy) lostTo(x *Explanation, c *cart.Cart, now time.Time, t *trace) {
	if x.Reason != "" || len(x.Applied) < 2 {
		return
	}
	applied := s.byRules(&x.Quote)
	other := &others{strategy: s, quote: &x.Quote, cart: c, now: now, applied: applied[:min(len(applied), maxLostTo)]}
	var list []Lowered
	for n, a := range applied {
		lowered := Lowered{Rule: s.ids[a.Rule], From: t.tried[a.Rule].lowered.amount, Amount: a.Amount}
		if at := slices.IndexFunc(x.Lowered, func(l Lowered) bool { return l.Rule == lowered.Rule }); at >= 0 {
			lowered = x.Lowered[at]
		}
		if n < maxLostTo {
			from, by := other.of(&x.Quote, n, t)
			lowered.From, lowered.By = max(lowered.From, from), append(by, lowered.By...)
		}
		if len(lowered.By) > 0 && lowered.From > lowered.Amount {
			list = append(list, lowered)
		}
	}
	if at := slices.IndexFunc(x.Lowered, func(l Lowered) bool { return l.Rule == RuleRounding }); at >= 0 && len(applied) < len(x.Applied) {
		list = append(list, x.Lowered[at])
	}
	x.Lowered = list
}

// others prices a cart with some of the rules that applied to it.
type others struct {
	strategy *Strategy
	quote    *Quote // with all rules
	cart     *cart.Cart
	now      time.Time
	applied  []Applied
}

// of finds what the reward of the n-th applied rule would come to without the other rules, in
// minor units, and which of them lowered it.
func (o *others) of(q *Quote, n int, t *trace) (from int64, by []string) {
	if o.strategy.arithmetic.selection != selectAll {
		return o.onLines(q, n, t)
	}
	from, _ = o.comesTo(n)
	left := from
	for k := 1; k <= n && left > 0; k++ {
		now, _ := o.comesTo(n, o.applied[:k]...)
		if now < left {
			by, left = append(by, o.key(o.applied[k-1])), now
		}
	}
	return from, by
}

// key is the path of a rule, such as rule.spring.
func (o *others) key(a Applied) string { return "rule." + o.strategy.ids[a.Rule] }

// onLines is of for a select other than "all". The rules that lowered the reward are those
// that won lines which the rule would have reduced.
func (o *others) onLines(q *Quote, n int, t *trace) (from int64, by []string) {
	a := o.applied[n]
	tried := t.tried[a.Rule].lowered
	if tried.amount == a.Amount {
		return 0, nil // no other rule won a line from it
	}
	_, alone := o.comesTo(n)
	for k, other := range o.applied {
		if k != n && shareALine(alone, q.Shares(other)) {
			by = append(by, o.key(other))
		}
	}
	return tried.from, by
}

// shareALine reports whether two lists of shares have a line or a shipping charge in common.
func shareALine(a, b []Share) bool {
	return slices.ContainsFunc(a, func(one Share) bool {
		return slices.ContainsFunc(b, func(other Share) bool { return one.Line == other.Line && one.Charge == other.Charge })
	})
}

// comesTo is what the reward of the n-th applied rule comes to after the rules of before, in
// minor units without limits and max_discount, and what the rule takes off each line.
func (o *others) comesTo(n int, before ...Applied) (amount int64, shares []Share) {
	some := *o.strategy
	some.rules, some.exclusive, some.grouped, some.quotas = nil, false, false, nil
	for _, a := range append(slices.Clone(before), o.applied[n]) {
		r := o.strategy.lowerAlone(o.quote, a.Rule)
		r.exclusive, r.group = exclusiveNot, "" // these rules are already chosen
		some.rules = append(some.rules, r)
	}
	some.ruleCount, some.arithmetic.payable = len(some.rules), payable{}
	trace, last := new(trace), len(some.rules)-1
	q := new(Quote)
	q.work.trace = trace
	if err := some.QuoteInto(q, o.cart, o.now); err != nil {
		return 0, nil
	}
	for _, a := range q.Applied {
		if a.Rule == last {
			shares = q.Shares(a)
		}
	}
	return trace.tried[last].lowered.from, shares
}
