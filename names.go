package discount

import (
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"strings"
)

// headerNames are the names the handler owns: everything that begins with the
// prefix, whatever the case, and with any other mark in place of -. Backends of
// the CGI kind cannot tell these apart: all fold - and _ into one, PHP the dot
// too, and lighttpd whatever is no letter and no digit.
type headerNames struct {
	prefix string // lower case

	status, reason                      string
	amount, shipping, subtotal, payable string
	currency, rules, lines, gifts       string
	strategy, assertion                 string
}

func newHeaderNames(prefix string) *headerNames {
	name := func(last string) string { return textproto.CanonicalMIMEHeaderKey(prefix + last) }
	return &headerNames{
		prefix:    strings.ToLower(prefix),
		status:    name("Status"),
		reason:    name("Reason"),
		amount:    name("Amount"),
		shipping:  name("Shipping"),
		subtotal:  name("Subtotal"),
		payable:   name("Payable"),
		currency:  name("Currency"),
		rules:     name("Rules"),
		lines:     name("Lines"),
		gifts:     name("Gifts"),
		strategy:  name("Strategy"),
		assertion: name("Assertion"),
	}
}

// owns reports whether a header name is the handler's.
func (n *headerNames) owns(name string) bool { return foldsTo(name, n.prefix) }

// foldsTo reports whether a name begins with a prefix, which is in lower case, for
// those who tell neither cases nor marks apart.
func foldsTo(name, prefix string) bool {
	if len(name) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case (c < 'a' || c > 'z') && (c < '0' || c > '9'):
			c = '-'
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

// The names of the cart's headers, folded and as they are read.
const (
	cartsFolded = "x-cart-"
	carts       = "X-Cart-"
)

// strip removes everything a client sent under owned names, in whichever way
// it might reach the upstream or make the proxy drop what is set here, and
// counts the attempts.
func (n *headerNames) strip(r *http.Request) int {
	return n.stripHeader(r.Header, false) + n.stripConnection(r.Header) + n.watchTrailer(r)
}

// stripHeader also removes, without counting them, headers of a cart that are not
// read and that somebody else could: those with another mark in the name, and all in
// a trailer.
func (n *headerNames) stripHeader(h http.Header, trailer bool) int {
	found := 0
	for name, values := range h {
		switch {
		case n.owns(name):
			delete(h, name)
			found += max(1, len(values))
		case foldsTo(name, cartsFolded) && (trailer || !strings.HasPrefix(name, carts)):
			delete(h, name)
		}
	}
	return found
}

// guards reports whether a header may not be dropped on the way: the handler's
// own, and those of the cart that was priced.
func (n *headerNames) guards(name string) bool {
	return n.owns(name) || foldsTo(name, cartsFolded)
}

// stripConnection takes guarded names out of Connection, which would have the
// proxy treat them as hop-by-hop and drop them.
func (n *headerNames) stripConnection(h http.Header) int {
	found := 0
	for i, value := range h["Connection"] {
		if !n.anyOwned(value) {
			continue
		}
		kept, dropped := without(value, n.guards)
		h["Connection"][i] = kept
		found += dropped
	}
	return found
}

// without is a list of tokens without some of them, and how many these were.
func without(list string, dropped func(string) bool) (string, int) {
	var kept []string
	found := 0
	for token := range strings.SplitSeq(list, ",") {
		if token = textproto.TrimString(token); dropped(token) {
			found++
		} else if token != "" {
			kept = append(kept, token)
		}
	}
	return strings.Join(kept, ", "), found
}

func (n *headerNames) anyOwned(list string) bool {
	for token := range strings.SplitSeq(list, ",") {
		if n.guards(textproto.TrimString(token)) {
			return true
		}
	}
	return false
}

// watchTrailer removes owned names from a trailer that was announced, and from
// what arrives at the end of the body, announced or not.
func (n *headerNames) watchTrailer(r *http.Request) int {
	if r.Trailer == nil || r.Body == nil {
		return 0
	}
	found := n.stripHeader(r.Trailer, true)
	r.Body = &trailerGuard{ReadCloser: r.Body, names: n, request: r}
	return found
}

// trailerGuard strips the trailer in the very Read that fills it, which is the
// one that ends the body. It asks the request, since the server of HTTP/3 gives
// it another map then.
type trailerGuard struct {
	io.ReadCloser
	names   *headerNames
	request *http.Request
}

func (g *trailerGuard) Read(p []byte) (int, error) {
	n, err := g.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		traffic.trailer(g.names.stripHeader(g.request.Trailer, true))
	}
	return n, err
}
