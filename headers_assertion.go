package discount

import (
	"net/http"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/internal/assertion"
)

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
	c.Method, c.Host, c.Path = in.target.method, in.target.host, in.target.path
	if in.whole {
		c.Body = assertion.BodyDigest(in.body)
	}
	if in.headers {
		c.Cart = assertion.CartDigest(r.Header)
	}
	buf := tokens.Get().(*[]byte)
	*buf = p.keys.Signer().Append((*buf)[:0], &c, time.Now())
	r.Header[p.names.Assertion] = []string{string(*buf)}
	tokens.Put(buf)
}

// claims are those of the decision itself: by value, which stays off the heap.
func (d *decision) claims() assertion.Claims {
	c := assertion.Claims{Status: d.status.String()}
	if d.edition == nil {
		return c
	}
	c.Priced = true
	c.Amount, c.Shipping, c.Subtotal, c.Payable = d.amounts.goods, d.amounts.shipping, d.amounts.subtotal, d.amounts.payable
	c.Currency = d.currency
	c.Rules, c.Lines, c.Gifts = d.rules, d.lines, d.gifts
	c.Strategy, c.Fingerprint = d.edition.Version(), d.edition.fingerprint
	return c
}

// listsSize is how many bytes the lists among the headers may have together, so that all
// headers stay within 4 KiB. An assertion takes at most four bytes for three that it signs.
func (p *pricer) listsSize(e *edition, to target) int {
	size := maxHeaders - len(e.identity)
	if p.keys != nil {
		const fixed, escaped = 1160, 2
		signed := to.size() + len(p.sign.Issuer) + len(p.sign.Audience) + escaped*len(e.Version()) + len(p.keys.Signer().Key().ID())
		size -= fixed + signed*4/3
	}
	return size
}

// Method, host and path are claims up to these lengths, in bytes. Caddy answers longer
// methods itself. A host is at most a name of 255 bytes with a port.
const (
	maxClaimedMethod = 32
	maxClaimedHost   = 255 + len(":65535")
	maxClaimedPath   = 512
)

// target is what a request was sent to, as it was received: before any rewrite in the
// gateway. A text that no claim can hold is empty.
type target struct{ method, host, path string }

// targetOf reads the method and the path of the request as the client sent it. Caddy
// keeps no copy of the host, so the host is the one that the handler sees. The path has
// the escapes that it goes on with, and no query.
func targetOf(r *http.Request) target {
	method, url := r.Method, r.URL
	if sent, ok := r.Context().Value(caddyhttp.OriginalRequestCtxKey).(http.Request); ok {
		method, url = sent.Method, sent.URL
	}
	return target{
		method: claimable(method, maxClaimedMethod),
		host:   claimable(r.Host, maxClaimedHost),
		path:   claimable(url.EscapedPath(), maxClaimedPath),
	}
}

// size is how many bytes the target takes in an assertion.
func (t target) size() int { return len(t.method) + len(t.host) + len(t.path) }

// claimable is the text if it is short enough and each of its bytes is one byte of
// JSON, too. Otherwise it is empty, and the assertion does not have the claim.
func claimable(text string, most int) string {
	if len(text) > most {
		return ""
	}
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return ""
		}
	}
	return text
}
