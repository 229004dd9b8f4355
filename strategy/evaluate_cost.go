package strategy

import (
	"errors"
	"fmt"
)

// This file bounds what a quote costs. A step is one rule that looks at one line or
// shipping charge, or one round of sharing an amount over it. Lines of one article count
// each, since what a rule takes off is distributed to all of them. No clock has a say, so that
// a cart that is priced once is priced always, on every machine.

// MaxSteps is how many steps a quote may take: far more than carts and strategies of shops
// need, and few enough that no cart keeps a processor for more than seconds. A hundred rules
// that all look at 500 lines take 50,000. The longest search for a best combination takes as
// many as 65,536 combinations of 500 lines.
const MaxSteps = 40_000_000

// ErrTooManySteps says that a quote was given up since it would take more than [MaxSteps].
var ErrTooManySteps = errors.New("too many rules look at too many lines: pricing the cart takes more than " +
	fmt.Sprint(MaxSteps) + " steps")

// countSteps counts steps. An explanation looks at more than a quote does and has bounds of its own.
func (e *evaluation) countSteps(steps int) {
	if e.trace == nil {
		e.steps += int64(steps)
	}
}

// tooManySteps reports whether the quote is given up. Then no rule applies any more, so that what is
// left of the work ends soon.
func (e *evaluation) tooManySteps() bool { return e.steps > MaxSteps }

// countLines counts the further lines of an article that a rule is about.
func (e *evaluation) countLines(l *item) {
	if l.lines > 1 {
		e.countSteps(int(l.lines) - 1)
	}
}

// estimate is about how many steps the rules that the cart can touch take: each looks at each
// line once, and once for what else it counts, and of a combination once for each that may be
// tried.
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

// looksOf says how often each rule looks at a cart: once, and once for each condition that
// counts its goods and for each step of [[discounts]]. It is nil where each looks once.
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

// ExplanationSteps is about how many steps an explanation of a quote that was prepared takes,
// with what is close: it looks at all rules, and tries further quotes, of larger carts that
// more rules may be about.
func (s *Strategy) ExplanationSteps(q *Quote) int64 {
	return int64(len(s.rules)) * q.work.chargesAndLines() * (1 + maxQuotes)
}
