package strategy

import (
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/schema"
)

// everyTable opens each table of the language once.
const everyTable = `
version = "1"
arithmetic = {}
limits = {}
products = [{ sku = "a" }]
discounts = [{ threshold = 1, amount = 1, time_window = { start = "08:00", end = "10:00" } }]
[codes.a]
signed = true
[quota.shared]
uses = 1
[rule.a]
quota = { units = 1 }
quotas = ["shared"]
where = { x = { max = 1 } }
exclude = { skus = ["a"] }
any = [{ skus = ["a"] }]
time_windows = [{ start = "08:00", end = "10:00" }]
requires = [{ skus = ["a"] }]
forbids = [{ skus = ["b"] }]
customer = { nth_order = 1 }
buy = { quantity = 1 }
get = { quantity = 1, rate = 0.5 }
[rule.b]
bundle = { units = 3, price = 1 }
[rule.c]
ladder = [{ threshold = 1, amount = 1 }]
[rule.d]
every = { threshold = 1, amount = 1 }
[rule.e]
unit_ladder = { first = 1, additional = 1 }
[rule.f]
groups_of = { size = 2, rate = 0.1 }
[rule.i]
unit_rates = [0, 0.5]
[rule.g]
gift = { sku = "a", per = { units = 2 } }
title = "a"
description = { en = "a" }
tags = ["a"]
meta = { a = 1 }
[rule.h]
discount_amount = 1
per = "line"
`

// The schema for editors has the keys that are decoded, and no others.
func TestTheSchemaHasTheKeysOfTheDecoder(t *testing.T) {
	asked := map[string][]string{}
	doc, err := document.Parse(document.Source{Name: "x.toml", Data: []byte(everyTable)})
	if err != nil {
		t.Fatal(err)
	}
	r := newReader(doc, nil)
	r.closing = func(s *section) {
		path := strings.Join(names(&s.Section), " ")
		asked[path] = append(asked[path], s.Asked()...)
	}
	(&Model{}).decode(r, doc.Root)
	if err := r.report.Err(); err != nil {
		t.Fatal(err)
	}
	if len(asked) < 20 {
		t.Errorf("only %d tables were opened", len(asked))
	}
	// What is read before the document is decoded: the overlays, and the other
	// name of the catalogue.
	asked[""] = append(asked[""], "env", "beverages")
	for path, keys := range asked {
		slices.Sort(keys)
		keys = slices.Compact(keys)
		want := schema.Keys(strings.Fields(path)...)
		slices.Sort(want)
		if !slices.Equal(keys, want) {
			t.Errorf("%q: the decoder knows %v, the schema %v", path, keys, want)
		}
	}
}

// names are the keys that lead to a section; all rules are one.
func names(s *document.Section) []string {
	switch {
	case s.Within == nil:
		return nil
	case isRule(s):
		return []string{"rule", "-"}
	}
	return append(names(s.Within), s.Name)
}
