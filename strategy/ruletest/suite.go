package ruletest

import (
	"fmt"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// Suite is a set of valid tests. Any number of goroutines may run it at the same time.
type Suite struct {
	doc    *document.Document
	tests  []test
	orders Orders
}

// test is one [[test]] table.
type test struct {
	name         string
	position     document.Position
	envs         envs
	now          instant
	remaining    remaining
	cart         body
	body         *bodyFile // instead of the cart; nil for none
	expectations []expectation
}

// Parse reads tests from one file or several. The error is a *[document.Diagnostics] that lists
// the problems with their positions. [Suite.Run] checks what depends on the strategy, such as
// whether it has a rule.
func Parse(sources ...strategy.Source) (*Suite, error) {
	doc, err := document.Parse(sources...)
	if err != nil {
		return nil, err
	}
	s := &Suite{doc: doc}
	top := document.NewReader(doc).Section(doc.Root)
	top.Hints = fileHints
	s.decode(top)
	top.Done()
	if err := top.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Suite) decode(top *document.Section) {
	named := make(map[string]document.Position)
	for i, table := range tables(top) {
		if table.Kind != document.Table {
			top.Wrong(table, "test", "a test is a table", "write it under [[test]]")
			continue
		}
		section := top.Element(table, "test", i)
		t := decodeTest(section)
		t.position = s.doc.Locate(table.Pos)
		if first, twice := named[t.name]; !twice {
			named[t.name] = t.position
		} else if t.name != "" {
			section.Wrong(table.Get("name"), "name",
				fmt.Sprintf("a second test is called %q, the first is %s", t.name, from(first, t.position)), "")
		}
		s.tests = append(s.tests, t)
	}
}

// tables returns the elements of [[test]]. It reports a problem if there are none, because a file
// without tests would pass with every strategy.
func tables(top *document.Section) []*document.Node {
	n := top.Get("test")
	switch {
	case n == nil && len(top.Node.Fields) > 0: // Done reports the unknown keys
	case n == nil:
		top.Add(top.Node.Pos, "", "there is no test", "write a [[test]]")
	case n.Kind != document.Array:
		top.Want(n, "test", "a list of tables, each headed [[test]]")
	case len(n.Items) == 0:
		top.Wrong(n, "test", "there is no test", "write a [[test]]")
	default:
		return n.Items
	}
	return nil
}

// from describes a position as seen from another one.
func from(position, here document.Position) string {
	if position.File == here.File {
		return fmt.Sprintf("on line %d", position.Line)
	}
	return fmt.Sprintf("in %s, line %d", position.File, position.Line)
}

func decodeTest(s *document.Section) test {
	s.Hints = testHints
	t := test{name: s.Text("name"), envs: decodeEnvs(s)}
	t.now = decodeInstant(s)
	t.remaining = decodeRemaining(s)
	t.cart, t.body = decodeCart(s), decodeBody(s)
	t.expectations = decodeExpect(s, t.cart.lines())
	for _, required := range []struct{ key, example string }{
		{"name", `name = "three coffees before ten"`},
		{"now", "now = 2026-11-11T09:30:00+08:00"},
		{"cart", `cart = { items = [{ sku = "latte", quantity = 3, unit_price = 18.00 }] }`},
		{"expect", "expect = { discount = 6.00 }"},
	} {
		if s.Node.Get(required.key) == nil && !(required.key == "cart" && t.body != nil) {
			s.Add(s.Node.Pos, s.Path(), "the test has no "+required.key, "such as "+required.example)
		}
	}
	if n := s.Node.Get("body"); n != nil && s.Node.Get("cart") != nil {
		s.Wrong(n, "body", "the test has a cart, too", "leave one of them out")
	}
	s.Done()
	return t
}
