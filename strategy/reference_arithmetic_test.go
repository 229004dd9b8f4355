package strategy_test

import (
	"cmp"
	"math/big"
	"slices"
)

// rateOf is what a rate takes of a value, rounded to the unit.
func (s *spec) rateOf(rate string, value int64) int64 {
	r, ok := new(big.Rat).SetString(rate)
	if !ok {
		panic("not a rate: " + rate)
	}
	return roundRat(r.Mul(r, big.NewRat(value, 1)), s.unit(), s.rounding)
}

// roundAmount brings an amount to a step of the rounding unit.
func (s *spec) roundAmount(amount int64) int64 {
	return roundRat(big.NewRat(amount, 1), s.unit(), s.rounding)
}

func (s *spec) unit() int64 { return max(1, s.roundingUnit) }

// roundRat rounds to a multiple of unit.
func roundRat(x *big.Rat, unit int64, mode string) int64 {
	steps := new(big.Rat).Quo(x, big.NewRat(unit, 1))
	down := new(big.Int).Div(steps.Num(), steps.Denom())
	rest := new(big.Rat).Sub(steps, new(big.Rat).SetInt(down))
	half := rest.Cmp(big.NewRat(1, 2))
	up := false
	switch mode {
	case "", "half_up":
		up = half >= 0
	case "half_even":
		up = half > 0 || half == 0 && down.Bit(0) == 1
	case "half_down":
		up = half > 0
	case "up":
		up = rest.Sign() > 0
	}
	if up {
		down.Add(down, big.NewInt(1))
	}
	return down.Int64() * unit
}

// budget is what limits leave for all goods.
func (s *spec) budget(subtotal int64) int64 {
	most := subtotal
	if s.limitRate != "" {
		r, _ := new(big.Rat).SetString(s.limitRate)
		most = roundRat(r.Mul(r, big.NewRat(subtotal, 1)), 1, "down")
	}
	if s.limitAmount > 0 {
		most = min(most, s.limitAmount)
	}
	return most
}

// part is one of those an amount is shared over.
type part struct {
	weight, room int64
}

// share divides an amount over parts by weight, in whole units. What a part
// has no room for is shared again over those that still have some.
func (s *spec) share(amount int64, parts []part) []int64 {
	unit := s.unit()
	shares := make([]int64, len(parts)) // in units
	room := func(i int) int64 { return parts[i].room/unit - shares[i] }
	for left := amount / unit; left > 0; {
		total := int64(0)
		for i := range parts {
			if room(i) > 0 {
				total += parts[i].weight
			}
		}
		if total == 0 {
			break
		}
		if slices.Contains(roundedAllocations, s.allocation) {
			for i, units := range s.roundedShares(left, total, parts, room) {
				taken := min(units, room(i))
				shares[i], left = shares[i]+taken, left-taken
			}
			continue
		}
		rests := make([]*big.Int, len(parts))
		over, given := left, int64(0)
		give := func(i int, units int64) int64 {
			units = min(units, room(i))
			shares[i] += units
			given += units
			return units
		}
		for i := range parts {
			rests[i] = new(big.Int)
			if room(i) == 0 {
				continue
			}
			product := new(big.Int).Mul(big.NewInt(left), big.NewInt(parts[i].weight))
			whole, _ := new(big.Int).DivMod(product, big.NewInt(total), rests[i])
			over -= whole.Int64()
			give(i, whole.Int64())
		}
		s.giveOver(over, parts, rests, give)
		if given == 0 {
			break
		}
		left -= given
	}
	for i := range shares {
		shares[i] *= unit
	}
	return shares
}

// giveOver hands out what rounding down left over.
func (s *spec) giveOver(over int64, parts []part, rests []*big.Int, give func(int, int64) int64) {
	var order []int
	for i := range parts {
		if parts[i].weight > 0 {
			order = append(order, i)
		}
	}
	switch s.allocation {
	case "last":
		for _, i := range slices.Backward(order) {
			if over > 0 && give(i, over) > 0 {
				return
			}
		}
		return
	case "", "largest_remainder":
		order = slices.DeleteFunc(order, func(i int) bool { return rests[i].Sign() == 0 })
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Or(rests[b].Cmp(rests[a]), cmp.Compare(a, b)) })
	}
	for _, i := range order {
		if over > 0 {
			over -= give(i, 1)
		}
	}
}
