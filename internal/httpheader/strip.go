package httpheader

import (
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"strings"
)

// Strip removes all that a client sent under owned names, by any way that may reach the
// upstream or have the proxy drop what the handler sets, and counts it.
func (n *Names) Strip(r *http.Request) int {
	return n.stripHeader(r.Header, false) + n.stripConnection(r.Header) + n.WatchTrailer(r)
}

// stripHeader also removes, without counting them, headers of a cart that are not read
// here and that the order service may read: those with another mark in the name, and all
// in a trailer.
func (n *Names) stripHeader(h http.Header, trailer bool) int {
	found := 0
	for name, values := range h {
		switch {
		case n.owns(name):
			delete(h, name)
			found += max(1, len(values))
		case foldsTo(name, cartFolded) && (trailer || !strings.HasPrefix(name, cartPrefix)):
			delete(h, name)
		}
	}
	return found
}

// Clear removes what handlers have set under owned names.
func (n *Names) Clear(h http.Header) { n.stripHeader(h, false) }

// protects reports whether the proxy must not drop a header: the handler's own, those of the cart
// that was priced, and those that say how its body is read.
func (n *Names) protects(name string) bool {
	return n.owns(name) || foldsTo(name, cartFolded) || strings.EqualFold(name, "Content-Type") || strings.EqualFold(name, "Content-Encoding")
}

// stripConnection removes protected names from Connection: the proxy would treat them as
// hop-by-hop and drop them.
func (n *Names) stripConnection(h http.Header) int {
	found := 0
	for i, value := range h["Connection"] {
		if !n.anyOwned(value) {
			continue
		}
		kept, dropped := without(value, n.protects)
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
		if n.protects(textproto.TrimString(token)) {
			return true
		}
	}
	return false
}

// WatchTrailer removes owned names from a trailer that was announced, and from the trailer
// that arrives at the end of the body, announced or not. It counts those announced.
func (n *Names) WatchTrailer(r *http.Request) int {
	if r.Trailer == nil || r.Body == nil {
		return 0
	}
	found := n.stripHeader(r.Trailer, true)
	r.Body = &trailerFilter{ReadCloser: r.Body, names: n, request: r}
	return found
}

// trailerFilter strips the trailer in the Read that ends the body, which fills it. It takes
// the trailer from the request then: the server of HTTP/3 replaces the map.
type trailerFilter struct {
	io.ReadCloser
	names   *Names
	request *http.Request
}

func (f *trailerFilter) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		f.names.onTrailer(f.names.stripHeader(f.request.Trailer, true))
	}
	return n, err
}
