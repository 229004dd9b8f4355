// Package languages negotiates the languages of an answer over HTTP, for the quote handler and the
// admin API: those of the texts that a strategy has for people.
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

// Declare sets Content-Language to the languages of an answer with such texts. It adds
// Accept-Language to Vary if the texts depend on the languages that a request accepts (RFC 9110,
// sections 8.5 and 12.5.5).
func Declare(h http.Header, s *strategy.Strategy, texts *strategy.Wording) {
	if s.Localized() {
		h.Add("Vary", "Accept-Language")
	}
	if languages := texts.Languages(); len(languages) > 0 {
		h.Set("Content-Language", strings.Join(languages, ", "))
	}
}
