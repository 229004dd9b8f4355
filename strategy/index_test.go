package strategy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/cart"
)

// TestIndexFindsWhatALinearScanFinds compares a strategy with itself without
// its index, on enough rules for every way of filing them to be used.
func TestIndexFindsWhatALinearScanFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := Load("", Source{Name: "index.toml", Data: []byte(drawIndexedRules(t))})
		if err != nil {
			t.Fatal(err)
		}
		bought, now := drawIndexedCart(t), time.Unix(rapid.Int64Range(1.7e9, 1.71e9).Draw(t, "now"), 0)
		var indexed, scanned Quote
		if err := s.QuoteInto(&indexed, bought, now); err != nil {
			t.Fatal(err)
		}
		if err := linear(s).QuoteInto(&scanned, bought, now); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(indexed.Applied, scanned.Applied) || !slices.Equal(indexed.Lines, scanned.Lines) || indexed.Discount != scanned.Discount {
			t.Fatalf("by index %v, by scan %v", indexed.Applied, scanned.Applied)
		}
	})
}

func drawIndexedRules(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("version = \"index\"\n")
	word := func(prefix string, n int) string {
		return fmt.Sprintf("[\"%s%d\"]", prefix, rapid.IntRange(0, n).Draw(t, prefix))
	}
	for i := range rapid.IntRange(1, 250).Draw(t, "rules") {
		fmt.Fprintf(&b, "[rule.r%03d]\ndiscount_amount = 0.01\n", i)
		for _, key := range []struct {
			name  string
			value func() string
		}{
			{"skus", func() string { return word("s", 60) }},
			{"categories", func() string {
				// Common ones, rare ones, and both of them in one rule.
				common, rare := rapid.IntRange(0, 3).Draw(t, "common"), rapid.IntRange(4, 80).Draw(t, "rare")
				return rapid.SampledFrom([]string{
					fmt.Sprintf("[\"c%d\"]", common), fmt.Sprintf("[\"c%d\"]", rare), fmt.Sprintf("[\"c%d\", \"c%d\"]", common, rare),
				}).Draw(t, "categories")
			}},
			{"subgroups", func() string { return word("g", 4) }},
			{"any", func() string { return drawAny(t) }},
			{"coupons", func() string { return word("k", 5) }},
			{"channels", func() string { return word("ch", 2) }},
			{"regions", func() string { return word("re", 2) }},
			{"customer", func() string { return "{ tiers = " + word("t", 2) + " }" }},
			{"min_quantity", func() string { return fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "quantity")) }},
			{"min_subtotal", func() string { return fmt.Sprint(rapid.IntRange(1, 90).Draw(t, "subtotal")) }},
			{"valid_from", func() string { return drawInstant(t) }},
			{"valid_until", func() string { return drawInstant(t) }},
			{"time_window", func() string {
				return fmt.Sprintf("{ start = \"%02d:30\", end = \"%02d:15\" }", rapid.IntRange(0, 23).Draw(t, "start"), rapid.IntRange(0, 23).Draw(t, "end"))
			}},
		} {
			if rapid.IntRange(0, 9).Draw(t, key.name+"?") == 0 {
				fmt.Fprintf(&b, "%s = %s\n", key.name, key.value())
			}
		}
	}
	// A rule whose dates are the wrong way round is refused; this one is about
	// those that are not.
	return withoutContradictions(b.String())
}

// drawAny has alternatives by words of every kind, and now and then one by a price.
func drawAny(t *rapid.T) string {
	kinds := []struct {
		key, prefix string
		most        int
	}{{"skus", "s", 60}, {"categories", "c", 80}, {"categories", "c", 3}, {"subgroups", "g", 4}}
	list := make([]string, rapid.IntRange(1, 4).Draw(t, "alternatives"))
	for i := range list {
		if rapid.IntRange(0, 19).Draw(t, "price?") == 0 {
			list[i] = fmt.Sprintf("{ min_unit_price = %d }", rapid.IntRange(1, 40).Draw(t, "price"))
			continue
		}
		k := rapid.SampledFrom(kinds).Draw(t, "kind")
		list[i] = fmt.Sprintf("{ %s = [\"%s%d\"] }", k.key, k.prefix, rapid.IntRange(0, k.most).Draw(t, k.key))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func drawInstant(t *rapid.T) string {
	return time.Unix(rapid.Int64Range(1.7e9, 1.71e9).Draw(t, "instant"), 0).UTC().Format(time.RFC3339)
}

// withoutContradictions leaves valid_from out of rules that have both ends.
func withoutContradictions(text string) string {
	rules := strings.Split(text, "[rule.")
	for i, r := range rules {
		if strings.Contains(r, "valid_until") && strings.Contains(r, "valid_from") {
			start := strings.Index(r, "valid_from")
			end := start + strings.IndexByte(r[start:], '\n') + 1
			rules[i] = r[:start] + r[end:]
		}
	}
	return strings.Join(rules, "[rule.")
}

func drawIndexedCart(t *rapid.T) *cart.Cart {
	c := &cart.Cart{
		Coupons: []string{fmt.Sprintf("k%d", rapid.IntRange(0, 5).Draw(t, "coupon"))},
		Channel: fmt.Sprintf("ch%d", rapid.IntRange(0, 3).Draw(t, "channel")),
		Region:  fmt.Sprintf("re%d", rapid.IntRange(0, 3).Draw(t, "region")),
	}
	c.Customer.Tier = fmt.Sprintf("t%d", rapid.IntRange(0, 3).Draw(t, "tier"))
	for range rapid.IntRange(0, 14).Draw(t, "lines") {
		l := cart.Line{
			SKU:      fmt.Sprintf("s%d", rapid.IntRange(0, 70).Draw(t, "sku")),
			Category: fmt.Sprintf("c%d", rapid.IntRange(0, 90).Draw(t, "category")),
			Subgroup: fmt.Sprintf("g%d", rapid.IntRange(0, 5).Draw(t, "subgroup")),
			Quantity: rapid.Int64Range(1, 4).Draw(t, "units"), UnitPrice: rapid.Int64Range(100, 4000).Draw(t, "price"),
		}
		l.Subtotal = l.Quantity * l.UnitPrice
		for range rapid.IntRange(0, 2).Draw(t, "further") {
			l.MoreCategories = append(l.MoreCategories, fmt.Sprintf("c%d", rapid.IntRange(0, 90).Draw(t, "category")))
		}
		c.Lines = append(c.Lines, l)
	}
	return c
}
