package discount

import (
	"net/http"
	"strconv"
	"time"

	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/internal/httpheader"
	"github.com/promogate/caddy-discount/internal/sfv"
	"github.com/promogate/caddy-discount/strategy"
)

// maxHeaders is the most bytes that all values together may take; the names fit into what
// is left of 4 KiB.
const maxHeaders = 3 << 10

// leftOut stands for a list that would not fit (RFC 9651 Boolean false).
const leftOut = "?0"

// decide is the decision on a cart that was quoted. All its values share one string.
func (p *pricer) decide(q quoted, in pricedInput) *decision {
	quote := &q.quote
	d := &decision{
		status: statusNone, edition: q.by, currency: quote.Currency,
		amounts: amounts{quote.Discount, quote.ShippingDiscount, quote.Subtotal, quote.Payable},
	}
	if len(quote.Applied) > 0 {
		d.status = statusApplied
	}
	if quote.Reason != "" {
		d.reason = fieldReason(quote.Reason)
	}
	var ends [6]int
	b := strconv.AppendInt(q.text[:0], quote.Discount, 10)
	ends[0] = len(b)
	b = strconv.AppendInt(b, quote.ShippingDiscount, 10)
	ends[1] = len(b)
	b = strconv.AppendInt(b, quote.Subtotal, 10)
	ends[2] = len(b)
	b = strconv.AppendInt(b, quote.Payable, 10)
	ends[3] = len(b)
	b = appendRules(b, q.by, quote)
	ends[4] = len(b)
	if p.lines {
		b = appendLines(b, quote)
	}
	ends[5] = len(b)
	q.text = b
	all := string(b)
	d.amount, d.shipping = all[:ends[0]], all[ends[0]:ends[1]]
	d.subtotal, d.payable = all[ends[1]:ends[2]], all[ends[2]:ends[3]]
	d.rules, d.lines = all[ends[3]:ends[4]], all[ends[4]:]
	d.gifts = gifts(quote)
	d.shrink(p.listsSize(q.by, in.target))
	q.shard.Evaluated(time.Since(q.at) - q.waited)
	return d
}

// shrink leaves out lists that are together longer than the size, the lines first.
func (d *decision) shrink(size int) {
	for _, list := range []*string{&d.lines, &d.rules, &d.gifts} {
		if len(d.rules)+len(d.lines)+len(d.gifts) > size && *list != "" {
			*list = leftOut
		}
	}
}

// appendRules writes the rules that applied: "spring";amount=810, "vip";amount=90.
func appendRules(b []byte, e *edition, q *strategy.Quote) []byte {
	for i, a := range q.Applied {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, e.rules[a.Rule]...)
		b = append(b, ";amount="...)
		b = strconv.AppendInt(b, a.Amount, 10)
	}
	return b
}

// appendLines writes the discounts by position in the cart: (343 257).
func appendLines(b []byte, q *strategy.Quote) []byte {
	b = append(b, '(')
	for i := range q.Lines {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, q.Lines[i].Discount, 10)
	}
	return append(b, ')')
}

// gifts writes the goods that come with the order: "sticker-pack";q=1. Few
// orders have any.
func gifts(q *strategy.Quote) string {
	if len(q.Gifts) == 0 {
		return ""
	}
	list := make(httpsfv.List, 0, len(q.Gifts))
	for _, g := range q.Gifts {
		item := httpsfv.NewItem(sfv.Bare(g.SKU))
		item.Params.Add("q", g.Quantity)
		list = append(list, item)
	}
	text, err := httpsfv.Marshal(list)
	if err != nil {
		return leftOut // a SKU that no header can carry
	}
	return text
}

// apply sets the headers of the decision. The values of all share one array.
func (d *decision) apply(h http.Header, n *httpheader.Names) {
	values := make([]string, 0, 11)
	put := func(name, value string) {
		if value != "" {
			values = append(values, value)
			h[name] = values[len(values)-1 : len(values) : len(values)]
		}
	}
	put(n.Status, d.status.String())
	put(n.Reason, d.reason)
	if d.edition == nil {
		return
	}
	put(n.Amount, d.amount)
	put(n.Shipping, d.shipping)
	put(n.Subtotal, d.subtotal)
	put(n.Payable, d.payable)
	put(n.Currency, d.currency)
	put(n.Rules, d.rules)
	put(n.Lines, d.lines)
	put(n.Gifts, d.gifts)
	put(n.Strategy, d.edition.identity)
}
