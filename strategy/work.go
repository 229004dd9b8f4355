package strategy

import (
	"errors"
	"fmt"
)

// This file bounds what a quote costs. A step is one rule that looks at one article or
// shipping charge, or one round of sharing an amount over it. No clock has a say, so that
// a cart that is priced once is priced always, on every machine.

// MaxSteps is how many steps a quote may take: far more than carts and strategies of shops
// need, and few enough that no cart keeps a processor for more than seconds. A hundred rules
// that all look at 500 lines take 50,000. The longest search for a best combination takes as
// many as 65,536 combinations of 500 lines.
const MaxSteps = 40_000_000

// ErrTooManySteps says that a quote was given up since it would take more than [MaxSteps].
var ErrTooManySteps = errors.New("too many rules look at too many lines: pricing the cart takes more than " +
	fmt.Sprint(MaxSteps) + " steps")

// spend counts steps. An explanation looks at more than a quote does and has bounds of its own.
func (e *evaluation) spend(steps int) {
	if e.trace == nil {
		e.steps += int64(steps)
	}
}

// givenUp reports whether the quote is given up. Then no rule applies any more, so that what is
// left of the work ends soon.
func (e *evaluation) givenUp() bool { return e.steps > MaxSteps }

// estimate is about how many steps the rules that the cart can touch take: each looks at each
// article once, and of a combination once with each other rule.
func (s *Strategy) estimate(e *evaluation) int64 {
	rules := int64(len(e.candidates))
	if s.arithmetic.selection == selectBestCombination {
		rules *= rules
	}
	return rules * int64(len(e.items))
}

// ExplanationSteps is about how many steps an explanation of a quote that was prepared takes,
// with what is close: it looks at all rules, and tries further quotes.
func (s *Strategy) ExplanationSteps(q *Quote) int64 {
	return int64(len(s.rules)) * int64(len(q.work.items)) * (1 + maxQuotes)
}
