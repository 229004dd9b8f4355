package httpheader

import (
	"net/http"
	"strings"
)

// StripResponse removes owned names from the header of a response, from the
// trailer that it holds or announces, and from the names in its announcement.
func (n *Names) StripResponse(h http.Header) {
	for name := range h {
		if n.owns(strings.TrimPrefix(name, http.TrailerPrefix)) {
			delete(h, name)
		}
	}
	stripAnnounced(h, n.owns)
}
