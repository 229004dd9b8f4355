package strategy_test

import "math/big"

// roundedAllocations are those that do not round shares down.
var roundedAllocations = []string{"round_then_first", "round_then_last", "carry", "cascade_up"}

// roundedShares are shares of so many units that add up to them, over the parts that
// have room, whose weights add up to total.
func (s *spec) roundedShares(units, total int64, parts []part, room func(int) int64) []int64 {
	shares, given := make([]int64, len(parts)), int64(0)
	var among []int // the parts that share
	for i := range parts {
		if room(i) > 0 && parts[i].weight > 0 {
			among = append(among, i)
		}
	}
	off, left, weight := new(big.Rat), units, total
	for n, i := range among {
		exact := big.NewRat(parts[i].weight, total)
		exact.Mul(exact, big.NewRat(units, 1))
		switch s.allocation {
		case "round_then_first":
			shares[i] = roundRat(exact, 1, s.rounding)
		case "round_then_last":
			shares[i] = min(left, roundRat(exact, 1, s.rounding))
			if n == len(among)-1 {
				shares[i] = left
			}
		case "carry":
			off.Add(off, exact)
			if off.Sign() > 0 {
				shares[i] = roundRat(off, 1, s.rounding)
			}
			off.Sub(off, big.NewRat(shares[i], 1))
		case "cascade_up":
			of := big.NewRat(parts[i].weight, weight)
			shares[i] = roundRat(of.Mul(of, big.NewRat(left, 1)), 1, "up")
			weight -= parts[i].weight
		}
		left -= shares[i]
		given += shares[i]
	}
	for _, i := range among { // of round_then_first
		if given < units {
			shares[i]++
			given++
		} else if given > units && shares[i] > 0 {
			shares[i]--
			given--
		}
	}
	return shares
}
