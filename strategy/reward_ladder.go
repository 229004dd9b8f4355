package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// ladder is the reward ladder: it gives the highest step that is reached. Thresholds are compared
// with the rule's target, or with the whole cart if count = "cart".
//
//	ladder    = [{ threshold = 100, amount = 10 }, { threshold = 200, rate = 0.15 }]
//	ladder_by = "subtotal"        # or "quantity": thresholds in units
type ladder struct {
	steps      []ladderStep // thresholds rising
	byQuantity bool
	wholeCart  bool
}

type ladderStep struct {
	threshold int64 // minor units, or units
	amount    int64 // minor units; 0 when the step has a rate
	rate      money.Rate
}

var ladderByWords = []string{"subtotal", "quantity"}

const exampleStep = "{ threshold = 100, amount = 10 }"

var ladderKind = rewardKind{
	key: ReasonLadder, decode: decodeLadder, companions: []string{"ladder_by"},
	unreached: "no step is reached",
}

func decodeLadder(s *section, n *document.Node) reward {
	l := &ladder{byQuantity: s.word("ladder_by", 0, ladderByWords) == 1}
	if count := s.Node.Get("count"); count != nil {
		l.wholeCart = count.Text == "cart"
	}
	nodes := s.Tables("ladder", exampleStep)
	l.steps = make([]ladderStep, 0, len(nodes))
	for i, node := range nodes {
		step := s.element(node, "ladder", i)
		l.steps = append(l.steps, l.decodeStep(step))
		if i > 0 && step.Has("threshold") && nodes[i-1].Get("threshold") != nil && l.steps[i].threshold <= l.steps[i-1].threshold {
			step.Add(node.Pos, step.Path(), "the threshold is not above the one of the step before", "write the steps from the lowest to the highest")
		}
		l.checkRising(s, node, i)
		step.Done()
	}
	if n.Kind == document.Array && len(n.Items) == 0 {
		s.Wrong(n, "ladder", "the ladder has no step", "such as ladder = ["+exampleStep+"]")
	}
	return l
}

func (l *ladder) decodeStep(s *section) ladderStep {
	var step ladderStep
	if l.byQuantity {
		step.threshold, _ = s.Integer("threshold", 0, money.Max)
	} else {
		step.threshold, _ = s.amount("threshold", 0)
	}
	step.amount, step.rate = s.amountOrRate()
	s.required("threshold") // not optional here, though amount is an alias of it elsewhere
	return step
}

// amountOrRate reads exactly one of amount and rate.
func (s *section) amountOrRate() (amount int64, rate money.Rate) {
	amount, _ = s.amount("amount", 1)
	rate = s.discountRate("rate")
	switch {
	case s.Has("amount") && s.Has("rate"):
		s.Add(s.Node.Pos, s.Path(), "amount and rate are both here, want one", "")
	case !s.Has("amount") && !s.Has("rate"):
		s.Add(s.Node.Pos, s.Path(), "there is neither amount nor rate", "such as amount = 10, or rate = 0.1")
	}
	return amount, rate
}

func (l *ladder) looksAtUnits() bool { return l.byQuantity }

func (l *ladder) encode(o *object) {
	encodeList(o, "ladder", l.steps, func(step *ladderStep, o *object) {
		encodeAmountOrRate(o, step.amount, step.rate)
		o.key("threshold")
		if l.byQuantity {
			o.integer(step.threshold)
		} else {
			o.amount(step.threshold)
		}
	})
	if l.byQuantity {
		o.key("ladder_by")
		o.text("quantity")
	}
}

func encodeAmountOrRate(o *object, amount int64, rate money.Rate) {
	o.optionalAmount("amount", amount)
	if !rate.IsZero() {
		o.key("rate")
		o.rate(rate)
	}
}

func (l *ladder) give(e *evaluation, _ *compiledRule, t *target) {
	i := l.highest(l.reached(e, t))
	if i < 0 {
		return
	}
	if step := &l.steps[i]; step.amount > 0 {
		e.shareOut(step.amount, t)
	} else {
		e.giveRate(step.rate, t)
	}
}

// highest is the index of the highest step that is reached; -1 for none.
func (l *ladder) highest(reached int64) int {
	for i := len(l.steps) - 1; i >= 0; i-- {
		if reached >= l.steps[i].threshold {
			return i
		}
	}
	return -1
}

// reached is what thresholds are compared with, in units or minor units.
func (l *ladder) reached(e *evaluation, t *target) int64 {
	sum := t.counted
	if l.wholeCart {
		sum = e.count(&everything)
	}
	if l.byQuantity {
		return sum.whole()
	}
	return sum.value
}

func (l *ladder) progress(e *evaluation, t *target) progress {
	c := progress{reason: ReasonLadder, seen: l.reached(e, t), units: l.byQuantity}
	c.full = int64(l.highest(c.seen) + 1)
	if int(c.full) == len(l.steps) {
		return c
	}
	if missing := l.steps[c.full].threshold - c.seen; l.byQuantity {
		c.needs[0].units = missing
	} else {
		c.needs[0].amount = missing
	}
	return c
}

func (l *ladder) key() string { return "ladder" }

// isSteady reports whether no step gives less than the one below it at any value.
func (l *ladder) isSteady() bool {
	for i := 1; i < len(l.steps); i++ {
		below, step := &l.steps[i-1], &l.steps[i]
		if (below.amount > 0) != (step.amount > 0) || below.amount > step.amount || below.rate.Compare(step.rate) > 0 {
			return false
		}
	}
	return true
}

func (l *ladder) reaches() []reach {
	list := make([]reach, len(l.steps))
	for i := range l.steps {
		if l.byQuantity {
			list[i].units = l.steps[i].threshold
		} else {
			list[i].amount = l.steps[i].threshold
		}
	}
	return list
}

func (l *ladder) sameAtAnyPrice() bool {
	return !slices.ContainsFunc(l.steps, func(s ladderStep) bool { return s.rate.IsZero() })
}

func (l *ladder) fixedOffs() []fixedOff {
	list := make([]fixedOff, len(l.steps))
	for i := range l.steps {
		list[i] = fixedOff{amount: l.steps[i].amount, rate: l.steps[i].rate, step: i}
	}
	return list
}

func (l *ladder) stepRefs(currency money.Currency) []StepRef {
	list := make([]StepRef, len(l.steps))
	for i := range l.steps {
		list[i] = StepRef{Number: i + 1, From: l.thresholdText(currency, l.steps[i].threshold)}
	}
	return list
}

func (l *ladder) contributed(e *evaluation, t *target, portions []portion) []contribution {
	return allBy(l.highest(l.reached(e, t)), portions)
}

// Interface guards.
var (
	_ unitReader         = (*ladder)(nil)
	_ progressReporter   = (*ladder)(nil)
	_ steppedReward      = (*ladder)(nil)
	_ steadyReward       = (*ladder)(nil)
	_ reacher            = (*ladder)(nil)
	_ proportionalReward = (*ladder)(nil)
	_ fixedReward        = (*ladder)(nil)
	_ selfLinter         = (*ladder)(nil)
)
