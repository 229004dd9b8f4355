package guardrail

import (
	"fmt"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// Figures are the results of two strategies for the same carts at the same time.
type Figures struct {
	// Carts is the number of carts that cost something and that the strategy in service
	// prices in its currency. Clients is the number of clients they come from, if known.
	Carts, Clients int

	before, after                 shares // of the carts, by cart
	currencyBefore, currencyAfter string

	// FreeBefore and FreeAfter count orders of which nothing is left to pay for the goods.
	FreeBefore, FreeAfter int

	// Lost counts carts that only the strategy in service can price. They count as carts
	// without a discount, since their orders will get none.
	Lost int

	// Slowest is the longest time that the candidate took for one quote. If a quote is
	// repeated, the fastest of up to three tries counts.
	Slowest time.Duration
}

// Replay prices carts with the strategy in service and with a candidate, both as of the time
// at. It repeats a quote that takes longer than patience, unless patience is zero. stopwatch
// is time.Now except in tests.
func Replay(before, after *strategy.Strategy, carts []*cart.Cart, at time.Time, patience time.Duration, stopwatch func() time.Time) Figures {
	f := Figures{currencyBefore: before.Currency().Code(), currencyAfter: after.Currency().Code()}
	var old, next strategy.Quote
	for _, c := range carts {
		if before.QuoteInto(&old, c, at) != nil || !Counts(&old) {
			continue
		}
		f.Carts++
		f.before = append(f.before, shareOf(&old))
		f.FreeBefore += free(&old)
		took, err := timed(after, &next, c, at, patience, stopwatch)
		if err != nil {
			f.Lost++
			f.after = append(f.after, shareOf(new(strategy.Quote)))
			continue
		}
		f.Slowest = max(f.Slowest, took)
		f.after = append(f.after, shareOf(&next))
		f.FreeAfter += free(&next)
	}
	return f
}

// Counts reports whether a quote says anything about discounts: the cart is in the currency of
// the strategy and has goods to pay for.
func Counts(q *strategy.Quote) bool { return q.Reason != strategy.ReasonCurrency && q.Subtotal > 0 }

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

// free is 1 for an order of which nothing is left to pay for the goods, because of its
// discounts or its prices, and 0 otherwise.
func free(q *strategy.Quote) int {
	if q.Discount == q.Subtotal {
		return 1
	}
	return 0
}

// String returns one line for the log.
func (f Figures) String() string {
	if f.Carts == 0 {
		return "no cart to compare with"
	}
	text := fmt.Sprintf("%s: mean discount %s to %s, median %s to %s, free orders %d to %d, slowest quote %v", counted(f.Carts, "cart"),
		percent(f.before.mean()), percent(f.after.mean()), percent(f.before.median()), percent(f.after.median()),
		f.FreeBefore, f.FreeAfter, f.Slowest)
	if f.Lost > 0 {
		text += fmt.Sprintf(", %s can no longer be priced", counted(f.Lost, "cart"))
	}
	return text
}

// counted returns a number of things in words.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
