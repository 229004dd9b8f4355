package guardrail

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

func load(t *testing.T, rules string) *strategy.Strategy {
	t.Helper()
	s, err := strategy.Load("", strategy.Source{Name: "s.toml", Data: []byte("version = \"v\"\n" + rules)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func carts(n int, price int64) []*cart.Cart {
	var all []*cart.Cart
	for range n {
		all = append(all, &cart.Cart{Lines: []cart.Line{{SKU: "a", Quantity: 1, UnitPrice: price, Subtotal: price}}})
	}
	return all
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// ticking is a clock on which every look takes step.
func ticking(step time.Duration) func() time.Time {
	now := noon
	return func() time.Time { now = now.Add(step); return now }
}

const (
	off10  = "[rule.a]\ndiscount_rate = 0.1\n"
	off20  = "[rule.a]\ndiscount_rate = 0.2\n"
	off90  = "[rule.a]\ndiscount_rate = 0.9\n"
	gratis = "[rule.a]\ndiscount_amount = 100\n"
	none   = "[rule.a]\nskus = [\"other\"]\ndiscount_rate = 0.1\n"
	priced = "[[products]]\nsku = \"a\"\ncategory = \"c\"\nprice = 10\n" + off10

	unpriced = "[[products]]\nsku = \"a\"\ncategory = \"c\"\nprice = 0\n" + off10
	both10   = "[rule.a]\nskus = [\"a\"]\ndiscount_rate = 0.1\n[rule.b]\nskus = [\"b\"]\ndiscount_rate = 0.1\n"
	one70    = "[rule.a]\nskus = [\"a\"]\ndiscount_rate = 0.7\n[rule.b]\nskus = [\"b\"]\ndiscount_rate = 0.1\n"
	cheap0   = "[rule.a]\nmin_subtotal = 50\ndiscount_rate = 0.2\n"
	dear10   = "[rule.a]\nmin_subtotal = 50\ndiscount_rate = 0.1\n"
	dear20   = cheap0
)

// in are carts that state a currency.
func in(currency string, list []*cart.Cart) []*cart.Cart {
	for _, c := range list {
		c.Currency = currency
	}
	return list
}

// unpricedCarts state no price, which a catalogue may know.
func unpricedCarts(n int) []*cart.Cart {
	list := carts(n, 1000)
	for _, c := range list {
		c.Lines[0].UnitPrice, c.Lines[0].Subtotal = cart.NoPrice, 0
	}
	return list
}

func TestLimits(t *testing.T) {
	all := Limits{MeanChange: 2, FreeOrders: 0.05, Free: true, Evaluation: 2 * time.Millisecond, MinSample: 10}
	ten := carts(20, 1000)
	huge := int64(1_000_000_000_000)
	for name, c := range map[string]struct {
		limits        Limits
		before, after string
		carts         []*cart.Cart
		clients       int
		quoteTakes    time.Duration
		limit, says   string
		abstains      []string
		partly        []string
	}{
		"no rail":                   {before: off10, after: gratis, carts: ten},
		"twice the discount":        {limits: all, before: off10, after: off20, carts: ten},
		"half the discount":         {limits: all, before: off20, after: off10, carts: ten},
		"nine times the discount":   {limits: all, before: off10, after: off90, carts: ten, limit: "max_mean_change", says: "the mean discount of 20 carts goes from 10% to 90% of what they cost, to 900% of what it was, the bound is a factor of 2 either way"},
		"a ninth of the discount":   {limits: all, before: off90, after: off10, carts: ten, limit: "max_mean_change", says: "from 90% to 10% of what they cost, to 11.1% of what it was"},
		"no discount any more":      {limits: all, before: off10, after: none, carts: ten, limit: "max_mean_change", says: "to 0%"},
		"from no discount to one":   {limits: all, before: none, after: off90, carts: ten, abstains: []string{"guardrail max_mean_change not checked: no cart has a discount now"}},
		"all for nothing":           {limits: all, before: none, after: gratis, carts: ten, limit: "max_free_orders", says: "20 of 20 carts would have nothing to pay for their goods, 0 have now, which is 100% of all orders more, the bound is 5%"},
		"for nothing by a price":    {limits: Limits{Free: true, MinSample: 1}, before: off10, after: unpriced, carts: ten, limit: "max_free_orders", says: "20 of 20 carts"},
		"none may be for nothing":   {limits: Limits{Free: true, MinSample: 1}, before: none, after: gratis, carts: carts(1, 1000), limit: "max_free_orders", says: "the bound is 0%"},
		"slow":                      {limits: all, before: off10, after: off10, carts: ten, quoteTakes: 3 * time.Millisecond, limit: "max_evaluation", says: "a quote took 3ms, the bound is 2ms"},
		"slow, without that rail":   {limits: Limits{MeanChange: 2, MinSample: 1}, before: off10, after: off10, carts: ten, quoteTakes: time.Second},
		"too few carts":             {limits: all, before: off10, after: gratis, carts: carts(9, 1000), clients: 3, abstains: []string{"guardrails not checked: 9 carts of 3 clients, min_sample is 10"}},
		"too few clients":           {limits: all, before: off10, after: gratis, carts: carts(4, 1000), clients: 1, abstains: []string{"guardrails not checked: 4 carts of 1 client, min_sample is 10; a client counts for at most 4, and behind a proxy all are one unless trusted_proxies names it"}},
		"one cart":                  {limits: Limits{MeanChange: 2, Free: true, MinSample: 1}, before: off10, after: off90, carts: carts(1, 1000), limit: "max_mean_change", says: "the mean discount of 1 cart goes from"},
		"one cart for nothing":      {limits: Limits{Free: true, MinSample: 1}, before: none, after: gratis, carts: carts(1, 1000), limit: "max_free_orders", says: "1 of 1 cart would"},
		"a bound that is no binary": {limits: Limits{MeanChange: 1.1, MinSample: 1}, before: off10, after: "[rule.a]\ndiscount_rate = 0.11\n", carts: carts(1, 1000)},
		"a hair over it":            {limits: Limits{MeanChange: 1.1, MinSample: 1}, before: off10, after: "[rule.a]\ndiscount_rate = 0.111\n", carts: carts(1, 1000), limit: "max_mean_change", says: "to 111%"},
		"thirds to two thirds":      {limits: Limits{MeanChange: 2, MinSample: 1}, before: "[rule.a]\ndiscount_amount = 1\n", after: "[rule.a]\ndiscount_amount = 2\n", carts: carts(7, 300)},

		"one cart at a price that outweighs all": {limits: all, before: both10, after: one70, carts: append(carts(19, 1000), &cart.Cart{Lines: []cart.Line{{SKU: "b", Quantity: 1, UnitPrice: huge, Subtotal: huge}}}), limit: "max_mean_change", says: "the mean discount of 20 carts goes from 10% to 67% of what they cost"},
		"half of them, and the mean stays":       {limits: Limits{MeanChange: 1.5, MinSample: 1}, before: off10, after: cheap0, carts: append(carts(11, 1000), carts(9, 10_000)...), limit: "max_mean_change", says: "the median discount of 20 carts goes from 10% to 0% of what they cost"},
		"a lower rate beside carts at one fen":   {limits: all, before: "[rule.a]\ndiscount_rate = 0.5\n", after: "[rule.a]\ndiscount_rate = 0.4\n", carts: append(carts(16, 1000), carts(4, 1)...)},
		"most have no discount":                  {limits: all, before: dear10, after: dear20, carts: append(carts(15, 1000), carts(5, 10_000)...), partly: []string{"guardrail max_mean_change not checked by the median: at least half of the carts have no discount now"}},
		"orders that are free already":           {limits: Limits{Free: true, MinSample: 1}, before: gratis, after: gratis, carts: ten},
		"fewer that are free":                    {limits: Limits{Free: true, MinSample: 1}, before: gratis, after: off10, carts: ten},
		"carts in another currency":              {limits: all, before: off10, after: off90, carts: append(in("USD", carts(300, 1000)), ten...), limit: "max_mean_change", says: "the mean discount of 20 carts goes from 10% to 90%"},
		"carts in another currency alone":        {limits: all, before: off10, after: off90, carts: in("USD", carts(300, 1000)), clients: 80, abstains: []string{"guardrails not checked: 0 carts of 80 clients, min_sample is 10"}},
		"carts of nothing":                       {limits: all, before: off10, after: off90, carts: carts(20, 0), abstains: []string{"guardrails not checked: 0 carts, min_sample is 10"}},
		"carts that can no longer be priced":     {limits: all, before: priced, after: off10, carts: unpricedCarts(20), limit: "max_mean_change", says: "from 10% to 0%"},
		"the currency changes": {limits: all, before: off10, after: "currency = \"USD\"\n" + off90, carts: ten, abstains: []string{
			"guardrail max_mean_change not checked: the currency changes from CNY to USD", "guardrail max_free_orders not checked: the currency changes from CNY to USD"}},
		"a catalogue that prices now": {limits: all, before: off10, after: priced, carts: ten},
	} {
		t.Run(name, func(t *testing.T) {
			f := Replay(load(t, c.before), load(t, c.after), c.carts, noon, c.limits.Evaluation, ticking(max(c.quoteTakes, 1)))
			f.Clients = c.clients
			j, err := c.limits.Check(f)
			if !slices.Equal(j.Abstained, c.abstains) || !slices.Equal(j.Partly, c.partly) {
				t.Errorf("abstained: %q, want %q; partly: %q, want %q", j.Abstained, c.abstains, j.Partly, c.partly)
			}
			if c.limit == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if err == nil || !strings.HasPrefix(err.Error(), "guardrail "+c.limit+": ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error = %v, want the limit %s and %q", err, c.limit, c.says)
			}
		})
	}
}

// However dear the goods and the shipping of a cart are, its discount is a share of at
// most 1 of them.
func TestADiscountIsAShareFromZeroToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(0, 1_000_000_000_000)
		q := strategy.Quote{Subtotal: amount.Draw(t, "subtotal"), Shipping: amount.Draw(t, "shipping")}
		q.Discount = rapid.Int64Range(0, q.Subtotal).Draw(t, "discount")
		q.ShippingDiscount = rapid.Int64Range(0, q.Shipping).Draw(t, "shipping discount")
		if s := shareOf(&q); s.Sign() < 0 || s.Cmp(big.NewRat(1, 1)) > 0 {
			t.Errorf("the share is %v", s)
		}
	})
}

func TestMeanAndMedian(t *testing.T) {
	for name, c := range map[string]struct {
		shares       shares
		mean, median *big.Rat
	}{
		"none":             {mean: new(big.Rat), median: new(big.Rat)},
		"one":              {shares: shares{big.NewRat(1, 3)}, mean: big.NewRat(1, 3), median: big.NewRat(1, 3)},
		"two":              {shares: shares{big.NewRat(1, 3), big.NewRat(1, 6)}, mean: big.NewRat(1, 4), median: big.NewRat(1, 4)},
		"three, unordered": {shares: shares{big.NewRat(1, 1), big.NewRat(0, 1), big.NewRat(1, 10)}, mean: big.NewRat(11, 30), median: big.NewRat(1, 10)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.shares.mean(); got.Cmp(c.mean) != 0 {
				t.Errorf("mean = %v, want %v", got, c.mean)
			}
			if got := c.shares.median(); got.Cmp(c.median) != 0 {
				t.Errorf("median = %v, want %v", got, c.median)
			}
		})
	}
}

func TestReplayIsAtTheInstantGiven(t *testing.T) {
	timed := load(t, "[rule.a]\nvalid_until = \"2026-11-23T11:59:59Z\"\ndiscount_rate = 0.5\n")
	for at, want := range map[time.Time]*big.Rat{noon: new(big.Rat), noon.Add(-time.Hour): big.NewRat(1, 2)} {
		if f := Replay(timed, timed, carts(1, 1000), at, 0, time.Now); f.after.mean().Cmp(want) != 0 {
			t.Errorf("at %v the discount is %v, want %v", at, f.after.mean(), want)
		}
	}
}

func TestCartsThatCanBePricedNoMoreAreCounted(t *testing.T) {
	list := append(unpricedCarts(1), carts(1, 1000)...)
	f := Replay(load(t, priced), load(t, off10), list, noon, 0, time.Now)
	if want := "2 carts: mean discount 10% to 5%, median 10% to 5%, free orders 0 to 0, slowest quote"; f.Lost != 1 || !strings.HasPrefix(f.String(), want) ||
		!strings.Contains(f.String(), "1 cart can no longer be priced") {
		t.Errorf("figures = %v, want %s …", f, want)
	}
}

func TestOneSlowQuoteOfThreeIsNotBelieved(t *testing.T) {
	looks := 0
	now := noon
	stutter := func() time.Time {
		if looks++; looks == 2 {
			now = now.Add(time.Second)
		}
		now = now.Add(time.Microsecond)
		return now
	}
	s := load(t, off10)
	if f := Replay(s, s, carts(1, 1000), noon, time.Millisecond, stutter); f.Slowest != time.Microsecond {
		t.Errorf("slowest = %v, want 1µs", f.Slowest)
	}
}

func TestPaceLetsOneThroughInAWhile(t *testing.T) {
	var p Sampler
	passed := 0
	for i := range 1000 {
		if p.Due(noon.Add(time.Duration(i) * time.Millisecond)) {
			passed++
		}
	}
	if passed != 100 {
		t.Errorf("%d of 1000 in a second, want 100", passed)
	}
}
