package discount

import (
	"net/http"
	"strings"

	"github.com/promogate/caddy-discount/strategy"
)

// wordingFor chooses the texts of a strategy by the languages that a request accepts.
func wordingFor(r *http.Request, s *strategy.Strategy) *strategy.Wording {
	return s.Wording(strategy.AcceptedLanguages(r.Header.Values("Accept-Language")...)...)
}

// sayLanguages says which languages an answer with such texts is in, and that it would
// be in others for other readers where that is so (RFC 9110, sections 8.5 and 12.5.5).
func sayLanguages(h http.Header, s *strategy.Strategy, texts *strategy.Wording) {
	if s.Localized() {
		h.Add("Vary", "Accept-Language")
	}
	if languages := texts.Languages(); len(languages) > 0 {
		h.Set("Content-Language", strings.Join(languages, ", "))
	}
}
