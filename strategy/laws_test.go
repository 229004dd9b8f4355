package strategy_test

import (
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// quoted is the engine's answer; a cart that cannot be counted with is passed
// over.
func (p pair) quoted(t *rapid.T) answer {
	q, err := mustLoadSpec(t, p.spec).Quote(p.cart, p.now)
	if err != nil {
		t.Skip(err)
	}
	return engineAnswer(mustLoadSpec(t, p.spec), q, p.cart)
}

func mustLoadSpec(t interface{ Fatalf(string, ...any) }, s *spec) *strategy.Strategy {
	loaded, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(s.TOML())})
	if err != nil {
		t.Fatalf("load: %v\n%s", err, s.TOML())
	}
	return loaded
}

// law checks a property of random pairs.
func law(t *testing.T, holds func(*rapid.T, pair)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		p := genPair(drawn(t))
		defer func() {
			if t.Failed() {
				t.Log(p)
			}
		}()
		holds(t, p)
	})
}

func sum(list []int64) int64 {
	total := int64(0)
	for _, v := range list {
		total += v
	}
	return total
}

func TestLawSharesAddUp(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		if broken := p.quoted(t).broken(p); broken != "" {
			t.Fatal(broken)
		}
	})
}

// broken says which of the sums and bounds of a quote do not hold.
func (a answer) broken(p pair) string {
	byItem := make([]int64, len(a.lines)+len(a.charges))
	for _, applied := range a.applied {
		if sum(applied.shares) != applied.amount {
			return "the shares of " + applied.id + " do not add up to its amount"
		}
		for i, share := range applied.shares {
			if share < 0 && applied.id != "rounding" {
				return applied.id + " has a share below zero"
			}
			byItem[i] += share
		}
	}
	off := append(slices.Clone(a.lines), a.charges...)
	floors := p.spec.floors(p.cart)
	before, shipping := []int64{}, int64(0)
	for i := range p.cart.Lines {
		item, _, _ := p.spec.price(p.cart, &p.cart.Lines[i], a.reason != "")
		before = append(before, item.original)
	}
	for _, charge := range p.cart.Shipping {
		before, shipping = append(before, charge.Amount), shipping+charge.Amount
	}
	for i := range off {
		switch left := before[i] - off[i]; {
		case off[i] != byItem[i]:
			return "an item's discount is not the sum of its shares"
		case off[i] < 0:
			return "an item comes to more than it is worth"
		case left < 0:
			return "an item is below zero"
		case off[i] > 0 && left < floors[i]:
			return "an item is below its floor"
		}
	}
	switch {
	case sum(a.lines) != a.discount || sum(a.charges) != a.shippingDiscount:
		return "the discounts of the items do not add up to those of the quote"
	case a.paid != a.subtotal+shipping-a.discount-a.shippingDiscount:
		return "payable is not what is left"
	}
	return ""
}

// floors are the least that lines, then charges, may come to.
func (s *spec) floors(c *cart.Cart) []int64 {
	floors := make([]int64, len(c.Lines)+len(c.Shipping))
	for i, l := range c.Lines {
		for _, p := range s.products {
			if p.sku == l.SKU {
				floors[i] = amountOf(p.floor, &l, "up") * l.Quantity
			}
		}
	}
	return floors
}

func TestLawLimitsHold(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		a := p.quoted(t)
		if budget := p.spec.budget(a.subtotal); a.discount > budget {
			t.Fatalf("%d off the goods, the limits are %d", a.discount, budget)
		}
		most := map[string]int64{}
		for _, r := range p.spec.rules {
			most[r.id] = r.maxDiscount
		}
		for _, applied := range a.applied {
			if bound := most[applied.id]; bound > 0 && applied.amount > bound {
				t.Fatalf("%s took %d off, its max_discount is %d", applied.id, applied.amount, bound)
			}
		}
	})
}

// Only select = "best" promises this: elsewhere a rule may stop, replace or outrun another one
// that is worth more. What is left for goods is rounded afterwards: a rule that reduces shipping may
// be worth more than one for goods, and leave more to pay, by less than a step.
func TestLawOneMoreRuleNeverCostsMoreUnderBest(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		p.spec.selection, p.spec.payableUnit, p.spec.payableMode = "best", 0, ""
		before := p.quoted(t)
		p.spec.rules = append(p.spec.rules, genRule(drawn(t), "zz"))
		if after := p.quoted(t); after.paid > before.paid {
			t.Fatalf("payable was %d and is %d with the rule", before.paid, after.paid)
		}
	})
}

func TestLawADisabledRuleIsNone(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		without := p.quoted(t)
		off := genRule(drawn(t), rapid.SampledFrom([]string{"0", "l", "zz"}).Draw(t, "id"))
		off.disabled = true
		p.spec.rules = append(p.spec.rules, off)
		if with := p.quoted(t); with.String() != without.String() {
			t.Fatalf("without the rule\n%s\nwith it\n%s", without, with)
		}
	})
}

// The price of a line is then the cart's own, which it must have.
func TestLawAnotherCurrencyChangesNothing(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		p.cart.Currency = "EUR"
		a := p.quoted(t)
		if a.reason != strategy.ReasonCurrency || a.discount != 0 || a.shippingDiscount != 0 || len(a.applied)+len(a.gifts) > 0 {
			t.Fatal(a)
		}
		for i, l := range p.cart.Lines {
			if a.prices[i] != l.UnitPrice {
				t.Fatalf("line %d is priced %d, the cart says %d", i, a.prices[i], l.UnitPrice)
			}
		}
	})
}

// A quote that has served other carts, other strategies and a cart that could
// not be counted with has forgotten them all.
func TestLawAQuoteUsedAgainIsAFreshOne(t *testing.T) {
	var used strategy.Quote
	law(t, func(t *rapid.T, p pair) {
		s := mustLoadSpec(t, p.spec)
		other := genPair(drawn(t))
		_ = mustLoadSpec(t, other.spec).QuoteInto(&used, other.cart, other.now)
		_ = s.QuoteInto(&used, other.cart, p.now)
		fresh, err := s.Quote(p.cart, p.now)
		if err != nil {
			t.Skip(err)
		}
		for range 2 {
			if err := s.QuoteInto(&used, p.cart, p.now); err != nil {
				t.Fatal(err)
			}
			got, want := string(s.AppendQuoteJSON(nil, &used, p.cart)), string(s.AppendQuoteJSON(nil, fresh, p.cart))
			if got != want || engineAnswer(s, &used, p.cart).String() != engineAnswer(s, fresh, p.cart).String() {
				t.Fatalf("used again\n%s\nfresh\n%s", got, want)
			}
		}
	})
}

func TestLawOneStrategyServesManyAtOnce(t *testing.T) {
	const strategies, quoters, carts = 20, 8, 12
	for seed := range uint64(strategies) {
		c := randomly(seed, 1)
		p := genPair(c)
		s := mustLoadSpec(t, p.spec)
		var all []*cart.Cart
		var want []string
		for range carts {
			made := genCart(c, p.spec)
			all, want = append(all, made), append(want, textOfQuote(s, &strategy.Quote{}, made, p))
		}
		var running sync.WaitGroup
		for from := range quoters {
			running.Go(func() {
				var q strategy.Quote
				for i := range all {
					i = (i + from) % len(all)
					if got := textOfQuote(s, &q, all[i], p); got != want[i] {
						t.Errorf("seed %d, cart %d: at once\n%s\nalone\n%s", seed, i, got, want[i])
					}
				}
			})
		}
		running.Wait()
	}
}

func textOfQuote(s *strategy.Strategy, q *strategy.Quote, c *cart.Cart, p pair) string {
	if err := s.QuoteInto(q, c, p.now); err != nil {
		return err.Error()
	}
	return engineAnswer(s, q, c).String()
}

// lawOfExplanations checks a property of the explanations of random pairs; broken says
// how it does not hold.
func lawOfExplanations(t *testing.T, broken func(*strategy.Explanation) string) {
	t.Helper()
	law(t, func(t *rapid.T, p pair) {
		x, err := mustLoadSpec(t, p.spec).Explain(p.cart, p.now)
		if err != nil {
			t.Skip(err)
		}
		if text := broken(x); text != "" {
			t.Error(text)
		}
	})
}
