package discount

import (
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/httpbody"
)

// cartPlace is where in a request a cart may be.
type cartPlace uint8

const (
	inBody     cartPlace = iota
	inTextBody           // of a type that texts of other kinds may have
	inHeaders
	inHeadersBesideBody // of some other type
)

// gate decides by method, type and encoding, without reading anything, where
// the cart of a request may be. The outcome is set for a request that holds
// none or cannot be read.
func (g *gateway) gate(r *http.Request) (cartPlace, *outcome) {
	form := g.bodyForm(r)
	switch {
	case r.Method == http.MethodConnect || form == formNone && isUpgrade(r):
		return 0, g.without.method
	case form == formGRPC:
		return 0, g.without.gRPC
	}
	headers := g.source != "json" && cart.InHeaders(r.Header)
	switch {
	case g.source == "headers" || form == formNone:
		if headers {
			return inHeaders, nil
		}
		return 0, g.without.of(form, g.source)
	case form == formDoubtful:
		return 0, doubtful
	case form == formJSON:
		return g.gateBody(r, inBody, headers)
	case form == formListed || form == formUnnamed && g.source == "json":
		return g.gateBody(r, inTextBody, headers)
	case headers:
		// Whatever the body says it is, the order service may read it as JSON.
		return g.gateBody(r, inHeadersBesideBody, headers)
	default:
		return 0, g.without.of(form, g.source)
	}
}

func (g *gateway) gateBody(r *http.Request, place cartPlace, headers bool) (cartPlace, *outcome) {
	if encoding := httpbody.Coding(r.Header["Content-Encoding"]); encoding != "" && !(g.decode && httpbody.Decodes(encoding)) {
		if headers {
			return 0, refuse(statusInvalid, "there is a cart in the headers and a body that cannot be read")
		}
		return 0, unreadable(encoding)
	}
	if r.ContentLength > g.bodies.Bytes {
		return 0, g.tooLarge
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
	formOther   form = iota
	formIgnored      // its method gives it no meaning
	formNone
	formUnnamed
	formJSON
	formListed   // of a type that is read as JSON, too
	formDoubtful // JSON, as one reader of its type has it
	formGRPC
)

// typeGRPC begins the content types of gRPC.
const typeGRPC = "application/grpc"

// doubtful is the outcome of a body that the order service may read as another text
// than ours. In UTF-7 or GBK the bytes of one cart are those of another.
var doubtful = refuse(statusInvalid, "the body is JSON in several types or another charset than UTF-8, want one Content-Type and charset=utf-8 or none")

func (g *gateway) bodyForm(r *http.Request) form {
	contentType := r.Header.Get("Content-Type")
	if strings.HasPrefix(contentType, typeGRPC) {
		return formGRPC
	}
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return formNone
	}
	types := r.Header["Content-Type"]
	switch {
	case !carriesBody(r.Method):
		return formIgnored
	case len(types) == 1 && contentType == "application/json":
		return formJSON // the usual case needs no parser
	case contentType == "" && len(types) < 2:
		return formUnnamed
	case slices.ContainsFunc(types, namesJSON):
		return oneText(types, formJSON)
	case slices.ContainsFunc(types, g.lists):
		return oneText(types, formListed)
	}
	return formOther
}

// oneText is the form of a body that one of the types says is JSON.
func oneText(types []string, as form) form {
	if len(types) > 1 || !inUTF8(types[0]) {
		return formDoubtful
	}
	return as
}

// lists reports whether bodies of a Content-Type are read as JSON because the options
// say so.
func (g *gateway) lists(contentType string) bool {
	return len(g.contentTypes) > 0 && slices.Contains(g.contentTypes, mediaType(contentType))
}

// namesJSON reports whether a Content-Type is of JSON.
func namesJSON(contentType string) bool {
	media := mediaType(contentType)
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

// mediaType is a Content-Type in lower case without its parameters, even if those
// cannot be read.
func mediaType(contentType string) string {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		media, _, _ = strings.Cut(contentType, ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	return media
}

// inUTF8 reports whether a Content-Type says that its text is UTF-8, or says nothing,
// which for JSON is the same (RFC 8259, section 8.1).
func inUTF8(contentType string) bool {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	charset, given := params["charset"]
	return !given || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

// bodyMethods are those of requests whose body means something (RFC 9110, section 9.3).
var bodyMethods = []string{http.MethodPost, http.MethodPut, http.MethodPatch}

// carriesBody reports whether requests of a method hold a body that means something.
func carriesBody(method string) bool { return slices.Contains(bodyMethods, method) }
