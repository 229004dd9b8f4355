package ruletest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// applied expects that exactly these rules gave something. It is a list in the order in which the
// rules apply, or a table with the amount that each takes off.
//
//	applied = ["coffee-morning", "group-buy-3"]
//	applied = { "coffee-morning" = 6.00, "group-buy-3" = 7.20 }
type applied struct {
	member
	rules   []rule
	amounts bool
}

// rule is a rule that a test names, with what the test expects of it.
type rule struct {
	member
	id   string
	says string // an amount or a reason; "" in a list
}

func decodeApplied(s *document.Section, n *document.Node, name string, _ int) expectation {
	e := &applied{member: expected(name, n)}
	switch n.Kind {
	case document.Array:
		e.rules = ruleList(s, n, name)
	case document.Table:
		e.amounts = true
		for i := range n.Fields {
			f := &n.Fields[i]
			if dotted(s, f, name) {
				continue
			}
			text := amountOf(f.Key, s, f.Value, document.KeyIn(s.Key(name), f.Key))
			e.rules = append(e.rules, rule{member: e.below(f), id: f.Key, says: text})
		}
	default:
		s.Want(n, name, "a list of rule ids, or a table of amounts by rule id")
		return nil
	}
	return e
}

func (e *applied) check(o *outcome) {
	unknown := 0
	for _, r := range e.rules {
		if !o.knows(r) {
			unknown++
		}
	}
	switch {
	case e.amounts:
		e.checkAmounts(o)
	case unknown == 0: // an unknown rule has failed the test already
		e.checkOrder(o)
	}
}

func (e *applied) checkOrder(o *outcome) {
	var want, reasons []string
	got := o.applied()
	for _, r := range e.rules {
		want = append(want, r.id)
		if !slices.Contains(got, r.id) {
			reasons = append(reasons, r.id+": "+o.why(r.id))
		}
	}
	if !slices.Equal(got, want) {
		o.fail(e.member, tomlList(got), tomlList(want), strings.Join(reasons, "; "))
	}
}

func (e *applied) checkAmounts(o *outcome) {
	for _, r := range e.rules {
		off, applied := o.takenBy(r.id)
		switch {
		case applied:
			o.compare(r.member, r.says, off, func() string { return o.whyLess(r.id) })
		case o.exists(r.id):
			o.fail(r.member, "not applied: "+o.why(r.id), "applied with "+r.says, "")
		}
	}
	for _, id := range o.applied() {
		if !slices.ContainsFunc(e.rules, func(r rule) bool { return r.id == id }) {
			off, _ := o.takenBy(id)
			o.fail(e.member, fmt.Sprintf("%q applied with %s", id, o.major(off)), "no rule but those listed", "")
		}
	}
}

// notApplied expects that rules give nothing, for any reason.
//
//	not_applied = ["late-night"]
type notApplied struct {
	rules []rule
}

func decodeNotApplied(s *document.Section, n *document.Node, name string, _ int) expectation {
	if n.Kind != document.Array {
		s.Want(n, name, "a list of rule ids")
		return nil
	}
	if len(n.Items) == 0 {
		s.Wrong(n, name, "the list is empty, so nothing is checked", "to say that no rule applies, write applied = []")
	}
	return &notApplied{rules: ruleList(s, n, name)}
}

func (e *notApplied) check(o *outcome) {
	for _, r := range e.rules {
		if !o.knows(r) {
			continue
		}
		if off, applied := o.takenBy(r.id); applied {
			o.fail(r.member, fmt.Sprintf("%q applied with %s", r.id, o.major(off)), "it not applied", "")
		}
	}
}

// rejected expects that rules give nothing, each for a reason. The reasons are those of
// [strategy.Rejected].
//
//	rejected = { "late-night" = "time_window" }
type rejected struct {
	rules []rule
}

func decodeRejected(s *document.Section, n *document.Node, name string, _ int) expectation {
	if n.Kind != document.Table {
		s.Want(n, name, `a table of reasons by rule id, such as { "late-night" = "time_window" }`)
		return nil
	}
	if len(n.Fields) == 0 {
		s.Wrong(n, name, "the table is empty, so nothing is checked", "to say that no rule applies, write applied = []")
	}
	e := &rejected{}
	in := s.Member(n, name)
	for i := range n.Fields {
		f := &n.Fields[i]
		if dotted(s, f, name) {
			continue
		}
		says := in.Text(f.Key)
		e.rules = append(e.rules, rule{member: expected(name, n).below(f), id: f.Key, says: says})
		if says != "" && !slices.Contains(strategy.Reasons(), says) {
			in.Wrong(f.Value, f.Key, fmt.Sprintf("%q is no reason why a rule does not apply", says), reasonMeant(says))
		}
	}
	return e
}

// reasonMeant returns the hint for an unknown reason.
func reasonMeant(typed string) string {
	if hint := document.DidYouMean(typed, strategy.Reasons()); hint != "" {
		return hint
	}
	return "the key that does not hold, such as min_quantity, or a word such as target, group or stopped"
}

func (e *rejected) check(o *outcome) {
	for _, r := range e.rules {
		if !o.knows(r) {
			continue
		}
		if off, applied := o.takenBy(r.id); applied {
			o.fail(r.member, "applied with "+o.major(off), r.says, "")
		} else if x := o.rejection(r.id); x == nil || x.Reason != r.says {
			o.fail(r.member, o.why(r.id), r.says, "")
		}
	}
}

// dotted reports a problem for an id with a dot that is not in quotes. TOML reads such an id as
// two keys.
func dotted(s *document.Section, f *document.Field, name string) bool {
	if f.Value.Kind != document.Table || len(f.Value.Fields) != 1 {
		return false
	}
	id := f.Key + "." + f.Value.Fields[0].Key
	s.Add(f.Pos, document.KeyIn(s.Key(name), f.Key), "this is a table, since a dot that is not in quotes parts two keys",
		"an id with a dot in it is written in quotes: "+strconv.Quote(id))
	return true
}

// ruleList reads a list of different rule ids.
func ruleList(s *document.Section, n *document.Node, name string) []rule {
	list := make([]rule, 0, len(n.Items))
	seen := make(map[string]bool, len(n.Items))
	for i, item := range n.Items {
		key := fmt.Sprintf("%s[%d]", s.Key(name), i)
		switch {
		case item.Kind != document.String:
			s.Add(item.Pos, key, fmt.Sprintf("this is %s, want the id of a rule", item.Kind), "")
		case item.Text == "":
			s.Add(item.Pos, key, "the string is empty", "")
		case seen[item.Text]:
			s.Add(item.Pos, key, fmt.Sprintf("%q is listed twice", item.Text), "")
		}
		seen[item.Text] = true
		list = append(list, rule{member: expected(name, n).element(i, item), id: item.Text})
	}
	return list
}

// tomlList returns rule ids as a list in TOML.
func tomlList(ids []string) string {
	quoted := make([]string, len(ids))
	for i, id := range ids {
		quoted[i] = strconv.Quote(id)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
