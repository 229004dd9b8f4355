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
	st.beginStage()
	left, taken, pieces := int64(0), int64(0), []refPiece{}
	for i := range st.items {
		l := &st.items[i]
		for k := range l.runs {
			l.runs[k].stopped = false
		}
		if !l.charge {
			left, taken = left+l.value(""), taken+l.original-l.value("")
		}
		if !l.charge && l.quantity > 0 {
			pieces = append(pieces, st.pieces(i, false, false)...)
		}
	}
	wanted := left - roundRat(big.NewRat(left, 1), s.payableUnit, cmp.Or(s.payableMode, "down"))
	weights := []int64{}
	for i := range pieces {
		p := &pieces[i]
		if wanted < 0 {
			p.room = st.takenOff(p)
			weights = append(weights, p.room)
		} else {
			weights = append(weights, p.value())
		}
	}
	inMinorUnits := *s
	inMinorUnits.roundingUnit = 1
	other := *st
	other.spec = &inMinorUnits
	if wanted < 0 {
		other.shareBy(weights, min(-wanted, taken), pieces)
		st.takeBack(pieces)
	} else {
		other.shareBy(weights, min(wanted, st.budget), pieces)
		st.apply(&ruleSpec{id: "rounding"}, &outcome{pieces: pieces})
	}
}

// takenOff is what rules took off a piece that is a whole run.
func (st *refState) takenOff(p *refPiece) int64 {
	at := int64(0)
	for _, r := range st.items[p.item].runs {
		if at == p.from {
			return r.original - r.left
		}
		at += r.units
	}
	panic("no such run")
}

// takeBack gives back what the pieces say, to the lines that their units are of as far
// as rules took something off them.
func (st *refState) takeBack(pieces []refPiece) {
	shares, total := make([]int64, len(st.cart.Lines)+len(st.cart.Shipping)), int64(0)
	for i := range pieces {
		p := &pieces[i]
		l := &st.items[p.item]
		l.split(p.from, p.units()).left += p.off
		total += p.off
		offs, over, at := even(p.off, p.units()), int64(0), int64(0)
		for pass := range 2 {
			for j := range l.lines {
				line := &l.lines[j]
				for unit := at; pass == 0 && unit < at+line.units; unit++ {
					if unit >= p.from && unit < p.from+p.units() {
						over += offs[unit-p.from]
					}
				}
				at += line.units
				bears := min(over, line.off)
				line.off -= bears
				shares[line.index] -= bears
				over -= bears
			}
		}
		if over > 0 {
			panic("no line had so much taken off")
		}
	}
	if total > 0 {
		st.applied = append(st.applied, appliedAnswer{id: "rounding", amount: -total, shares: shares})
	}
}
