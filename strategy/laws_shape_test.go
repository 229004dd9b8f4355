package strategy_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
)

// The laws of this file are about the order of a cart's lines. They hold for
// strategies that do not look at it; each law says which those are.

// plainLines gives every line a SKU, a unit price and an id of its own, and
// leaves the catalogue out.
func plainLines(p pair) {
	p.spec.products, p.spec.unknownSKUs = nil, ""
	p.cart.Sums = false
	for i := range p.cart.Lines {
		l := &p.cart.Lines[i]
		if l.HasTotal = false; !l.Weight.IsZero() {
			l.Weight, l.Quantity = cart.Decimal{}, 3
		}
		l.UnitPrice = 500 + 37*int64(i)
		l.Subtotal = l.Quantity * l.UnitPrice
	}
}

// With rewards that are worked out line by line nothing is shared out, so no
// remainder can tie. Units are picked by price, not by place, from values that
// all differ and that no rule changes: base = "original".
func TestLawTheOrderOfLinesDoesNotMatter(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		plainLines(p)
		s := p.spec
		s.base, s.limitRate, s.limitAmount, s.steps = "original", "", 0, nil
		s.payableUnit, s.payableMode = 0, ""
		if s.roundScope != "unit" {
			s.roundScope = "line"
		}
		for i := range s.rules {
			perLine(&s.rules[i])
		}
		order := rapid.Permutation(indexes(len(p.cart.Lines))).Draw(t, "order")
		before, after := p.quoted(t), p.permuted(order).quoted(t)
		if want := before.permuted(order); after.String() != want.String() {
			t.Fatalf("order %v\nis     %s\nwanted %s", order, after, want)
		}
	})
}

// perLine makes a rule one that looks at each line by itself.
func perLine(r *ruleSpec) {
	r.maxDiscount = 0
	if r.pick == "cart" {
		r.pick = "dearest"
	}
	switch r.reward.kind {
	case "discount_amount":
		if r.reward.per != "line" {
			r.reward.per = "unit"
		}
	case "discount_rate", "unit_price", "unit_ladder", "gift":
	default:
		r.reward = rewardSpec{kind: "discount_rate", rate: "0.25"}
	}
}

// Where an amount is shared out, two lines may trade the last minor unit when
// their remainders tie, and only that: one rule, no floors, and all lines with
// room for their shares, since what is shared again may tie again.
func TestLawTheOrderOfLinesMovesAtMostOneUnit(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		plainLines(p)
		s := p.spec
		s.steps, s.rules, s.limitRate, s.limitAmount, s.roundingUnit = nil, s.rules[:1], "", 0, 0
		s.allocation, s.roundScope, s.payableUnit, s.payableMode = "largest_remainder", "rule", 0, ""
		r := &s.rules[0]
		r.maxDiscount, r.maxUnits, r.perLine = 0, 0, false
		switch kind := r.reward.kind; {
		case kind == "discount_amount":
			r.reward.per = "cart"
		case !slices.Contains([]string{"discount_rate", "ladder", "every"}, kind):
			r.reward = rewardSpec{kind: "discount_amount", amount: 777}
		}
		order := rapid.Permutation(indexes(len(p.cart.Lines))).Draw(t, "order")
		before, after := p.quoted(t), p.permuted(order).quoted(t)
		want := before.permuted(order)
		for i, off := range after.lines {
			if diff := off - want.lines[i]; diff < -1 || diff > 1 || after.paid != want.paid {
				t.Fatalf("order %v\nis     %s\nwanted %s", order, after, want)
			}
		}
	})
}

func (p pair) permuted(order []int) pair {
	c := *p.cart
	c.Lines = make([]cart.Line, len(order))
	for i, from := range order {
		c.Lines[i] = p.cart.Lines[from]
	}
	return pair{spec: p.spec, cart: &c, now: p.now}
}

// permuted is what the answer would be with the lines in another order.
func (a answer) permuted(order []int) answer {
	by := func(list []int64) []int64 {
		moved := slices.Clone(list)
		for i, from := range order {
			moved[i] = list[from]
		}
		return moved
	}
	a.lines, a.prices, a.stated, a.statedTotals = by(a.lines), by(a.prices), by(a.stated), by(a.statedTotals)
	a.applied = slices.Clone(a.applied)
	for i := range a.applied {
		a.applied[i].shares = by(a.applied[i].shares)
	}
	return a
}

func indexes(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
