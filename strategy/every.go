package strategy

import (
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// every is the reward every: an amount for each full step of the target's
// value, or of its units, shared out by value.
//
//	every = { threshold = 100, amount = 20, max_times = 3 }
//	every = { units = 2, amount = 5 }
type every struct {
	threshold int64 // minor units; 0 when units is given
	units     int64
	amount    int64 // minor units
	most      int64 // times; 0 when absent
}

func decodeEvery(s *section, n *document.Node) reward {
	v := &every{}
	sub := s.table(n, "every", "{ threshold = 100, amount = 20 }")
	if sub == nil {
		return v
	}
	sub.required("amount")
	v.threshold, _ = sub.amount("threshold", 1)
	v.units, _ = sub.integer("units", 1, money.Max)
	v.amount, _ = sub.amount("amount", 1)
	v.most, _ = sub.integer("max_times", 1, money.Max)
	if sub.has("threshold") == sub.has("units") {
		sub.add(n.Pos, sub.path(), "one of threshold and units is wanted", "")
	}
	if v.threshold > 0 && v.amount > v.threshold {
		sub.wrong(sub.node.Get("amount"), "amount", "each step takes more off than it is worth", "")
	}
	sub.done()
	return v
}

func (v *every) countsUnits() bool { return v.units > 0 }

func (v *every) encode(o *object) {
	o.key("every")
	o.object(func(o *object) {
		o.key("amount")
		o.amount(v.amount)
		if v.most != 0 {
			o.key("max_times")
			o.integer(v.most)
		}
		o.optionalAmount("threshold", v.threshold)
		if v.units != 0 {
			o.key("units")
			o.integer(v.units)
		}
	})
}

func (v *every) give(e *evaluation, _ *compiledRule, t *target) {
	steps, _, _ := v.steps(e, t)
	e.shareOut(times(v.amount, steps), t)
}

// steps is how many steps are full, and what is missing for one more.
func (v *every) steps(e *evaluation, t *target) (steps, amount, units int64) {
	switch {
	case v.units > 0:
		steps, units = t.quantity/v.units, v.units-t.quantity%v.units
	case v.threshold > 0:
		value := e.valueOf(t.portions, e.arith.thresholdBase)
		steps, amount = value/v.threshold, v.threshold-value%v.threshold
	}
	if v.most > 0 && steps >= v.most {
		return v.most, 0, 0
	}
	return steps, amount, units
}

func (v *every) why(e *evaluation, t *target) shortfall {
	steps, amount, missing := v.steps(e, t)
	switch {
	case steps > 0:
		return nothingToGive()
	case v.units > 0:
		return shortfall{ReasonEvery, unitsValue(v.units-missing, sayPlain), unitsValue(v.units, sayAtLeast)}
	}
	return shortfall{ReasonEvery, minorValue(v.threshold-amount, sayPlain), minorValue(v.threshold, sayAtLeast)}
}

func (v *every) missing(e *evaluation, t *target) (amount, units int64) {
	_, amount, units = v.steps(e, t)
	return amount, units
}
