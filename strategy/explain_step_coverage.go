package strategy

import (
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// StepRef names one step of a ladder: of the rewards ladder and unit_ladder, or of
// [[discounts]].
type StepRef struct {
	Rule   string // the id of the rule
	Number int    // position in the file, counted from 1
	// From is the threshold of the step in words: "300.00", or "3 units".
	From string
}

// Steps lists the steps of all ladders, in the order of [Strategy.Rules] and then in the order
// of the file.
func (s *Strategy) Steps() []StepRef {
	var list []StepRef
	for i, id := range s.ids {
		if ladder, is := s.rules[i].reward.(steppedReward); is {
			for _, step := range ladder.stepRefs(s.currency) {
				step.Rule = id
				list = append(list, step)
			}
		}
	}
	return list
}

// ContributingSteps lists those of [Strategy.Steps] that give a part of the discount of a cart.
// Rules that were tried but did not apply have none. Every rule is examined, as in
// [Strategy.Explain]. The error is a *[LineError], or [ErrTooManySteps] where select is
// "best_combination".
func (s *Strategy) ContributingSteps(c *cart.Cart, now time.Time) ([]StepRef, error) {
	q, trace := &Quote{}, &trace{}
	q.work.trace = trace
	if err := s.QuoteInto(q, c, now); err != nil {
		return nil, err
	}
	var list []StepRef
	for _, a := range q.Applied {
		ladder, is := s.rules[a.Rule].reward.(steppedReward)
		if !is {
			continue
		}
		// A rule applies with the result of its last try.
		gave := trace.tried[a.Rule].gave
		for _, step := range ladder.stepRefs(s.currency) {
			if q.reducedBy(a, step.Number, gave) {
				step.Rule = s.ids[a.Rule]
				list = append(list, step)
			}
		}
	}
	return list, nil
}

// reducedBy reports whether a rule reduced an item to which the step contributed. Where each
// line has its own best rule, another rule may have won the item.
func (q *Quote) reducedBy(a Applied, number int, gave []contribution) bool {
	return slices.ContainsFunc(q.Shares(a), func(s Share) bool {
		return slices.Contains(gave, contribution{number: number, item: q.work.itemOf(s)})
	})
}

// itemOf is the item that a share is of.
func (e *evaluation) itemOf(s Share) int32 {
	if s.Line < 0 {
		return int32(e.goods + s.Charge)
	}
	return int32(slices.IndexFunc(e.items, func(l item) bool {
		for line, left := l.line, l.lines; left > 0; left-- {
			if line == int32(s.Line) {
				return true
			}
			if left > 1 {
				line = e.nextLine[line]
			}
		}
		return false
	}))
}

// contribution is a step that gave something off an item.
type contribution struct {
	number int
	item   int32
}

// contributionsOf asks a reward which of its steps gave what the portions lose.
func (e *evaluation) contributionsOf(of reward, t *target) []contribution {
	ladder, is := of.(steppedReward)
	if !is {
		return nil
	}
	before, portions := *t, slices.Clone(t.portions)
	list := ladder.contributed(e, t, portions)
	*t = before
	t.portions = append(t.portions[:0], portions...)
	return list
}

// allBy attributes all that the portions lose to one step, by its index from 0.
func allBy(step int, portions []portion) []contribution {
	list := make([]contribution, 0, len(portions))
	for i := range portions {
		if p := &portions[i]; p.off > 0 {
			list = append(list, contribution{number: step + 1, item: p.item})
		}
	}
	return list
}
