package ruletest

import (
	"fmt"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// sum is an amount of the whole quote.
//
//	discount          = 6.00    # off the goods
//	shipping_discount = 0
//	subtotal          = 54.00   # the goods before discounts
//	payable           = 48.00   # goods and shipping after them
type sum struct {
	member
	text string
	kind *sumKind
}

// sumKind is what an amount of the quote is made of.
type sumKind struct {
	of func(*strategy.Quote) int64
	// lowers says what rules do to the amount: they add to a discount, and lower what is
	// to be paid.
	lowers          bool
	goods, shipping bool // off what they take
}

var sums = map[string]*sumKind{
	"discount":          {of: func(q *strategy.Quote) int64 { return q.Discount }, goods: true},
	"shipping_discount": {of: func(q *strategy.Quote) int64 { return q.ShippingDiscount }, shipping: true},
	"subtotal":          {of: func(q *strategy.Quote) int64 { return q.Subtotal }},
	"payable":           {of: func(q *strategy.Quote) int64 { return q.Payable }, lowers: true, goods: true, shipping: true},
}

func decodeSum(s *document.Section, n *document.Node, name string, _ int) expectation {
	return &sum{member: expected(name, n), text: amount(s, n, s.Key(name)), kind: sums[name]}
}

func (e *sum) check(o *outcome) {
	got := e.kind.of(o.quote)
	o.compare(e.member, e.text, got, func() string { return e.why(o, got) })
}

// why says what kept rules from giving more, and of rules that gave nothing why, if more
// was expected of them.
func (e *sum) why(o *outcome, got int64) string {
	if !e.kind.goods && !e.kind.shipping {
		return ""
	}
	want, err := o.currency.ParseMajor(e.text)
	if err != nil || (got < want) == e.kind.lowers {
		return o.lowered()
	}
	return hints(o.loweredBySome(), o.whyNot(true, func(rule int) bool {
		goods, shipping := o.TakesOff(rule)
		return goods && e.kind.goods || shipping && e.kind.shipping
	}))
}

// lineDiscounts is what is taken off each line, in the order of the cart.
//
//	lines = [4.00, 2.00]
type lineDiscounts struct {
	member
	lines []lineDiscount
}

type lineDiscount struct {
	member
	text string
}

func decodeLines(s *document.Section, n *document.Node, name string, lines int) expectation {
	if n.Kind != document.Array {
		s.Want(n, name, "a list of amounts, one for each line of the cart,")
		return nil
	}
	if lines >= 0 && lines != len(n.Items) {
		s.Wrong(n, name, fmt.Sprintf("the list has %s, the cart has %s", count(len(n.Items), "amount"), count(lines, "line")), "")
	}
	list := lineDiscounts{member: expected(name, n), lines: make([]lineDiscount, len(n.Items))}
	for i, item := range n.Items {
		list.lines[i] = lineDiscount{
			member: expected(name, n).element(i, item),
			text:   amount(s, item, fmt.Sprintf("%s[%d]", s.Key(name), i)),
		}
	}
	return list
}

func (e lineDiscounts) check(o *outcome) {
	if len(e.lines) != len(o.quote.Lines) { // of a cart in the test this is known before
		o.fail(e.member, count(len(o.quote.Lines), "line"), count(len(e.lines), "amount"), "")
		return
	}
	for i, line := range e.lines {
		o.compare(line.member, line.text, o.quote.Lines[i].Discount, o.lowered)
	}
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
