package ruletest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// remaining is what is left of quotas when a test runs. All is left of the others.
//
//	exhausted = ["flash"]                         # nothing is left: rules, or counts by their names
//	left      = { flash = 1, campaign = 250.00 }  # in what the count limits
//	left      = { flash = { units = 3, units_per_customer = 1 } }
type remaining struct {
	exhausted []rule
	left      []leftOf
}

// leftOf is how much is left of a limit of a count, as written.
type leftOf struct {
	member
	count string
	limit string // the key of the limit; "" where the count has only one
	text  string
}

// perCustomer is the end of the keys of limits for each customer.
const perCustomer = "_per_customer"

func decodeRemaining(s *document.Section) remaining {
	var r remaining
	if n := s.Get("exhausted"); n != nil {
		for _, item := range s.Strings(n, "exhausted", "a list of rules or quotas", "the list is empty", "leave the key out where all is left") {
			if item.Kind != document.String {
				s.Want(item, "exhausted", "the id of a rule, or the name of a quota")
				continue
			}
			r.exhausted = append(r.exhausted, rule{member: member{key: s.KeyOf(item, "exhausted"), at: item.Pos}, id: item.Text})
		}
	}
	n := s.Get("left")
	if n == nil || !s.IsTable(n, "left", "{ flash = 1 }") {
		return r
	}
	in := s.Member(n, "left")
	for i := range n.Fields {
		f := &n.Fields[i]
		at := member{key: document.KeyIn("left", f.Key), at: f.Value.Pos}
		if f.Value.Kind != document.Table {
			r.left = append(r.left, leftOf{at, f.Key, "", amount(in, f.Value, in.Key(f.Key))})
			continue
		}
		limits := in.Member(f.Value, f.Key)
		for j := range f.Value.Fields {
			l := &f.Value.Fields[j]
			r.left = append(r.left, leftOf{at.below(l), f.Key, l.Key, amount(limits, l.Value, limits.Key(l.Key))})
		}
	}
	return r
}

// restrict makes the restriction of a test. If the strategy has no such quota, it adds a failure.
func (o *outcome) restrict(r *remaining) {
	if len(r.exhausted)+len(r.left) == 0 {
		return
	}
	o.within = &strategy.Restriction{}
	for _, e := range r.exhausted {
		o.exhaust(e)
	}
	for _, l := range r.left {
		o.leave(l)
	}
}

// exhaust leaves nothing of a count, or of what a rule counts.
func (o *outcome) exhaust(e rule) {
	quotas, found := o.Quotas(), false
	for i := range quotas {
		if quotas[i].Name == e.id {
			o.within.SetLeft(i, 0)
			found = true
		}
	}
	at := slices.Index(o.Rules(), e.id)
	if !found && at >= 0 && slices.ContainsFunc(quotas, func(q strategy.Quota) bool { return slices.Contains(q.Rules, at) }) {
		o.within.Deny(at)
		found = true
	}
	if !found {
		o.noQuota(e.member, e.id)
	}
}

// leave leaves so much of a limit.
func (o *outcome) leave(l leftOf) {
	quotas := o.Quotas()
	var limits []int
	for i := range quotas {
		if q := &quotas[i]; o.counts(q, l.count) && (l.limit == "" || l.limit == limitKey(q)) {
			limits = append(limits, i)
		}
	}
	all := slices.DeleteFunc(slices.Clone(limits), func(i int) bool { return quotas[i].PerCustomer })
	if len(limits) > 1 && len(all) == 1 {
		limits = all // of all customers
	}
	switch {
	case len(limits) == 0:
		o.noQuota(l.member, l.count)
	case len(limits) > 1:
		o.fail(l.member, fmt.Sprintf("%q has several limits: %s", l.count, strings.Join(keysOf(quotas, limits), ", ")), "",
			fmt.Sprintf("such as { %s = %s }", limitKey(&quotas[limits[0]]), l.text))
	default:
		left, err := readLeft(&quotas[limits[0]], l.text, o.Currency().ParseMajor)
		if err != nil {
			o.fail(l.member, err.Error(), "", "")
			return
		}
		o.within.SetLeft(limits[0], left)
	}
}

// counts reports whether a name is that of a count, or of the only rule that has it.
func (o *outcome) counts(q *strategy.Quota, name string) bool {
	return q.Name == name || len(q.Rules) == 1 && o.Rules()[q.Rules[0]] == name
}

// readLeft reads how much is left of a quota: a whole number, or an amount.
func readLeft(q *strategy.Quota, text string, amount func(string) (int64, error)) (int64, error) {
	if q.Kind == strategy.QuotaBudget {
		return amount(text)
	}
	left, err := document.ParseInteger(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number of %s", text, q.Kind)
	}
	return left, nil
}

func limitKey(q *strategy.Quota) string {
	if q.PerCustomer {
		return q.Kind.String() + perCustomer
	}
	return q.Kind.String()
}

func keysOf(quotas []strategy.Quota, at []int) []string {
	var keys []string
	for _, i := range at {
		keys = append(keys, limitKey(&quotas[i]))
	}
	return keys
}

// noQuota adds the failure of a name that the strategy does not count by.
func (o *outcome) noQuota(m member, name string) {
	var names []string
	for _, q := range o.Quotas() {
		names = append(names, q.Name)
		for _, i := range q.Rules {
			names = append(names, o.Rules()[i])
		}
	}
	hint := document.DidYouMean(name, slices.DeleteFunc(names, func(n string) bool { return n == name }))
	if len(names) == 0 {
		hint = "no rule of the strategy has a quota"
	}
	o.fail(m, fmt.Sprintf("the strategy has no quota %q", name), "", hint)
}
