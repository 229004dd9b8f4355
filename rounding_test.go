package discount

import (
	"fmt"
	"testing"
)

const cash = `
version = "v1"
currency = "EUR"
arithmetic = { payable_unit = 0.05, payable_rounding = "half_up" }
[rule.some]
discount_rate = 0.15
`

// What is left to pay is rounded like a rule of its own, whose amount may be below
// zero. The discount on the goods never is, so no counter goes back.
func TestACartIsRounded(t *testing.T) {
	s, before := open(t, cash, proxied), gathered(t)
	for name, c := range map[string]struct {
		price int64
		want  string
	}{
		"up": {price: 1999, want: `
X-Discount-Amount: 299
X-Discount-Currency: EUR
X-Discount-Lines: (299)
X-Discount-Payable: 1700
X-Discount-Rules: "some";amount=300, "rounding";amount=-1
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 1999`},
		"all of the discount taken back": {price: 9, want: `
X-Discount-Amount: 0
X-Discount-Currency: EUR
X-Discount-Lines: (0)
X-Discount-Payable: 9
X-Discount-Rules: "some";amount=1, "rounding";amount=-1
X-Discount-Shipping: 0
X-Discount-Status: applied
X-Discount-Subtotal: 9`},
	} {
		t.Run(name, func(t *testing.T) {
			s.order(fmt.Sprintf(`{"items":[{"sku":"a","quantity":1,"unit_price":%d}]}`, c.price)).expect(t, c.want)
		})
	}
	after := gathered(t)
	for series, want := range map[string]float64{"rule_hits_total{rule=rounding}": 2, "amount_minor_units_total{currency=EUR}": 299} {
		if got := after[series] - before[series]; got != want {
			t.Errorf("%s rose by %v, want %v", series, got, want)
		}
	}
}
