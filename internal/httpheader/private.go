package httpheader

import (
	"net/http"
	"strings"

	"github.com/dunglas/httpsfv"
)

// What the handler and the order service say to each other and to no client, as the end of a header's
// name and as a member of the one header with all values.
var private = []string{"reservation", "exhausted"}

// isPrivate reports whether a header name is one that no client sees, for readers that distinguish
// neither cases nor marks.
func (n *Names) isPrivate(name string) bool {
	if !n.owns(name) || len(name) <= len(n.Prefix) {
		return false
	}
	for _, last := range private {
		if tail := name[len(n.Prefix):]; len(tail) == len(last) && foldsTo(tail, last) {
			return true
		}
	}
	return false
}

// StripPrivate removes what no client sees from the header of a response, from the trailer that it
// holds or announces, and from the header with all values.
func (n *Names) StripPrivate(h http.Header) {
	for name, values := range h {
		switch bare := strings.TrimPrefix(name, http.TrailerPrefix); {
		case n.isPrivate(bare):
			delete(h, name)
		case len(bare) == len(n.Dictionary) && n.owns(bare):
			if kept, changed := withoutPrivate(values); changed && kept == "" {
				delete(h, name)
			} else if changed {
				h[name] = []string{kept}
			}
		}
	}
	stripAnnounced(h, n.isPrivate)
}

// withoutPrivate removes the members that no client sees from a Dictionary. Of a text that names one
// and that cannot be read nothing is kept: some reader may find it there.
func withoutPrivate(values []string) (kept string, changed bool) {
	text := strings.ToLower(strings.Join(values, ","))
	if !strings.Contains(text, private[0]) && !strings.Contains(text, private[1]) {
		return "", false
	}
	d, err := httpsfv.UnmarshalDictionary(values)
	if err != nil {
		return "", true
	}
	for _, member := range private {
		changed = d.Del(member) || changed
	}
	if !changed {
		return "", false // the word is in another value
	}
	kept, err = httpsfv.Marshal(d)
	if err != nil {
		return "", true
	}
	return kept, true
}

// stripAnnounced removes names from the announcement of a trailer.
func stripAnnounced(h http.Header, dropped func(string) bool) {
	announced, kept := h["Trailer"], []string(nil)
	for _, list := range announced {
		if list, _ = without(list, dropped); list != "" {
			kept = append(kept, list)
		}
	}
	if kept != nil {
		h["Trailer"] = kept
	} else if announced != nil {
		delete(h, "Trailer")
	}
}
