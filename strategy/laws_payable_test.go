package strategy_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// What is left to pay for goods is a step, unless floors, limits or the sum before
// discounts keep it from being one; the rules take off what they do without.
func TestLawWhatIsPaidForGoodsGoesInSteps(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		p.spec.payableUnit, p.spec.payableMode = 0, ""
		without := p.quoted(t)
		p.spec.payableUnit = rapid.SampledFrom([]int64{1, 5, 50, 100}).Draw(t, "unit")
		p.spec.payableMode = rapid.SampledFrom([]string{"", "half_up", "half_even", "half_down", "down", "up"}).Draw(t, "mode")
		with := p.quoted(t)
		byRules, rounded := with.applied, int64(0)
		if last := len(byRules) - 1; last >= 0 && byRules[last].id == "rounding" {
			byRules, rounded = byRules[:last], byRules[last].amount
		}
		if got, want := fmt.Sprint(byRules), fmt.Sprint(without.applied); got != want {
			t.Fatalf("the rules gave %s, without rounding %s", got, want)
		}
		if with.discount != without.discount+rounded || with.shippingDiscount != without.shippingDiscount {
			t.Fatalf("%d off, and %d without rounding by %d", with.discount, without.discount, rounded)
		}
		if with.reason != "" || (with.subtotal-with.discount)%p.spec.payableUnit == 0 {
			return
		}
		canGive := p.spec.budget(with.subtotal) - with.discount
		room := int64(0)
		for i, floor := range p.spec.floors(p.cart)[:len(with.lines)] {
			item, _, _ := p.spec.price(p.cart, &p.cart.Lines[i], false)
			room += max(0, item.original-with.lines[i]-floor)
		}
		if canGive > 0 && room > 0 && with.discount > 0 {
			t.Fatalf("%d is left to pay", with.subtotal-with.discount)
		}
	})
}
