package strategy

import (
	"github.com/promogate/caddy-discount/money"
)

// The optional abilities of a reward. Index, explanation and warnings use a reward by its
// abilities and never by its type. Some abilities are also of conditions: see
// condition_abilities.go.

// unitCounter is a reward that may count units, so that it reduces goods and not shipping.
type unitCounter interface{ countsUnits() bool }

// unitReader is a reward that may set what a unit costs or loses, so that it leaves out goods by
// weight.
type unitReader interface{ looksAtUnits() bool }

// lineReader is a reward that may look at the lines of a cart and not at its articles.
type lineReader interface{ looksAtLines() bool }

// bindable is a reward that has to be compiled: it has selectors of its own.
type bindable interface{ bind(*compiler) reward }

// giftGiver is a reward that gives goods and takes nothing off.
type giftGiver interface{ giftSKU() string }

// timedReward is a reward whose parts have time windows of their own.
type timedReward interface {
	// stepWindows are the windows of each part; one that has none is always open.
	stepWindows() [][]window
}

// steadyReward is a reward for which isSteady reports whether it never takes more off a target
// that is worth less or has fewer lines. For other rewards the search for the best combination
// has no bound except that of boundedReward.
type steadyReward interface{ isSteady() bool }

// boundedReward is a reward that has an upper bound: another reward that never takes less.
type boundedReward interface {
	// boundBy changes like, a rule with this reward, to one that takes the dearest units, or
	// all units of which this reward takes some. It returns how many units this reward picks:
	// the given number unless the reward has its own count.
	boundBy(like *compiledRule, units int64) int64
}

// explainer is a reward that may give nothing for a reason that more goods do not remove.
type explainer interface {
	// why is the zero shortfall where there is no such reason.
	why(e *evaluation) shortfall
}

// steppedReward is a reward in steps.
type steppedReward interface {
	// stepRefs are the steps that can give something, without the rule's id.
	stepRefs(money.Currency) []StepRef
	// contributed lists which step gave what the portions lose; portions are the result of
	// give. It may change the target.
	contributed(e *evaluation, t *target, portions []portion) []contribution
}

// The abilities below are used by warnings.

// selfLinter is a reward with warnings of its own.
type selfLinter interface {
	lint(l *linter, m *Model, r *rule)
}

// unitThreshold is a reward that gives nothing below a number of units.
type unitThreshold interface{ fewestUnits() int64 }

// fixedReward is a reward that may have an amount or a rate that is known without a cart.
type fixedReward interface{ fixedOffs() []fixedOff }

// fixedOff is what a reward takes off: an amount in minor units, or a rate.
type fixedOff struct {
	amount int64
	rate   money.Rate
	step   int // index of the element in the reward's list; wholeReward for none
}

// wholeReward is the step of a reward that is no list.
const wholeReward = -1

// certainReward is a reward that may take something off any goods.
type certainReward interface{ alwaysGives() bool }

// comparableReward is a reward that can be compared with another one.
type comparableReward interface {
	// takes reports whether it takes at least as much as the other off the same lines, and
	// whether it takes more. Both are false where that depends on the lines.
	takes(other reward) (as, more bool)
}

// proportionalReward is a reward that may take the same share off goods of any price.
type proportionalReward interface{ sameAtAnyPrice() bool }

// priceSetter is a reward that may set what goods cost.
type priceSetter interface{ setsPrice() bool }

// pairedReward is a reward that reduces some goods when others are bought.
type pairedReward interface{ pair() (buy, get wanted) }

// wanted is a number of units of goods.
type wanted struct {
	lines *selector
	units int64
}

// trialReward is a reward that suggests carts to try it with.
type trialReward interface {
	// trialAmounts are values of goods, in minor units, to try it with.
	trialAmounts() []int64
	// trialUnits are numbers of units to try it with; amounts are the values of goods, in
	// minor units, that are tried.
	trialUnits(amounts []int64) []int64
}

// The abilities below are also of conditions.

// looker is a reward or a condition that looks at the goods of a cart more often than once, as
// every rule does.
type looker interface{ looks() int64 }

// progressReporter is a condition or a reward that counts up to a threshold.
type progressReporter interface {
	// progress is how close the cart is with the target, and what is missing. The caller finds
	// the goods that the missing ones resemble if progress does not. It may change the target.
	progress(e *evaluation, t *target) progress
}

// reacher is a condition or a reward with thresholds.
type reacher interface{ reaches() []reach }

// lineWarner is a condition or a reward that may look at lines, which a customer can split.
type lineWarner interface {
	lineWarning(r *rule) (warning lineWarning, looks bool)
}

// lineWarning says what a key that looks at lines does, and what to write instead.
type lineWarning struct{ key, what, hint string }

// steady reports whether a reward never takes more after other rules than alone.
func steady(of reward) bool {
	by, is := of.(steadyReward)
	return is && by.isSteady()
}

// countsUnits reports whether a reward counts units.
func countsUnits(of reward) bool {
	by, is := of.(unitCounter)
	return is && by.countsUnits()
}

// looksAtUnits reports whether a reward sets what a unit costs or loses.
func looksAtUnits(of reward) bool {
	by, is := of.(unitReader)
	return is && by.looksAtUnits()
}

// looksAtLines reports whether a reward looks at lines.
func looksAtLines(of reward) bool {
	by, is := of.(lineReader)
	return is && by.looksAtLines()
}

// giftOf is the SKU that a reward gives.
func giftOf(of reward) (sku string, gives bool) {
	by, gives := of.(giftGiver)
	if !gives {
		return "", false
	}
	return by.giftSKU(), true
}
