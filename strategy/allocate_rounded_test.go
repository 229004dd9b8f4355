package strategy

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/money"
)

func TestSharesThatAreRounded(t *testing.T) {
	for name, c := range map[string]struct {
		allocation allocation
		rounding   money.Rounding
		unit       int64
		amount     int64
		values     []int64
		room       []int64 // as values if nil
		want       []int64
	}{
		"round_then_first gives what is missing to the first": {
			allocation: roundThenFirst, rounding: money.HalfDown, amount: 300, values: []int64{4300, 1400, 2300}, want: []int64{162, 52, 86},
		},
		"round_then_first takes back from the first what is too much": {
			allocation: roundThenFirst, amount: 3, values: []int64{1000, 1000}, want: []int64{1, 2},
		},
		"round_then_first takes nothing from a share of nothing": {
			allocation: roundThenFirst, rounding: money.Up, amount: 2, values: []int64{0, 10, 10, 10, 10}, want: []int64{0, 0, 0, 1, 1},
		},
		"round_then_last": {
			allocation: roundThenLast, amount: 100, values: []int64{10, 10, 10, 0}, want: []int64{33, 33, 34, 0}, room: []int64{99, 99, 99, 99},
		},
		"round_then_last gives no more than is left": {
			allocation: roundThenLast, rounding: money.Up, amount: 2, values: []int64{10, 10, 10, 10}, want: []int64{1, 1, 0, 0},
		},
		"carry": {
			allocation: carry, amount: 100, values: []int64{300, 100, 200, 100}, want: []int64{43, 14, 29, 14},
		},
		"carry rounds off what it rounded up": {
			allocation: carry, rounding: money.Up, amount: 2, values: []int64{10, 10, 10, 10}, want: []int64{1, 0, 1, 0},
		},
		"carry rounded down leaves it to the next": {
			allocation: carry, rounding: money.Down, amount: 2, values: []int64{10, 10, 10, 10}, want: []int64{0, 1, 0, 1},
		},
		"cascade_up": {
			allocation: cascadeUp, amount: 100, values: []int64{10, 10, 10}, want: []int64{34, 33, 33}, room: []int64{99, 99, 99},
		},
		"cascade_up has nothing left for the last": {
			allocation: cascadeUp, amount: 2, values: []int64{10, 10, 10}, want: []int64{1, 1, 0},
		},
		"what has no room is shared again": {
			allocation: roundThenFirst, amount: 100, values: []int64{100, 100, 100}, room: []int64{10, 100, 100}, want: []int64{10, 45, 45},
		},
		"in steps": {
			allocation: carry, unit: 5, amount: 50, values: []int64{100, 100, 100}, want: []int64{15, 20, 15},
		},
	} {
		t.Run(name, func(t *testing.T) {
			portions, got := make([]portion, len(c.values)), make([]int64, len(c.values))
			for i, value := range c.values {
				portions[i] = portion{item: int32(i), value: value, headroom: value}
				if c.room != nil {
					portions[i].headroom = c.room[i]
				}
			}
			s := sharing{unit: max(1, c.unit), allocation: c.allocation, rounding: c.rounding, e: new(evaluation)}
			shared := s.share(c.amount, portions)
			for i := range portions {
				got[i] = portions[i].off
			}
			if shared != c.amount || !slices.Equal(got, c.want) {
				t.Errorf("shared %d as %d, want %d", shared, got, c.want)
			}
		})
	}
}

// So many that sorting them is not stable by itself.
func TestEqualRemaindersOfOneArticleGoToTheEarlierLines(t *testing.T) {
	portions := make([]portion, 40)
	for i := range portions {
		portions[i] = portion{line: int32(i), value: 100 + int64(i%2), headroom: 100}
	}
	sharing{unit: 1, e: new(evaluation)}.share(50, portions)
	for _, odd := range []int{0, 1} {
		before := int64(100)
		for i := odd; i < len(portions); i += 2 {
			if portions[i].off > before {
				t.Errorf("line %d has %d, and an earlier one like it %d", i, portions[i].off, before)
			}
			before = portions[i].off
		}
	}
}

// The error that is carried keeps the shares up to each line within a unit of what is
// theirs.
func TestCarriedSharesStayByTheirProportion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := drawParts(t)
		total := int64(0)
		for i := range parts {
			parts[i].headroom = 2_000_000
			total += parts[i].value
		}
		amount := rapid.Int64Range(0, 1_000_000).Draw(t, "amount")
		s := drawSharing(t, 1)
		s.allocation = carry
		s.share(amount, parts)
		shares, values := int64(0), int64(0)
		for i, p := range parts {
			shares, values = shares+p.off, values+p.value
			if d := shares*total - amount*values; d >= total && d > 0 || -d >= total && d < 0 {
				t.Fatalf("up to line %d: %d of %d×%d/%d", i, shares, amount, values, total)
			}
		}
	})
}

// MulDiv's products are of 128 bits, and so are those of a share.
func TestSharesOfTheLargestAmounts(t *testing.T) {
	for i, word := range allocationWords {
		portions := []portion{{value: money.Max - 2, headroom: money.Max}, {item: 1, value: 1, headroom: 1}, {item: 2, value: 1, headroom: 1}}
		s := sharing{unit: 1, allocation: allocation(i), e: new(evaluation)}
		if got := s.share(money.Max-1, portions); got != money.Max-1 {
			t.Errorf("%s: shared %d", word, got)
		}
	}
}
