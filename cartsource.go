package discount

import (
	"net/http"

	"golang.org/x/net/http/httpguts"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/httpbody"
)

// cartSource is where in a request a cart may be.
type cartSource uint8

const (
	inBody     cartSource = iota
	inTextBody            // in a body whose type does not say that it is JSON
	inHeaders
	inHeadersBesideBody // of some other type
)

// located is where the cart of a request may be.
type located struct {
	source  cartSource
	headers bool   // the headers carry a cart
	coding  string // of the body; "" for none
}

// locate finds where the cart of a request may be, by its method, type and coding. It reads no
// body. The decision is set for a request that has no cart or cannot be read.
func (p *pricer) locate(r *http.Request) (located, *decision) {
	kind := httpbody.KindOf(r, p.contentTypes)
	at := located{headers: p.source != cartoptions.SourceJSON && cart.InHeaders(r.Header)}
	switch {
	case r.Method == http.MethodConnect || (kind == httpbody.KindNone || kind == httpbody.KindEmpty) && isUpgrade(r):
		return at, p.noCart.method
	case kind == httpbody.KindGRPC:
		return at, p.noCart.gRPC
	case p.source == cartoptions.SourceHeaders || kind == httpbody.KindNone || kind == httpbody.KindEmpty:
		at.source = inHeaders
		if !at.headers {
			return at, p.noCart.of(kind, p.source)
		}
		return at, nil
	case kind == httpbody.KindAmbiguous:
		return at, ambiguousBody
	case kind == httpbody.KindJSON:
		at.source = inBody
	case kind == httpbody.KindListed || kind == httpbody.KindUntyped && p.source == cartoptions.SourceJSON:
		at.source = inTextBody
	case at.headers:
		// The order service may read the body as JSON, whatever its type is.
		at.source = inHeadersBesideBody
	default:
		return at, p.noCart.of(kind, p.source)
	}
	return p.readable(r, at)
}

// readable adds the coding of a body that is going to be read. The decision is set for a body that
// cannot be read.
func (p *pricer) readable(r *http.Request, at located) (located, *decision) {
	at.coding = httpbody.Coding(r.Header["Content-Encoding"])
	switch {
	case at.coding == "" || p.decode && httpbody.Decodes(at.coding):
	case at.headers:
		return at, refuse(fields.StatusInvalid, "there is a cart in the headers and a body that cannot be read")
	default:
		return at, unreadable(at.coding)
	}
	if r.ContentLength > p.bodies.Bytes {
		return at, p.tooLarge
	}
	return at, nil
}

// isUpgrade reports whether a request asks for another protocol (RFC 9110, section 7.8). The
// Upgrade header asks for nothing unless Connection names it.
func isUpgrade(r *http.Request) bool {
	return r.Header.Get("Upgrade") != "" && httpguts.HeaderValuesContainsToken(r.Header["Connection"], "upgrade")
}

// ambiguousBody is the decision on a body that the order service may read as another text than the
// gateway: the same bytes may be another cart in UTF-7 or GBK.
var ambiguousBody = kept(refuse(fields.StatusInvalid, "the Content-Type is given several times, cannot be read, or has another charset than UTF-8: want one, and charset=utf-8 or none"))
