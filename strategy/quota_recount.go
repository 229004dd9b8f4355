package strategy

import (
	"fmt"
	"slices"
)

// Recount is a count that starts at zero when one strategy follows another, although the earlier
// strategy has a count that it may be meant to continue.
type Recount struct {
	Was, Now Quota
	Codes    bool   // it counts the codes of a set: both have a name alone
	Text     string // for a person, and what to write
}

// RecountsAfter lists the counts of the strategy that start at zero after an earlier strategy,
// and that may continue a count of the earlier one: the same rule has it, or the earlier strategy
// has a count of that kind that the later one no longer has. A count continues one of the same
// name, round, kind and period.
func (s *Strategy) RecountsAfter(earlier *Strategy) []Recount {
	gone := slices.DeleteFunc(slices.Clone(earlier.Quotas()), func(was Quota) bool { return s.continues(&was) })
	var list []Recount
	for _, now := range s.Quotas() {
		if earlier.continues(&now) {
			continue
		}
		best, likely := -1, 0
		for i := range gone {
			if by := s.likeness(&now, earlier, &gone[i]); by > likely {
				best, likely = i, by
			}
		}
		if best >= 0 {
			list = append(list, Recount{Was: gone[best], Now: now, Text: restartText(&gone[best], &now)})
			gone = slices.Delete(gone, best, best+1)
		}
	}
	return append(list, s.recodesAfter(earlier)...)
}

// recodesAfter lists the sets of codes in a file whose codes are good again although they were used
// up: the set has another name, or codes are compared in another way.
func (s *Strategy) recodesAfter(earlier *Strategy) []Recount {
	var list []Recount
	for _, now := range s.codeSets {
		was, why := now.name, ""
		switch {
		case now.signed:
		case !earlier.hasCodeSet(now.name):
			if was = earlier.codeSetGone(s, now.file); was != "" {
				why = "it was named " + was
			}
		case earlier.spelling.codes != s.spelling.codes:
			why = "coupon_case is another one"
		}
		if why != "" {
			text := fmt.Sprintf("%s counts its codes from zero, and those are good again that were used up: %s", now.name, why)
			list = append(list, Recount{Was: Quota{Name: was}, Now: Quota{Name: now.name}, Codes: true, Text: text})
		}
	}
	return list
}

func (s *Strategy) hasCodeSet(name string) bool {
	return slices.ContainsFunc(s.codeSets, func(set *codeSet) bool { return set.name == name })
}

// codeSetGone is the name of the set of a file that a later strategy has no more; "" for none.
func (s *Strategy) codeSetGone(later *Strategy, file string) string {
	for _, set := range s.codeSets {
		if !set.signed && set.file == file && !later.hasCodeSet(set.name) {
			return set.name
		}
	}
	return ""
}

// continues reports whether the strategy has the count of a quota.
func (s *Strategy) continues(of *Quota) bool {
	return slices.ContainsFunc(s.Quotas(), func(q Quota) bool {
		return q.Name == of.Name && q.Round == of.Round && q.Kind == of.Kind && q.PerCustomer == of.PerCustomer && q.Per == of.Per
	})
}

// likeness is how likely a quota is meant to continue one of an earlier strategy; 0 for not.
func (s *Strategy) likeness(now *Quota, earlier *Strategy, was *Quota) int {
	switch {
	case now.Kind != was.Kind || now.PerCustomer != was.PerCustomer:
		return 0
	case now.Name == was.Name:
		return 3
	case slices.ContainsFunc(now.Rules, func(rule int) bool {
		return slices.ContainsFunc(was.Rules, func(old int) bool { return earlier.ids[old] == s.ids[rule] })
	}):
		return 2
	}
	return 1
}

// restartText says that a count starts at zero, and why.
func restartText(was, now *Quota) string {
	text := fmt.Sprintf("%s counts %s from zero: ", now.Name, now.Kind)
	if now.PerCustomer {
		text = fmt.Sprintf("%s counts %s of each customer from zero: ", now.Name, now.Kind)
	}
	switch {
	case now.Name != was.Name:
		return text + fmt.Sprintf("to continue the count of %s, write id = %q", was.Name, was.Name)
	case now.Round != was.Round:
		return text + fmt.Sprintf("its round was %s and is %s", roundText(was.Round), roundText(now.Round))
	}
	return text + fmt.Sprintf("it was counted %s and is counted %s", periodText(was.Per), periodText(now.Per))
}

func roundText(round string) string {
	if round == "" {
		return "none"
	}
	return fmt.Sprintf("%q", round)
}

func periodText(p Period) string {
	if p == PerEver {
		return "for ever"
	}
	return "per " + p.String()
}
