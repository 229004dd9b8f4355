package strategy_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// closeTo is what a cart is close to, a line each.
func closeTo(t *testing.T, text string, c *cart.Cart) string {
	t.Helper()
	x, err := mustLoad(t, "", text).Explain(c, at(t, "2024-06-01T12:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, n := range x.Next {
		list = append(list, fmt.Sprintf("%s: %s: %s", n.Rule, n.Reason, n.Text))
	}
	return strings.Join(list, "\n")
}

// Every reward and every threshold can be close. The cart is two lattes of 18.00 and a
// tea of 15.00, and shipping of 6.00.
func TestEveryRewardAndThresholdCanBeClose(t *testing.T) {
	const catalogue = "[[products]]\nsku = \"cake\"\ncategory = \"cake\"\nprice = 12\n[[products]]\nsku = \"tart\"\ncategory = \"cake\"\nprice = 25\n"
	const off = "discount_amount = 1"
	for name, c := range map[string]struct{ before, rule, want string }{
		"min_subtotal":                  {rule: "min_subtotal = 60\n" + off, want: "a: min_subtotal: goods for 9.00 CNY more would save 1.00 CNY"},
		"min_quantity":                  {rule: "min_quantity = 5\n" + off, want: "a: min_quantity: 2 units more would save 1.00 CNY"},
		"min_line_quantity":             {rule: "min_line_quantity = 3\n" + off, want: "a: min_line_quantity: 1 unit more would save 1.00 CNY"},
		"min_articles":                  {rule: "min_articles = 3\n" + off, want: "a: min_articles: 1 article more would save 1.00 CNY"},
		"more articles than are named":  {rule: "skus = [\"latte-1\", \"tea-1\"]\nmin_articles = 3\n" + off},
		"as many articles as are named": {rule: "skus = [\"latte-1\", \"tea-1\", \"cake\"]\nmin_articles = 3\n" + off, want: "a: min_articles: 1 article more would save 1.00 CNY"},
		"each part by itself":           {rule: "each = \"sku\"\nmin_quantity = 3\n" + off, want: "a: min_quantity: 1 unit more would save 1.00 CNY\na: min_quantity: 2 units more would save 1.00 CNY"},
		"each line by itself":           {rule: "each = \"line\"\nmin_quantity = 2\ncategories = [\"tea\"]\n" + off, want: "a: min_quantity: 1 unit more would save 1.00 CNY"},
		"each line by its value":        {rule: "each = \"line\"\nmin_subtotal = 40\ncategories = [\"tea\"]\n" + off, want: "a: min_subtotal: 2 units more would save 1.00 CNY"},
		"units and then an amount":      {rule: "min_quantity = 4\nmin_subtotal = 70\n" + off, want: "a: min_quantity: 2 units more would save 1.00 CNY"},
		"required units":                {rule: "requires = [{ categories = [\"tea\"], min_quantity = 2 }]\n" + off, want: "a: requires: 1 unit more would save 1.00 CNY"},
		"a required amount":             {rule: "requires = [{ categories = [\"tea\"], min_subtotal = 20 }]\n" + off, want: "a: requires: goods for 5.00 CNY more would save 1.00 CNY"},
		"required goods of the catalogue": {
			before: catalogue, rule: "requires = [{ categories = [\"cake\"] }]\n" + off, want: "a: requires: 1 unit of cake more would save 1.00 CNY",
		},
		"required goods that are not known": {rule: "requires = [{ categories = [\"cake\"] }]\n" + off},
		"forbidden goods":                   {rule: "forbids = [{ categories = [\"tea\"] }]\n" + off},
		"free shipping":                     {rule: "applies_to = \"shipping\"\nmin_subtotal = 60\ndiscount_rate = 1", want: "a: min_subtotal: goods for 9.00 CNY more would save 6.00 CNY"},
		"free shipping of some goods": {
			rule: "applies_to = \"shipping\"\ncategories = [\"tea\"]\nmin_quantity = 2\ndiscount_rate = 1", want: "a: min_quantity: 1 unit more would save 6.00 CNY",
		},
		"cheaper shipping by a ladder": {
			rule: "applies_to = \"shipping\"\nladder = [{ threshold = 50, amount = 2 }, { threshold = 60, amount = 5 }]", want: "a: ladder: goods for 9.00 CNY more would save 3.00 CNY",
		},
		"goods and shipping": {rule: "applies_to = \"all\"\nmin_subtotal = 60\ndiscount_rate = 0.5", want: "a: min_subtotal: goods for 9.00 CNY more would save 33.00 CNY"},
		"[[discounts]]":      {before: "[[discounts]]\nthreshold = 60\namount = 4", rule: "enabled = false\n" + off, want: "discounts: threshold: goods for 9.00 CNY more would save 4.00 CNY"},
		"ladder":             {rule: "ladder = [{ threshold = 50, amount = 1 }, { threshold = 60, amount = 6 }]", want: "a: ladder: goods for 9.00 CNY more would save 5.00 CNY"},
		"every":              {rule: "every = { threshold = 20, amount = 2 }", want: "a: every: goods for 9.00 CNY more would save 2.00 CNY"},
		"every unit":         {rule: "every = { units = 2, amount = 2 }", want: "a: every: 1 unit more would save 2.00 CNY"},
		"bundle":             {rule: "categories = [\"latte\"]\nbundle = { units = 3, price = 40 }", want: "a: bundle: 1 unit more would save 14.00 CNY"},
		"unit_rates":         {rule: "categories = [\"latte\"]\nunit_rates = [0, 0, 0.5]", want: "a: unit_rates: 1 unit more would save 9.00 CNY"},
		"groups_of":          {rule: "groups_of = { size = 4, amount = 1 }", want: "a: groups_of: 1 unit more would save 4.00 CNY"},
		"groups_of a value":  {rule: "groups_of = { value = 60, amount = 1 }", want: "a: groups_of: goods for 9.00 CNY more would save 4.00 CNY"},
		"unit_ladder":        {rule: "categories = [\"tea\"]\nunit_ladder = { first = 0, additional = 2 }", want: "a: unit_ladder: 1 unit more would save 2.00 CNY"},
		"unit_ladder, full":  {rule: "unit_ladder = { first = 1, additional = 2, max_units = 1 }"},
		"buy and get":        {rule: "categories = [\"tea\"]\nbuy = { quantity = 1 }\nget = { rate = 0.5 }", want: "a: get: 1 unit more would save 7.50 CNY"},
		"buy three, get one": {rule: "categories = [\"latte\"]\nbuy = { quantity = 3 }\nget = { quantity = 1 }", want: "a: get: 2 units more would save 18.00 CNY"},
		"another round": {
			rule: "categories = [\"latte\"]\nbuy = { quantity = 1 }\nget = { quantity = 1 }", want: "a: get: 2 units more would save 18.00 CNY",
		},
		"no other round": {rule: "categories = [\"latte\"]\nbuy = { quantity = 1 }\nget = { quantity = 1 }\nrepeat = 1"},
		"not in part":    {rule: "buy = { quantity = 2 }\nget = { quantity = 2 }\npartial = false", want: "a: get: 1 unit more would save 30.00 CNY"},
		"what is bought": {
			rule: "buy = { categories = [\"latte\"], quantity = 3 }\nget = { categories = [\"tea\"] }", want: "a: get: 1 unit more would save 15.00 CNY",
		},
		"what is got, of the catalogue": {
			before: catalogue, rule: "buy = { categories = [\"latte\"], quantity = 2 }\nget = { categories = [\"cake\"] }", want: "a: get: 1 unit of cake more would save 12.00 CNY",
		},
		"what is got, not known": {rule: "buy = { categories = [\"latte\"], quantity = 2 }\nget = { categories = [\"cake\"] }"},
		"both sides": {
			before: catalogue, rule: "buy = { categories = [\"latte\"], quantity = 3 }\nget = { skus = [\"tart\"] }", want: "a: get: 2 units more would save 25.00 CNY",
		},
		"a gift":                {rule: "min_subtotal = 60\ngift = { sku = \"mug\" }", want: "a: min_subtotal: goods for 9.00 CNY more would bring 1 × mug"},
		"a gift for each two":   {rule: "gift = { sku = \"mug\", quantity = 3, per = { units = 2 } }", want: "a: gift: 1 unit more would bring 3 × mug"},
		"a gift for each 60.00": {rule: "gift = { sku = \"mug\", per = { threshold = 60 } }", want: "a: gift: goods for 9.00 CNY more would bring 1 × mug"},
		"no more gifts":         {rule: "gift = { sku = \"mug\", per = { units = 2 }, max_times = 1 }"},
		"a rate":                {rule: "discount_rate = 0.1"},
		"within the limits":     {before: "limits = { max_amount = 5 }", rule: "min_subtotal = 60\ndiscount_amount = 7", want: "a: min_subtotal: goods for 9.00 CNY more would save 5.00 CNY"},
		"beyond the limits":     {before: "limits = { max_amount = 5 }\n[rule.0]\ndiscount_amount = 5", rule: "min_subtotal = 60\ndiscount_amount = 7"},
	} {
		t.Run(name, func(t *testing.T) {
			crt := goods(t, of("latte", 2, 1800), of("tea", 1, 1500))
			crt.Shipping = []cart.Charge{{Amount: 600}}
			if got := closeTo(t, ruleOf(c.rule, c.before), crt); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// Units that have to be on one line are missing on the one that has most.
func TestUnitsOfALineAreMissingOnTheLargest(t *testing.T) {
	s := mustLoad(t, "", ruleOf("min_line_quantity = 4\ndiscount_amount = 1"))
	x, err := s.Explain(goods(t, of("tea", 1, 1500), of("latte", 1, 1800), of("latte", 3, 1800)), at(t, "2024-06-01T12:00:00Z"))
	if err != nil || len(x.Next) != 1 {
		t.Fatalf("%+v, %v", x, err)
	}
	if want := []strategy.Addition{{Line: 2, SKU: "latte-1", Units: 1}}; !slices.Equal(x.Next[0].Add, want) {
		t.Errorf("got %+v, want %+v", x.Next[0].Add, want)
	}
}

// What is missing is not like goods at 0.00, which do not count: other articles, and goods
// for an amount, are like what the customer buys.
func TestWhatIsMissingIsNotLikeGoodsAtNothing(t *testing.T) {
	now := at(t, "2024-06-01T12:00:00Z")
	six := []cart.Charge{{Amount: 600}}
	for name, c := range map[string]struct {
		rule string
		line int // what is missing is like; -1 for nothing that is close
	}{
		"articles":                {"min_articles = 2\ndiscount_amount = 1", 1},
		"articles, for a gift":    {"min_articles = 2\ngift = { sku = \"g\" }", 1},
		"an amount":               {"min_subtotal = 60\ndiscount_amount = 1", 1},
		"articles at nothing":     {"categories = [\"sample\"]\nmin_articles = 2\napplies_to = \"shipping\"\nunit_price = 0", -1},
		"required goods for 0.00": {"requires = [{ categories = [\"sample\"], min_quantity = 2 }]\ndiscount_amount = 1", -1},
	} {
		t.Run(name, func(t *testing.T) {
			withSamples := goods(t, of("sample", 3, 0), of("tea", 1, 1500))
			withSamples.Shipping = six
			x, err := mustLoad(t, "", ruleOf(c.rule)).Explain(withSamples, now)
			if err != nil {
				t.Fatal(err)
			}
			line := -1
			for _, n := range x.Next {
				line = n.Add[0].Line
			}
			if line != c.line {
				t.Errorf("it is like line %d, want %d: %+v", line, c.line, x.Next)
			}
		})
	}
}

// Three rules about one more cup each claim what they alone add to it, so that the claims
// come to no more than can be had.
func TestTwoGoalsNeverClaimTheSameMoney(t *testing.T) {
	const text = `version = "v"
[rule.bundle]
categories = ["latte"]
bundle = { units = 3, price = 40 }
[rule.rate]
categories = ["latte"]
min_quantity = 3
discount_rate = 0.1
[rule.three]
categories = ["latte"]
min_quantity = 3
discount_amount = 6
`
	s, now := mustLoad(t, "", text), at(t, "2024-06-01T12:00:00Z")
	x, err := s.Explain(goods(t, of("latte", 2, 1800)), now)
	if err != nil || len(x.Next) != 3 {
		t.Fatalf("%+v, %v", x, err)
	}
	claimed := int64(0)
	for _, n := range x.Next {
		claimed += n.Saves
	}
	q, err := s.Quote(goods(t, of("latte", 3, 1800)), now)
	if err != nil || claimed > q.Discount {
		t.Errorf("%d is claimed of %d: %v", claimed, q.Discount, err)
	}
}

// Where a rule takes the place of another, what the other gives is not claimed.
func TestAGoalIsWhatARuleAddsToOthers(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"the best": {
			text: "arithmetic = { select = \"best\" }\n[rule.a]\nmin_subtotal = 30\ndiscount_amount = 3\n[rule.b]\nmin_subtotal = 40\ndiscount_amount = 10\n",
			want: "b: min_subtotal: goods for 4.00 CNY more would save 7.00 CNY",
		},
		"the best of a group that another one leads": {
			text: "[rule.a]\ngroup = \"g\"\nmin_subtotal = 30\ndiscount_amount = 3\n[rule.b]\ngroup = \"g\"\nmin_subtotal = 40\ndiscount_amount = 10\n",
			want: "b: min_subtotal: goods for 4.00 CNY more would save 7.00 CNY",
		},
		"the best of a group that it leads": {
			text: "[rule.a]\ngroup = \"g\"\nmin_subtotal = 40\ndiscount_amount = 10\n[rule.b]\ngroup = \"g\"\nmin_subtotal = 30\ndiscount_amount = 3\n",
			want: "a: min_subtotal: goods for 4.00 CNY more would save 7.00 CNY",
		},
		"an exclusive rule": {
			text: "[rule.a]\ndiscount_amount = 3\n[rule.b]\nexclusive = true\nmin_subtotal = 40\ndiscount_amount = 10\n",
			want: "b: min_subtotal: goods for 4.00 CNY more would save 7.00 CNY",
		},
		"worth less than the other": {
			text: "arithmetic = { select = \"best\" }\n[rule.a]\nmin_subtotal = 30\ndiscount_amount = 10\n[rule.b]\nmin_subtotal = 40\ndiscount_amount = 3\n",
		},
		"before a rate": {
			text: "[rule.a]\nmin_subtotal = 40\ndiscount_amount = 10\n[rule.b]\ndiscount_rate = 0.1\n",
			want: "a: min_subtotal: goods for 4.00 CNY more would save 9.00 CNY",
		},
		"each line its best": {
			text: "arithmetic = { select = \"best_per_line\" }\n[rule.a]\ndiscount_amount = 2\nper = \"line\"\n[rule.b]\nmin_quantity = 3\ndiscount_rate = 0.5\n",
			want: "b: min_quantity: 1 unit more would save 25.00 CNY",
		},
		"the best combination": {
			text: "arithmetic = { select = \"best_combination\" }\n[rule.a]\ndiscount_amount = 3\n[rule.b]\nmin_subtotal = 40\ndiscount_amount = 30\n[rule.c]\nmin_subtotal = 40\ndiscount_amount = 10\n",
			want: "b: min_subtotal: goods for 4.00 CNY more would save 20.00 CNY",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := closeTo(t, "version = \"v\"\n"+c.text, goods(t, of("latte", 2, 1800))); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// What is missing says which goods it is more of.
func TestWhatToAddIsNamed(t *testing.T) {
	const catalogue = "[[products]]\nsku = \"cake\"\ncategory = \"cake\"\nprice = 12\n"
	for name, c := range map[string]struct {
		rule string
		want []strategy.Addition
	}{
		"an amount":       {rule: "min_subtotal = 60\ndiscount_amount = 1", want: []strategy.Addition{{Line: 1, SKU: "tea-1", Amount: 900}}},
		"units":           {rule: "categories = [\"latte\"]\nmin_quantity = 3\ndiscount_amount = 1", want: []strategy.Addition{{Line: 0, SKU: "latte-1", Units: 1}}},
		"units of a line": {rule: "min_line_quantity = 3\ndiscount_amount = 1", want: []strategy.Addition{{Line: 0, SKU: "latte-1", Units: 1}}},
		"articles":        {rule: "min_articles = 4\ndiscount_amount = 1", want: []strategy.Addition{{Line: 1, SKU: "tea-1", Articles: 2}}},
		"what is got, and then what is bought": {
			rule: "buy = { categories = [\"latte\"], quantity = 3 }\nget = { categories = [\"cake\"] }",
			want: []strategy.Addition{{Line: -1, SKU: "cake", Units: 1}, {Line: 0, SKU: "latte-1", Units: 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustLoad(t, "", ruleOf(c.rule, catalogue))
			x, err := s.Explain(goods(t, of("latte", 2, 1800), of("tea", 1, 1500)), at(t, "2024-06-01T12:00:00Z"))
			if err != nil || len(x.Next) != 1 {
				t.Fatalf("%+v, %v", x, err)
			}
			if got := x.Next[0].Add; !slices.Equal(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// Whatever the strategy and the cart: with exactly what is missing added, the rule applies,
// and what the cart then costs less than with the rule switched off is what the rule saves
// now and would save.
func TestLawGoalsAreHonest(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		s := mustLoadSpec(t, p.spec)
		x, err := s.Explain(p.cart, p.now)
		if err != nil {
			t.Skip(err)
		}
		for i := range x.Next {
			n := &x.Next[i]
			fuller, sure := p.with(n)
			if !sure {
				continue // a price that the catalogue overrules
			}
			off := mustLoadSpec(t, p.spec.without(n.Rule))
			then := pair{cart: fuller, now: p.now}
			with, without := givenBy(t, s, then, n.Rule), givenBy(t, off, then, n.Rule)
			now, nowWithout := givenBy(t, s, p, n.Rule), givenBy(t, off, p, n.Rule)
			if !with.applies || with.gifts-now.gifts != n.Gift.Quantity || n.Saves == 0 && n.Gift.Quantity == 0 {
				t.Errorf("%s does not apply, or its gift is not %+v: %+v", n.Rule, n.Gift, n.Add)
			}
			if saves := without.payable - with.payable - (nowWithout.payable - now.payable); saves != n.Saves {
				t.Errorf("%s saves %d, not %d: %+v", n.Rule, saves, n.Saves, n.Add)
			}
		}
	})
}

// ruleGave is what a rule did in a quote, and what is to pay.
type ruleGave struct {
	payable int64
	applies bool
	gifts   int64
}

func givenBy(t *rapid.T, s *strategy.Strategy, p pair, rule string) ruleGave {
	q, err := s.Quote(p.cart, p.now)
	if err != nil {
		t.Fatal(err)
	}
	gave := ruleGave{payable: q.Payable}
	for _, a := range q.Applied {
		gave.applies = gave.applies || s.Rules()[a.Rule] == rule
	}
	for _, g := range q.Gifts {
		if s.Rules()[g.Rule] == rule {
			gave.gifts += g.Quantity
		}
	}
	return gave
}

// without is the strategy with a rule switched off.
func (x *spec) without(rule string) *spec {
	off := *x
	if len(x.steps) > 0 && rule == cmp.Or(x.steps[0].id, stepsRule) {
		off.steps = nil
	}
	off.rules = slices.Clone(x.rules)
	for i := range off.rules {
		off.rules[i].disabled = off.rules[i].disabled || off.rules[i].id == rule
	}
	return &off
}

// with is the cart with what is missing for a goal; it is not sure where that cannot be
// told in a cart: goods at a price that the catalogue overrules, by weight, or of an article
// that is made up.
func (p pair) with(n *strategy.Next) (c *cart.Cart, sure bool) {
	fuller := *p.cart
	fuller.Lines = slices.Clone(p.cart.Lines)
	for _, a := range n.Add {
		if a.Line < 0 {
			fuller.Lines = append(fuller.Lines, cart.Line{SKU: a.SKU, Quantity: a.Units, UnitPrice: cart.NoPrice})
			continue
		}
		l := fuller.Lines[a.Line]
		if !l.Weight.IsZero() || a.Articles > 0 {
			return nil, false
		}
		if a.Units > 0 {
			l.Subtotal += l.Subtotal / l.Quantity * a.Units
			l.Quantity += a.Units
			fuller.Lines[a.Line] = l
			continue
		}
		if p.cart.Sums || l.UnitPrice == a.Amount || p.spec.knows(l.SKU) || p.spec.countsArticles() {
			return nil, false
		}
		l.Quantity, l.UnitPrice, l.HasTotal, l.Subtotal = 1, a.Amount, false, a.Amount
		fuller.Lines = append(fuller.Lines, l)
	}
	return &fuller, true
}

func (x *spec) knows(sku string) bool {
	return slices.ContainsFunc(x.products, func(p productSpec) bool { return strings.EqualFold(strings.TrimSpace(p.sku), strings.TrimSpace(sku)) })
}

func (x *spec) countsArticles() bool {
	return slices.ContainsFunc(x.rules, func(r ruleSpec) bool { return r.minArticles > 0 })
}
