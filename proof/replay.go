package proof

import (
	"fmt"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
)

// Figures are what two strategies make of the same carts at the same instant.
type Figures struct {
	Carts int // that both could price

	// Discounts are on goods and shipping, in minor units of each strategy's own
	// currency, over all carts.
	DiscountBefore, DiscountAfter int64
	currencyBefore, currencyAfter money.Currency

	// Free orders are those with goods to pay for of which nothing is left to
	// pay, shipping apart.
	FreeBefore, FreeAfter int

	// Lost are carts that only the strategy in service can price.
	Lost int

	// Slowest is the longest that one quote of the candidate took; of each cart
	// the fastest of up to three counts.
	Slowest time.Duration
}

// Replay prices carts with the strategy in service and with a candidate, both as
// if it were at. A quote that takes longer than patience, if that is not zero,
// is repeated before it is believed. stopwatch is time.Now in all but tests.
func Replay(before, after *strategy.Strategy, carts []*cart.Cart, at time.Time, patience time.Duration, stopwatch func() time.Time) Figures {
	f := Figures{currencyBefore: before.Currency(), currencyAfter: after.Currency()}
	var old, next strategy.Quote
	for _, c := range carts {
		if before.QuoteInto(&old, c, at) != nil {
			continue
		}
		took, err := timed(after, &next, c, at, patience, stopwatch)
		if err != nil {
			f.Lost++
			continue
		}
		f.Carts++
		f.Slowest = max(f.Slowest, took)
		f.DiscountBefore += old.Discount + old.ShippingDiscount
		f.DiscountAfter += next.Discount + next.ShippingDiscount
		f.FreeBefore += free(&old)
		f.FreeAfter += free(&next)
	}
	return f
}

func timed(s *strategy.Strategy, q *strategy.Quote, c *cart.Cart, at time.Time, patience time.Duration, stopwatch func() time.Time) (time.Duration, error) {
	const tries = 3
	var best time.Duration
	for i := range tries {
		began := stopwatch()
		if err := s.QuoteInto(q, c, at); err != nil {
			return 0, err
		}
		if took := stopwatch().Sub(began); i == 0 || took < best {
			best = took
		}
		if patience == 0 || best <= patience {
			break
		}
	}
	return best, nil
}

func free(q *strategy.Quote) int {
	if q.Subtotal > 0 && q.Discount == q.Subtotal {
		return 1
	}
	return 0
}

// String is one line for the log.
func (f Figures) String() string {
	if f.Carts == 0 {
		return "no cart to compare with"
	}
	text := fmt.Sprintf("%s: mean discount %s to %s, free orders %d to %d, slowest quote %v",
		counted(f.Carts), mean(f.DiscountBefore, f.Carts, f.currencyBefore), mean(f.DiscountAfter, f.Carts, f.currencyAfter),
		f.FreeBefore, f.FreeAfter, f.Slowest)
	if f.Lost > 0 {
		text += fmt.Sprintf(", %s can be priced no more", counted(f.Lost))
	}
	return text
}

// counted is how many carts, in words.
func counted(carts int) string {
	if carts == 1 {
		return "1 cart"
	}
	return fmt.Sprintf("%d carts", carts)
}

// mean is an amount per cart in major units, to the nearest minor unit.
func mean(sum int64, carts int, c money.Currency) string {
	n := int64(carts)
	return string(c.AppendMajor(nil, (sum+n/2)/n)) + " " + c.Code()
}
