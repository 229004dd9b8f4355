package httpheader

import (
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"strings"
)

// Strip removes everything a client sent under owned names, in whichever way
// it might reach the upstream or make the proxy drop what is set here, and
// counts the attempts.
func (n *Names) Strip(r *http.Request) int {
	return n.stripHeader(r.Header, false) + n.stripConnection(r.Header) + n.WatchTrailer(r)
}

// stripHeader also removes, without counting them, headers of a cart that are not
// read and that somebody else could: those with another mark in the name, and all in
// a trailer.
func (n *Names) stripHeader(h http.Header, trailer bool) int {
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

// Clear removes what handlers have set under owned names.
func (n *Names) Clear(h http.Header) { n.stripHeader(h, false) }

// guards reports whether a header may not be dropped on the way: the handler's
// own, and those of the cart that was priced.
func (n *Names) guards(name string) bool {
	return n.owns(name) || foldsTo(name, cartsFolded)
}

// stripConnection takes guarded names out of Connection, which would have the
// proxy treat them as hop-by-hop and drop them.
func (n *Names) stripConnection(h http.Header) int {
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

func (n *Names) anyOwned(list string) bool {
	for token := range strings.SplitSeq(list, ",") {
		if n.guards(textproto.TrimString(token)) {
			return true
		}
	}
	return false
}

// WatchTrailer removes owned names from a trailer that was announced, and from
// what arrives at the end of the body, announced or not. It counts those announced.
func (n *Names) WatchTrailer(r *http.Request) int {
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
	names   *Names
	request *http.Request
}

func (g *trailerGuard) Read(p []byte) (int, error) {
	n, err := g.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		g.names.late(g.names.stripHeader(g.request.Trailer, true))
	}
	return n, err
}
