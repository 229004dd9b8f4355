package discount

import (
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/promogate/caddy-discount/strategy"
)

// ServeHTTP answers a cart with its quote, and OPTIONS with what there is.
func (h *QuoteHandler) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	admitted := h.origins.admit(w.Header(), r)
	if r.Method == http.MethodOptions {
		return h.origins.answerOptions(w, r, admitted)
	}
	g := h.gateway
	p := passageOf(r)
	_, attempts := p.strip(r, g.names)
	var quote []byte
	o := g.decide(r, new(evidence), func(e *edition, d *desk, now time.Time) *outcome {
		texts := wordingFor(r, e.Strategy)
		quote = h.write(texts, e, d, now)
		sayLanguages(w.Header(), e.Strategy, texts)
		return g.priced(e, d, now)
	})
	o.count(attempts)
	o.publish(r, p)
	if quote != nil {
		return answerJSON(w, http.StatusOK, "application/json", quote)
	}
	return o.problem.answer(w, r)
}

// write is the answer to a cart.
func (h *QuoteHandler) write(texts *strategy.Wording, e *edition, d *desk, now time.Time) []byte {
	// The same cart was quoted already, so there is no error to come.
	switch h.Explain {
	case ExplainOn:
		if x, err := e.Strategy.Explain(&d.cart, now); err == nil {
			return texts.AppendExplanationJSON(nil, x, &d.cart)
		}
	case ExplainNext:
		if x, err := e.Strategy.ExplainNext(&d.cart, now); err == nil {
			return texts.AppendNextJSON(nil, x, &d.cart)
		}
	}
	return texts.AppendQuoteJSON(nil, &d.quote, &d.cart)
}
