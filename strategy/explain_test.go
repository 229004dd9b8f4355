package strategy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

const explained = `
version = "x"
timezone = "Asia/Shanghai"

[[discounts]]
threshold = 100
amount = 10
[[discounts]]
threshold = 200
amount = 30
[[discounts]]
threshold = 10
amount = 1
time_window = { start = "03:00", end = "04:00" }

[rule.early]
valid_from = 2024-06-02T00:00:00
discount_amount = 1
[rule.late]
valid_until = 2024-05-31T23:59:59
discount_amount = 1
[rule.night]
time_window = { start = "22:00", end = "02:00", days = ["fri"] }
discount_amount = 1
[rule.coupon]
coupons = ["SECRET"]
discount_amount = 1
[rule.gold]
customer = { tiers = ["gold"] }
discount_amount = 1
[rule.app]
channels = ["app"]
discount_amount = 1
[rule.machine]
requires = [{ skus = ["machine"] }]
discount_amount = 1
[rule.no-tea]
forbids = [{ categories = ["茶"] }]
discount_amount = 1
[rule.cake]
categories = ["蛋糕"]
discount_amount = 1
[rule.three-coffees]
categories = ["咖啡"]
min_quantity = 3
discount_amount = 6
[rule.much-tea]
categories = ["茶"]
min_subtotal = 50
discount_rate = 0.1
[rule.off]
enabled = false
discount_amount = 1
[rule.weak]
group = "g"
discount_amount = 1
[rule.strong]
group = "g"
discount_amount = 2
[rule.alone]
exclusive = true
discount_amount = 0.5
[rule.bundle]
categories = ["咖啡"]
bundle = { units = 3, price = 40 }
`

func explainCart(t *testing.T) *cart.Cart {
	return goods(t, of("咖啡", 2, 1800), of("茶", 1, 1500))
}

func TestExplainSaysWhyEachOtherRuleDidNotApply(t *testing.T) {
	s := mustLoad(t, "", explained)
	x, err := s.Explain(explainCart(t), at(t, "2024-06-01T12:00:00+08:00"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range x.Rejected {
		got = append(got, fmt.Sprintf("%s: %s: %s, needed %s", r.Rule, r.Reason, r.Seen, r.Needed))
	}
	const want = `alone: exclusive: 0.50 CNY, needed more than the others together, 2.00 CNY
app: channels: no channel, needed app
bundle: bundle: 2 units, needed at least 3 units
cake: target: nothing of it in the cart, needed goods or shipping the rule is about
coupon: coupons: no coupon, needed a coupon of the rule
discounts: threshold: 51.00 CNY, needed at least 100.00 CNY
early: valid_from: 2024-06-01T12:00:00+08:00, needed 2024-06-02T00:00:00+08:00
gold: customer: no tier, needed tier gold
late: valid_until: 2024-06-01T12:00:00+08:00, needed until 2024-05-31T23:59:59+08:00
machine: requires: 0 units, needed at least 1 unit of the goods required
much-tea: min_subtotal: 15.00 CNY, needed at least 50.00 CNY
night: time_window: sat 12:00:00, needed 22:00:00 to 02:00:00 on fri
no-tea: forbids: 1 unit, needed none of the goods forbidden
three-coffees: min_quantity: 2 units, needed at least 3 units
weak: group: 1.00 CNY, needed worth more than the others of g
off: enabled: false, needed true`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// An exclusive rule that wins is named to all that it kept out, with what they
// would have come to.
func TestExplainSaysWhatAnExclusiveRuleBeat(t *testing.T) {
	s := mustLoad(t, "", `version = "v"
[rule.a]
discount_amount = 3
[rule.b]
discount_amount = 4
[rule.most]
exclusive = true
discount_amount = 9
[rule.less]
exclusive = true
discount_amount = 8
[rule.off]
exclusive = true
coupons = ["SECRET"]
discount_amount = 10
`)
	x, err := s.Explain(explainCart(t), at(t, "2024-06-01T12:00:00+08:00"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range x.Rejected {
		got = append(got, fmt.Sprintf("%s: %s: %s, needed %s", r.Rule, r.Reason, r.Seen, r.Needed))
	}
	const want = `a: exclusive: 7.00 CNY together, needed more than the 9.00 CNY of most
b: exclusive: 7.00 CNY together, needed more than the 9.00 CNY of most
less: exclusive: 8.00 CNY, needed more than the 9.00 CNY of most
off: coupons: no coupon, needed a coupon of the rule`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// What is close is computed by quoting the fuller cart with the rule and without it: on
// 36.00 of coffee and 15.00 of tea, one more coffee (18.00) makes three of them 40.00
// instead of 54.00, and another rule takes 6.00 off them; neither claims the other's.
// Of the 10.00 of the ladder at 100.00, the tenth off the tea is less by 0.64.
func TestExplainSaysWhatIsClose(t *testing.T) {
	s := mustLoad(t, "", explained)
	x, err := s.Explain(explainCart(t), at(t, "2024-06-01T12:00:00+08:00"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range x.Next {
		got = append(got, fmt.Sprintf("%s: %d or %d units, saves %d", n.Rule, n.Amount, n.Units, n.Saves))
	}
	want := []string{
		"bundle: 0 or 1 units, saves 1400",
		"discounts: 4900 or 0 units, saves 936",
		"three-coffees: 0 or 1 units, saves 600",
		"much-tea: 3500 or 0 units, saves 500",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// 72.00 less 33.3% is 48.02, which is 1.98 short of 50.00; but of what is added
// the first rule takes a third too, so that it takes 2.97.
func TestWhatIsCloseIsWhatReachesIt(t *testing.T) {
	s := mustLoad(t, "", "version = \"v\"\n[[discounts]]\nthreshold = 50\namount = 7\n[rule.third]\npriority = 20\ndiscount_rate = 0.333\nmin_quantity = 3")
	now := at(t, "2024-06-01T12:00:00Z")
	x, err := s.Explain(goods(t, of("茶", 3, 2400)), now)
	if err != nil || len(x.Next) != 1 || x.Next[0].Rule != "discounts" {
		t.Fatalf("%+v, %v", x, err)
	}
	next := x.Next[0]
	if next.Amount < 296 || next.Amount > 298 || next.Saves != 700 {
		t.Errorf("%+v", next)
	}
	q, err := s.Quote(goods(t, of("茶", 3, 2400), of("茶", 1, next.Amount)), now)
	if err != nil || len(q.Applied) != 2 {
		t.Errorf("it is not reached: %+v, %v", q, err)
	}
}

func TestAnExplanationIsOfTheVeryQuote(t *testing.T) {
	s, c, now := mustLoad(t, "", explained), explainCart(t), at(t, "2024-06-01T12:00:00+08:00")
	q, err := s.Quote(c, now)
	if err != nil {
		t.Fatal(err)
	}
	x, err := s.Explain(c, now)
	if err != nil {
		t.Fatal(err)
	}
	if plain, explained := string(s.AppendQuoteJSON(nil, q, c)), string(s.AppendQuoteJSON(nil, &x.Quote, c)); plain != explained {
		t.Errorf("quoted    %s\nexplained %s", plain, explained)
	}
	if text := string(s.AppendExplanationJSON(nil, x, c)); strings.Contains(text, "SECRET") {
		t.Errorf("the explanation gives a coupon away: %s", text)
	}
}

func TestExplainOfACartInAnotherCurrency(t *testing.T) {
	s, c := mustLoad(t, "", explained), explainCart(t)
	c.Currency = "USD"
	x, err := s.Explain(c, at(t, "2024-06-01T12:00:00+08:00"))
	if err != nil {
		t.Fatal(err)
	}
	if r := x.Rejected[0]; r.Reason != "currency" || r.Seen.Words != "USD" || r.Needed.Words != "CNY" || len(x.Next) != 0 {
		t.Errorf("%+v, next %v", r, x.Next)
	}
}

// On 100.00 the limits let 25.00 be taken off; tea has no floor price where the
// case does not give it one.
func TestExplainSaysWhatTheLimitsLowered(t *testing.T) {
	const head = "version = \"v\"\n"
	now := at(t, "2024-06-01T12:00:00Z")
	for _, c := range []struct{ name, strategy, lowered, rejected string }{
		{"one rule", "limits = { max_amount = 25 }\n[rule.a]\ndiscount_amount = 30", "a: 3000 to 2500 by limits.max_amount", ""},
		{"by the rate", "limits = { max_rate = 0.25, max_amount = 26 }\n[rule.a]\ndiscount_amount = 30", "a: 3000 to 2500 by limits.max_rate", ""},
		{"its own most", "[rule.a]\nmax_discount = 25\ndiscount_amount = 30", "a: 3000 to 2500 by max_discount", ""},
		{"both", "limits = { max_amount = 28 }\n[rule.a]\nmax_discount = 25\ndiscount_amount = 30", "a: 3000 to 2500 by limits.max_amount and max_discount", ""},
		{"what is left", "limits = { max_amount = 25 }\n[rule.a]\ndiscount_amount = 20\n[rule.b]\ndiscount_amount = 15", "b: 1500 to 500 by limits.max_amount", ""},
		{"nothing is left", "limits = { max_amount = 25 }\n[rule.a]\ndiscount_amount = 25\n[rule.b]\ndiscount_amount = 15", "", "b: limits: 0 left of limits.max_amount, needed 15.00 CNY"},
		{"nothing is left for a step that is reached", "limits = { max_amount = 25 }\n[[discounts]]\nthreshold = 50\namount = 5\n[[discounts]]\nthreshold = 500\namount = 50\n[rule.a]\npriority = 5\ndiscount_amount = 25", "", "discounts: limits: 0 left of limits.max_amount, needed "},
		{"nothing is left of the goods", "[[discounts]]\nthreshold = 0\namount = 5\n[rule.a]\npriority = 5\ndiscount_amount = 100", "", "discounts: nothing: , needed "},
		{"of a group", "limits = { max_amount = 25 }\n[rule.a]\ngroup = \"g\"\ndiscount_amount = 24\n[rule.b]\ngroup = \"g\"\ndiscount_amount = 40", "b: 4000 to 2500 by limits.max_amount", "a: group: 24.00 CNY, needed worth more than the others of g"},
		{"best for each line", "limits = { max_amount = 25 }\narithmetic = { select = \"best_per_line\" }\n[rule.a]\nskus = [\"茶\"]\ndiscount_amount = 20\n[rule.b]\nskus = [\"咖啡\"]\ndiscount_amount = 15", "b: 1500 to 500 by limits.max_amount", ""},
		{"best for each line, alone", "limits = { max_amount = 25 }\narithmetic = { select = \"best_per_line\" }\n[rule.a]\ndiscount_amount = 40", "a: 4000 to 2500 by limits.max_amount", ""},
		{"nothing is lowered", "limits = { max_amount = 25 }\n[rule.a]\ndiscount_amount = 25", "", ""},
		{"the floor price", "[[products]]\nsku = \"茶\"\nfloor_price = 35\n[rule.a]\nskus = [\"茶\"]\ndiscount_amount = 30", "a: 3000 to 500 by floor_price", ""},
		{"the floor price of one line of two, where the other takes what is kept back", "[[products]]\nsku = \"茶\"\nfloor_price = 35\n[rule.a]\ndiscount_amount = 30", "", ""},
		{"the floor price leaves nothing", "[[products]]\nsku = \"茶\"\nfloor_price = 40\n[rule.a]\nskus = [\"茶\"]\ndiscount_rate = 0.1", "", "a: floor_price: nothing left above it, needed 4.00 CNY"},
		{"the floor price leaves nothing of a fixed price", "[[products]]\nsku = \"茶\"\nfloor_price = 40\n[rule.a]\nskus = [\"茶\"]\nunit_price = 39", "", "a: floor_price: nothing left above it, needed 1.00 CNY"},
		{"the floor price leaves nothing, but the rule gives nothing either", "[[products]]\nsku = \"茶\"\nfloor_price = 40\n[rule.a]\nskus = [\"茶\"]\nunit_price = 40", "", "a: nothing: , needed "},
		{"the floor price and the limits", "limits = { max_amount = 25 }\n[[products]]\nsku = \"茶\"\nfloor_price = 14\n[rule.a]\nskus = [\"茶\"]\ndiscount_amount = 30", "a: 3000 to 2500 by floor_price and limits.max_amount", ""},
		{"the floor price of some units", "[[products]]\nsku = \"茶\"\nfloor_price = 35\n[rule.a]\nskus = [\"茶\"]\nmax_units = 1\ndiscount_amount = 30", "a: 3000 to 500 by floor_price", ""},
		{"the floor price of what is got", "[[products]]\nsku = \"茶\"\nfloor_price = 35\n[rule.a]\nbuy = { skus = [\"咖啡\"], quantity = 1 }\nget = { skus = [\"茶\"] }", "a: 4000 to 500 by floor_price", ""},
		{"a floor price that keeps nothing back", "[[products]]\nsku = \"茶\"\nfloor_price = 10\n[rule.a]\nskus = [\"茶\"]\ndiscount_amount = 30", "", ""},
		{"shipping is not in the limits", "limits = { max_amount = 25 }\n[rule.a]\napplies_to = \"shipping\"\ndiscount_amount = 30", "", "a: target: nothing of it in the cart, needed goods or shipping the rule is about"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mustLoad(t, "", head+c.strategy)
			crt := goods(t, of("茶", 1, 4000), of("咖啡", 1, 6000))
			crt.Lines[0].SKU, crt.Lines[1].SKU = "茶", "咖啡"
			x, err := s.Explain(crt, now)
			if err != nil {
				t.Fatal(err)
			}
			var lowered, rejected []string
			for _, l := range x.Lowered {
				lowered = append(lowered, fmt.Sprintf("%s: %d to %d by %s", l.Rule, l.From, l.Amount, l.ByText()))
			}
			for _, r := range x.Rejected {
				rejected = append(rejected, fmt.Sprintf("%s: %s: %s, needed %s", r.Rule, r.Reason, r.Seen, r.Needed))
			}
			if got := strings.Join(lowered, "; "); got != c.lowered {
				t.Errorf("lowered: got %q, want %q", got, c.lowered)
			}
			if got := strings.Join(rejected, "; "); got != c.rejected {
				t.Errorf("rejected: got %q, want %q", got, c.rejected)
			}
		})
	}
}
