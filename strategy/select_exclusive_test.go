package strategy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// delivered is a cart of one article whose delivery costs 8.00.
func delivered(t *testing.T, price int64) *cart.Cart {
	t.Helper()
	c := goods(t, of("tea", 1, price))
	c.Shipping = []cart.Charge{{Amount: 8_00}}
	return c
}

// appliedBy lists the rules that applied, with what they took off.
func appliedBy(s *strategy.Strategy, q *strategy.Quote) string {
	var list []string
	for _, a := range q.Applied {
		list = append(list, fmt.Sprint(s.Rules()[a.Rule], " ", a.Amount))
	}
	return strings.Join(list, ", ")
}

// An exclusive rule of goods replaces the rules of goods where the customer is better off,
// and leaves those of shipping.
func TestAnExclusiveRuleOfGoods(t *testing.T) {
	const (
		member = "[rule.member]\nexclusive = \"goods\"\ndiscount_rate = 0.05\n"
		ten    = "[rule.ten]\ndiscount_amount = 10\n"
		free   = "[rule.z-free]\napplies_to = \"shipping\"\ndiscount_rate = 1\n"
		best   = "arithmetic = { select = \"best_combination\" }\n"
	)
	limits := "limits = { max_rate = 1 }\n"
	for name, c := range map[string]struct {
		rules string
		price int64
		want  string
	}{
		"delivery is kept beside it":                     {rules: member + ten + free, price: 300_00, want: "member 1500, z-free 800"},
		"delivery is kept beside the others":             {rules: member + ten + free, price: 100_00, want: "ten 1000, z-free 800"},
		"a tie goes to the others":                       {rules: member + ten + free, price: 200_00, want: "ten 1000, z-free 800"},
		"alone":                                          {rules: member + free, price: 100_00, want: "member 500, z-free 800"},
		"a gift is of goods":                             {rules: member + free + "[rule.a]\ngift = { sku = \"cup\" }\n", price: 100_00, want: "member 500, z-free 800"},
		"what is off goods and shipping is of goods":     {rules: member + "[rule.a]\napplies_to = \"all\"\ndiscount_amount = 4\n" + free, price: 100_00, want: "member 500, z-free 800"},
		"it may be off shipping, too":                    {rules: "[rule.member]\napplies_to = \"all\"\nexclusive = \"goods\"\ndiscount_amount = 6\n[rule.a]\ndiscount_amount = 5\n" + free, price: 100_00, want: "member 600, z-free 756"},
		"it has its turn among the rules of shipping":    {rules: "[rule.member]\nexclusive = \"goods\"\nstage = 2\ndiscount_rate = 0.05\n[rule.a]\napplies_to = \"shipping\"\nmin_subtotal = 100\ndiscount_rate = 1\n", price: 100_00, want: "a 800, member 500"},
		"a rule of shipping sees what it left":           {rules: member + "[rule.z]\napplies_to = \"shipping\"\nmin_subtotal = 300\ndiscount_rate = 1\n", price: 300_00, want: "member 1500"},
		"it is no loss, even of delivery":                {rules: member + "[rule.z]\napplies_to = \"shipping\"\nmin_subtotal = 100\ndiscount_rate = 1\n", price: 100_00, want: "z 800"},
		"delivery is lost with the worse one":            {rules: member + "[rule.four]\ndiscount_amount = 4\n[rule.z]\napplies_to = \"shipping\"\nmin_subtotal = 96\ndiscount_rate = 1\n", price: 100_00, want: "four 400, z 800"},
		"of several the one worth most competes":         {rules: member + "[rule.gold]\nexclusive = \"goods\"\ndiscount_rate = 0.08\n" + free, price: 100_00, want: "gold 800, z-free 800"},
		"it stops the cart":                              {rules: member + "stop = \"cart\"\n" + free, price: 100_00, want: "z-free 800"},
		"it is stopped by a rule of shipping":            {rules: "[rule.a]\napplies_to = \"shipping\"\nstop = \"cart\"\ndiscount_rate = 1\n" + member, price: 100_00, want: "a 800"},
		"it is stopped and the others are not":           {rules: "[rule.a]\ndiscount_amount = 1\n[rule.b]\napplies_to = \"shipping\"\nmin_subtotal = 100\nstop = \"cart\"\ndiscount_rate = 1\n" + member, price: 100_00, want: "a 100"},
		"against one that competes with all, worth less": {rules: member + free + "[rule.staff]\nexclusive = \"all\"\ndiscount_amount = 12.99\n", price: 100_00, want: "member 500, z-free 800"},
		"against one that competes with all, as much":    {rules: member + free + "[rule.staff]\nexclusive = true\ndiscount_amount = 13\n", price: 100_00, want: "member 500, z-free 800"},
		"against one that competes with all, more":       {rules: member + free + "[rule.staff]\nexclusive = true\ndiscount_amount = 13.01\n", price: 100_00, want: "staff 1301"},
		"a group of goods and of shipping": {
			rules: member + "[rule.a]\ngroup = \"coupon\"\ndiscount_amount = 4\n[rule.b]\ngroup = \"coupon\"\napplies_to = \"shipping\"\ndiscount_amount = 3\n", price: 100_00, want: "b 300, member 500",
		},
		"under limits": {rules: "limits = { max_amount = 5 }\n" + "[rule.member]\nexclusive = \"goods\"\ndiscount_rate = 0.2\n" + free, price: 100_00, want: "member 500, z-free 800"},
		"rounded":      {rules: "arithmetic = { payable_unit = 1 }\n" + limits + member + free, price: 10_50, want: "member 53, z-free 800, rounding 97"},

		"of the best combination, kept beside it":         {rules: best + member + ten + free, price: 300_00, want: "member 1500, z-free 800"},
		"of the best combination, kept beside the others": {rules: best + member + ten + free, price: 100_00, want: "ten 1000, z-free 800"},
		"of the best combination, never two":              {rules: best + member + "[rule.gold]\nexclusive = \"goods\"\ndiscount_rate = 0.08\n" + free, price: 100_00, want: "gold 800, z-free 800"},
		"of the best combination, against all":            {rules: best + member + free + "[rule.staff]\nexclusive = true\ndiscount_amount = 13.01\n", price: 100_00, want: "staff 1301"},
		"where only the best applies it has no say":       {rules: "arithmetic = { select = \"best\" }\n" + member + ten + free, price: 100_00, want: "ten 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustLoad(t, "", "version = \"v\"\n"+c.rules)
			q, err := s.Quote(delivered(t, c.price), time.Unix(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			if got := appliedBy(s, q); got != c.want {
				t.Errorf("applied %s, want %s", got, c.want)
			}
		})
	}
}

// What kept a rule out is said with figures that can be compared.
func TestExplainSaysWhatAnExclusiveRuleOfGoodsBeat(t *testing.T) {
	const rules = `
[rule.ten]
discount_amount = 10
[rule.member]
exclusive = "goods"
discount_rate = 0.05
[rule.basic]
exclusive = "goods"
discount_rate = 0.01
[rule.staff]
exclusive = "all"
discount_amount = 1
`
	const free, coupons = "[rule.free]\napplies_to = \"shipping\"\ndiscount_rate = 1\n",
		"[rule.y]\napplies_to = \"shipping\"\ngroup = \"c\"\ndiscount_amount = 2\n[rule.z]\napplies_to = \"shipping\"\ngroup = \"c\"\ndiscount_amount = 3\n"
	for name, c := range map[string]struct {
		rules string
		price int64
		want  string
	}{
		"it won": {rules: rules, price: 300_00, want: `basic: exclusive: 3.00 CNY, needed more than the 15.00 CNY of member
staff: exclusive: 1.00 CNY, needed more than the 15.00 CNY of member
ten: exclusive: 10.00 CNY together, needed more than the 15.00 CNY of member`},
		"it won beside delivery": {rules: rules + free, price: 300_00, want: `basic: exclusive: 3.00 CNY, needed more than the 23.00 CNY of member and the rules of shipping
staff: exclusive: 1.00 CNY, needed more than the 23.00 CNY of member and the rules of shipping
ten: exclusive: 18.00 CNY together, needed more than the 23.00 CNY of member and the rules of shipping`},
		"it lost": {rules: rules, price: 100_00, want: `basic: exclusive: 1.00 CNY, needed more than the others together, 10.00 CNY
member: exclusive: 5.00 CNY, needed more than the others together, 10.00 CNY
staff: exclusive: 1.00 CNY, needed more than the others together, 10.00 CNY`},
		"it lost beside delivery": {rules: rules + free, price: 100_00, want: `basic: exclusive: 1.00 CNY, needed more than the others together, 18.00 CNY
member: exclusive: 13.00 CNY with the rules of shipping, needed more than the others together, 18.00 CNY
staff: exclusive: 1.00 CNY, needed more than the others together, 18.00 CNY`},
		"a coupon of shipping that lost beside it": {rules: "[rule.member]\nexclusive = \"goods\"\ndiscount_rate = 0.05\n" + coupons, price: 100_00, want: "y: group: 2.00 CNY, needed worth more than the others of c"},
		"a rule of shipping that it stops": {rules: "[rule.a]\ndiscount_amount = 1\n[rule.b]\nexclusive = \"goods\"\nstop = \"cart\"\ndiscount_amount = 20\n" + free, price: 100_00,
			want: "a: exclusive: 9.00 CNY together, needed more than the 20.00 CNY of b\nfree: stopped: ended by b, needed no earlier rule that stops"},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustLoad(t, "", "version = \"v\"\n"+c.rules)
			x, err := s.Explain(delivered(t, c.price), time.Unix(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range x.Rejected {
				got = append(got, fmt.Sprintf("%s: %s: %s, needed %s", r.Rule, r.Reason, r.Seen, r.Needed))
			}
			if text := strings.Join(got, "\n"); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
		})
	}
}

// The canonical form has no two ways to say one thing, and what was true stays true.
func TestTheCanonicalFormOfExclusive(t *testing.T) {
	for written, want := range map[string]string{
		"true": `"exclusive":true`, `"all"`: `"exclusive":true`, `"goods"`: `"exclusive":"goods"`, "false": "",
	} {
		m := mustParse(t, "", "version = \"v\"\n[rule.a]\ndiscount_amount = 1\nexclusive = "+written+"\n")
		if text := string(m.Canonical()); !strings.Contains(text, want) || strings.Contains(text, "exclusive") != (want != "") {
			t.Errorf("%s: %s", written, text)
		}
	}
}

func TestWhatExclusiveCannotBe(t *testing.T) {
	for text, want := range map[string]string{
		"exclusive = \"good\"\n": `t.toml:4:13: rule."a".exclusive: this is a string ("good"), want true, false, "goods" or "all" (did you mean "goods"?)`,
		"exclusive = 1\n":        `t.toml:4:13: rule."a".exclusive: this is an integer ("1"), want true, false, "goods" or "all"`,
		"exclusive = \"goods\"\napplies_to = \"shipping\"\n": `t.toml:4:13: rule."a".exclusive: "goods" competes with rules of goods, and this one reduces shipping ` +
			`(write exclusive = "all", or leave it out)`,
		"group = \"g\"\nexclusive = \"goods\"\n": `t.toml:4:9: rule."a".group: an exclusive rule competes with the others already (leave one of group and exclusive out)`,
	} {
		_, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n" + text)})
		if err == nil || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// A rule that takes free delivery away is warned of where one cart may have both, and
// nowhere else.
func TestAnExclusiveRuleThatLosesFreeDelivery(t *testing.T) {
	const free, rate = "[rule.free]\napplies_to = \"shipping\"\ndiscount_rate = 1\n", "exclusive = true\ndiscount_rate = 0.05\n"
	for name, c := range map[string]struct {
		text   string
		warned bool
	}{
		"of all":                          {text: free + "[rule.a]\n" + rate, warned: true},
		"of all, in the other word":       {text: free + "[rule.a]\nexclusive = \"all\"\ndiscount_rate = 0.05\n", warned: true},
		"for coupons and tiers":           {text: free + "coupons = [\"F\"]\n[rule.a]\ncustomer = { tiers = [\"gold\"] }\n" + rate, warned: true},
		"from a value on":                 {text: free + "min_subtotal = 60\n[rule.a]\nmin_quantity = 3\n" + rate, warned: true},
		"of one way of shipping":          {text: free + "shipping_methods = [\"post\"]\n[rule.a]\n" + rate, warned: true},
		"in the best combination":         {text: "arithmetic = { select = \"best_combination\" }\n" + free + "[rule.a]\n" + rate, warned: true},
		"of goods":                        {text: free + "[rule.a]\nexclusive = \"goods\"\ndiscount_rate = 0.05\n"},
		"not exclusive":                   {text: free + "[rule.a]\ndiscount_rate = 0.05\n"},
		"of shipping itself":              {text: free + "[rule.a]\napplies_to = \"all\"\n" + rate},
		"without a rule of shipping":      {text: "[rule.free]\ndiscount_amount = 1\n[rule.a]\n" + rate},
		"in other channels":               {text: free + "channels = [\"app\"]\n[rule.a]\nchannels = [\"web\"]\n" + rate},
		"in other months":                 {text: free + "valid_until = 2026-11-30T23:59:59\n[rule.a]\nvalid_from = 2026-12-01T00:00:00\n" + rate},
		"that has ended":                  {text: free + "[rule.a]\nvalid_until = 2026-10-30T23:59:59\n" + rate},
		"switched off":                    {text: free + "[rule.a]\nenabled = false\n" + rate},
		"of other goods":                  {text: free + "skus = [\"tea\"]\n[rule.a]\nskus = [\"cup\"]\n" + rate},
		"where only the best applies":     {text: "arithmetic = { select = \"best\" }\n" + free + "[rule.a]\n" + rate},
		"beside an exclusive of shipping": {text: free + "exclusive = true\n[rule.a]\n" + rate},
	} {
		t.Run(name, func(t *testing.T) {
			got := lint(t, "version = \"v\"\ntimezone = \"Asia/Shanghai\"\n"+c.text)
			if strings.Contains(got, `rule."a".exclusive: a cart with`) != c.warned || c.warned && !strings.Contains(got, `rule."free", whichever is worth more, and never both`) {
				t.Errorf("it is said\n%s", got)
			}
		})
	}
}

// Thousands of such rules are warned of some times, and in no time.
func TestThousandsOfExclusiveRules(t *testing.T) {
	var text strings.Builder
	text.WriteString("version = \"v\"\n")
	for i := range 5_000 {
		fmt.Fprintf(&text, "[rule.r%04d-a]\nexclusive = true\ndiscount_amount = %d\n[rule.r%04d-b]\napplies_to = \"shipping\"\ndiscount_amount = 1\nchannels = [\"c%d\"]\n", i, i+1, i, i)
	}
	if n := strings.Count(lint(t, text.String()), "and never both"); n != 10 {
		t.Errorf("it is said %d times", n)
	}
}
