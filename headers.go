package discount

import (
	"net/http"
	"strconv"

	"github.com/promogate/caddy-discount/strategy"
)

// maxHeaders is the most that all values together may take, which leaves the
// names room within 4 KiB.
const maxHeaders = 3 << 10

// leftOut stands for a list that would not fit (RFC 9651 Boolean false).
const leftOut = "?0"

// priced is the outcome of a cart that was quoted. All its values share one
// string.
func (g *gateway) priced(e *edition, d *desk) *outcome {
	q := &d.quote
	o := &outcome{status: statusNone, edition: e, currency: q.Currency, total: q.Discount}
	if q.Discount > 0 || q.ShippingDiscount > 0 {
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
	o.shrink()
	return o
}

// shrink leaves out what would make the headers too large, the lines first.
func (o *outcome) shrink() {
	for _, list := range []*string{&o.lines, &o.rules} {
		if len(o.rules)+len(o.lines)+len(o.edition.identity) > maxHeaders && *list != "" {
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

// set writes the outcome's headers. The values of all share one array.
func (o *outcome) set(h http.Header, n *headerNames) {
	values := make([]string, 0, 10)
	put := func(name, value string) {
		if value != "" {
			values = append(values, value)
			h[name] = values[len(values)-1 : len(values) : len(values)]
		}
	}
	put(n.status, string(o.status))
	put(n.reason, o.reason)
	if o.edition == nil {
		return
	}
	put(n.amount, o.amount)
	put(n.shipping, o.shipping)
	put(n.subtotal, o.subtotal)
	put(n.payable, o.payable)
	put(n.currency, o.currency)
	put(n.rules, o.rules)
	put(n.lines, o.lines)
	put(n.strategy, o.edition.identity)
}
