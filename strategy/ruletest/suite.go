// Package ruletest reads and runs tests of rules: carts, and what a strategy is
// expected to make of them, in TOML beside the strategy.
//
//	[[test]]
//	name = "three coffees before ten"
//	now  = 2026-11-11T09:30:00+08:00
//	cart = { items = [{ sku = "americano-iced", quantity = 3, unit_price = 18.00 }] }
//	expect = { discount = 6.00, applied = ["coffee-morning"], rejected = { "late-night" = "time_window" } }
//
// A cart is read by the reader that reads the carts of requests, with its prices
// in major units; what it refuses a test cannot have. Time is what the test says
// it is.
package ruletest

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/promogate/caddy-discount/strategy/document"
)

// Suite is the tests of one or more files.
type Suite struct {
	doc   *document.Document
	tests []test
}

// test is one [[test]].
type test struct {
	name   string
	env    string // "" for any
	now    time.Time
	cart   *document.Node
	expect *document.Node
	pos    document.Pos
}

// Parse reads tests. The error is a *[document.Problems] that lists everything
// found wrong with its place. What is expected of rules is checked when the
// tests are run, against the rules there are.
func Parse(sources ...document.Source) (*Suite, error) {
	doc, err := document.Parse(sources...)
	if err != nil {
		return nil, err
	}
	r := &reader{doc: doc}
	s := &Suite{doc: doc}
	r.known(doc.Root, "", "test")
	names := map[string]bool{}
	for i, node := range r.tables(doc.Root, "test") {
		t := r.test(node, "test["+strconv.Itoa(i)+"]")
		if t.name != "" && names[t.name] {
			r.wrong(node.Field("name").Pos, "name", fmt.Sprintf("a second test is called %q", t.name), "")
		}
		names[t.name] = true
		s.tests = append(s.tests, t)
	}
	return s, r.err()
}

// Len is the number of tests.
func (s *Suite) Len() int { return len(s.tests) }

// reader gathers the problems of the files.
type reader struct {
	doc      *document.Document
	problems []document.Problem
}

func (r *reader) wrong(at document.Pos, key, reason, hint string) {
	r.problems = append(r.problems, r.doc.Problem(at, key, reason, hint))
}

func (r *reader) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	r.doc.Sort(r.problems)
	return &document.Problems{List: r.problems}
}

// known reports the members of a table that are none of keys.
func (r *reader) known(table *document.Node, path string, keys ...string) {
	for i := range table.Fields {
		f := &table.Fields[i]
		if slices.Contains(keys, f.Key) {
			continue
		}
		hint := document.Closest(f.Key, keys)
		if hint != "" {
			hint = "did you mean " + hint + "?"
		}
		r.wrong(f.Pos, join(path, f.Key), fmt.Sprintf("unknown key %q", f.Key), hint)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// tables are the elements of a list of tables.
func (r *reader) tables(parent *document.Node, key string) []*document.Node {
	list := parent.Get(key)
	if list == nil {
		return nil
	}
	if list.Kind != document.Array {
		r.wrong(list.Pos, key, fmt.Sprintf("this is %s, a list of tables is wanted", list.Kind), "begin each test with [["+key+"]]")
		return nil
	}
	var tables []*document.Node
	for _, n := range list.Items {
		if n.Kind != document.Table {
			r.wrong(n.Pos, key, fmt.Sprintf("this is %s, a table is wanted", n.Kind), "")
			continue
		}
		tables = append(tables, n)
	}
	return tables
}

// member finds a member of the kind that is wanted; nil if it is absent or
// another one.
func (r *reader) member(table *document.Node, path, key string, kinds ...document.Kind) *document.Node {
	n := table.Get(key)
	if n == nil {
		return nil
	}
	if !slices.Contains(kinds, n.Kind) {
		r.wrong(n.Pos, join(path, key), fmt.Sprintf("this is %s, %s is wanted", n.Kind, kinds[0]), "")
		return nil
	}
	return n
}

func (r *reader) test(node *document.Node, path string) test {
	r.known(node, path, "name", "now", "env", "cart", "expect")
	t := test{pos: node.Pos}
	for _, key := range []string{"name", "now", "cart", "expect"} {
		if node.Get(key) == nil {
			r.wrong(node.Pos, path, "the test has no "+key, "")
		}
	}
	if n := r.member(node, path, "name", document.String); n != nil {
		if t.name = n.Text; n.Text == "" {
			r.wrong(n.Pos, join(path, "name"), "the name is empty", "")
		}
	}
	if n := r.member(node, path, "env", document.String); n != nil {
		t.env = n.Text
	}
	t.now = r.instant(node, path)
	t.cart = r.member(node, path, "cart", document.Table)
	if t.cart != nil {
		r.plain(t.cart, join(path, "cart"))
	}
	if t.expect = r.member(node, path, "expect", document.Table); t.expect != nil {
		r.expectation(t.expect, join(path, "expect"))
	}
	return t
}

// instant reads now, which has to say in which time zone it is.
func (r *reader) instant(node *document.Node, path string) time.Time {
	n := r.member(node, path, "now", document.DateTime, document.String, document.LocalDateTime)
	if n == nil {
		return time.Time{}
	}
	at, err := document.ParseDateTime(n.Text)
	if err != nil {
		r.wrong(n.Pos, join(path, "now"), fmt.Sprintf("%q is not a date-time with an offset", n.Text), "such as 2026-11-11T09:30:00+08:00")
	}
	return at
}
