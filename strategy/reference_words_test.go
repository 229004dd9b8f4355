package strategy_test

import "slices"

// This file is how the reference evaluator compares coupon codes and SKUs: by a list of
// what is written otherwise and the same, and by no rule of folding.

// respellings are, for a word of the generator, the ways of writing it that are the same
// when they are folded.
var respellings = map[string][]string{
	"SPRING":        {"spring", " Spring\t", "SPRING ", "\u017fpring"},
	"VIP":           {"vip", "\u3000Vip"},
	"\u00c9T\u00c9": {"\u00e9t\u00e9", "E\u0301te\u0301"},
	"americano":     {"AMERICANO", "americano ", "ameri\u200bcano"},
	"latte":         {"Latte", "\ufefflatte", "lat\u00adte"},
}

// genCodes are the coupon codes of the generator.
var genCodes = []string{"SPRING", "VIP", "NEW", "\u00c9T\u00c9"}

// spelledPlainly is the word of the generator that a word is another spelling of.
func spelledPlainly(word string) string {
	for plain, others := range respellings {
		if slices.Contains(others, word) {
			return plain
		}
	}
	return word
}

func (s *spec) sameCode(a, b string) bool {
	return a == b || s.couponCase != "exact" && spelledPlainly(a) == spelledPlainly(b)
}

func (s *spec) sameSKU(a, b string) bool {
	return a == b || s.skuCompare == "fold" && spelledPlainly(a) == spelledPlainly(b)
}

// hasCoupon says whether the cart has a code of the rule; one without codes wants none.
func (st *refState) hasCoupon(r *ruleSpec) bool {
	return len(r.coupons) == 0 || slices.ContainsFunc(r.coupons, func(code string) bool {
		return slices.ContainsFunc(st.cart.Coupons, func(sent string) bool { return st.spec.sameCode(code, sent) })
	})
}

// isOneOf says whether goods are of one of the SKUs; an empty list wants nothing.
func (l *refItem) isOneOf(skus []string) bool {
	return len(skus) == 0 || slices.ContainsFunc(skus, func(sku string) bool { return l.spec.sameSKU(sku, l.sku) })
}

// matchesAny says whether goods are what one of the alternatives is about.
func (x *selectorSpec) matchesAny(l *refItem) bool {
	return len(x.any) == 0 || slices.ContainsFunc(x.any, func(a selectorSpec) bool { return a.matches(l) })
}

// respelled is a word, or now and then another spelling of it.
func respelled(c chooser, percent int, word string) string {
	if others := respellings[word]; len(others) > 0 && c.often(percent) {
		return oneOf(c, others...)
	}
	return word
}

// genSpellings chooses how words are compared, and writes some otherwise. A strategy
// that folds codes has one spelling of each, so it keeps the plain one, which rules have
// that are added later.
func genSpellings(c chooser, s *spec) {
	s.couponCase, s.skuCompare = oneOf(c, "", "", "fold", "exact"), oneOf(c, "", "", "exact", "fold")
	if len(s.products) > 0 && c.often(3) {
		s.unknownSKUs = oneOf(c, "reject", "pass")
	}
	for i := range s.products {
		s.products[i].sku = respelled(c, 10, s.products[i].sku)
	}
	for i := range s.rules {
		r := &s.rules[i]
		for j, code := range r.coupons {
			if s.couponCase == "exact" {
				r.coupons[j] = respelled(c, 30, code)
			}
		}
		for j := range r.skus {
			r.skus[j] = respelled(c, 10, r.skus[j])
		}
	}
}

// genAlternatives makes the selectors of any.
func genAlternatives(c chooser, depth int) []selectorSpec {
	list := make([]selectorSpec, 1+c(3))
	for i := range list {
		list[i] = genSelector(c, depth)
		list[i].any = nil
		if list[i].empty() {
			list[i].categories = some(c, 2, genCategories...)
		}
	}
	return list
}
