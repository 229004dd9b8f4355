package strategy

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// rankings are remainders in orders that are bad for one way of choosing pivots or another.
var rankings = map[string]func(i, n int) uint64{
	"all equal":      func(int, int) uint64 { return 7 },
	"falling":        func(i, n int) uint64 { return uint64(n - i) },
	"rising":         func(i, _ int) uint64 { return uint64(i) },
	"organ pipe":     func(i, n int) uint64 { return uint64(min(i, n-i)) },
	"valley":         func(i, n int) uint64 { return uint64(max(i, n-i)) },
	"saw":            func(i, _ int) uint64 { return uint64(i % 5) },
	"two values":     func(i, _ int) uint64 { return uint64(i & 1) },
	"one apart":      func(i, n int) uint64 { return uint64(oneIf(i == n/2)) },
	"largest values": func(i, _ int) uint64 { return ^uint64(0) - uint64(i%3) },
}

func checkSelection(t interface{ Fatalf(string, ...any) }, list []rankedRemainder, n, rounds int) {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, byRank)
	selectWithin(list, n, rounds)
	for _, part := range [][2][]rankedRemainder{{list[:n], sorted[:n]}, {list[n:], sorted[n:]}} {
		got := slices.SortedFunc(slices.Values(part[0]), byRank)
		if !slices.Equal(got, part[1]) {
			t.Fatalf("selecting %d of %d in %d rounds: got %v, want %v", n, len(list), rounds, got, part[1])
		}
	}
}

func TestSelectingIsAsSorting(t *testing.T) {
	for name, remainder := range rankings {
		t.Run(name, func(t *testing.T) {
			for _, lines := range []int{1, 2, 3, fewRanked, fewRanked + 1, 50, 64, 65, 500} {
				for n := 0; n <= lines; n += 1 + lines/40 {
					for _, rounds := range []int{0, 1, 3, maxRounds(lines)} {
						list := make([]rankedRemainder, lines)
						for i := range list {
							list[i] = rank(remainder(i, lines), int32(i/2), i)
						}
						checkSelection(t, list, n, rounds)
					}
				}
			}
		})
	}
}

func TestSelectingIsAsSortingInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]uint64{1, 5, 1_000_000, ^uint64(0)}).Draw(t, "most")
		lines := rapid.IntRange(0, 200).Draw(t, "lines")
		list := make([]rankedRemainder, lines)
		for i := range list {
			list[i] = rank(rapid.Uint64Range(0, most).Draw(t, "remainder"), rapid.Int32Range(0, int32(lines)).Draw(t, "item"), i)
		}
		checkSelection(t, list, rapid.IntRange(0, lines).Draw(t, "n"), rapid.IntRange(0, maxRounds(lines)).Draw(t, "rounds"))
	})
}

func TestLongCartsTakeNoMemoryForAQuote(t *testing.T) {
	c := hostileCart(500)
	for name, rule := range adversaries {
		t.Run(name, func(t *testing.T) {
			s := hostileStrategy(t, "limits = { max_amount = 1000 }", rule, 3)
			var q Quote
			if n := testing.AllocsPerRun(5, func() {
				if err := s.QuoteInto(&q, c, begin); err != nil {
					t.Fatal(err)
				}
			}); n > 0 {
				t.Errorf("%v allocations a quote", n)
			}
		})
	}
}
