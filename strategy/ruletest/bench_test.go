package ruletest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// The tests of a strategy are run before it goes live, so they are part of what
// an edit waits for: a hundred tests against ten thousand rules.
func BenchmarkHundredTests(b *testing.B) {
	var rules, tests strings.Builder
	rules.WriteString("version = \"v\"\n")
	for i := range 10_000 {
		fmt.Fprintf(&rules, "[rule.r%d]\nskus = [\"s%d\"]\ndiscount_rate = 0.1\n", i, i)
	}
	for i := range 100 {
		fmt.Fprintf(&tests, "[[test]]\nname = \"t%d\"\nnow = 2026-11-11T09:30:00Z\ncart = { items = [{ sku = \"s%d\", quantity = 3, unit_price = 18.00 }] }\n", i, i)
		fmt.Fprintf(&tests, "expect = { discount = 5.40, applied = [\"r%d\"], not_applied = [\"r%d\"] }\n", i, i+1)
	}
	st := load(b, "", rules.String())
	source := strategy.Source{Name: "t.toml", Data: []byte(tests.String())}
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ruletest.Parse(source); err != nil {
				b.Fatal(err)
			}
		}
	})
	suite := parse(b, tests.String())
	b.Run("run", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := suite.Run(st, "").Err(); err != nil {
				b.Fatal(err)
			}
		}
	})
	reasons := strings.NewReplacer("not_applied = [", "rejected = { ", "\"] }", "\" = \"target\" } }")
	explained := parse(b, reasons.Replace(tests.String()))
	b.Run("run with reasons", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := explained.Run(st, "").Err(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
