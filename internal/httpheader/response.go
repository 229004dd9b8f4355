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
	announced, kept := h["Trailer"], []string(nil)
	for _, list := range announced {
		if list, _ = without(list, n.owns); list != "" {
			kept = append(kept, list)
		}
	}
	if kept != nil {
		h["Trailer"] = kept
	} else if announced != nil {
		delete(h, "Trailer")
	}
}
