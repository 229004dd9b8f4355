package ruletest_test

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// shop is the strategy that most tests are run against.
const shop = `
version  = "shop"
timezone = "Asia/Shanghai"

[rule.coffee-morning]
skus            = ["americano-iced"]
min_quantity    = 3
discount_amount = 6
time_window     = { start = "08:00", end = "10:00" }

[rule.late-night]
discount_rate = 0.1
time_window   = { start = "21:00", end = "24:00" }

[rule.members]
priority      = -1
customer      = { tiers = ["gold"] }
discount_rate = 0.1

[rule.mug]
priority     = -2
min_subtotal = 100
gift         = { sku = "mug" }

[rule.tote]
priority     = -3
min_subtotal = 200
gift         = { sku = "tote", quantity = 2 }

[rule.shipping]
stage        = 2
applies_to   = "shipping"
channels     = ["app"]
unit_price   = 0

[rule.winter]
enabled       = false
discount_rate = 0.5

`

func load(t testing.TB, env, text string) *strategy.Strategy {
	t.Helper()
	s, err := strategy.Load(env, strategy.Source{Name: "shop.toml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t testing.TB, text string) *ruletest.Suite {
	t.Helper()
	suite, err := ruletest.Parse(strategy.Source{Name: "t.toml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

// one is a suite of one test with a cart of three americanos in the morning.
func one(expect string) string {
	return of(`{ items = [{ sku = "americano-iced", quantity = 3, unit_price = 18.00 }] }`, expect)
}

func of(cart, expect string) string {
	return "[[test]]\nname = \"x\"\nnow = 2026-11-11T09:30:00+08:00\ncart = " + cart + "\nexpect = " + expect + "\n"
}

// failures are those of all tests, one a line.
func failures(r ruletest.Report) string {
	var lines []string
	for _, result := range r.Results {
		for _, f := range result.Failures {
			lines = append(lines, f.Position.String()+": "+f.String())
		}
	}
	return strings.Join(lines, "\n")
}
