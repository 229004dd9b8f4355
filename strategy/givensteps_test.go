package strategy_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/strategy"
)

// A rule with a ladder that took something off has it from one step, and would
// have taken the same off had it no other. Where rules are combined the others say
// what it takes off alone, and so with which rules it goes.
func TestLawOnlyTheGivenStepCounts(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		if p.spec.selection == "best_combination" {
			p.spec.selection = ""
		}
		whole := p.quoted(t)
		given, err := mustLoadSpec(t, p.spec).GivenSteps(p.cart, p.now)
		if err != nil {
			t.Fatal(err)
		}
		numbers := make(map[string][]int)
		for _, step := range given {
			numbers[step.Rule] = append(numbers[step.Rule], step.Number)
		}
		for _, a := range whole.applied {
			got, ladder := numbers[a.id], p.spec.ladderOf(a.id)
			if least, most := ladder.bounds(a.amount); len(got) < least || len(got) > most {
				t.Fatalf("%s took %d off, by the steps %v", a.id, a.amount, got)
			}
			delete(numbers, a.id)
			if len(got) == 1 {
				ladder.leaveOnly(got[0] - 1)
			}
		}
		if len(numbers) > 0 {
			t.Fatalf("steps of rules that did not apply: %v", numbers)
		}
		if pruned := p.quoted(t); pruned.String() != whole.String() {
			t.Fatalf("with all steps\n%s\nwith those given alone\n%s", whole, pruned)
		}
	})
}

// ladderSteps is the steps of a rule in a specification; of a rule without any
// it is the zero value.
type ladderSteps struct {
	order *[]stepSpec
	rule  *[]ladderSpec
	units bool // a unit_ladder
}

func (s *spec) ladderOf(id string) ladderSteps {
	i := slices.IndexFunc(s.rules, func(r ruleSpec) bool { return r.id == id })
	switch {
	case id == "rounding":
		return ladderSteps{}
	case i < 0:
		return ladderSteps{order: &s.steps}
	case s.rules[i].reward.kind == "ladder":
		return ladderSteps{rule: &s.rules[i].reward.steps}
	}
	return ladderSteps{units: s.rules[i].reward.kind == "unit_ladder"}
}

// bounds is how many steps an amount that was taken off can be from.
func (l ladderSteps) bounds(amount int64) (least, most int) {
	switch {
	case amount == 0 || l == ladderSteps{}:
		return 0, 0
	case l.units:
		return 1, 2
	}
	return 1, 1
}

func (l ladderSteps) leaveOnly(i int) {
	switch {
	case l.order != nil:
		only := (*l.order)[i]
		only.id = (*l.order)[0].id // the first step has it for all
		*l.order = []stepSpec{only}
	case l.rule != nil:
		*l.rule = (*l.rule)[i : i+1]
	}
}

func TestSteps(t *testing.T) {
	s := mustLoad(t, "", `version = "v"
currency = "JPY"
[[discounts]]
threshold = 1000
amount = 1
[rule.b]
priority = -1
ladder_by = "quantity"
ladder = [{ threshold = 1, amount = 1 }, { threshold = 2, amount = 2 }]
[rule.c]
priority = -2
discount_rate = 0.1
[rule.d]
priority = -3
unit_ladder = { first = 1, additional = 2 }
`)
	want := []strategy.Step{
		{Rule: "discounts", Number: 1, From: "1000 JPY"},
		{Rule: "b", Number: 1, From: "1 unit"}, {Rule: "b", Number: 2, From: "2 units"},
		{Rule: "d", Number: 1, From: "1 unit"}, {Rule: "d", Number: 2, From: "2 units"},
	}
	if got := s.Steps(); !slices.Equal(got, want) {
		t.Errorf("the steps are %v, want %v", got, want)
	}
}
