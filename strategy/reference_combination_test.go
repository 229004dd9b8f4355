package strategy_test

import (
	"math/bits"
	"slices"
)

// evaluateCombinations tries every combination of the rules that give something
// alone.
func (st *refState) evaluateCombinations(rules []*ruleSpec) *refState {
	var eligible []*ruleSpec
	var faces [][2]int64 // off goods, off shipping
	for _, r := range rules {
		o := st.attempt(r)
		if o == nil || o.total() == 0 && o.gift == nil {
			continue
		}
		face := [2]int64{}
		for i := range o.pieces {
			if p := &o.pieces[i]; st.items[p.item].charge {
				face[1] += p.off
			} else {
				face[0] += p.off
			}
		}
		eligible, faces = append(eligible, r), append(faces, face)
	}
	best, most := st.clone(), []int64{0, 0, 0}
	for mask := uint(1); mask < 1<<len(eligible); mask++ {
		if !st.goTogether(eligible, faces, mask) {
			continue
		}
		together := st.clone()
		together.applyInTurn(among(eligible, mask))
		// Worth, gifts, how few rules, and how early: the first rule has the bit that
		// counts most then.
		worth := []int64{together.taken(), int64(len(together.gifts)), -int64(bits.OnesCount(mask)), int64(bits.Reverse64(uint64(mask)) >> 1)}
		if slices.Compare(worth, most) > 0 {
			best, most = together, worth
		}
	}
	return best
}

func among(rules []*ruleSpec, mask uint) []*ruleSpec {
	var list []*ruleSpec
	for i, r := range rules {
		if mask&(1<<i) != 0 {
			list = append(list, r)
		}
	}
	return list
}

// goTogether reports whether rules may be combined at all.
func (st *refState) goTogether(rules []*ruleSpec, faces [][2]int64, mask uint) bool {
	var goods, shipping int64
	for i := range st.items {
		if st.items[i].charge {
			shipping += st.items[i].original
		} else {
			goods += st.items[i].original
		}
	}
	groups := map[string]bool{}
	exclusive, ofShipping := 0, 0
	for _, r := range among(rules, mask) {
		if r.exclusive == "goods" {
			exclusive++
		} else if r.ofShipping() {
			ofShipping++
		}
	}
	if exclusive > 0 && 1+ofShipping != bits.OnesCount(mask) {
		return false
	}
	for i, r := range rules {
		if mask&(1<<i) == 0 {
			continue
		}
		if r.exclusiveOfAll() && bits.OnesCount(mask) > 1 || r.group != "" && groups[r.group] {
			return false
		}
		groups[r.group] = true
		goods, shipping = goods-faces[i][0], shipping-faces[i][1]
	}
	return goods >= 0 && shipping >= 0
}

// applyInTurn applies rules as if there were no others.
func (st *refState) applyInTurn(rules []*ruleSpec) {
	for i, r := range rules {
		if i == 0 || r.inStage() != rules[i-1].inStage() {
			st.beginStage()
		}
		if st.apply(r, st.attempt(r)) && r.stop == "cart" {
			return
		}
	}
}
