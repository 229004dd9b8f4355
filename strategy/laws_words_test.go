package strategy_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
)

// sameAnswer holds the answer of a pair against that of another one.
func sameAnswer(t *rapid.T, p, other pair) {
	t.Helper()
	if before, after := p.quoted(t).String(), other.quoted(t).String(); before != after {
		t.Fatalf("%s\nand now\n%s\nof\n%s", before, after, other)
	}
}

func TestLawTheOrderOfAlternativesDoesNotMatter(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		turned := *p.spec
		turned.rules = slices.Clone(turned.rules)
		for i := range turned.rules {
			r := &turned.rules[i]
			r.any = slices.Clone(r.any)
			slices.Reverse(r.any)
		}
		sameAnswer(t, p, pair{spec: &turned, cart: p.cart, now: p.now})
	})
}

// A selector is the same beside any and in each of its alternatives.
func TestLawASelectorBesideAnyIsOfEachAlternative(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		moved := *p.spec
		moved.rules = slices.Clone(moved.rules)
		for i := range moved.rules {
			r := &moved.rules[i]
			if len(r.any) == 0 || slices.ContainsFunc(r.any, func(a selectorSpec) bool { return len(a.categories) > 0 }) {
				continue
			}
			r.any = slices.Clone(r.any)
			for j := range r.any {
				r.any[j].categories = r.categories
			}
			r.categories = nil
		}
		sameAnswer(t, p, pair{spec: &moved, cart: p.cart, now: p.now})
	})
}

// A code that is sent twice is one, and so it is when it is sent in another spelling.
func TestLawCouponsCountOnce(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		c := *p.cart
		c.Coupons = append(slices.Clone(c.Coupons), c.Coupons...)
		if p.spec.couponCase != "exact" {
			for _, code := range p.cart.Coupons {
				c.Coupons = append(c.Coupons, respellings[spelledPlainly(code)]...)
			}
		}
		slices.Reverse(c.Coupons)
		sameAnswer(t, p, pair{spec: p.spec, cart: &c, now: p.now})
	})
}

func TestLawSpellingOfSKUsDoesNotMatterWhereTheyAreFolded(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		s, c := *p.spec, *p.cart
		s.skuCompare, c.Lines = "fold", slices.Clone(c.Lines)
		for i := range c.Lines {
			if others := respellings[spelledPlainly(c.Lines[i].SKU)]; len(others) > 0 {
				c.Lines[i].SKU = rapid.SampledFrom(others).Draw(t, "spelling")
			}
		}
		sameAnswer(t, pair{spec: &s, cart: p.cart, now: p.now}, pair{spec: &s, cart: &c, now: p.now})
	})
}

// A strategy that rejects unknown articles prices the carts that it prices like one that
// passes them.
func TestLawRejectingChangesNoQuote(t *testing.T) {
	law(t, func(t *rapid.T, p pair) {
		strict, c := *p.spec, *p.cart
		if strict.unknownSKUs = "reject"; len(strict.products) == 0 {
			t.Skip("there is no catalogue")
		}
		c.Lines = slices.DeleteFunc(slices.Clone(c.Lines), func(l cart.Line) bool {
			return l.Quantity > 0 && !slices.ContainsFunc(strict.products, func(p productSpec) bool { return strict.sameSKU(p.sku, l.SKU) })
		})
		passing := strict
		passing.unknownSKUs = ""
		sameAnswer(t, pair{spec: &passing, cart: &c, now: p.now}, pair{spec: &strict, cart: &c, now: p.now})
	})
}
