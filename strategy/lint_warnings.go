package strategy

import (
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/internal/rates"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// Warnings lists places of a valid strategy that are probably not what was meant. A strategy
// with warnings can be used.
//
//   - a SKU, category or subgroup that the catalogue does not know
//   - a rate that looks like the share to pay, such as 0.8 for 8 折
//   - rates of units that look like the shares to pay, most off the dearest unit
//   - a step of a ladder that gives no more than one that is easier to reach
//   - a [[discounts]] step that takes more off than its threshold
//   - an alternative of any that is the same as an earlier one
//   - a rule after one that always ends the cart
//   - time windows or local date-times without a timezone
//   - local date-times that the clocks skip, or show twice
//   - a word with white space before or after it, or with a character that is not seen
//   - a payable_unit that rounds nothing
//   - a set of codes that no rule names
//   - codes of a file that look alike, or have characters that are not seen
//   - a partial quota of a reward that reduces units in sets, or that limits orders alone
//   - a budget for a gift
//
// The list is in the order of the text and has up to [document.MaxListed] entries;
// [Model.MoreWarnings] is how many more there are.
func (m *Model) Warnings() []document.Diagnostic { return m.warnings }

// MoreWarnings is how many warnings [Model.Warnings] leaves out.
func (m *Model) MoreWarnings() int { return m.moreWarnings }

// warn reports that a member is probably not what was meant.
func (s *section) warn(n *document.Node, name, reason, hint string) {
	s.Warn(n.Pos, s.KeyOf(n, name), reason, hint)
}

// checkShare warns of a rate that is probably the share to pay.
func (s *section) checkShare(n *document.Node, name string, r money.Rate) {
	if rates.LooksToPay(r) {
		s.warn(n, name, fmt.Sprintf("%s is taken off, %s is left to pay", r, r.Complement()),
			fmt.Sprintf("to let %s be paid, %s, write %s", r, rates.Folded(r), r.Complement()))
	}
}

// checkZone warns of local times where the strategy has no timezone.
func (s *section) checkZone(n *document.Node, name string) {
	if !s.zoned {
		s.warn(n, name, "the time is local, and no timezone is given, so it is UTC", `such as timezone = "Asia/Shanghai" at the top`)
	}
}

// checkRising warns of a step that gives no more than the one below it.
func (l *ladder) checkRising(s *section, step *document.Node, i int) {
	if i == 0 {
		return
	}
	below, this := &l.steps[i-1], &l.steps[i]
	worse := below.amount > 0 && this.amount > 0 && this.amount <= below.amount ||
		!below.rate.IsZero() && !this.rate.IsZero() && this.rate.Compare(below.rate) <= 0
	if worse {
		s.warnTable(step, fmt.Sprintf("%s[%d]", s.Key("ladder"), i), "the step gives no more than the one below it")
	}
}

// checkSteps warns of [[discounts]] steps that take more off than their threshold. It also warns
// of steps that another one makes useless: open at the same times on the same lines, as easy to
// reach and worth as much.
func checkSteps(s *section, steps []orderStep, nodes []*document.Node) {
	if len(steps) > maxCompared {
		return
	}
	for i := range steps {
		if st := &steps[i]; st.amount > st.threshold && st.threshold > 0 {
			s.warnTable(nodes[i], fmt.Sprintf("discounts[%d]", i), "the step takes more off than its threshold")
		}
		for j := range steps {
			a, b := &steps[i], &steps[j]
			if i == j || !a.sameTimeAndLines(b) || a.threshold < b.threshold || a.amount > b.amount {
				continue
			}
			if a.threshold == b.threshold && a.amount == b.amount && i < j {
				continue // of two equal steps, the later one is useless
			}
			s.warnTable(nodes[i], fmt.Sprintf("discounts[%d]", i), fmt.Sprintf("discounts[%d] is as easy to reach and worth as much, so this step never applies", j))
			break
		}
	}
}

// maxCompared is the number of steps up to which they are compared with each other.
const maxCompared = 500

func (st *orderStep) sameTimeAndLines(other *orderStep) bool {
	return slices.Equal(st.windows, other.windows) && st.lines.sameWords(&other.lines)
}

func (sel *selector) sameWords(other *selector) bool {
	plain := func(s *selector) bool {
		return s.where == nil && s.minPrice == 0 && s.maxPrice == 0 && !s.skipReduced && s.exclude == nil
	}
	return plain(sel) && plain(other) && slices.Equal(sel.skus, other.skus) &&
		slices.Equal(sel.categories, other.categories) && slices.Equal(sel.subgroups, other.subgroups) &&
		slices.EqualFunc(sel.any, other.any, func(a, b selector) bool { return a.sameWords(&b) })
}

// warnTable warns about a whole table.
func (s *section) warnTable(n *document.Node, path, reason string) {
	s.Warn(n.Pos, path, reason, "")
}

// checkReach warns of rules after one that always ends the cart.
func (m *Model) checkReach(s *section) {
	if m.arithmetic.selection != selectAll {
		return // stop does not keep rules from being chosen
	}
	var last *rule
	for _, r := range m.rules {
		if r.stacking.stop == stopCart && r.competes() && r.always() && (last == nil || byPriority(r, last) < 0) {
			last = r
		}
	}
	if last == nil {
		return
	}
	reason := fmt.Sprintf("%s comes before and always ends the cart, so this rule never applies", rulePath(last.id))
	beside := slices.ContainsFunc(m.rules, func(r *rule) bool { return r.enabled && r.stacking.exclusive == exclusiveGoods })
	for _, r := range m.rules {
		if r.targeting.appliesTo == toShipping && beside {
			continue // it applies beside an exclusive rule of goods that replaces last
		}
		if r.competes() && byPriority(r, last) > 0 {
			s.Warn(r.pos, rulePath(r.id), reason, "")
		}
	}
}

// competes reports whether a rule is enabled and not exclusive.
func (r *rule) competes() bool { return r.enabled && r.stacking.exclusive == exclusiveNot }

// always reports whether a rule applies to every cart that has goods.
func (r *rule) always() bool {
	if !r.lines.sameWords(&selector{}) || r.valid.hasFrom || r.valid.hasUntil || len(r.windows) > 0 || r.stacking.group != "" {
		return false
	}
	c := newCompiler()
	for _, spec := range r.conditions {
		if len(spec.compile(c, nil)) > 0 {
			return false
		}
	}
	of, is := r.reward.(certainReward)
	return is && of.alwaysGives() && r.targeting.appliesTo != toShipping
}
