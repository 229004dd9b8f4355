package strategy

import (
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// arithmetic is how amounts are computed. Shops differ in it.
//
//	[arithmetic]
//	base           = "running"            # the value that a rule computes on
//	threshold_base = "running"            # the value that thresholds count; follows base
//	rounding       = "half_up"
//	rounding_unit  = 0.01                 # amounts are multiples of this
//	round_scope    = "rule"               # what is rounded: a rule's total, a line, a unit
//	allocation     = "largest_remainder"  # how shares of an amount add up to it
//	select         = "all"                # which of the eligible rules apply
//	payable_unit   = 0.05                 # the payable amount is a multiple of this
type arithmetic struct {
	base          base
	thresholdBase base
	rounding      money.Rounding
	unit          int64 // rounding_unit in minor units
	scope         scope
	allocation    allocation
	selection     selection
	payable       payable
}

// base is which value of a line a rule looks at.
type base uint8

const (
	baseRunning  base = iota // after the earlier rules
	baseOriginal             // before any rule
	baseStage                // at the beginning of the rule's stage
)

// of selects the value of a line that the base names.
func (b base) of(original, stage, left int64) int64 {
	switch b {
	case baseOriginal:
		return original
	case baseStage:
		return stage
	}
	return left
}

// scope is what is rounded.
type scope uint8

const (
	scopeRule scope = iota
	scopeLine
	scopeUnit
)

// allocation is how the shares of an amount add up to it. Those up to lastLine round shares
// down and differ in which lines get the units that remain.
type allocation uint8

const (
	largestRemainder allocation = iota // the largest remainders, the earlier line first
	firstLines                         // one each from the first line on
	lastLine                           // all to the last line that has a value
	roundThenFirst                     // shares rounded, the difference one each from the first line on
	roundThenLast                      // shares rounded, the remainder to the last line with a value
	carry                              // each share rounded with the error of those before it
	cascadeUp                          // each share of the remaining amount rounded up
)

// selection is which of the eligible rules apply.
type selection uint8

const (
	selectAll             selection = iota
	selectBest                      // the rule worth most
	selectBestPerLine               // on each line the rule worth most there
	selectBestCombination           // the rules that are worth most together
)

// The words of the settings, in the order of their constants.
var (
	baseWords       = []string{"running", "original", "stage"}
	roundingWords   = []string{"half_up", "half_even", "half_down", "down", "up"}
	scopeWords      = []string{"rule", "line", "unit"}
	allocationWords = []string{"largest_remainder", "first", "last", "round_then_first", "round_then_last", "carry", "cascade_up"}
	selectionWords  = []string{"all", "best", "best_per_line", "best_combination"}
)

func decodeArithmetic(top *section) arithmetic {
	a := arithmetic{unit: 1}
	n := top.Get("arithmetic")
	if n == nil {
		return a
	}
	if n.Kind != document.Table {
		top.Want(n, "arithmetic", "a table")
		return a
	}
	s := top.member(n, "arithmetic")
	a.base = base(s.word("base", 0, baseWords))
	a.thresholdBase = base(s.word("threshold_base", int(a.base), baseWords))
	a.rounding = money.Rounding(s.word("rounding", 0, roundingWords))
	a.scope = scope(s.word("round_scope", 0, scopeWords))
	a.allocation = allocation(s.word("allocation", 0, allocationWords))
	a.selection = selection(s.word("select", 0, selectionWords))
	if unit, ok := s.amount("rounding_unit", 1); ok {
		a.unit = unit
		if unit > maxRoundingUnit {
			s.Wrong(s.Node.Get("rounding_unit"), "rounding_unit", "the unit is far too large", "")
		}
	}
	a.payable = decodePayable(s)
	s.Done()
	return a
}

// byLine reports whether the arithmetic looks at the lines of a cart and not at articles.
func (a *arithmetic) byLine() bool {
	return a.scope == scopeLine || a.selection == selectBestPerLine
}

// maxRoundingUnit keeps products of rates and units within 64 bits.
const maxRoundingUnit = 1_000_000

// word reads one of several words and reports its index, or absent when the key is missing.
func (s *section) word(name string, absent int, words []string) int {
	n := s.Get(name)
	if n == nil {
		return absent
	}
	if n.Kind == document.String {
		if i := slices.Index(words, n.Text); i >= 0 {
			return i
		}
	}
	s.Wrong(n, name, n.Unlike("one of "+strings.Join(words, ", ")), document.DidYouMean(n.Text, words))
	return absent
}

func (a *arithmetic) encode(o *object) {
	usual := arithmetic{unit: 1, thresholdBase: a.base}
	if *a == (arithmetic{unit: 1}) {
		return
	}
	o.key("arithmetic")
	o.object(func(o *object) {
		o.choice("base", int(a.base), int(usual.base), baseWords)
		o.choice("threshold_base", int(a.thresholdBase), int(usual.thresholdBase), baseWords)
		o.choice("rounding", int(a.rounding), 0, roundingWords)
		o.choice("round_scope", int(a.scope), 0, scopeWords)
		o.choice("allocation", int(a.allocation), 0, allocationWords)
		o.choice("select", int(a.selection), 0, selectionWords)
		a.payable.encode(o)
		if a.unit != 1 {
			o.key("rounding_unit")
			o.amount(a.unit)
		}
	})
}

// choice writes a word unless it is the usual one.
func (o *object) choice(name string, value, usual int, words []string) {
	if value != usual {
		o.key(name)
		o.text(words[value])
	}
}

// round rounds an amount to a multiple of the rounding unit.
func (a *arithmetic) round(amount int64) int64 {
	if a.unit == 1 {
		return amount
	}
	return money.MulDiv(amount, 1, a.unit, a.rounding) * a.unit
}

// rateOf is the rounded part of an amount that a rate takes off.
func (a *arithmetic) rateOf(r money.Rate, amount int64) int64 {
	return r.Of(amount, a.unit, a.rounding)
}

// inMinorUnits is the sharing of amounts that need not be multiples of the rounding unit.
func (e *evaluation) inMinorUnits() sharing {
	s := e.sharing()
	s.unit = 1
	return s
}

func (e *evaluation) sharing() sharing {
	a := e.arith
	return sharing{unit: a.unit, allocation: a.allocation, rounding: a.rounding, e: e}
}
