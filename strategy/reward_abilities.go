package strategy

import (
	"github.com/promogate/caddy-discount/money"
)

// The optional abilities of a reward. Index, explanation and warnings ask a reward for
// them and know none by its type. A reward without an ability is answered for as its
// documentation says. Some abilities are of conditions, too: see condition_abilities.go.

// unitCounter is a reward that counts units, so that it is of goods alone.
type unitCounter interface{ countsUnits() bool }

// unitReader is a reward that sets what a unit costs or loses, so that goods by weight
// take no part in it.
type unitReader interface{ looksAtUnits() bool }

// lineReader is a reward that looks at the lines of a cart and not at its articles.
type lineReader interface{ looksAtLines() bool }

// bindable is a reward that is compiled: it has selectors of its own.
type bindable interface{ bind(*compiler) reward }

// giftGiver is a reward that gives goods and takes nothing off.
type giftGiver interface{ giftSKU() string }

// timedReward is a reward of which parts are open at times of their own.
type timedReward interface {
	// stepWindows are the windows of each part; one that has none is always open.
	stepWindows() [][]window
}

// steadyReward is a reward that may never take more off a target that is worth less, or
// that has fewer lines. Others may: the search for the best combination has no bound for
// them but that of boundedReward.
type steadyReward interface{ isSteady() bool }

// boundedReward is a reward for which another one never takes less.
type boundedReward interface {
	// boundBy changes a rule with this reward to one that takes the dearest units, or all
	// that this takes some of. It returns how many units this picks, which are those given
	// unless it counts in a way of its own.
	boundBy(like *compiledRule, units int64) int64
}

// explainer is a reward that may give nothing for a reason that more goods do not change.
type explainer interface {
	// why is the zero shortfall where there is no such reason.
	why(e *evaluation) shortfall
}

// steppedReward is a reward in steps.
type steppedReward interface {
	// stepRefs are the steps that can give something, without the rule's id.
	stepRefs(money.Currency) []StepRef
	// contributed says which step gave what the portions lose, as give left them. It
	// may leave another target.
	contributed(e *evaluation, t *target, portions []portion) []contribution
}

// Those below are asked for by warnings.

// selfLinter is a reward with warnings of its own.
type selfLinter interface {
	lint(l *linter, m *Model, r *rule)
}

// unitThreshold is a reward that gives nothing below a number of units.
type unitThreshold interface{ fewestUnits() int64 }

// fixedReward is a reward of which an amount or a rate is known without a cart.
type fixedReward interface{ fixedOffs() []fixedOff }

// fixedOff is what a reward takes off: an amount in minor units, or a rate.
type fixedOff struct {
	amount int64
	rate   money.Rate
	step   int // the element of the reward's list that says so; wholeReward for none
}

// wholeReward stands for the step of a reward that is no list.
const wholeReward = -1

// certainReward is a reward that may take something off whatever goods there are.
type certainReward interface{ alwaysGives() bool }

// comparableReward is a reward that can be compared with another one.
type comparableReward interface {
	// takes reports whether it takes as much as the other off the same lines, and whether
	// it takes more; neither where that depends on the lines.
	takes(other reward) (as, more bool)
}

// proportionalReward is a reward that may take the same share off goods of any price.
type proportionalReward interface{ sameAtAnyPrice() bool }

// priceSetter is a reward that may set what goods cost.
type priceSetter interface{ setsPrice() bool }

// pairedReward is a reward for buying some goods that is given on others.
type pairedReward interface{ pair() (buy, get wanted) }

// wanted is so many units of goods.
type wanted struct {
	lines *selector
	units int64
}

// trialReward knows carts that show what it does.
type trialReward interface {
	// trialAmounts are values of goods, in minor units, to try it with.
	trialAmounts() []int64
	// trialUnits are numbers of units to try it with, for the values of goods that
	// others are tried with.
	trialUnits(amounts []int64) []int64
}

// Those below are of conditions, too.

// looker is a reward or a condition that looks at the goods of a cart more often than the
// once that every rule does.
type looker interface{ looks() int64 }

// progressReporter is a condition or a reward that counts up to something.
type progressReporter interface {
	// progress says how far the cart has come with the target, and what is missing; which
	// goods these are like is found for it where it does not say. The target may be left
	// anywhere.
	progress(e *evaluation, t *target) progress
}

// reacher is a condition or a reward with thresholds.
type reacher interface{ reaches() []reach }

// lineWarner is a condition or a reward that may look at lines, which a customer can split.
type lineWarner interface {
	lineWarning(r *rule) (warning lineWarning, looks bool)
}

// lineWarning is what a key that looks at lines does, and what to write instead.
type lineWarning struct{ key, what, hint string }

// steady reports whether a reward never takes more off what other rules left.
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
