package strategy

import (
	"errors"
	"fmt"
)

// This file limits the cost of a quote. A step is one rule that looks at one line or
// shipping charge, or one round of sharing an amount over one portion. Lines of one article
// count each, since the discount of a rule is distributed to all of them. The limit reads
// no clock, so that a cart is priced or refused in the same way on every machine.

// MaxSteps is how many steps a quote may take. It is far more than carts and strategies of
// shops need, and low enough that no cart keeps a processor busy for more than seconds. A
// hundred rules that all look at 500 lines take 50,000 steps. The longest search for a best
// combination may try 65,536 combinations of 500 lines.
const MaxSteps = 40_000_000

// ErrTooManySteps is the error of a quote that would take more than [MaxSteps] steps.
var ErrTooManySteps = errors.New("too many rules look at too many lines: pricing the cart takes more than " +
	fmt.Sprint(MaxSteps) + " steps")

// countSteps counts steps of a quote. It counts none of an explanation, which looks at more
// than a quote and has limits of its own.
func (e *evaluation) countSteps(steps int) {
	if e.trace == nil {
		e.steps += int64(steps)
	}
}

// tooManySteps reports whether the quote has taken too many steps. Then no further rule
// applies, so that the remaining work ends soon.
func (e *evaluation) tooManySteps() bool { return e.steps > MaxSteps }

// countLines counts the lines of an article that a rule is about, except the first.
func (e *evaluation) countLines(l *item) {
	if l.lines > 1 {
		e.countSteps(int(l.lines) - 1)
	}
}

// estimate is about how many steps the rules that the cart can touch take. Each rule looks
// at each line once, and once more for each condition that counts goods. With select =
// "best_combination", each combination that may be tried takes as many.
func (s *Strategy) estimate(e *evaluation) int64 {
	rules := int64(len(e.lookup.candidates))
	looks := rules
	if s.looks != nil {
		looks = 0
		for _, i := range e.lookup.candidates {
			looks += s.looks[i]
		}
	}
	if s.arithmetic.selection == selectBestCombination {
		looks <<= min(rules, maxCombined)
	}
	return looks * e.chargesAndLines()
}

// chargesAndLines is how many lines and shipping charges a cart has.
func (e *evaluation) chargesAndLines() int64 { return int64(e.lineCount() + len(e.items) - e.goods) }

// looksOf is how often each rule looks at a cart: once, once more for each condition that
// counts its goods, and once more for each step of [[discounts]]. It is nil where each rule
// looks once.
func (s *Strategy) looksOf() []int64 {
	looks, counting := make([]int64, len(s.rules)), false
	for i := range s.rules {
		r := &s.rules[i]
		looks[i] = 1
		if of, is := r.reward.(looker); is {
			looks[i] += of.looks()
		}
		for _, conditions := range [...][]condition{r.conditions, r.thresholds} {
			for _, c := range conditions {
				if of, is := c.(looker); is {
					looks[i] += of.looks()
				}
			}
		}
		counting = counting || looks[i] > 1
	}
	if !counting {
		return nil
	}
	return looks
}

// ExplanationSteps is about how many steps an explanation of a prepared quote takes, with
// its list of rules that a little more would bring. The explanation looks at all rules. It
// also prices larger carts, which more rules may be about.
func (s *Strategy) ExplanationSteps(q *Quote) int64 {
	return int64(len(s.rules)) * q.work.chargesAndLines() * (1 + maxQuotes)
}
