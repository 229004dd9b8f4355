package strategy

import (
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// every is the reward every: an amount off for each full step of the target's value, or of its
// units, shared by value.
//
//	every = { threshold = 100, amount = 20, max_times = 3 }
//	every = { units = 2, amount = 5 }
type every struct {
	multiple
	amount int64 // minor units
}

var everyKind = rewardKind{
	key: ReasonEvery, decode: decodeEvery, repeats: "max_times within every",
	unreached: "no step is full",
}

func decodeEvery(s *section, n *document.Node) reward {
	v := &every{}
	sub := s.table(n, "every", "{ threshold = 100, amount = 20 }")
	if sub == nil {
		return v
	}
	sub.required("amount")
	v.threshold, _ = sub.amount("threshold", 1)
	v.units, _ = sub.Integer("units", 1, money.Max)
	v.amount, _ = sub.amount("amount", 1)
	v.most, _ = sub.Integer("max_times", 1, money.Max)
	if sub.Has("threshold") == sub.Has("units") {
		sub.Add(n.Pos, sub.Path(), "want one of threshold and units", "")
	}
	if v.threshold > 0 && v.amount > v.threshold {
		sub.Wrong(sub.Node.Get("amount"), "amount", "each step takes more off than it is worth", "")
	}
	sub.Done()
	return v
}

func (v *every) countsUnits() bool { return v.units > 0 }

func (v *every) encode(o *object) {
	o.key("every")
	o.object(func(o *object) {
		o.key("amount")
		o.amount(v.amount)
		v.encodeMost(o)
		v.multiple.encode(o)
	})
}

func (v *every) give(e *evaluation, _ *compiledRule, t *target) {
	steps, _, _ := v.times(e, t)
	e.shareOut(times(v.amount, steps), t)
}

func (v *every) progress(e *evaluation, t *target) progress {
	return v.multiple.progress(ReasonEvery, e, t)
}

func (v *every) key() string { return "every" }

func (v *every) isSteady() bool { return true }

func (v *every) fewestUnits() int64 { return v.units }

func (v *every) reaches() []reach { return []reach{{units: v.units, amount: v.threshold}} }

// Interface guards.
var (
	_ unitCounter      = (*every)(nil)
	_ progressReporter = (*every)(nil)
	_ steadyReward     = (*every)(nil)
	_ unitThreshold    = (*every)(nil)
	_ reacher          = (*every)(nil)
)
