package strategy_test

import (
	"cmp"
	"math/big"
)

// roundPayable rounds what is left to pay for the goods, last of all.
func (st *refState) roundPayable() {
	s := st.spec
	if s.payableUnit == 0 {
		return
	}
	left, taken := int64(0), int64(0)
	for i := range st.items {
		if l := &st.items[i]; !l.charge {
			left, taken = left+l.left, taken+l.original-l.left
			l.stage = l.left
		}
	}
	wanted := left - roundRat(big.NewRat(left, 1), s.payableUnit, cmp.Or(s.payableMode, "down"))
	parts := make([]part, len(st.items))
	for i := range st.items {
		switch l := &st.items[i]; {
		case l.charge || l.quantity == 0:
		case wanted < 0:
			parts[i] = part{weight: l.original - l.left, room: l.original - l.left}
		default:
			parts[i] = part{weight: l.value(s.base), room: max(0, l.left-l.unitFloor*l.quantity)}
		}
	}
	inMinorUnits := *s
	inMinorUnits.roundingUnit = 1
	var shares []int64
	if wanted < 0 {
		shares = inMinorUnits.share(min(-wanted, taken), parts)
		for i := range shares {
			shares[i] = -shares[i]
		}
	} else {
		shares = inMinorUnits.share(min(wanted, st.budget), parts)
	}
	st.apply(&ruleSpec{id: "rounding"}, &outcome{off: shares})
}
