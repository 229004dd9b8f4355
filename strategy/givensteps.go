package strategy

import (
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// Step is one step of a ladder: of the rewards ladder and unit_ladder, or of
// [[discounts]].
type Step struct {
	Rule   string // the id of the rule
	Number int    // 1 for the first that is written
	// From is where the step begins, for a person: "300.00", or "3 units".
	From string
}

// Steps are the steps of all ladders, in the order of [Strategy.Rules] and then
// as they are written.
func (s *Strategy) Steps() []Step {
	var list []Step
	for i, id := range s.ids {
		if ladder, is := s.rules[i].reward.(stepped); is {
			for _, step := range ladder.stepList(s.currency) {
				step.Rule = id
				list = append(list, step)
			}
		}
	}
	return list
}

// GivenSteps are those of [Strategy.Steps] that a quote of the cart has its
// discount from: of the rules that applied, not those that were tried. It looks
// at every rule, as [Strategy.Explain] does. The error is a *[LineError].
func (s *Strategy) GivenSteps(c *cart.Cart, now time.Time) ([]Step, error) {
	q, trace := &Quote{}, &trace{}
	q.work.trace = trace
	if err := s.QuoteInto(q, c, now); err != nil {
		return nil, err
	}
	var list []Step
	for _, a := range q.Applied {
		ladder, is := s.rules[a.Rule].reward.(stepped)
		if !is {
			continue
		}
		// A rule that applied did so as it came out when it was tried last.
		gave := trace.tried[a.Rule].gave
		for _, step := range ladder.stepList(s.currency) {
			if q.bears(a, step.Number, gave) {
				step.Rule = s.ids[a.Rule]
				list = append(list, step)
			}
		}
	}
	return list, nil
}

// bears reports whether a rule took something off an item for which a step gave
// it: where each line has its own best rule, others may have won the item.
func (q *Quote) bears(a Applied, number int, gave []stepOn) bool {
	return slices.ContainsFunc(q.Shares(a), func(s Share) bool {
		item := s.Line
		if item < 0 {
			item = len(q.Lines) + s.Charge
		}
		return slices.Contains(gave, stepOn{number: number, item: int32(item)})
	})
}

// stepped is a reward in steps.
type stepped interface {
	// stepList is the steps that can give something, without the rule's id.
	stepList(money.Currency) []Step
	// gave says which step gave what the portions lose, as give left them. It
	// may aim elsewhere.
	gave(e *evaluation, t *target, portions []portion) []stepOn
}

// stepOn is a step that gave something off an item.
type stepOn struct {
	number int
	item   int32
}

// givenBy asks a reward which of its steps gave what it just gave.
func (e *evaluation) givenBy(of reward, t *target) []stepOn {
	ladder, is := of.(stepped)
	if !is {
		return nil
	}
	before, portions := *t, slices.Clone(t.portions)
	list := ladder.gave(e, t, portions)
	*t = before
	t.portions = append(t.portions[:0], portions...)
	return list
}

// allBy is one step, an index, having given all that the portions lose.
func allBy(step int, portions []portion) []stepOn {
	list := make([]stepOn, 0, len(portions))
	for i := range portions {
		if p := &portions[i]; p.off > 0 {
			list = append(list, stepOn{number: step + 1, item: p.item})
		}
	}
	return list
}

func (l *ladder) stepList(currency money.Currency) []Step {
	list := make([]Step, len(l.steps))
	for i := range l.steps {
		list[i] = Step{Number: i + 1, From: l.thresholdText(currency, l.steps[i].threshold)}
	}
	return list
}

func (l *ladder) gave(e *evaluation, t *target, portions []portion) []stepOn {
	return allBy(l.highest(l.reached(e, t)), portions)
}

func (ladder orderSteps) stepList(currency money.Currency) []Step {
	list := make([]Step, len(ladder))
	for i := range ladder {
		list[i] = Step{Number: i + 1, From: majorText(currency, ladder[i].threshold)}
	}
	return list
}

func (ladder orderSteps) gave(e *evaluation, t *target, portions []portion) []stepOn {
	return allBy(ladder.best(e, t), portions)
}

// stepList has no step that is worth nothing, which a unit_ladder may have.
func (u *unitLadder) stepList(money.Currency) []Step {
	var list []Step
	if u.first > 0 {
		list = append(list, Step{Number: 1, From: unitsText(1)})
	}
	if u.additional > 0 && u.most != 1 {
		list = append(list, Step{Number: 2, From: unitsText(2)})
	}
	return list
}

// gave takes what a line loses beyond the amount of the first unit for that of
// the further ones.
func (u *unitLadder) gave(e *evaluation, _ *target, portions []portion) []stepOn {
	var list []stepOn
	first := e.arith.round(u.first)
	for i := range portions {
		p := &portions[i]
		if first > 0 && p.off > 0 {
			list = append(list, stepOn{number: 1, item: p.item})
		}
		if p.off > first {
			list = append(list, stepOn{number: 2, item: p.item})
		}
	}
	return list
}
