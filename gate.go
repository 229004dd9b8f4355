package discount

import (
	"mime"
	"net/http"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// cartPlace is where in a request a cart may be.
type cartPlace uint8

const (
	inBody cartPlace = iota
	inHeaders
)

// gate decides by method, type and encoding, without reading anything, where
// the cart of a request may be. The outcome is set for a request that holds
// none or cannot be read.
func (g *gateway) gate(r *http.Request) (cartPlace, *outcome) {
	if r.Method == http.MethodConnect || r.Header.Get("Upgrade") != "" {
		return 0, bypass
	}
	form := bodyForm(r)
	headers := g.source != "json" && form != formGRPC && cart.InHeaders(r.Header)
	switch {
	case g.source != "headers" && (form == formJSON || form == formUnnamed && g.source == "json"):
		return g.gateJSON(r, headers)
	case headers:
		return inHeaders, nil
	default:
		return 0, bypass
	}
}

func (g *gateway) gateJSON(r *http.Request, headers bool) (cartPlace, *outcome) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		if headers {
			return 0, refuse(statusInvalid, "there is a cart in the headers and a body that cannot be read")
		}
		return 0, unreadable(encoding)
	}
	if r.ContentLength > g.maxBody {
		return 0, tooLarge
	}
	return inBody, nil
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
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 || !carriesBody(r.Method) {
		return formNone
	}
	switch {
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
