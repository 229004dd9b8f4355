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

// maxHeaders is the most that all values together may take, which leaves the
// names room within 4 KiB.
const maxHeaders = 3 << 10

// leftOut stands for a list that would not fit (RFC 9651 Boolean false).
const leftOut = "?0"

// priced is the outcome of a cart that was quoted. All its values share one
// string.
func (g *gateway) priced(e *edition, d *desk, _ time.Time) *outcome {
	q := &d.quote
	o := &outcome{status: statusNone, edition: e, currency: q.Currency, sums: sums{q.Discount, q.ShippingDiscount, q.Subtotal, q.Payable}}
	if len(q.Applied) > 0 {
		o.status = statusApplied
	}
	if q.Reason != "" {
		o.reason = fieldReason(q.Reason)
	}
	var ends [6]int
	b := strconv.AppendInt(d.text[:0], q.Discount, 10)
	ends[0] = len(b)
	b = strconv.AppendInt(b, q.ShippingDiscount, 10)
	ends[1] = len(b)
	b = strconv.AppendInt(b, q.Subtotal, 10)
	ends[2] = len(b)
	b = strconv.AppendInt(b, q.Payable, 10)
	ends[3] = len(b)
	b = appendRules(b, e, q)
	ends[4] = len(b)
	if g.lines {
		b = appendLines(b, q)
	}
	ends[5] = len(b)
	d.text = b
	all := string(b)
	o.amount, o.shipping = all[:ends[0]], all[ends[0]:ends[1]]
	o.subtotal, o.payable = all[ends[1]:ends[2]], all[ends[2]:ends[3]]
	o.rules, o.lines = all[ends[3]:ends[4]], all[ends[4]:]
	o.gifts = gifts(q)
	o.shrink(g.room(e, d.target))
	return o
}

// ordered is [gateway.priced] for an order that goes on, whose discounts count.
func (g *gateway) ordered(e *edition, d *desk, now time.Time) *outcome {
	e.counters.Count(d.shard, &d.quote)
	return g.priced(e, d, now)
}

// shrink leaves out what would make the headers too large, the lines first.
func (o *outcome) shrink(room int) {
	for _, list := range []*string{&o.lines, &o.rules, &o.gifts} {
		if len(o.rules)+len(o.lines)+len(o.gifts) > room && *list != "" {
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

// set writes the outcome's headers. The values of all share one array.
func (o *outcome) set(h http.Header, n *httpheader.Names) {
	values := make([]string, 0, 11)
	put := func(name, value string) {
		if value != "" {
			values = append(values, value)
			h[name] = values[len(values)-1 : len(values) : len(values)]
		}
	}
	put(n.Status, o.status.String())
	put(n.Reason, o.reason)
	if o.edition == nil {
		return
	}
	put(n.Amount, o.amount)
	put(n.Shipping, o.shipping)
	put(n.Subtotal, o.subtotal)
	put(n.Payable, o.payable)
	put(n.Currency, o.currency)
	put(n.Rules, o.rules)
	put(n.Lines, o.lines)
	put(n.Gifts, o.gifts)
	put(n.Strategy, o.edition.identity)
}
