package strategy

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// combinedRules writes a strategy of as many rules as can be combined.
func combinedRules(settings string, rule func(i int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version = \"bench\"\nlimits = { max_rate = 1 }\narithmetic = { select = \"best_combination\"%s }\n", settings)
	for i := range maxCombined {
		fmt.Fprintf(&b, "[rule.\"%02d\"]\n%s\n", i, rule(i))
	}
	return b.String()
}

// BenchmarkBestCombination is what the search costs, at its best and at its worst.
func BenchmarkBestCombination(b *testing.B) {
	for _, c := range []struct {
		name, settings string
		rule           func(i int) string
	}{
		{"all fit", "", func(i int) string { return fmt.Sprintf("discount_amount = %d", 1+i%5) }},
		{"half of equal amounts fit", "", func(int) string { return "discount_rate = 0.124" }},
		{"rates off what is left", "", func(i int) string { return fmt.Sprintf("discount_rate = 0.0%d", 1+i%6) }},
		{"rates off the original", `, base = "original"`, func(i int) string { return fmt.Sprintf("discount_rate = 0.1%d", i%7) }},
		{"units picked", "", func(i int) string { return fmt.Sprintf("max_units = %d\ndiscount_rate = 0.%d", 1+i%3, 1+i%3) }},
	} {
		s, err := Load("", Source{Name: "bench.toml", Data: []byte(combinedRules(c.settings, c.rule))})
		if err != nil {
			b.Fatal(err)
		}
		for _, lines := range []int{3, 50, 500} {
			b.Run(fmt.Sprintf("%s/%d lines", c.name, lines), func(b *testing.B) {
				bought, now := benchmarkCart(lines), time.Date(2026, 11, 11, 12, 30, 0, 0, time.UTC)
				for i := range bought.Lines {
					bought.Lines[i].UnitPrice += int64(i * 7)
					bought.Lines[i].Subtotal = bought.Lines[i].Quantity * bought.Lines[i].UnitPrice
				}
				var q Quote
				b.ReportAllocs()
				for b.Loop() {
					if err := s.QuoteInto(&q, bought, now); err != nil || len(q.Applied) == 0 {
						b.Fatalf("%d rules applied, %v", len(q.Applied), err)
					}
				}
			})
		}
	}
}
