// Package languages chooses the languages of an answer over HTTP: what a strategy says to
// people is negotiated by the quote handler and the admin API alike.
package languages

import (
	"net/http"
	"strings"

	"github.com/promogate/caddy-discount/strategy"
)

// Choose returns the texts of a strategy in the languages that a request accepts.
func Choose(r *http.Request, s *strategy.Strategy) *strategy.Wording {
	return s.Wording(strategy.AcceptedLanguages(r.Header.Values("Accept-Language")...)...)
}

// Declare sets the headers that say which languages an answer with such texts is in, and
// that it would be in others for other readers where that is so (RFC 9110, sections 8.5
// and 12.5.5).
func Declare(h http.Header, s *strategy.Strategy, texts *strategy.Wording) {
	if s.Localized() {
		h.Add("Vary", "Accept-Language")
	}
	if languages := texts.Languages(); len(languages) > 0 {
		h.Set("Content-Language", strings.Join(languages, ", "))
	}
}
