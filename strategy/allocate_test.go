package strategy

import (
	"testing"

	"pgregory.net/rapid"
)

func drawParts(t *rapid.T) []part {
	n := rapid.IntRange(1, 12).Draw(t, "lines")
	parts := make([]part, n)
	for i := range parts {
		weight := rapid.Int64Range(0, 1_000_000).Draw(t, "weight")
		parts[i] = part{line: int32(i), weight: weight, most: rapid.Int64Range(0, weight).Draw(t, "most")}
	}
	return parts
}

func TestSharesAddUpToTheAmountOrToAllTheRoomThereIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := drawParts(t)
		room := int64(0)
		for _, p := range parts {
			room += p.most
		}
		amount := rapid.Int64Range(0, 2_000_000).Draw(t, "amount")
		got := shareOut(amount, parts)
		sum := int64(0)
		for i, p := range parts {
			sum += p.share
			if p.share < 0 || p.share > p.most {
				t.Fatalf("line %d takes %d of %d", i, p.share, p.most)
			}
			if p.line != int32(i) {
				t.Fatalf("line %d moved to %d", p.line, i)
			}
		}
		if got != sum || sum != min(amount, room) {
			t.Fatalf("shared %d (%d reported) of %d with room for %d", sum, got, amount, room)
		}
	})
}

func TestSharesAreWithinOneUnitOfTheirProportion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := drawParts(t)
		total := int64(0)
		for i := range parts {
			parts[i].most = parts[i].weight
			total += parts[i].weight
		}
		amount := rapid.Int64Range(0, total).Draw(t, "amount")
		shareOut(amount, parts)
		for i, p := range parts {
			// |share − amount·weight/total| < 1, without dividing
			if d := p.share*total - amount*p.weight; d >= total && d > 0 || -d >= total && d < 0 {
				t.Fatalf("line %d: share %d of %d×%d/%d", i, p.share, amount, p.weight, total)
			}
		}
	})
}
