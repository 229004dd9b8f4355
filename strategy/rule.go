package strategy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// rule is one promotion: its goods, times, conditions, reward, and how it combines with others.
type rule struct {
	id         string
	pos        document.Pos
	texts      *ruleTexts // nil for most
	enabled    bool
	lines      selector
	targeting  targeting
	each       each
	valid      validity
	windows    []window
	conditions []conditionSpec
	reward     reward
	stacking   stacking
	own        *quotaSpec   // its quota; nil for none
	quotas     []*quotaSpec // its quota and those it names
}

func (m *Model) decodeRules(s *section) []*rule {
	n := s.Get("rule")
	if n == nil {
		return nil
	}
	if n.Kind != document.Table {
		s.Want(n, "rule", `tables such as [rule."spring"]`)
		return nil
	}
	rules, block := make([]*rule, 0, len(n.Fields)), make([]rule, len(n.Fields))
	for i := range n.Fields {
		m.pause.After(i)
		f := &n.Fields[i]
		if f.Value.Kind != document.Table {
			s.Add(f.Pos, rulePath(f.Key), "a rule is a table", `such as [rule."`+f.Key+`"]`)
			continue
		}
		m.decodeRule(s, f, &block[i])
		rules = append(rules, &block[i])
	}
	return rules
}

func (m *Model) decodeRule(top *section, f *document.Field, r *rule) {
	s := top.rule(f)
	switch reason := checkLabel(f.Key); {
	case f.Key == "":
		s.Add(f.Pos, s.Path(), "the rule's id is empty", "")
	case reason != "":
		s.Add(f.Pos, s.Path(), reason, "")
	case m.ladder != nil && f.Key == m.ladder.id:
		s.Add(f.Pos, s.Path(), "the [[discounts]] ladder goes by this id", "call the rule something else, or give the ladder an id in its first step")
	}
	if what := stray(f.Key); what != "" {
		s.Warn(f.Pos, s.Path(), what, strayHint(f.Key))
	}
	if f.Key == RuleRounding && m.arithmetic.payable.unit > 0 {
		s.Add(f.Pos, s.Path(), "what payable_unit rounds goes by this id", "call the rule something else")
	}
	r.id, r.pos = f.Key, f.Pos
	r.texts = decodeTexts(s)
	r.enabled = s.Bool("enabled", true)
	r.lines = decodeSelector(s)
	r.targeting = decodeTargeting(s)
	r.each = decodeEach(s)
	r.valid = decodeValidity(s)
	r.windows = decodeWindows(s)
	r.conditions = decodeConditions(s)
	r.decodeQuotas(s, m)
	r.reward = decodeReward(s)
	r.stacking = decodeStacking(s)
	r.checkExclusive(s)
	r.checkQuotas(s)
	if countsUnits(r.reward) && r.targeting.appliesTo != toItems {
		s.Wrong(s.Node.Get("applies_to"), "applies_to", "the reward counts units, and shipping has none", `use applies_to = "items"`)
	}
	s.Done()
}

// byUnit reports whether a rule counts units or sets what a unit costs or loses, so that it
// leaves out goods by weight.
func (r *rule) byUnit() bool {
	return r.targeting.maxUnits > 0 || countsUnits(r.reward) || looksAtUnits(r.reward)
}

// byLine reports whether a rule looks at the lines of a cart, so that splitting a line changes
// what it gives.
func (r *rule) byLine() bool {
	return r.targeting.perLine || r.each == eachLine || r.stacking.stop == stopLine || looksAtLines(r.reward)
}

func (m *Model) encodeRules(o *object) {
	if len(m.rules) == 0 {
		return
	}
	byName := document.Comparing(m.pause, func(a, b *rule) int { return compareUTF16(a.id, b.id) })
	rules := m.rules
	if !slices.IsSortedFunc(rules, byName) {
		rules = slices.SortedFunc(slices.Values(rules), byName)
	}
	o.key("rule")
	o.object(func(o *object) {
		for i, r := range rules {
			m.pause.After(i)
			o.key(r.id)
			o.object(r.encode)
		}
	})
}

func (r *rule) encode(o *object) {
	if !r.enabled {
		o.key("enabled")
		o.raw("false")
	}
	r.lines.encode(o)
	r.targeting.encode(o)
	r.each.encode(o)
	r.valid.encode(o)
	encodeList(o, "time_windows", r.windows, (*window).encode)
	for _, c := range r.conditions {
		c.encode(o)
	}
	r.reward.encode(o)
	r.stacking.encode(o)
	r.encodeQuotas(o)
}

// byPriority orders rules as they are applied: lower stage first, then higher priority first,
// then by id.
func byPriority(a, b *rule) int {
	switch {
	case a.stacking.stage != b.stacking.stage:
		return cmp.Compare(a.stacking.stage, b.stacking.stage)
	case a.stacking.priority != b.stacking.priority:
		return cmp.Compare(b.stacking.priority, a.stacking.priority)
	}
	return strings.Compare(a.id, b.id)
}
