package strategy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

func mustLoad(t testing.TB, env, text string) *strategy.Strategy {
	t.Helper()
	s, err := strategy.Load(env, strategy.Source{Name: "t.toml", Data: []byte(text)})
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return s
}

func mustReadFile(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	instant, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

// goods makes a cart of lines written "sku category subgroup quantity×price".
func goods(t testing.TB, lines ...cart.Line) *cart.Cart {
	t.Helper()
	c := &cart.Cart{}
	for _, l := range lines {
		switch {
		case l.HasTotal || l.UnitPrice == cart.NoPrice:
		case l.Weight.IsZero():
			l.Subtotal = l.Quantity * l.UnitPrice
		default:
			l.Subtotal, _ = l.Weight.Of(l.UnitPrice)
		}
		c.Lines = append(c.Lines, l)
	}
	return c
}

func of(category string, quantity, price int64) cart.Line {
	return cart.Line{SKU: category + "-1", Category: category, Quantity: quantity, UnitPrice: price}
}

type quoteCase struct {
	name     string
	strategy string
	env      string
	cart     []cart.Line
	now      string
	discount int64
	lines    []int64
	applied  string
}

func (c quoteCase) run(t *testing.T) {
	t.Helper()
	now := c.now
	if now == "" {
		now = "2024-06-01T12:00:00Z"
	}
	s := mustLoad(t, c.env, c.strategy)
	q, err := s.Quote(goods(t, c.cart...), at(t, now))
	if err != nil {
		t.Fatal(err)
	}
	if q.Discount != c.discount {
		t.Errorf("discount %d, want %d", q.Discount, c.discount)
	}
	if q.Payable != q.Subtotal-c.discount {
		t.Errorf("payable %d of %d", q.Payable, q.Subtotal)
	}
	for i, want := range c.lines {
		if q.Lines[i].Discount != want {
			t.Errorf("line %d: discount %d, want %d", i, q.Lines[i].Discount, want)
		}
	}
	var ids []string
	for _, a := range q.Applied {
		ids = append(ids, s.Rules()[a.Rule])
	}
	if got := strings.Join(ids, " "); got != c.applied {
		t.Errorf("applied %q, want %q", got, c.applied)
	}
}

func TestGroupBuyExampleAsItStands(t *testing.T) {
	text := mustReadFile(t, "group-buy.toml")
	const spring = "group-buy-2024-spring"
	for _, c := range []quoteCase{
		// 3 × 18.00 = 54.00; 15% = 8.10
		{name: "three units reach the minimum", cart: []cart.Line{of("咖啡", 3, 1800)}, discount: 810, lines: []int64{810}, applied: spring},
		{name: "two units do not", cart: []cart.Line{of("咖啡", 2, 1800)}},
		// 2 × 18.00 + 1 × 15.00 = 51.00; 15% = 7.65 = 5.40 + 2.25
		{name: "units of several lines add up", cart: []cart.Line{of("咖啡", 2, 1800), of("茶", 1, 1500)}, discount: 765, lines: []int64{540, 225}, applied: spring},
		// 3 × 0.01 = 0.03; 15% = 0.0045, rounded half up to 0
		{name: "less than half a fen is nothing", cart: []cart.Line{of("糖", 3, 1)}},
		// 5 × 0.02 = 0.10; 15% = 0.015, rounded half up to 0.02
		{name: "half a fen is a fen", cart: []cart.Line{of("糖", 5, 2)}, discount: 2, applied: spring},
		{name: "the last second counts", now: "2024-06-30T23:59:59.999999999Z", cart: []cart.Line{of("咖啡", 3, 1800)}, discount: 810, applied: spring},
		{name: "the next instant does not", now: "2024-07-01T00:00:00Z", cart: []cart.Line{of("咖啡", 3, 1800)}},
		{name: "an offset does not move the instant", now: "2024-07-01T07:59:59+08:00", cart: []cart.Line{of("咖啡", 3, 1800)}, discount: 810, applied: spring},
		{name: "an empty cart gets nothing"},
	} {
		c.strategy = text
		t.Run(c.name, c.run)
	}
}

func TestBeveragesExampleAsItStands(t *testing.T) {
	text := mustReadFile(t, "beverages.toml")
	for _, c := range []quoteCase{
		{name: "exactly at the threshold", now: "2024-06-01T09:00:00Z", cart: []cart.Line{of("咖啡", 1, 2000)}, discount: 300, applied: "discounts"},
		{name: "one fen below it", now: "2024-06-01T09:00:00Z", cart: []cart.Line{of("咖啡", 1, 1999)}},
		{name: "the window opens with its first instant", now: "2024-06-01T08:00:00Z", cart: []cart.Line{of("咖啡", 1, 2000)}, discount: 300, applied: "discounts"},
		{name: "and not a nanosecond before", now: "2024-06-01T07:59:59.999999999Z", cart: []cart.Line{of("咖啡", 1, 2000)}},
		{name: "its last instant is inside", now: "2024-06-01T09:59:59.999999999Z", cart: []cart.Line{of("咖啡", 1, 2000)}, discount: 300, applied: "discounts"},
		{name: "its end is outside", now: "2024-06-01T10:00:00Z", cart: []cart.Line{of("咖啡", 1, 2000)}},
		{name: "the higher step is closed in the morning", now: "2024-06-01T09:00:00Z", cart: []cart.Line{of("咖啡", 2, 2000)}, discount: 300, applied: "discounts"},
		{name: "the afternoon has its own step", now: "2024-06-01T15:00:00Z", cart: []cart.Line{of("咖啡", 2, 2000)}, discount: 600, applied: "discounts"},
		{name: "which 34.99 does not reach", now: "2024-06-01T15:00:00Z", cart: []cart.Line{of("咖啡", 1, 3499)}},
		// 6.00 over 20.00 and 15.00 (35.00): 3.4285… and 2.5714…
		{name: "the amount is shared by value", now: "2024-06-01T15:00:00Z", cart: []cart.Line{of("咖啡", 1, 2000), of("茶", 1, 1500)}, discount: 600, lines: []int64{343, 257}, applied: "discounts"},
		{name: "the overlay replaces the ladder", env: "dev", now: "2024-06-01T03:00:00Z", cart: []cart.Line{of("咖啡", 1, 100)}, discount: 100, lines: []int64{100}, applied: "discounts"},
	} {
		c.strategy = text
		t.Run(c.name, c.run)
	}
}

const whitelist = `
version = "w"
timezone = "Asia/Shanghai"
[[discounts]]
threshold = 20
amount = 4
categories = ["咖啡"]
[[discounts]]
threshold = 30
amount = 5
`

func TestStepsWithAWhitelist(t *testing.T) {
	for _, c := range []quoteCase{
		{name: "only listed lines count", cart: []cart.Line{of("咖啡", 1, 1900), of("茶", 1, 1000)}},
		{name: "and only they are discounted", cart: []cart.Line{of("咖啡", 1, 2000), of("茶", 1, 900)}, discount: 400, lines: []int64{400, 0}, applied: "discounts"},
		{name: "of two steps reached the one worth most applies", cart: []cart.Line{of("咖啡", 1, 2000), of("茶", 1, 1000)}, discount: 500, lines: []int64{333, 167}, applied: "discounts"},
	} {
		c.strategy = whitelist
		t.Run(c.name, c.run)
	}
}

func TestRulesTogether(t *testing.T) {
	const head = "version = \"v\"\n"
	for _, c := range []quoteCase{
		// b first: 10.00 off 100.00, then 10% of the 90.00 left
		{name: "higher priority comes first and the next sees what it left", strategy: head + "[rule.a]\ndiscount_rate = 0.1\n[rule.b]\npriority = 1\ndiscount_amount = 10",
			cart: []cart.Line{of("x", 1, 10000)}, discount: 1900, applied: "b a"},
		{name: "equal priorities go by id", strategy: head + "[rule.b]\ndiscount_amount = 10\n[rule.a]\ndiscount_rate = 0.1",
			cart: []cart.Line{of("x", 1, 10000)}, discount: 2000, applied: "a b"},
		{name: "a rule that is switched off does nothing", strategy: head + "[rule.a]\ndiscount_amount = 1\n[rule.b]\nenabled = false\ndiscount_rate = 0.5",
			cart: []cart.Line{of("x", 1, 10000)}, discount: 100, applied: "a"},
		{name: "an amount never takes more than there is", strategy: head + "[rule.a]\ndiscount_amount = 20",
			cart: []cart.Line{of("x", 1, 1500)}, discount: 1500, lines: []int64{1500}, applied: "a"},
		{name: "selectors of one rule must all match", strategy: head + "[rule.a]\ncategories = [\"x\"]\nskus = [\"y-1\"]\ndiscount_amount = 1",
			cart: []cart.Line{of("x", 1, 1500), of("y", 1, 1500)}},
		{name: "min_subtotal counts the target", strategy: head + "[rule.a]\ncategories = [\"x\"]\nmin_subtotal = 15\ndiscount_amount = 1",
			cart: []cart.Line{of("x", 1, 1500), of("y", 1, 100)}, discount: 100, lines: []int64{100, 0}, applied: "a"},
		{name: "min_subtotal is not reached by other lines", strategy: head + "[rule.a]\ncategories = [\"x\"]\nmin_subtotal = 15\ndiscount_amount = 1",
			cart: []cart.Line{of("x", 1, 1499), of("y", 1, 100)}},
		{name: "limits hold for all rules together", strategy: head + "limits = { max_rate = 0.2, max_amount = 25 }\n[rule.a]\ndiscount_amount = 15\n[rule.b]\ndiscount_amount = 15",
			cart: []cart.Line{of("x", 1, 10000)}, discount: 2000, applied: "a b"},
		{name: "a limit in money holds too", strategy: head + "limits = { max_rate = 0.5, max_amount = 25 }\n[rule.a]\ndiscount_rate = 0.4",
			cart: []cart.Line{of("x", 1, 10000)}, discount: 2500, applied: "a"},
		// 30.00 off: x can go from 40.00 to 35.00 only, y takes the rest
		{name: "what a floor keeps back is shared over the others", strategy: head + "[[products]]\nsku = \"x-1\"\ncategory = \"x\"\nfloor_price = 35\n[rule.a]\ndiscount_amount = 30",
			cart: []cart.Line{of("x", 1, 4000), of("y", 1, 4000)}, discount: 3000, lines: []int64{500, 2500}, applied: "a"},
		{name: "the catalogue's price counts, not the cart's", strategy: head + "[[products]]\nsku = \"x-1\"\nprice = 18\n[rule.a]\ndiscount_rate = 0.5",
			cart: []cart.Line{of("x", 1, 99900)}, discount: 900, applied: "a"},
		// a takes 10% off x; b skips x and takes 10% off y alone
		{name: "a rule that stops its lines leaves later ones the others", strategy: head + "[rule.a]\npriority = 1\ncategories = [\"x\"]\nstop = \"line\"\ndiscount_rate = 0.1\n[rule.b]\ndiscount_rate = 0.1",
			cart: []cart.Line{of("x", 1, 10000), of("y", 1, 10000)}, discount: 2000, lines: []int64{1000, 1000}, applied: "a b"},
		{name: "the catalogue's category counts, not the cart's", strategy: head + "[[products]]\nsku = \"x-1\"\ncategory = \"tea\"\n[rule.a]\ncategories = [\"x\"]\ndiscount_rate = 0.5",
			cart: []cart.Line{of("x", 1, 1000)}},
	} {
		t.Run(c.name, c.run)
	}
}

func window(text string) string {
	return "version = \"v\"\ntimezone = \"Europe/Berlin\"\n[rule.a]\ndiscount_amount = 1\n" + text
}

func TestWindowsByTheClockOnTheWall(t *testing.T) {
	const night = `time_window = { start = "22:00", end = "02:00", days = ["fri"] }`
	const early = `time_window = { start = "02:30", end = "03:30" }`
	for _, c := range []struct {
		name, window, now string
		open              bool
	}{
		{"before a window past midnight", night, "2024-03-15T21:59:59+01:00", false},
		{"as it opens on its day", night, "2024-03-15T22:00:00+01:00", true},
		{"after midnight it is still friday's", night, "2024-03-16T01:59:59+01:00", true},
		{"as it closes", night, "2024-03-16T02:00:00+01:00", false},
		{"saturday night is not friday's", night, "2024-03-16T23:00:00+01:00", false},
		{"thursday's night does not run into friday", night, "2024-03-15T01:00:00+01:00", false},
		{"equal ends are a whole day", `time_window = { start = "06:00", end = "06:00", days = ["fri"] }`, "2024-03-16T05:59:59+01:00", true},
		{"up to the end of the day", `time_window = { start = "20:00", end = "24:00" }`, "2024-03-15T23:59:59+01:00", true},
		{"and not into the next", `time_window = { start = "20:00", end = "24:00" }`, "2024-03-16T00:00:00+01:00", false},
		{"one of several is enough", `time_windows = [{ start = "08:00", end = "09:00" }, { start = "17:00", end = "18:00" }]`, "2024-03-15T17:30:00+01:00", true},
		// 31 March 2024: 02:00 CET becomes 03:00 CEST.
		{"an hour that is skipped: just before", early, "2024-03-31T00:59:59Z", false},
		{"an hour that is skipped: it is 03:00", early, "2024-03-31T01:00:00Z", true},
		{"an hour that is skipped: it is 03:30", early, "2024-03-31T01:30:00Z", false},
		// 27 October 2024: 03:00 CEST becomes 02:00 CET.
		{"an hour that comes twice: first 02:30", early, "2024-10-27T00:30:00Z", true},
		{"an hour that comes twice: second 02:00", early, "2024-10-27T01:00:00Z", false},
		{"an hour that comes twice: second 02:30", early, "2024-10-27T01:30:00Z", true},
		{"an hour that comes twice: it is 03:30", early, "2024-10-27T02:30:00Z", false},
		{"a toml local time is a time too", "time_window = { start = 08:00:00, end = 10:00:00 }", "2024-03-15T08:00:00+01:00", true},
		{"local date-times are in the zone of the strategy", "valid_from = 2024-07-01T00:00:00", "2024-06-30T22:00:00Z", true},
		{"and not before", "valid_from = 2024-07-01T00:00:00", "2024-06-30T21:59:59Z", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := quoteCase{strategy: window(c.window), now: c.now, cart: []cart.Line{of("x", 1, 1000)}}
			if c.open {
				want.discount, want.applied = 100, "a"
			}
			want.run(t)
		})
	}
}

func TestQuoteOfACartThatCannotBeCounted(t *testing.T) {
	s := mustLoad(t, "", "version = \"v\"\n[[products]]\nsku = \"dear\"\nprice = 9999999999999\n[rule.a]\ndiscount_amount = 1")
	for name, c := range map[string]*cart.Cart{
		"no price anywhere":                     goods(t, cart.Line{SKU: "x", Quantity: 1, UnitPrice: cart.NoPrice}),
		"catalogue price times quantity":        goods(t, cart.Line{SKU: "dear", Quantity: 2, UnitPrice: cart.NoPrice}),
		"the lines together are over 15 digits": goods(t, of("x", 1, 999_999_999_999_999), of("y", 1, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			if q, err := s.Quote(c, at(t, "2024-01-01T00:00:00Z")); err == nil {
				t.Fatalf("quoted %+v", q)
			}
		})
	}
}

func TestACartInAnotherCurrencyGetsNoDiscountAndSaysWhy(t *testing.T) {
	s := mustLoad(t, "", "version = \"v\"\n[[products]]\nsku = \"x-1\"\nprice = 18\n[rule.a]\ndiscount_rate = 0.5")
	c := goods(t, of("x", 2, 700))
	c.Currency = "USD"
	c.Shipping = []cart.Charge{{Amount: 500}}
	q, err := s.Quote(c, at(t, "2024-01-01T00:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	if q.Reason != strategy.ReasonCurrency || q.Currency != "USD" || q.Discount != 0 || q.Subtotal != 1400 || q.Payable != 1900 {
		t.Fatalf("%+v", q)
	}
}

func TestACartOfSums(t *testing.T) {
	s := mustLoad(t, "", "version = \"v\"\n[rule.a]\nmin_quantity = 3\ndiscount_rate = 0.1")
	c := &cart.Cart{Sums: true, Lines: []cart.Line{{Quantity: 3, UnitPrice: cart.NoPrice, Subtotal: 3500}}}
	q, err := s.Quote(c, at(t, "2024-01-01T00:00:00Z"))
	if err != nil || q.Discount != 350 {
		t.Fatalf("%+v, %v", q, err)
	}
}

func TestQuoteIntoUsesItsMemoryAgain(t *testing.T) {
	s := mustLoad(t, "", whitelist)
	c := goods(t, of("咖啡", 2, 2000), of("茶", 1, 900), of("水", 4, 100))
	now := at(t, "2024-01-01T00:00:00Z")
	var q strategy.Quote
	allocations := testing.AllocsPerRun(100, func() {
		if err := s.QuoteInto(&q, c, now); err != nil {
			t.Fatal(err)
		}
	})
	if allocations != 0 {
		t.Fatalf("%v allocations a quote", allocations)
	}
}
