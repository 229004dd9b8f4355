package compare_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/promogate/caddy-discount/strategy/compare"
)

// What the words of a strategy mean shows in a comparison, and how they are spelled does
// not where that means nothing.
func TestMeaningsOfWords(t *testing.T) {
	t.Parallel()
	const rule = "[rule.a]\ndiscount_rate = 0.1\n"
	for name, c := range map[string]struct {
		before, after string
		want          []string
	}{
		"any is added": {
			before: rule, after: rule + `any = [{ skus = ["b"] }, { categories = "c" }]`,
			want: []string{`/rule/a/any: "" to [{"categories":["c"]},{"skus":["b"]}]`}},
		"alternatives in another order": {
			before: rule + `any = [{ skus = ["b"] }, { categories = "c" }]`, after: rule + `any = [{ categories = "c" }, { skus = ["b"] }]`},
		"an alternative is changed": {
			before: rule + `any = [{ skus = ["b"] }, { categories = "c" }]`, after: rule + `any = [{ skus = ["d"] }, { categories = "c" }]`,
			want: []string{`/rule/a/any/1/skus: ["b"] to ["d"]`}},
		"a further category": {
			before: `products = [{ sku = "x", category = "a" }]` + "\n" + rule, after: `products = [{ sku = "x", categories = ["b", "a"] }]` + "\n" + rule,
			want: []string{`/products/x/category: "a" to ["a","b"]`}},
		"a code in another case": {
			before: rule + `coupons = ["SPRING"]`, after: rule + `coupons = ["spring"]`},
		"codes are compared exactly": {
			before: rule + `coupons = ["spring"]`, after: "coupon_case = \"exact\"\n" + rule + `coupons = ["spring"]`,
			want: []string{`/coupon_case: "" to "exact"`}},
		"SKUs are folded": {
			before: rule, after: "sku_compare = \"fold\"\n" + rule,
			want: []string{`/sku_compare: "" to "fold"`}},
		"unknown articles are rejected": {
			before: "products = { sku = \"x\" }\n" + rule, after: "products = { sku = \"x\" }\nunknown_skus = \"reject\"\n" + rule,
			want: []string{`/unknown_skus: "" to "reject"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes, err := compare.Canonical(meaning(t, c.before), meaning(t, c.after))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, change := range changes {
				before, after := string(change.Old), string(change.New)
				if before == "" {
					before = `""`
				}
				if after == "" {
					after = `""`
				}
				got = append(got, fmt.Sprintf("%s: %s to %s", change.Pointer(), before, after))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("the changes are\n%q\nwant\n%q", got, c.want)
			}
		})
	}
}
