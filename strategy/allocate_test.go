package strategy

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/money"
)

func drawParts(t *rapid.T) []portion {
	n := rapid.IntRange(1, 12).Draw(t, "lines")
	parts := make([]portion, n)
	for i := range parts {
		weight := rapid.Int64Range(0, 1_000_000).Draw(t, "weight")
		parts[i] = portion{item: int32(i), value: weight, headroom: rapid.Int64Range(0, weight).Draw(t, "most")}
	}
	return parts
}

// drawSharing is any allocation with any rounding, in steps of unit.
func drawSharing(t *rapid.T, unit int64) sharing {
	return sharing{
		e:          new(evaluation),
		unit:       unit,
		allocation: allocation(rapid.IntRange(0, len(allocationWords)-1).Draw(t, "allocation")),
		rounding:   money.Rounding(rapid.IntRange(0, len(roundingWords)-1).Draw(t, "rounding")),
	}
}

func TestSharesAddUpToTheAmountOrToAllTheRoomThereIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := drawParts(t)
		unit := rapid.SampledFrom([]int64{1, 1, 5, 100}).Draw(t, "unit")
		room := int64(0)
		for i := range parts {
			parts[i].headroom -= parts[i].headroom % unit
			room += parts[i].headroom
		}
		amount := rapid.Int64Range(0, 2_000_000).Draw(t, "amount") / unit * unit
		by := drawSharing(t, unit)
		shareable := by.shareable(amount, parts)
		got := by.share(amount, parts)
		sum := int64(0)
		for i, p := range parts {
			sum += p.off
			if p.off < 0 || p.off > p.headroom {
				t.Fatalf("line %d takes %d of %d", i, p.off, p.headroom)
			}
			if p.item != int32(i) {
				t.Fatalf("line %d moved to %d", p.item, i)
			}
		}
		if got != sum || sum != min(amount, room) {
			t.Fatalf("shared %d (%d reported) of %d with room for %d", sum, got, amount, room)
		}
		if shareable != sum {
			t.Fatalf("%d of %d are shareable, but %d were shared", shareable, amount, sum)
		}
	})
}

func TestSharesAreWithinOneUnitOfTheirProportion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := drawParts(t)
		total := int64(0)
		for i := range parts {
			parts[i].headroom = parts[i].value
			total += parts[i].value
		}
		amount := rapid.Int64Range(0, total).Draw(t, "amount")
		sharing{unit: 1, e: new(evaluation)}.share(amount, parts)
		for i, p := range parts {
			// |share − amount·weight/total| < 1, without dividing
			if d := p.off*total - amount*p.value; d >= total && d > 0 || -d >= total && d < 0 {
				t.Fatalf("line %d: share %d of %d×%d/%d", i, p.off, amount, p.value, total)
			}
		}
	})
}
