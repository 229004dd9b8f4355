package strategy_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// A rule with a ladder that took something off has it from one step, and would have
// taken the same off had it no other. With each it has it from one step for each part,
// and needs its other steps, too: a part may reach one that gives it nothing. Where
// rules are combined the others say what it takes off alone, and so with which rules
// it goes.
func TestLawOnlyTheGivenStepCounts(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		if p.spec.selection == "best_combination" {
			p.spec.selection = ""
		}
		whole := p.quoted(t)
		given, err := mustLoadSpec(t, p.spec).ContributingSteps(p.cart, p.now)
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
			if len(got) == 1 && !ladder.parts {
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
	parts bool // each part of the cart reaches a step by itself
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
		return ladderSteps{rule: &s.rules[i].reward.steps, parts: s.rules[i].each != ""}
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
	case l.parts:
		return 1, len(*l.rule)
	}
	return 1, 1
}

// leaveOnly drops all steps but one.
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
	want := []strategy.StepRef{
		{Rule: "discounts", Number: 1, From: "1000 JPY"},
		{Rule: "b", Number: 1, From: "1 unit"}, {Rule: "b", Number: 2, From: "2 units"},
		{Rule: "d", Number: 1, From: "1 unit"}, {Rule: "d", Number: 2, From: "2 units"},
	}
	if got := s.Steps(); !slices.Equal(got, want) {
		t.Errorf("the steps are %v, want %v", got, want)
	}
}

// Each article reaches a step of its own, and both steps gave something.
func TestGivenStepsOfParts(t *testing.T) {
	s := mustLoad(t, "", `version = "v"
currency = "JPY"
unknown_skus = "pass"
[rule.a]
each = "sku"
ladder = [{ threshold = 0, amount = 1 }, { threshold = 20, amount = 2 }, { threshold = 40, amount = 3 }]
`)
	c := &cart.Cart{Lines: []cart.Line{
		{ID: "1", SKU: "latte", Quantity: 1, UnitPrice: 10, Subtotal: 10},
		{ID: "2", SKU: "mocha", Quantity: 1, UnitPrice: 30, Subtotal: 30},
	}}
	want := []strategy.StepRef{{Rule: "a", Number: 1, From: "0 JPY"}, {Rule: "a", Number: 2, From: "20 JPY"}}
	if got, err := s.ContributingSteps(c, time.Unix(0, 0)); err != nil || !slices.Equal(got, want) {
		t.Errorf("the steps are %v (%v), want %v", got, err, want)
	}
}
