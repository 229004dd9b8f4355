package strategy_test

import (
	"math"
	"math/big"
	"slices"
)

// ratedPiece is units of one piece that have the same rate.
type ratedPiece struct {
	refPiece
	rate *big.Rat
}

// giveUnitRates goes from unit to unit, from set to set. Those of a piece that have the
// same place in their sets are put together, since they are alike.
func (st *refState) giveUnitRates(w *rewardSpec, pieces []refPiece) []refPiece {
	var rated []ratedPiece
	at, most := int64(0), int64(len(w.rates))*max(1, w.most)
	for _, p := range pieces {
		count := make([]int64, len(w.rates))
		for range p.units() {
			if at < most {
				count[at%int64(len(w.rates))]++
			}
			at++
		}
		from := int64(0)
		for place, n := range count {
			rate, _ := new(big.Rat).SetString(w.rates[place])
			if n > 0 && rate.Sign() > 0 {
				rated = append(rated, ratedPiece{p.part(from, from+n), rate})
			}
			from += n
		}
	}
	slices.SortStableFunc(rated, func(a, b ratedPiece) int { return byPlace(a.refPiece, b.refPiece) })
	list := make([]refPiece, len(rated))
	for i := range rated {
		list[i] = rated[i].refPiece
	}
	whole := commonDenominator(w.rates)
	switch st.spec.roundScope {
	case "line":
		from := 0
		for _, group := range groupsOf(list) {
			to := from + len(group)
			fine := *st.spec
			fine.roundingUnit = 1
			amount, weights := st.contributions(rated[from:to], whole)
			parts := make([]part, len(group))
			for i, p := range group {
				parts[i] = part{weight: weights[i], room: p.room}
			}
			for i, share := range fine.share(amount, parts) {
				group[i].off = share
			}
			from = to
		}
	case "unit":
		for i := range list {
			for _, value := range list[i].values {
				list[i].off += st.spec.rateOf(rated[i].rate.RatString(), value)
			}
			list[i].off = min(list[i].off, list[i].room)
		}
	default:
		amount, weights := st.contributions(rated, whole)
		st.shareBy(weights, amount, list)
	}
	return list
}

// contributions are what the rates of pieces come to, as weights, and their rounded
// sum. Weights are halved until their sum is within 63 bits.
func (st *refState) contributions(rated []ratedPiece, whole *big.Int) (amount int64, weights []int64) {
	sum := new(big.Rat)
	parts := make([]*big.Int, len(rated))
	for i := range rated {
		off := new(big.Rat).Mul(rated[i].rate, big.NewRat(rated[i].value(), 1))
		sum.Add(sum, off)
		parts[i] = new(big.Rat).Mul(off, new(big.Rat).SetInt(whole)).Num()
	}
	halves, most := uint(0), new(big.Rat).Mul(sum, new(big.Rat).SetInt(whole)).Num()
	for new(big.Int).Rsh(most, halves).Cmp(big.NewInt(math.MaxInt64)) > 0 {
		halves++
	}
	for _, p := range parts {
		weights = append(weights, new(big.Int).Rsh(p, halves).Int64())
	}
	return roundRat(sum, st.spec.unit(), st.spec.rounding), weights
}

// commonDenominator is that of all rates.
func commonDenominator(rates []string) *big.Int {
	common := big.NewInt(1)
	for _, text := range rates {
		rate, _ := new(big.Rat).SetString(text)
		shared := new(big.Int).GCD(nil, nil, common, rate.Denom())
		common.Mul(common, new(big.Int).Div(rate.Denom(), shared))
	}
	return common
}
