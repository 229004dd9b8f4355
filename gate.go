package discount

import (
	"mime"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/promogate/caddy-discount/cart"
)

// cartPlace is where in a request a cart may be.
type cartPlace uint8

const (
	inBody cartPlace = iota
	inHeaders
	inHeadersBesideBody // of some other type
)

// gate decides by method, type and encoding, without reading anything, where
// the cart of a request may be. The outcome is set for a request that holds
// none or cannot be read.
func (g *gateway) gate(r *http.Request) (cartPlace, *outcome) {
	form := bodyForm(r)
	if r.Method == http.MethodConnect || form == formGRPC || form == formNone && isUpgrade(r) {
		return 0, bypass
	}
	headers := g.source != "json" && cart.InHeaders(r.Header)
	switch {
	case g.source == "headers" || form == formNone:
		if headers {
			return inHeaders, nil
		}
		return 0, bypass
	case form == formJSON || form == formUnnamed && g.source == "json":
		return g.gateBody(r, inBody, headers)
	case headers:
		// Whatever the body says it is, the order service may read it as JSON.
		return g.gateBody(r, inHeadersBesideBody, headers)
	default:
		return 0, bypass
	}
}

func (g *gateway) gateBody(r *http.Request, place cartPlace, headers bool) (cartPlace, *outcome) {
	if encoding := coding(r.Header); encoding != "" && !(g.decode && decodes(encoding)) {
		if headers {
			return 0, refuse(statusInvalid, "there is a cart in the headers and a body that cannot be read")
		}
		return 0, unreadable(encoding)
	}
	if r.ContentLength > g.maxBody {
		return 0, tooLarge
	}
	return place, nil
}

// isUpgrade reports whether a request really asks for another protocol
// (RFC 9110, section 7.8); the header alone asks for nothing.
func isUpgrade(r *http.Request) bool {
	return r.Header.Get("Upgrade") != "" && httpguts.HeaderValuesContainsToken(r.Header["Connection"], "upgrade")
}

// form is what the body of a request is.
type form uint8

const (
	formOther form = iota
	formNone
	formUnnamed
	formJSON
	formGRPC
)

func bodyForm(r *http.Request) form {
	contentType := r.Header.Get("Content-Type")
	if strings.HasPrefix(contentType, "application/grpc") {
		return formGRPC
	}
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return formNone
	}
	switch {
	case !carriesBody(r.Method):
		return formOther
	case contentType == "application/json":
		return formJSON // the usual case needs no parser
	case contentType == "":
		return formUnnamed
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err == nil && (media == "application/json" || strings.HasSuffix(media, "+json")) {
		return formJSON
	}
	return formOther
}

// carriesBody reports whether requests of a method hold a body that means
// something (RFC 9110, section 9.3).
func carriesBody(method string) bool {
	switch method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		return true
	}
	return false
}
