package discount

import (
	"net/http"
	"sync"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/assertion"
)

// evidence is what an outcome was computed from.
type evidence struct {
	body  []byte // as it arrived and goes on
	whole bool   // body is all of it; otherwise it was not read
}

// tokens are buffers for assertions while they are written.
var tokens = sync.Pool{New: func() any {
	const usual = 1 << 10
	buf := make([]byte, 0, usual)
	return &buf
}}

// assert sets the assertion on an outcome, if there is to be one. It is set on the
// request alone: the client has no use for it.
func (g *gateway) assert(o *outcome, e *evidence, r *http.Request) {
	if g.keys == nil {
		return
	}
	c, to := o.claims(), targetOf(r)
	c.Method, c.Host, c.Path = to.method, to.host, to.path
	if e.whole {
		c.Body = assertion.BodyDigest(e.body)
	}
	if g.source != "json" && cart.InHeaders(r.Header) {
		c.Cart = assertion.CartDigest(r.Header)
	}
	buf := tokens.Get().(*[]byte)
	*buf = g.keys.Signer().Append((*buf)[:0], &c, time.Now())
	r.Header[g.names.Assertion] = []string{string(*buf)}
	tokens.Put(buf)
}

// claims are what an outcome says of itself: by value, which stays off the heap.
func (o *outcome) claims() assertion.Claims {
	c := assertion.Claims{Status: o.status.String()}
	if o.edition == nil {
		return c
	}
	c.Priced = true
	c.Amount, c.Shipping, c.Subtotal, c.Payable = o.sums.goods, o.sums.shipping, o.sums.subtotal, o.sums.payable
	c.Currency = o.currency
	c.Rules, c.Lines, c.Gifts = o.rules, o.lines, o.gifts
	c.Strategy, c.Fingerprint = o.edition.Version(), o.edition.fingerprint
	return c
}

// room is how long the lists among the headers may be together, so that all
// headers stay within 4 KiB. An assertion takes four bytes for three of what it
// says, at most; target is how many bytes it says of the request's target.
func (g *gateway) room(e *edition, target int) int {
	room := maxHeaders - len(e.identity)
	if g.keys != nil {
		const fixed, escaped = 1160, 2
		said := target + len(g.sign.Issuer) + len(g.sign.Audience) + escaped*len(e.Version()) + len(g.keys.Signer().Key().ID())
		room -= fixed + said*4/3
	}
	return room
}
