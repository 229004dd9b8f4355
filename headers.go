package discount

import (
	"net/http"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/fields"
)

// decide is the decision on a cart that was quoted.
func (p *pricer) decide(q quoted, in pricedInput) *decision {
	quote := &q.quote
	d := &decision{amounts: amounts{quote.Discount, quote.ShippingDiscount, quote.Subtotal, quote.Payable}}
	q.exhausted = q.by.Exhausted(q.exhausted[:0], quote)
	priced := fields.Priced{By: q.by, Quote: quote, Coupons: q.cart.Coupons, Granted: q.granted, Exhausted: q.exhausted}
	q.text = d.Write(q.text, &priced, fields.Form{Lines: p.lines, Compact: p.names.Compact, Assertion: p.assertionSize(q.by, in.target)})
	q.shard.Evaluated(time.Since(q.at) - q.waited)
	return d
}

// assertionSize is how many bytes an assertion takes at most, without what it says of quotas; 0 for a
// handler that does not sign.
func (p *pricer) assertionSize(e *engine.Compiled, to assertion.Target) int {
	if p.keys == nil {
		return 0
	}
	return p.keys.Signer().MaxSize(to, e.Version())
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
	c := assertion.Claims{Status: d.Status.String()}
	if d.Strategy == nil {
		return c
	}
	c.Priced = true
	c.Amount, c.Shipping, c.Subtotal, c.Payable = d.amounts.goods, d.amounts.shipping, d.amounts.subtotal, d.amounts.payable
	c.Currency = d.Currency
	c.Rules, c.Lines, c.Gifts = d.Rules, d.Lines, d.Gifts
	c.Strategy, c.Fingerprint = d.Strategy.Version(), d.Strategy.SHA256
	if g := d.granted; g != nil {
		c.Reservation, c.Until = g.Order.String(), g.Until.Unix()
	}
	c.Exhausted = d.Exhausted
	return c
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
