package discount

import (
	"net/http"
	"slices"

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
	kind := p.classify(r)
	at := located{headers: p.source != cartoptions.SourceJSON && cart.InHeaders(r.Header)}
	switch {
	case r.Method == http.MethodConnect || (kind == bodyNone || kind == bodyEmpty) && isUpgrade(r):
		return at, p.noCart.method
	case kind == bodyGRPC:
		return at, p.noCart.gRPC
	case p.source == cartoptions.SourceHeaders || kind == bodyNone || kind == bodyEmpty:
		at.source = inHeaders
		if !at.headers {
			return at, p.noCart.of(kind, p.source)
		}
		return at, nil
	case kind == bodyAmbiguous:
		return at, ambiguousBody
	case kind == bodyJSON:
		at.source = inBody
	case kind == bodyListed || kind == bodyUntyped && p.source == cartoptions.SourceJSON:
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

// bodyKind is what the body of a request is, by its method and its type.
type bodyKind uint8

const (
	bodyOther   bodyKind = iota
	bodyIgnored          // its method gives it no meaning
	bodyNone
	bodyEmpty // none, where the type says that there is JSON
	bodyUntyped
	bodyJSON
	bodyListed    // of a type that the options read as JSON
	bodyAmbiguous // JSON to some readers and another text to others
	bodyGRPC
)

// ambiguousBody is the decision on a body that the order service may read as another text than the
// gateway: the same bytes may be another cart in UTF-7 or GBK.
var ambiguousBody = kept(refuse(fields.StatusInvalid, "the Content-Type is given several times, cannot be read, or has another charset than UTF-8: want one, and charset=utf-8 or none"))

// classify is the kind of the body of a request.
func (p *pricer) classify(r *http.Request) bodyKind {
	contentType := r.Header.Get("Content-Type")
	if httpbody.IsGRPC(contentType) {
		return bodyGRPC
	}
	types := r.Header["Content-Type"]
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		if len(types) > 0 && carriesBody(r.Method) && slices.ContainsFunc(types, httpbody.NamesJSON) {
			return bodyEmpty
		}
		return bodyNone
	}
	switch {
	case !carriesBody(r.Method):
		return bodyIgnored
	case len(types) == 1 && contentType == "application/json":
		return bodyJSON // the usual case needs no parser
	case contentType == "" && len(types) < 2:
		return bodyUntyped
	case slices.ContainsFunc(types, httpbody.NamesJSON):
		return oneText(types, bodyJSON)
	case slices.ContainsFunc(types, p.isListed):
		return oneText(types, bodyListed)
	}
	return bodyOther
}

// oneText is the kind of a body of which one type says that it is JSON: as, or bodyAmbiguous if
// there are several types or another charset than UTF-8.
func oneText(types []string, as bodyKind) bodyKind {
	if len(types) > 1 || !httpbody.InUTF8(types[0]) {
		return bodyAmbiguous
	}
	return as
}

// isListed reports whether the options read bodies of a Content-Type as JSON.
func (p *pricer) isListed(contentType string) bool {
	return len(p.contentTypes) > 0 && slices.Contains(p.contentTypes, httpbody.MediaType(contentType))
}

// bodyMethods are those of requests whose body means something (RFC 9110, section 9.3).
var bodyMethods = []string{http.MethodPost, http.MethodPut, http.MethodPatch}

// carriesBody reports whether requests of a method hold a body that means something.
func carriesBody(method string) bool { return slices.Contains(bodyMethods, method) }
