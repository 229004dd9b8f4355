package ruletest

import (
	"fmt"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// quoteAmount is an amount of the whole quote.
//
//	discount          = 6.00    # off the goods
//	shipping_discount = 0
//	subtotal          = 54.00   # the goods before discounts
//	payable           = 48.00   # goods and shipping after them
type quoteAmount struct {
	member
	text string
	kind *amountKind
}

// amountKind is a kind of amount of the quote.
type amountKind struct {
	of func(*strategy.Quote) int64
	// lowers says that rules lower the amount, as they lower what is left to pay. They raise a
	// discount.
	lowers          bool
	goods, shipping bool // what rules take the amount off
}

var amountKinds = map[string]*amountKind{
	"discount":          {of: func(q *strategy.Quote) int64 { return q.Discount }, goods: true},
	"shipping_discount": {of: func(q *strategy.Quote) int64 { return q.ShippingDiscount }, shipping: true},
	"subtotal":          {of: func(q *strategy.Quote) int64 { return q.Subtotal }},
	"payable":           {of: func(q *strategy.Quote) int64 { return q.Payable }, lowers: true, goods: true, shipping: true},
}

func decodeQuoteAmount(s *document.Section, n *document.Node, name string, _ int) expectation {
	return &quoteAmount{member: expected(name, n), text: amount(s, n, s.Key(name)), kind: amountKinds[name]}
}

func (e *quoteAmount) check(o *outcome) {
	got := e.kind.of(o.quote)
	o.compare(e.member, e.text, got, func() string { return e.why(o, got) })
}

// why returns the hint for a difference: the rules that gave less than their rewards. If a larger
// discount was expected, it adds why rules gave nothing.
func (e *quoteAmount) why(o *outcome, got int64) string {
	if !e.kind.goods && !e.kind.shipping {
		return ""
	}
	want, err := o.currency.ParseMajor(e.text)
	if err != nil || (got < want) == e.kind.lowers {
		return o.lowered()
	}
	return hints(o.loweredRules(), o.whyNot(true, func(rule int) bool {
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
		s.Want(n, name, "a list of amounts, one for each line of the cart")
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
	if len(e.lines) != len(o.quote.Lines) { // only for a body; decodeLines checks a cart
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
