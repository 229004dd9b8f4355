package strategy_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// The laws of this file are about articles: how the units of one are spread over lines
// decides nothing, but for the keys that say "line".

// withoutLines leaves out of a strategy what looks at the lines of a cart.
func withoutLines(s *spec) {
	if s.roundScope == "line" {
		s.roundScope = "unit"
	}
	if s.selection == "best_per_line" {
		s.selection = "best"
	}
	for i := range s.rules {
		r := &s.rules[i]
		r.minLineQuantity, r.perLine = 0, false
		if r.each == "line" {
			r.each = "sku"
		}
		if r.stop == "line" {
			r.stop = ""
		}
		if r.reward.kind == "discount_amount" && r.reward.per == "line" {
			r.reward.per = "unit"
		}
		if r.reward.kind == "unit_ladder" {
			r.reward = rewardSpec{kind: "get", buyUnits: 2, rate: "0.5"}
		}
	}
}

// divisible gives every line a SKU and a total that goes into its units, so that parts
// of it are the same article.
func divisible(c *cart.Cart) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.SKU == "" {
			l.SKU = fmt.Sprint("sku-", i)
		}
		if l.HasTotal && l.Weight.IsZero() && l.Quantity > 0 {
			l.Subtotal -= l.Subtotal % l.Quantity
			l.UnitPrice = l.Subtotal / l.Quantity
		}
	}
}

// splitAnywhere puts the units of some lines on two, the other one anywhere behind.
func splitAnywhere(t *rapid.T, c *cart.Cart) *cart.Cart {
	split := *c
	split.Lines = nil
	var behind []cart.Line
	for _, l := range c.Lines {
		if l.Quantity > 1 && l.Weight.IsZero() && l.UnitPrice != cart.NoPrice && rapid.Bool().Draw(t, "split") {
			part := l
			part.ID += "'"
			part.Quantity = rapid.Int64Range(1, l.Quantity-1).Draw(t, "units")
			part.Subtotal = part.Quantity * l.Subtotal / l.Quantity
			l.Quantity, l.Subtotal = l.Quantity-part.Quantity, l.Subtotal-part.Subtotal
			behind = append(behind, part)
		}
		split.Lines = append(split.Lines, l)
		for len(behind) > 0 && rapid.Bool().Draw(t, "now") {
			split.Lines, behind = append(split.Lines, behind[0]), behind[1:]
		}
	}
	split.Lines = append(split.Lines, behind...)
	return &split
}

func TestLawLinesOfAnArticleAreOne(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		withoutLines(p.spec)
		divisible(p.cart)
		p.cart.Sums = false
		before := p.quoted(t)
		other := pair{spec: p.spec, cart: splitAnywhere(t, p.cart), now: p.now}
		after := other.quoted(t)
		if before.discount != after.discount || before.shippingDiscount != after.shippingDiscount || before.paid != after.paid ||
			!slices.Equal(before.gifts, after.gifts) || before.rules() != after.rules() {
			t.Fatalf("whole %s\nsplit %s\n%s", before, after, other)
		}
	})
}

// rules are what each rule took, without where.
func (a answer) rules() string {
	text := ""
	for _, applied := range a.applied {
		text += fmt.Sprint(applied.id, " ", applied.amount, ", ")
	}
	return text
}

// A rule that looks at articles knows them by what they are: where their lines stand
// changes no total of a buy-and-get rule, unless it takes units in the order of the cart.
func TestLawTheOrderOfLinesChangesNoBuyAndGet(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		withoutLines(p.spec)
		divisible(p.cart)
		s := p.spec
		s.steps, s.rules, s.selection = nil, s.rules[:1], ""
		r := &s.rules[0]
		r.reward = genRewardOf(drawn(t), "get")
		r.appliesTo, r.maxUnits = "", 0
		if r.pick == "cart" {
			r.pick = "dearest"
		}
		if r.reward.reserve == "cart" {
			r.reward.reserve = "cheapest"
		}
		order := rapid.Permutation(indexes(len(p.cart.Lines))).Draw(t, "order")
		before, after := p.quoted(t), p.permuted(order).quoted(t)
		if before.discount != after.discount {
			t.Fatalf("order %v\nwas %s\nis  %s", order, before, after)
		}
	})
}

// TestLawRoundsAreAsManyAsThereCanBe tries every way to give the units of a small cart to
// the two sides, and counts the rounds of the best.
func TestLawRoundsAreAsManyAsThereCanBe(t *testing.T) {
	kinds := []string{"buy", "get", "both", "none"}
	rapid.Check(t, func(t *rapid.T) {
		c := &cart.Cart{Customer: cart.Customer{CompletedOrders: -1}}
		var sides []string
		for i := range rapid.IntRange(1, 7).Draw(t, "units") {
			side := rapid.SampledFrom(kinds).Draw(t, "side")
			sides = append(sides, side)
			price := rapid.SampledFrom([]int64{1000, 2000, 3000}).Draw(t, "price")
			c.Lines = append(c.Lines, cart.Line{SKU: fmt.Sprint("u", i), Category: side, Quantity: 1, UnitPrice: price, Subtotal: price})
		}
		buys, gets := rapid.IntRange(1, 3).Draw(t, "buys"), rapid.IntRange(1, 2).Draw(t, "gets")
		text := fmt.Sprintf("version = \"v\"\n[rule.a]\nbuy = { categories = [\"buy\", \"both\"], quantity = %d }\n"+
			"get = { categories = [\"get\", \"both\"], quantity = %d, amount = 1 }\npartial = false\npick = %q\nreserve = %q\n", buys, gets,
			rapid.SampledFrom([]string{"cheapest", "dearest", "cart"}).Draw(t, "pick"), rapid.SampledFrom([]string{"cheapest", "dearest", "cart"}).Draw(t, "reserve"))
		s, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		q, err := s.Quote(c, genNow(drawn(t)))
		if err != nil {
			t.Fatal(err)
		}
		if rounds := mostRounds(sides, buys, gets, 0, 0); q.Discount != int64(rounds*gets)*100 {
			t.Fatalf("%d units are got for %v, of which %d rounds can be", q.Discount/100, sides, rounds)
		}
	})
}

// mostRounds gives each unit to a side, or to none, in every way.
func mostRounds(sides []string, buys, gets, bought, got int) int {
	if len(sides) == 0 {
		return min(bought/buys, got/gets)
	}
	most := mostRounds(sides[1:], buys, gets, bought, got)
	if sides[0] == "buy" || sides[0] == "both" {
		most = max(most, mostRounds(sides[1:], buys, gets, bought+1, got))
	}
	if sides[0] == "get" || sides[0] == "both" {
		most = max(most, mostRounds(sides[1:], buys, gets, bought, got+1))
	}
	return most
}
