package proof

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
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
)

func TestRails(t *testing.T) {
	all := Rails{MeanChange: 2, FreeOrders: 0.05, Free: true, Evaluation: 2 * time.Millisecond, MinSample: 10}
	for name, c := range map[string]struct {
		rails         Rails
		before, after string
		carts         int
		quoteTakes    time.Duration
		rail, says    string
		abstains      string
	}{
		"no rail":                     {Rails{}, off10, gratis, 20, 1, "", "", ""},
		"twice the discount":          {all, off10, off20, 20, 1, "", "", ""},
		"half the discount":           {all, off20, off10, 20, 1, "", "", ""},
		"nine times the discount":     {all, off10, off90, 20, 1, "max_mean_change", "the mean discount of 20 carts goes from 1.00 CNY to 9.00 CNY, to 900% of what it was, the bound is a factor of 2 either way", ""},
		"a ninth of the discount":     {all, off90, off10, 20, 1, "max_mean_change", "from 9.00 CNY to 1.00 CNY, to 11.1% of what it was", ""},
		"no discount any more":        {all, off10, none, 20, 1, "max_mean_change", "to 0%", ""},
		"from no discount to one":     {all, none, off90, 20, 1, "", "", ""},
		"all for nothing":             {all, none, gratis, 20, 1, "max_free_orders", "20 of 20 carts (100%) would have nothing to pay for their goods, 0 have now, the bound is 5%", ""},
		"none may be for nothing":     {Rails{Free: true, MinSample: 1}, none, gratis, 1, 1, "max_free_orders", "the bound is 0%", ""},
		"slow":                        {all, off10, off10, 20, 3 * time.Millisecond, "max_evaluation", "a quote took 3ms, the bound is 2ms", ""},
		"slow, but nobody asked":      {Rails{MeanChange: 2, MinSample: 1}, off10, off10, 20, time.Second, "", "", ""},
		"too few carts":               {all, off10, gratis, 9, 1, "", "", "guard rails did not judge: 9 carts, 10 are wanted"},
		"one cart":                    {Rails{MeanChange: 2, Free: true, MinSample: 1}, off10, off90, 1, 1, "max_mean_change", "the mean discount of 1 cart goes from", ""},
		"one cart for nothing":        {Rails{Free: true, MinSample: 1}, none, gratis, 1, 1, "max_free_orders", "1 of 1 cart (100%)", ""},
		"too few with one":            {all, off10, gratis, 1, 1, "", "", "guard rails did not judge: 1 cart, 10 are wanted"},
		"a bound that is no binary":   {Rails{MeanChange: 1.1, MinSample: 1}, "[rule.a]\ndiscount_rate = 0.1\n", "[rule.a]\ndiscount_rate = 0.11\n", 1, 1, "", "", ""},
		"a hair over it":              {Rails{MeanChange: 1.1, MinSample: 1}, "[rule.a]\ndiscount_rate = 0.1\n", "[rule.a]\ndiscount_rate = 0.111\n", 1, 1, "max_mean_change", "to 111%", ""},
		"another currency":            {all, off10, "currency = \"USD\"\n" + off90, 20, 1, "", "", ""},
		"a catalogue that prices now": {all, off10, priced, 20, 1, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := Replay(load(t, c.before), load(t, c.after), carts(c.carts, 1000), noon, c.rails.Evaluation, ticking(c.quoteTakes))
			abstained, err := c.rails.Judge(f)
			if abstained != c.abstains {
				t.Errorf("abstained: %q, want %q", abstained, c.abstains)
			}
			if c.rail == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if err == nil || !strings.HasPrefix(err.Error(), "guard rail "+c.rail+": ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error = %v, want the rail %s and %q", err, c.rail, c.says)
			}
		})
	}
}

func TestReplayIsAtTheInstantGiven(t *testing.T) {
	timed := load(t, "[rule.a]\nvalid_until = \"2026-11-23T11:59:59Z\"\ndiscount_rate = 0.5\n")
	for at, want := range map[time.Time]int64{noon: 0, noon.Add(-time.Hour): 500} {
		if f := Replay(timed, timed, carts(1, 1000), at, 0, time.Now); f.DiscountAfter != want {
			t.Errorf("at %v the discount is %d, want %d", at, f.DiscountAfter, want)
		}
	}
}

func TestCartsThatCanBePricedNoMoreAreCounted(t *testing.T) {
	unpriced := &cart.Cart{Lines: []cart.Line{{SKU: "a", Quantity: 1, UnitPrice: cart.NoPrice}}}
	f := Replay(load(t, priced), load(t, off10), []*cart.Cart{unpriced, carts(1, 1000)[0]}, noon, 0, time.Now)
	if f.Lost != 1 || f.Carts != 1 || !strings.Contains(f.String(), "1 cart can be priced no more") {
		t.Errorf("figures = %v", f)
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

func TestSampleKeepsTheLastCartsAndNobodysName(t *testing.T) {
	var s Sample
	for i := range 300 {
		body := []byte(fmt.Sprintf("sku-%d", i))
		s.Add(&cart.Cart{
			Lines:    []cart.Line{{ID: "line-7", SKU: string(body), Quantity: 1, Attributes: []cart.Attribute{{Name: "n", Text: "x"}}}},
			Customer: cart.Customer{ID: "u1", Tier: "gold", Segments: []string{"student"}, CompletedOrders: 3},
			Coupons:  []string{"SPRING"},
			Shipping: []cart.Charge{{ID: "s1", Method: "post", Amount: 5}},
		})
	}
	kept := s.Carts()
	if len(kept) != size {
		t.Fatalf("%d carts are kept, want %d", len(kept), size)
	}
	for _, c := range kept {
		var n int
		if fmt.Sscanf(c.Lines[0].SKU, "sku-%d", &n); n < 300-size {
			t.Errorf("cart %d is kept", n)
		}
		if text := fmt.Sprint(*c); strings.Contains(text, "u1") || strings.Contains(text, "line-7") || strings.Contains(text, "s1") {
			t.Errorf("an id is kept: %s", text)
		}
		if c.Customer.Tier != "gold" || c.Customer.CompletedOrders != 3 || len(c.Coupons) != 1 || c.Shipping[0].Amount != 5 || c.Lines[0].Attributes[0].Text != "x" {
			t.Errorf("what prices depend on is lost: %+v", c)
		}
	}
}

// A cart lives no longer than its request: its texts are in the memory of the body.
func TestSampleKeepsTextsOfItsOwn(t *testing.T) {
	reader, err := cart.NewReader(cart.Options{})
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"items": [{"sku": "oolong", "category": ["tea", "season", "sale"], "quantity": 1, "unit_price": 100}]}`)
	var c cart.Cart
	if found, err := reader.ReadJSON(body, money.Currency{}, &c); err != nil || !found {
		t.Fatal(found, err)
	}
	var s Sample
	s.Add(&c)
	for i := range body {
		body[i] = 'x'
	}
	kept := s.Carts()[0].Lines[0]
	if kept.SKU != "oolong" || kept.Category != "tea" || !slices.Equal(kept.MoreCategories, []string{"season", "sale"}) {
		t.Errorf("kept %+v", kept)
	}
}

func TestLongCartsAreNotKept(t *testing.T) {
	var s Sample
	s.Add(&cart.Cart{Lines: make([]cart.Line, maxLines+1)})
	if n := len(s.Carts()); n != 0 {
		t.Errorf("%d carts are kept", n)
	}
}

func TestSampleIsSafeForManyAtOnce(t *testing.T) {
	var s Sample
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 500 {
				s.Add(&cart.Cart{Lines: []cart.Line{{SKU: "a"}}})
				for _, c := range s.Carts() {
					if c.Lines[0].SKU != "a" {
						t.Error("a cart is torn")
					}
				}
			}
		})
	}
	group.Wait()
}

func TestPaceLetsOneThroughInAWhile(t *testing.T) {
	var p Pace
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
