package discount

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/httpheader"
	"github.com/promogate/caddy-discount/internal/sfv"
	"github.com/promogate/caddy-discount/strategy"
)

// maxHeaders is the most bytes that all values may take together. The names take the remainder of 4
// KiB.
const maxHeaders = 3 << 10

// leftOut stands for a list that would not fit (RFC 9651 Boolean false).
const leftOut = "?0"

// decide is the decision on a cart that was quoted. Its texts share one string, but for the gifts.
func (p *pricer) decide(q quoted, in pricedInput) *decision {
	quote := &q.quote
	d := &decision{
		status: statusNone, strategy: q.by, currency: quote.Currency, gifts: gifts(quote, ", "),
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
	b = appendRules(b, q.by, quote, ", ")
	ends[4] = len(b)
	if p.lines {
		b = appendLines(b, quote)
	}
	ends[5] = len(b)
	size := p.listsSize(q.by, in.target)
	if len(q.by.Quotas()) > 0 {
		size -= p.quotaHeaders(d, q)
	}
	left := omit(size, ends[4]-ends[3], ends[5]-ends[4], len(d.gifts))
	if p.names.Compact {
		b = d.appendDictionary(b, quote, b[ends[4]:ends[5]], left)
	}
	q.text = b
	all := string(b)
	d.amount, d.shipping = all[:ends[0]], all[ends[0]:ends[1]]
	d.subtotal, d.payable = all[ends[1]:ends[2]], all[ends[2]:ends[3]]
	d.rules, d.lines, d.compact = all[ends[3]:ends[4]], all[ends[4]:ends[5]], all[ends[5]:]
	left.apply(d)
	q.shard.Evaluated(time.Since(q.at) - q.waited)
	return d
}

// omitted are the lists that are left out.
type omitted struct{ lines, rules, gifts bool }

// omit leaves out lists until all lists together take at most size bytes: the lines first, then
// the rules, then the gifts.
func omit(size, rules, lines, gifts int) (left omitted) {
	if left.lines = rules+lines+gifts > size && lines > 0; left.lines {
		lines = len(leftOut)
	}
	if left.rules = rules+lines+gifts > size && rules > 0; left.rules {
		rules = len(leftOut)
	}
	left.gifts = rules+lines+gifts > size && gifts > 0
	return left
}

// apply puts the sign in place of the lists that are left out.
func (o omitted) apply(d *decision) {
	if o.lines {
		d.lines = leftOut
	}
	if o.rules {
		d.rules = leftOut
	}
	if o.gifts {
		d.gifts = leftOut
	}
}

// appendRules writes the rules that applied, with a separator: "spring";amount=810, "vip";amount=90.
func appendRules(b []byte, e *engine.Compiled, q *strategy.Quote, separator string) []byte {
	for i, a := range q.Applied {
		if i > 0 {
			b = append(b, separator...)
		}
		b = append(b, e.Header.Rules[a.Rule]...)
		b = append(b, ";amount="...)
		b = strconv.AppendInt(b, a.Amount, 10)
		if isCounted(e, a.Rule) {
			b = append(b, ";units="...)
			b = strconv.AppendInt(b, a.Units, 10)
		}
	}
	return b
}

// isCounted reports whether a rule has a quota.
func isCounted(e *engine.Compiled, rule int) bool {
	all := e.Quotas()
	for i := range all {
		if _, has := slices.BinarySearch(all[i].Rules, rule); has {
			return true
		}
	}
	return false
}

// mostExhausted is the most bytes that the list of exhausted rules takes.
const mostExhausted = 512

// quotaHeaders sets what an order holds and what is exhausted of quotas. It returns how many bytes of
// headers that takes.
func (p *pricer) quotaHeaders(d *decision, q quoted) int {
	size := 0
	if g := q.granted; g != nil {
		d.reservation = strconv.Quote(g.Order.String()) + ";until=@" + strconv.FormatInt(g.Until.Unix(), 10)
		size += len(d.reservation)
	}
	q.exhausted = q.by.Exhausted(q.exhausted[:0], &q.quote)
	d.exhausted = exhausted(q.by, q.exhausted, ", ")
	if p.names.Compact {
		d.inner = exhausted(q.by, q.exhausted, " ")
	}
	if size += len(d.exhausted); size > 0 && p.keys != nil {
		size += assertion.QuotaSize
	}
	return size
}

// exhausted writes rules with a separator; it is "?0" for more than the list may take.
func exhausted(e *engine.Compiled, rules []int, separator string) string {
	var b []byte
	for i, rule := range rules {
		if i > 0 {
			b = append(b, separator...)
		}
		if b = append(b, e.Header.Rules[rule]...); len(b) > mostExhausted {
			return leftOut
		}
	}
	return string(b)
}

// applyPrivate adds to the request what is for the order service alone.
func (d *decision) applyPrivate(h http.Header, n *httpheader.Names) {
	if d.reservation == "" && d.exhausted == "" {
		return
	}
	if n.Compact {
		h[n.Dictionary] = []string{appendPrivate(d.dictionary(), d)}
		return
	}
	if d.reservation != "" {
		h[n.Reservation] = []string{d.reservation}
	}
	if d.exhausted != "" {
		h[n.Exhausted] = []string{d.exhausted}
	}
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

// gifts writes the goods that come with the order, with a separator: "sticker-pack";q=1. Few
// orders have any.
func gifts(q *strategy.Quote, separator string) string {
	if len(q.Gifts) == 0 {
		return ""
	}
	items := make([]string, len(q.Gifts))
	for i, g := range q.Gifts {
		item := httpsfv.NewItem(sfv.Bare(g.SKU))
		item.Params.Add("q", g.Quantity)
		var err error
		if items[i], err = httpsfv.Marshal(item); err != nil {
			return leftOut // a SKU that no header can carry
		}
	}
	return strings.Join(items, separator)
}

// apply sets the headers of the decision. The values of all share one array.
func (d *decision) apply(h http.Header, n *httpheader.Names) {
	if n.Compact {
		h[n.Dictionary] = []string{d.dictionary()}
		return
	}
	values := make([]string, 0, 11)
	put := func(name, value string) {
		if value != "" {
			values = append(values, value)
			h[name] = values[len(values)-1 : len(values) : len(values)]
		}
	}
	put(n.Status, d.status.String())
	put(n.Reason, d.reason)
	if d.strategy == nil {
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
	put(n.Strategy, d.strategy.Header.Strategy)
}

// tokens are buffers for assertions while they are written.
var tokens = sync.Pool{New: func() any {
	const usual = 1 << 10
	buf := make([]byte, 0, usual)
	return &buf
}}

// assert sets the assertion of a decision, if the handler signs. It is set on the request
// alone: the client has no use for it.
func (p *pricer) assert(r *http.Request, d *decision, in pricedInput) {
	if p.keys == nil {
		return
	}
	c := d.claims()
	c.Target = in.target
	if in.body != nil {
		c.Body = assertion.BodyDigest(in.body.Bytes())
	}
	if in.headers {
		c.Cart = assertion.CartDigest(r.Header)
	}
	buf := tokens.Get().(*[]byte)
	*buf = p.keys.Signer().Append((*buf)[:0], &c, time.Now())
	r.Header[p.names.Assertion] = []string{string(*buf)}
	tokens.Put(buf)
}

// claims returns the claims about the decision itself. It returns them by value, which needs no
// allocation.
func (d *decision) claims() assertion.Claims {
	c := assertion.Claims{Status: d.status.String()}
	if d.strategy == nil {
		return c
	}
	c.Priced = true
	c.Amount, c.Shipping, c.Subtotal, c.Payable = d.amounts.goods, d.amounts.shipping, d.amounts.subtotal, d.amounts.payable
	c.Currency = d.currency
	c.Rules, c.Lines, c.Gifts = d.rules, d.lines, d.gifts
	c.Strategy, c.Fingerprint = d.strategy.Version(), d.strategy.SHA256
	if g := d.granted; g != nil {
		c.Reservation, c.Until = g.Order.String(), g.Until.Unix()
	}
	c.Exhausted = d.exhausted
	return c
}

// listsSize is how many bytes the lists among the headers may have together, so that all
// headers stay within 4 KiB.
func (p *pricer) listsSize(e *engine.Compiled, to assertion.Target) int {
	size := maxHeaders - len(e.Header.Strategy)
	if p.keys != nil {
		size -= p.keys.Signer().MaxSize(to, e.Version())
	}
	return size
}

// targetOf reads the method and the path of the request as the client sent it, before any rewrite
// in the gateway. Caddy keeps no copy of the host, so the host is the one that the handler sees. The
// path has the escapes that it goes on with, and no query.
func targetOf(r *http.Request) assertion.Target {
	method, url := r.Method, r.URL
	if sent, ok := r.Context().Value(caddyhttp.OriginalRequestCtxKey).(http.Request); ok {
		method, url = sent.Method, sent.URL
	}
	return assertion.NewTarget(method, r.Host, url.EscapedPath())
}

// appendDictionary writes the decision on a quote as one Dictionary (RFC 9651): status=applied,
// amount=585, … Its members have the values of the fields of the same names. The rules and the gifts
// are Inner Lists, since a Dictionary cannot hold Lists. The lines have the same text in either form;
// none is empty.
func (d *decision) appendDictionary(b []byte, q *strategy.Quote, lines []byte, left omitted) []byte {
	b = append(b, "status="...)
	b = append(b, d.status.String()...)
	b = appendText(b, ", reason=", d.reason)
	b = appendAmount(b, ", amount=", q.Discount)
	b = appendAmount(b, ", shipping=", q.ShippingDiscount)
	b = appendAmount(b, ", subtotal=", q.Subtotal)
	b = appendAmount(b, ", payable=", q.Payable)
	b = append(b, ", currency=\""...)
	b = append(b, d.currency...)
	b = append(b, '"')
	switch {
	case left.rules:
		b = appendText(b, ", rules=", leftOut)
	case len(q.Applied) > 0:
		b = append(b, ", rules=("...)
		b = append(appendRules(b, d.strategy, q, " "), ')')
	}
	if left.lines {
		b = appendText(b, ", lines=", leftOut)
	} else {
		b = appendText(b, ", lines=", lines)
	}
	switch {
	case left.gifts || d.gifts == leftOut:
		b = appendText(b, ", gifts=", leftOut)
	case len(q.Gifts) > 0:
		b = append(b, ", gifts=("...)
		b = append(append(b, gifts(q, " ")...), ')')
	}
	return appendText(b, ", strategy=", d.strategy.Header.Strategy)
}

// appendPrivate adds the members that are for the order service alone. A list that was too long has the
// sign for that.
func appendPrivate(dictionary string, d *decision) string {
	b := appendText([]byte(dictionary), ", reservation=", d.reservation)
	if d.exhausted == leftOut {
		return string(appendText(b, ", exhausted=", leftOut))
	}
	if d.exhausted != "" {
		// The ids are strings, in which a comma and a space may be.
		b = append(append(append(b, ", exhausted=("...), d.inner...), ')')
	}
	return string(b)
}

func appendAmount(b []byte, member string, amount int64) []byte {
	return strconv.AppendInt(append(b, member...), amount, 10)
}

// appendText writes a member whose value is a text of a structured field already. An empty one is
// no member.
func appendText[T string | []byte](b []byte, member string, text T) []byte {
	if len(text) == 0 {
		return b
	}
	return append(append(b, member...), text...)
}

// dictionary is the decision as one Dictionary.
func (d *decision) dictionary() string {
	switch {
	case d.compact != "":
		return d.compact
	case d.reason != "":
		return "status=" + d.status.String() + ", reason=" + d.reason
	}
	return "status=" + d.status.String()
}

// kept is a decision that is made once for many requests, with its Dictionary.
func kept(d *decision) *decision {
	d.compact = d.dictionary()
	return d
}
